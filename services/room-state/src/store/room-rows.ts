import { CompiledQuery, type Kysely, type Selectable } from 'kysely';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import type { XconUri } from '@plenary/xcon';
import {
  emptyDesk,
  type CallState,
  type ConferenceHead,
  type EndpointState,
  type ParticipantState,
  type PendingState,
  type RoomState,
  type SidebarState,
} from '../room/state.js';
import type { DocumentCache } from './document-cache.js';
import { capabilitiesFromJson, dialogFromJson, pendingFromJson, policyFromJson, touchedFromJson } from './json.js';
import type { RoomStateSchema } from './schema.js';

/** A pool or a transaction. */
export type Queries = Kysely<RoomStateSchema>;

type RoomRow = Omit<Selectable<RoomStateSchema['room_state.rooms']>, 'document' | 'known_to'>;

/** All but the document, which is large and mostly known already. */
const headColumns = [
  'id',
  'conference_uri',
  'shard',
  'epoch',
  'tag',
  'version',
  'policy',
  'created_by',
  'created_at',
  'closed_at',
  'kind',
  'xcon_uri',
  'parent_id',
  'cloning_parent',
  'document_version',
  'touched',
  'password_hash',
  'active',
  'secret',
  'owner_user_id',
  'successor',
  'empty_since',
  'next_due_at',
  'time_checked_at',
] as const;

// A text: it is run for every change of a room, and building it costs as much as running it.
const lockSql = `select version, floor(extract(epoch from clock_timestamp()) * 1000) as now_ms,
    floor(extract(epoch from time_checked_at) * 1000) as checked_ms
  from room_state.rooms where id = $1 for update`;

/** Takes the room's row lock; `nowMs` is the database's clock. */
export async function lockRoom(
  db: Queries,
  room: RoomId,
): Promise<
  { readonly version: bigint; readonly nowMs: number; readonly timeCheckedAtMs: number | undefined } | undefined
