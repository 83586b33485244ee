import { sql, type Kysely, type Migration } from 'kysely';

/** Who said it and under which name, what a room keeps and for how long, who may not speak; indexes to read by place and time. */
export const reading: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const sender = `
    add column sender_nickname text not null default '',
    add column sender_user_id text not null default '',
    add column sender_chat_id text not null default ''`;

const statements = [
  `alter table history.message ${sender},
    add column left_out_bytes bigint not null default 0`,
  `alter table history.open_message ${sender},
    add column headers_only boolean not null default false`,

  // With the time in it, a stretch of a long log is looked through for a time without reading the messages.
  `alter table history.message drop constraint message_pkey`,
  `alter table history.message add constraint message_pkey primary key (room_id, epoch, seq) include (received_at)`,
  `create index message_received_at on history.message (room_id, received_at)`,

  // What is known of each room has to be asked for again: the policy columns cannot be made up.
  `delete from history.room`,
  `alter table history.room
    add column shard text not null,
    add column suspended boolean not null,
    add column retention_seconds bigint not null,
    add column hold boolean not null,
    add column files_kept boolean not null,
    add column closed boolean not null`,

  // Endpoints whose messages are distributed to nobody, as of the place their shard was read up to.
  `create table history.silenced (
    room_id text not null,
    chat_id text not null,
    left_at timestamptz,
    primary key (room_id, chat_id)
  )`,
  `create index silenced_left_at on history.silenced (left_at) where left_at is not null`,

  `create table history.lease (
    name text primary key,
    holder text not null,
    expires_at timestamptz not null
  )`,
];
