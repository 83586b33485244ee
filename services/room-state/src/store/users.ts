import { CompiledQuery, sql } from 'kysely';
import type { Database } from '@plenary/db';
import type { UserId } from '@plenary/wire';
import type { KnownUser } from '../conference/users.js';
import type { UserStore } from '../users/interface.js';
import type { RoomStateSchema } from './schema.js';

/** URIs of one user that are read at most. */
const maxUrisRead = 64;

interface ClaimedRow {
  readonly identity_key: string;
  readonly user_id: string;
}

// One statement for both tables: a new user costs one round trip. Rows go in by key, so that two replicas wait for one another in one order.
const claimSql = `with asked as materialized (
    select * from jsonb_to_recordset($1::jsonb) as r(key text, uri text, user_id text, username text, display_text text, e_mail text)
    order by key collate "C"
  ), claimed as (
    insert into room_state.user_identities (identity_key, uri, user_id)
    select key, uri, user_id from asked order by key collate "C"
    on conflict (identity_key) do nothing returning identity_key, user_id
  ), made as (
    insert into room_state.users (user_id, username, display_text, e_mail, anonymous)
    select user_id, username, display_text, e_mail, false from asked join claimed using (user_id)
      where claimed.identity_key = asked.key order by user_id
    on conflict (user_id) do nothing
  )
  select identity_key, user_id from claimed
  union all
  select identity_key, user_id from room_state.user_identities where identity_key in (select key from asked)`;

/** Who is who, in PostgreSQL: the primary key of `user_identities` decides between replicas. Req: XCON-010. */
export function postgresUsers(db: Database<RoomStateSchema>): UserStore {
  const usersOf = async (keys: readonly string[]): Promise<Map<string, UserId>> => {
    const rows = await db.kysely
      .selectFrom('room_state.user_identities')
      .select(['identity_key', 'user_id'])
      .where(sql<boolean>`identity_key = any(${[...keys]}::text[])`)
      .execute();
    return mapOf(rows);
  };
  return {
    async claimIdentities(claims) {
      const asked = claims.map(({ key, uri, userId, username, displayText, email }) => ({
        key,
        uri,
        user_id: userId,
        username: username === '' ? null : username,
        display_text: displayText,
        e_mail: email,
      }));
      const { rows } = await db.kysely.executeQuery<ClaimedRow>(CompiledQuery.raw(claimSql, [JSON.stringify(asked)]));
      const found = mapOf(rows);
      // Another transaction had the key and committed after this statement began: it is seen only now.
      const missed = claims.map(({ key }) => key).filter((key) => !found.has(key));
      if (missed.length > 0) for (const [key, userId] of await usersOf(missed)) found.set(key, userId);
      return found;
    },
    usersOfIdentities: usersOf,
    async bindIdentities(userId, identities) {
      const rows = identities
        .map(({ key, uri }) => ({ identity_key: key, uri, user_id: userId }))
        .toSorted((a, b) => (a.identity_key < b.identity_key ? -1 : 1));
      await db.kysely
        .insertInto('room_state.user_identities')
        .values(rows)
        .onConflict((conflict) => conflict.column('identity_key').doNothing())
        .execute();
    },
    async noteUsername(userId, username) {
      await db.kysely
        .updateTable('room_state.users')
        .set({ username })
        .where('user_id', '=', userId)
        .where('username', 'is', null)
        .execute();
    },
    async addAnonymousUser({ userId, displayText, email }) {
      await db.kysely
        .insertInto('room_state.users')
        .values({ user_id: userId, username: null, display_text: displayText, e_mail: email, anonymous: true })
        .execute();
    },
    async readUsers(userIds) {
      const { rows } = await sql<UserRow>`select u.user_id, u.username, u.display_text, u.e_mail, u.anonymous,
          array(select i.uri from room_state.user_identities i where i.user_id = u.user_id
            order by i.ordinal limit ${maxUrisRead}) as uris
        from room_state.users u where u.user_id = any(${[...userIds]}::text[])`.execute(db.kysely);
      return rows.map(userOf);
    },
    async userIdsOfAccount(username) {
      const rows = await db.kysely
        .selectFrom('room_state.users')
        .select('user_id')
        .where('username', '=', username)
        .orderBy('created_at')
        .execute();
      return rows.map((row) => row.user_id as UserId);
    },
    async purgeAnonymousUsers(olderThanMs, limit) {
      const { numAffectedRows } = await sql`delete from room_state.users where user_id in (
          select u.user_id from room_state.users u
          where u.anonymous and u.created_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
            and not exists (select 1 from room_state.participants p where p.user_id = u.user_id)
            and not exists (select 1 from room_state.user_identities i where i.user_id = u.user_id)
          limit ${limit})`.execute(db.kysely);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

interface UserRow {
  readonly user_id: string;
  readonly username: string | null;
  readonly display_text: string;
  readonly e_mail: string;
  readonly anonymous: boolean;
  readonly uris: readonly string[];
}

function userOf(row: UserRow): KnownUser {
  return {
    userId: row.user_id as UserId,
    username: row.username ?? '',
    displayText: row.display_text,
    email: row.e_mail,
    anonymous: row.anonymous,
    uris: row.uris,
  };
}

function mapOf(rows: readonly ClaimedRow[]): Map<string, UserId> {
  return new Map(rows.map((row) => [row.identity_key, row.user_id as UserId]));
}
