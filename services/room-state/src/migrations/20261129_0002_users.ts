import { sql, type Kysely, type Migration } from 'kysely';

/** Who is who: XCON-USERIDs and the identities that stand for each. */
export const users: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table room_state.users (
    user_id text primary key,
    username text,
    display_text text not null,
    e_mail text not null,
    anonymous boolean not null,
    created_at timestamptz not null default now()
  )`,
  `create index users_username on room_state.users (username) where username is not null`,
  `create index users_anonymous on room_state.users (created_at) where anonymous`,

  // XCON-010: one row, one user. uri: as it was given first; the key is its compared form.
  `create table room_state.user_identities (
    identity_key text primary key,
    uri text not null,
    user_id text not null references room_state.users (user_id),
    ordinal bigint generated always as identity
  )`,
  `create index user_identities_user on room_state.user_identities (user_id)`,
  `create index accounts_identities on room_state.accounts using gin (identities)`,
  `create index if not exists participants_user_id on room_state.participants (user_id)`,

  // Whoever a room knows already keeps the XCON-USERID it has there; the identity is the compared form of its AOR. One with upper-case
  // letters is none: in lower case it would be another user's.
  `insert into room_state.users (user_id, username, display_text, e_mail, anonymous)
    select distinct on (user_id) user_id, null, display_name, '', false from room_state.participants
    where user_id = lower(user_id) on conflict do nothing`,
  `insert into room_state.user_identities (identity_key, uri, user_id)
    select distinct on (user_key) user_key, entity, user_id from room_state.participants
    where user_id = lower(user_id) on conflict do nothing`,

  // Holders are compared by XCON-USERID. Where one id stood for several identities of a room, they stay what they are until they leave.
  `create temporary table sole_holders on commit drop as
    select room_id, min(user_key) as user_key, user_id from room_state.participants
    where user_id = lower(user_id) group by room_id, user_id having count(*) = 1`,
  `update room_state.nicknames n set user_key = s.user_id from sole_holders s
    where n.room_id = s.room_id and n.user_key = s.user_key`,
  `update room_state.participants p set user_key = s.user_id from sole_holders s
    where p.room_id = s.room_id and p.user_key = s.user_key`,
];