> {
  const { rows } = await db.executeQuery<{ version: string; now_ms: string; checked_ms: string | null }>(
    CompiledQuery.raw(lockSql, [room]),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const timeCheckedAtMs = row.checked_ms === null ? undefined : Number(row.checked_ms);
  return { version: BigInt(row.version), nowMs: Number(row.now_ms), timeCheckedAtMs };
}

/** Version of a room now; undefined: there is none. */
export async function versionOf(db: Queries, room: RoomId): Promise<bigint | undefined> {
  const row = await db.selectFrom('room_state.rooms').select('version').where('id', '=', room).executeTakeFirst();
  return row === undefined ? undefined : BigInt(row.version);
}

/** Rooms without who is in them, in the order of their ids. */
export async function loadHeads(
  db: Queries,
  documents: DocumentCache,
  select: { readonly ids: readonly RoomId[] } | { readonly after: string; readonly limit: number },
): Promise<ConferenceHead[]> {
  const all = db.selectFrom('room_state.rooms').select(headColumns).orderBy('id');
  const rows = await (
    'ids' in select
      ? all.where('id', 'in', [...select.ids])
      : all
          .where('id', '>', select.after)
          .where('closed_at', 'is', null)
          .where('kind', '<>', 'blueprint')
          .limit(select.limit)
  ).execute();
  const read = await documents.read(
    db,
    rows.map((row) => ({ id: row.id as RoomId, version: BigInt(row.document_version) })),
  );
  return rows.map((row) => headOf(row, documentOf(read, row.id)));
}

/** The room with everybody in it. The caller makes sure that nothing changes meanwhile (lock or snapshot). */
export async function loadRoom(db: Queries, documents: DocumentCache, room: RoomId): Promise<RoomState | undefined> {
  const [head] = await loadHeads(db, documents, { ids: [room] });
  if (head === undefined) return undefined;
  const present = await loadEndpoints(db, room);
  return {
    ...head,
    ...present,
    calls: await loadCalls(db, room),
    sidebars: await loadSidebars(db, documents, room),
    desk: emptyDesk,
  };
}

type ReadDocument = Pick<ConferenceHead, 'document' | 'view'>;

function documentOf(read: ReadonlyMap<RoomId, ReadDocument>, id: string): ReadDocument {
  const document = read.get(id as RoomId);
  if (document === undefined) throw new Error('a room has no document');
  return document;
}

function headOf(row: RoomRow, { document, view }: ReadDocument): ConferenceHead {
  return {
    id: row.id as RoomId,
    kind: row.kind,
    xconUri: row.xcon_uri as XconUri,
    conferenceUri: (row.conference_uri as ConferenceUri | null) ?? undefined,
    shard: row.shard as ShardId,
    epoch: row.epoch,
    tag: row.tag,
    version: BigInt(row.version),
    policy: policyFromJson(row.policy),
    document,
    view,
    documentVersion: BigInt(row.document_version),
    touched: touchedFromJson(row.touched),
    passwordHash: row.password_hash,
    ownerUserId: row.owner_user_id as UserId | '',
    parentId: (row.parent_id as RoomId | null) ?? undefined,
    createdAtMs: row.created_at.getTime(),
    emptySinceMs: row.empty_since?.getTime(),
    timeCheckedAtMs: row.time_checked_at?.getTime(),
    closed: row.closed_at !== null,
    successor: row.successor as XconUri | '',
  };
}

async function loadEndpoints(
  db: Queries,
  room: RoomId,
): Promise<Pick<RoomState, 'participants' | 'owners' | 'pending'>> {
  const participants = new Map<ParticipantId, ParticipantState>();
  const owners = new Map<ChatId, ParticipantId>();
  const pending = new Map<ChatId, PendingState>();
  const rows = await db
    .selectFrom('room_state.endpoints as e')
    .leftJoin('room_state.participants as p', (join) =>
      join.onRef('p.room_id', '=', 'e.room_id').onRef('p.pid', '=', 'e.pid'),
    )
    .select(['e.chat_id', 'e.pid', 'e.edge_id', 'e.capabilities', 'e.nickname as own_nickname', 'e.nick_key'])
    .select(['e.state', 'e.seat', 'e.allowed', 'e.granted', 'e.label', 'e.contact', 'e.joining_method', 'e.dialog'])
    .select(['e.call_id', 'e.joined_at'])
    .select(['p.user_key', 'p.user_id', 'p.entity', 'p.identities', 'p.display_name', 'p.roles', 'p.nickname'])
    .select(['p.aors', 'p.anonymity', 'p.unauthenticated'])
    .where('e.room_id', '=', room)
    .where('e.state', 'in', ['joined', 'pending'])
    .orderBy('e.ordinal')
    .execute();
  for (const row of rows) {
    const chatId = row.chat_id as ChatId;
    const pid = row.pid as ParticipantId;
    const capabilities = capabilitiesFromJson(row.capabilities);
    if (row.state === 'pending') {
      pending.set(chatId, pendingFromJson(row.seat, { chatId, pid, capabilities }));
      continue;
    }
    if (row.user_key === null) throw new Error('an endpoint has no participant');
    const endpoint: EndpointState = {
      chatId,
      edgeId: row.edge_id,
      capabilities,
      nickname: row.own_nickname,
      nickKey: row.nick_key,
      allowed: row.allowed,
      granted: row.granted,
      label: row.label,
      contact: row.contact,
      joiningMethod: row.joining_method,
      dialog: dialogFromJson(row.dialog),
      callId: row.call_id,
      joinedAtMs: row.joined_at.getTime(),
    };
    const known = participants.get(pid);
    participants.set(pid, {
      pid,
      userId: row.user_id as UserId,
      userKey: row.user_key,
      entity: row.entity ?? '',
      identities: row.identities ?? [],
      aors: row.aors ?? [],
      displayName: row.display_name ?? '',
      roles: row.roles ?? [],
      anonymity: row.anonymity ?? 'none',
      unauthenticated: row.unauthenticated ?? false,
      nickname: row.nickname ?? '',
      endpoints: [...(known?.endpoints ?? []), endpoint],
    });
    owners.set(chatId, pid);
  }
  return { participants, owners, pending };
}

async function loadCalls(db: Queries, room: RoomId): Promise<ReadonlyMap<string, CallState>> {
  const rows = await db
    .selectFrom('room_state.calls')
    .selectAll()
    .where('room_id', '=', room)
    .orderBy('ordinal')
    .execute();
  return new Map(
    rows.map((row) => [
      row.call_id,
      {
        callId: row.call_id,
        userId: row.user_id as UserId,
        uri: row.uri,
        displayName: row.display_name,
        nickname: row.nickname,
        nickKey: row.nick_key,
        state: row.state,
        askedBy: row.asked_by as UserId | '',
        askedAtMs: row.asked_at.getTime(),
      },
    ]),
  );
}

async function loadSidebars(
  db: Queries,
  documents: DocumentCache,
  room: RoomId,
): Promise<ReadonlyMap<RoomId, SidebarState>> {
  const rows = await db
    .selectFrom('room_state.rooms')
    .select(['id', 'xcon_uri', 'kind', 'document_version'])
    .where('parent_id', '=', room)
    .where('closed_at', 'is', null)
    .orderBy('id')
    .execute();
  const read = await documents.read(
    db,
    rows.map((row) => ({ id: row.id as RoomId, version: BigInt(row.document_version) })),
  );
  const present = await loadPresence(
    db,
    rows.map((row) => row.id),
  );
  const sidebars = new Map<RoomId, SidebarState>();
  for (const row of rows) {
    if (row.kind !== 'sidebar-by-val' && row.kind !== 'sidebar-by-ref') continue;
    const id = row.id as RoomId;
    sidebars.set(id, {
      id,
      xconUri: row.xcon_uri as XconUri,
      kind: row.kind,
      ...documentOf(read, row.id),
      present: present.get(id) ?? new Set(),
    });
  }
  return sidebars;
}

/** XCON-USERIDs of those who are in each of the rooms. */
async function loadPresence(db: Queries, rooms: readonly string[]): Promise<ReadonlyMap<string, Set<UserId>>> {
  const present = new Map<string, Set<UserId>>();
  if (rooms.length === 0) return present;
  const rows = await db
    .selectFrom('room_state.endpoints as e')
    .innerJoin('room_state.participants as p', (join) =>
      join.onRef('p.room_id', '=', 'e.room_id').onRef('p.pid', '=', 'e.pid'),
    )
    .select(['e.room_id', 'p.user_id'])
    .where('e.room_id', 'in', [...rooms])
    .where('e.state', '=', 'joined')
    .execute();
  for (const { room_id, user_id } of rows)
    present.set(room_id, (present.get(room_id) ?? new Set<UserId>()).add(user_id as UserId));
  return present;
}
