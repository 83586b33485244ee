import { sql, type Kysely, type Migration } from 'kysely';
import { firstDocument, type RoomBefore } from './first-document.js';

/**
 * Rooms become conference objects: XCON-URI, document, kinds, calls, who waits. Rooms that are there get a document that says what their
 * policy and access columns said.
 */
export const conferences: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
    await writeDocuments(db);
    await sql`alter table room_state.rooms drop column access, drop column display_text,
      alter column document drop default`.execute(db);
  },
};

async function writeDocuments(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<
    RoomBefore & { id: string }
  >`select id, xcon_uri, conference_uri, display_text, policy, access,
    closed_at is not null as closed from room_state.rooms`.execute(db);
  for (const row of rows)
    await sql`update room_state.rooms set document = ${firstDocument(row)} where id = ${row.id}`.execute(db);
}

const statements = [
  `alter table room_state.rooms
    alter column conference_uri drop not null,
    add column kind text not null default 'conference'
      check (kind in ('blueprint', 'conference', 'sidebar-by-val', 'sidebar-by-ref')),
    add column xcon_uri text,
    add column parent_id text references room_state.rooms (id),
    add column cloning_parent text not null default '',
    add column document text not null default '',
    add column document_version bigint not null default 1,
    add column touched jsonb not null default '{}',
    add column password_hash text not null default '',
    add column active boolean not null default true,
    add column secret boolean not null default false,
    add column known_to text[] not null default '{}',
    add column owner_user_id text not null default '',
    add column successor text not null default '',
    add column empty_since timestamptz,
    add column next_due_at timestamptz,
    add column time_checked_at timestamptz`,
  // 32 characters of md5 over a fresh uuid and the id: 122 random bits and the ULID's 80.
  `update room_state.rooms set xcon_uri =
    'xcon:' || md5(gen_random_uuid()::text || id) || coalesce('@' || substring(conference_uri from '@(.*)$'), '')`,
  `alter table room_state.rooms alter column xcon_uri set not null,
    add constraint rooms_xcon_uri unique (xcon_uri)`,
  // A document of before says it is active; nobody has been counted in it.
  `update room_state.rooms set active = closed_at is null`,
  `create index rooms_parent on room_state.rooms (parent_id) where parent_id is not null`,
  `create index rooms_next_due_at on room_state.rooms (next_due_at) where closed_at is null and next_due_at is not null`,
  `create index rooms_closed_at on room_state.rooms (closed_at) where closed_at is not null`,
  `create index rooms_owner on room_state.rooms (owner_user_id) where closed_at is null`,
  `create index rooms_cloning_parent on room_state.rooms (cloning_parent) where cloning_parent <> ''`,
  `create index rooms_known_to on room_state.rooms using gin (known_to)`,

  // XCON-015: one URI of any protocol, one conference.
  `create table room_state.room_uris (
    uri text primary key,
    room_id text not null references room_state.rooms (id)
  )`,
  `create index room_uris_room on room_state.room_uris (room_id)`,
  `insert into room_state.room_uris (uri, room_id) select conference_uri, id from room_state.rooms`,

  `alter table room_state.participants
    add column aors text[] not null default '{}',
    add column anonymity text not null default 'none',
    add column unauthenticated boolean not null default false`,
  `update room_state.participants set aors = identities`,

  `alter table room_state.endpoints drop constraint endpoints_state_check,
    add constraint endpoints_state_check check (state in ('seat', 'pending', 'joined')),
    add column allowed integer not null default 0,
    add column granted integer not null default 0,
    add column label text not null default '',
    add column contact text not null default '',
    add column joining_method text not null default 'dialed-in',
    add column dialog jsonb,
    add column call_id text not null default '',
    add column joined_at timestamptz not null default now()`,
  `create index endpoints_pending on room_state.endpoints (seat_expires_at) where state = 'pending'`,

  `create table room_state.calls (
    call_id text primary key,
    room_id text not null references room_state.rooms (id),
    user_id text not null,
    uri text not null,
    display_name text not null,
    nickname text not null,
    nick_key text not null,
    state text not null check (state in ('wanted', 'taken')),
    asked_by text not null,
    asked_at timestamptz not null default now(),
    told_at timestamptz not null default now(),
    ordinal bigint generated always as identity
  )`,
  `create index calls_room on room_state.calls (room_id)`,
  `create index calls_told_at on room_state.calls (told_at)`,
];
