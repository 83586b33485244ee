import { sql, type Kysely, type Migration } from 'kysely';

/** Nicknames that persistent lists register, and the way to a nickname whatever its room. */
export const registrations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // NICK-X-018: the nicknames of a conference's <persistent-list>, by comparison key.
  `create table room_state.nickname_registrations (
    room_id text not null references room_state.rooms (id),
    nick_key text not null,
    user_id text not null,
    primary key (room_id, nick_key)
  )`,
  `create index nickname_registrations_key on room_state.nickname_registrations (nick_key)`,
  `create index nicknames_key on room_state.nicknames (nick_key)`,
];
