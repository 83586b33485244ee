import { sql, type Kysely, type Migration } from 'kysely';

/** What logged rooms said, where each shard's log was read up to, and messages whose end has not come. */
export const messages: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create schema if not exists history`,

  `create table history.message (
    room_id text not null,
    epoch integer not null,
    seq bigint not null,
    origin_id text not null,
    sender_pid text not null,
    sender_entity text not null,
    wrapped_type text not null,
    message_id text not null,
    received_at timestamptz not null,
    octets bytea not null,
    primary key (room_id, epoch, seq),
    constraint message_origin unique (room_id, origin_id)
  )`,

  // A message in fragments, until its last one.
  `create table history.open_message (
    room_id text not null,
    epoch integer not null,
    head_seq bigint not null,
    next_offset bigint not null,
    origin_id text not null,
    sender_pid text not null,
    sender_entity text not null,
    wrapped_type text not null,
    message_id text not null,
    received_at timestamptz not null,
    begun_at timestamptz not null default now(),
    primary key (room_id, epoch, head_seq)
  )`,
  `create index open_message_begun_at on history.open_message (begun_at)`,
  `create table history.fragment (
    room_id text not null,
    epoch integer not null,
    head_seq bigint not null,
    byte_offset bigint not null,
    octets bytea not null,
    primary key (room_id, epoch, head_seq, byte_offset)
  )`,

  // Whether a room was logged, as of the place its shard was read up to.
  `create table history.room (
    room_id text primary key,
    epoch integer not null,
    version bigint not null,
    logged boolean not null
  )`,
  `create table history.shard (
    shard text primary key,
    incarnation text not null,
    last_seq bigint not null,
    last_event_at timestamptz not null default now()
  )`,
];
