import { sql, type Selectable } from 'kysely';
import type { Database } from '@plenary/db';
import type { AccountRecord, AccountStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';

/** Accounts: who may log in. Never holds a password. */
export function postgresAccounts(db: Database<RoomStateSchema>): AccountStore {
  return {
    async findAccount(username) {
      const row = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    async findAccountByIdentity(uri) {
      const row = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where(sql<boolean>`identities @> array[${uri}]::text[]`)
        .orderBy('username')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    async putAccount({ username, realm, ha1Md5, ha1Sha256, identities, systemRoles }) {
      const values = {
        realm,
        ha1_md5: ha1Md5,
        ha1_sha256: ha1Sha256,
        identities: [...identities],
        system_roles: [...systemRoles],
      };
      await db.kysely
        .insertInto('room_state.accounts')
        .values({ username, ...values })
        .onConflict((conflict) => conflict.column('username').doUpdateSet(values))
        .execute();
    },
    async deleteAccount(username) {
      const { numDeletedRows } = await db.kysely
        .deleteFrom('room_state.accounts')
        .where('username', '=', username)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async listAccounts(after, limit) {
      const rows = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where('username', '>', after)
        .orderBy('username')
        .limit(limit)
        .execute();
      return rows.map(accountOf);
    },
  };
}

function accountOf(row: Selectable<RoomStateSchema['room_state.accounts']>): AccountRecord {
  return {
    username: row.username,
    realm: row.realm,
    ha1Md5: row.ha1_md5,
    ha1Sha256: row.ha1_sha256,
    identities: row.identities,
    systemRoles: row.system_roles,
  };
}
