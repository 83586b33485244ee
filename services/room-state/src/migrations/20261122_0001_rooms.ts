import { sql, type Kysely, type Migration } from 'kysely';

/** Conference objects, who is in them, who holds which nickname, and what is still to be told. */
export const rooms: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create schema if not exists room_state`,

  `create table room_state.rooms (
    id text primary key,
    conference_uri text not null,
    shard text not null,
    epoch integer not null,
    tag text not null,
    version bigint not null,
    policy jsonb not null,
    access jsonb not null,
    display_text text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    closed_at timestamptz,
    constraint rooms_conference_uri unique (conference_uri)
  )`,
  `create index rooms_created_by on room_state.rooms (created_by) where closed_at is null`,
  `create index rooms_shard on room_state.rooms (shard)`,

  // One row per user a room knows: in it, seated, or gone and still remembered (keep_until).
  `create table room_state.participants (
    room_id text not null references room_state.rooms (id),
    pid text not null,
    user_key text not null,
    user_id text not null,
    entity text not null,
    identities text[] not null,
    display_name text not null,
    roles text[] not null,
    nickname text not null,
    keep_until timestamptz,
    primary key (room_id, pid),
    constraint participants_user unique (room_id, user_key)
  )`,
  `create index participants_keep_until on room_state.participants (keep_until) where keep_until is not null`,

  `create table room_state.endpoints (
    chat_id text primary key,
    room_id text not null references room_state.rooms (id),
    pid text not null,
    edge_id text not null,
    capabilities jsonb not null,
    state text not null check (state in ('seat', 'joined')),
    seat_expires_at timestamptz,
    seat jsonb,
    nickname text not null default '',
    nick_key text not null default '',
    ordinal bigint generated always as identity
  )`,
  `create index endpoints_room on room_state.endpoints (room_id)`,
  `create index endpoints_edge on room_state.endpoints (edge_id) where state = 'joined'`,
  `create index endpoints_seat_expiry on room_state.endpoints (seat_expires_at) where state = 'seat'`,

  // NICK-006: one row, one holder. held_until: null while in use, else the end of the quarantine.
  `create table room_state.nicknames (
    room_id text not null references room_state.rooms (id),
    nick_key text not null,
    user_key text not null,
    held_until timestamptz,
    unicode_version text not null,
    primary key (room_id, nick_key)
  )`,
  `create index nicknames_held_until on room_state.nicknames (held_until) where held_until is not null`,

  `create table room_state.outbox (
    room_id text not null,
    version bigint not null,
    shard text not null,
    event bytea not null,
    committed_at timestamptz not null default now(),
    primary key (room_id, version)
  )`,
  `create index outbox_committed_at on room_state.outbox (committed_at)`,

  `create table room_state.requests (
    op text not null,
    request_id text not null,
    result jsonb not null,
    created_at timestamptz not null default now(),
    primary key (op, request_id)
  )`,
  `create index requests_created_at on room_state.requests (created_at)`,

  `create table room_state.accounts (
    username text primary key,
    realm text not null,
    ha1_md5 text not null,
    ha1_sha256 text not null,
    identities text[] not null,
    system_roles text[] not null
  )`,

  `create table room_state.shards (shard text primary key, incarnation text not null)`,

  `create table room_state.leases (
    name text primary key,
    holder text not null,
    fence bigint not null,
    expires_at timestamptz not null
  )`,
];
