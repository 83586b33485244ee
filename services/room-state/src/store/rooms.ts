import { sql } from 'kysely';
import { inTransaction, sqlState, type Database } from '@plenary/db';
import type { RoomId } from '@plenary/wire';
import { conferenceView } from '@plenary/xcon';
import { protocolUris } from '../room/rules.js';
import type { NewRoom } from '../room/new-room.js';
import type { Asked, Committed, Creation, CreationNote, RoomStore } from './interface.js';
import { changeRoom, type ChangeContext } from './room-change.js';
import { CommandFailed, UriTaken } from './command-failed.js';
import { insertRoom } from './room-insert.js';
import { loadHeads, loadRoom, versionOf, type Queries } from './room-rows.js';
import type { RoomStateSchema } from './schema.js';
import { NicknameRace } from './room-writes.js';

/** Rooms whose URI is remembered. */
const maxKnownUris = 10_000;
/** How long it is: another replica may have given the URI to another room since. A crowd entering one room asks the database once. */
const knownUriMs = 5_000;
/** Serialisation failure and deadlock: the transaction is tried once more. */
const raced = /^40/;

/** Rooms in PostgreSQL: the row lock of `rooms` makes one writer of a room at a time, over all replicas. */
export function postgresRooms(db: Database<RoomStateSchema>, context: ChangeContext): RoomStore {
  const { cache, documents, clock } = context;
  // A URI may pass to another room when its own is deleted or gives it up: whoever was led to a closed room forgets it and looks again.
  const known = new Map<string, { readonly room: RoomId; readonly untilMs: number }>();
  const changeOnce = (room: RoomId, asked: readonly Asked[]): Promise<Committed> =>
    inTransaction(db, (transaction) => changeRoom(transaction, context, room, asked));
  const changeAgain = async (room: RoomId, asked: readonly Asked[]): Promise<Committed> => {
    try {
      return await changeOnce(room, asked);
    } catch (error) {
      if (error instanceof NicknameRace || raced.test(sqlState(error) ?? '')) return changeOnce(room, asked);
      throw error;
    }
  };
  return {
    async change(room, asked) {
      const committed = await changeAgain(room, asked).catch((error: unknown) => refusedAlone(asked, error));
      for (const { room: sidebar } of committed.sidebars) cache.put(sidebar);
      if (committed.room !== undefined) cache.put(committed.room);
      return committed;
    },
    async createRoom(room, roomsMax, remembered) {
      return inTransaction(db, async (transaction): Promise<Creation> => {
        // First of all: what the request has made stands in its own repeat's way.
        const before = remembered === undefined ? undefined : await noteCreation(transaction, room.id, remembered);
        if (before !== undefined) return before;
        if (roomsMax > 0 && (await countRooms(transaction, room.createdBy)) >= roomsMax) throw new QuotaReached();
        return insertRoom(transaction, room);
      }).catch(async (error: unknown) => {
        if (error instanceof QuotaReached) return { kind: 'quota' };
        const taken = error instanceof UriTaken ? await holderOf(db.kysely, room) : undefined;
        if (taken === undefined) throw error;
        return { kind: 'taken', room: taken };
      });
    },
    async findRoom(uri) {
      const nowMs = clock.nowMs();
      const found = known.get(uri);
      if (found !== undefined && found.untilMs > nowMs) return found.room;
      const room = await selectByUri(db.kysely, uri);
      if (known.size >= maxKnownUris) known.clear();
      if (room === undefined) known.delete(uri);
      else known.set(uri, { room, untilMs: nowMs + knownUriMs });
      return room;
    },
    forgetUri(uri) {
      known.delete(uri);
    },
    async readRoom(room) {
      const version = await versionOf(db.kysely, room);
      if (version === undefined) return undefined;
      const cached = cache.get(room, version);
      if (cached !== undefined) return cached;
      const state = await inTransaction(db, (transaction) => loadRoom(transaction, documents, room), {
        isolation: 'repeatable read',
      });
      if (state !== undefined) cache.put(state);
      return state;
    },
    listRooms: (after, limit) => loadHeads(db.kysely, documents, { after, limit }),
    async readHeads(ids) {
      return ids.length === 0 ? [] : loadHeads(db.kysely, documents, { ids });
    },
    async dueRooms(limit) {
      const rows = await db.kysely
        .selectFrom('room_state.rooms')
        .select('id')
        .where('closed_at', 'is', null)
        .where('next_due_at', '<=', sql<Date>`clock_timestamp()`)
        .orderBy('next_due_at')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id as RoomId);
    },
  };
}

/** One command that failed by itself is refused; one of several is tried alone by whoever asked. */
function refusedAlone(asked: readonly Asked[], error: unknown): Committed {
  if (!(error instanceof CommandFailed) || asked.length > 1) throw error;
  const outcome = { kind: 'refused', code: error.code, detail: error.message } as const;
  return { outcomes: [outcome], room: undefined, events: [], sidebars: [] };
}

/** Undoes what the transaction has noted. */
class QuotaReached extends Error {
  override readonly name = 'QuotaReached';
}

interface StoredCreation {
  readonly room: RoomId;
  readonly note: string;
}

/** Notes that this request makes that room; what it has made before, if it has. Waits for the same request under way. Req: CCMP-014. */
async function noteCreation(
  db: Queries,
  room: RoomId,
  { key, note }: CreationNote,
): Promise<Extract<Creation, { kind: 'repeated' }> | undefined> {
  const stored: StoredCreation = { room, note };
  const { numInsertedOrUpdatedRows: inserted } = await db
    .insertInto('room_state.requests')
    .values({ op: 'create', request_id: key, result: JSON.stringify(stored) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (inserted === 1n) return undefined;
  const { result } = await db
    .selectFrom('room_state.requests')
    .select('result')
    .where('op', '=', 'create')
    .where('request_id', '=', key)
    .executeTakeFirstOrThrow();
  return { kind: 'repeated', ...(result as StoredCreation) };
}

async function countRooms(db: Queries, createdBy: string): Promise<number> {
  // Creations of one user wait for one another, so that the count holds.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`rooms ${createdBy}`}, 0))`.execute(db);
  const { count } = await db
    .selectFrom('room_state.rooms')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('created_by', '=', createdBy)
    .where('closed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function holderOf(db: Queries, room: NewRoom): Promise<RoomId | undefined> {
  for (const uri of [room.xconUri, ...protocolUris({ ...room, view: conferenceView(room.document) })]) {
    const holder = await selectByUri(db, uri);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

async function selectByUri(db: Queries, uri: string): Promise<RoomId | undefined> {
  const { rows } = await sql<{ id: string }>`select id from room_state.rooms where xcon_uri = ${uri}
    union all select id from room_state.rooms where conference_uri = ${uri}
    union all select room_id from room_state.room_uris where uri = ${uri} limit 1`.execute(db);
  return rows[0]?.id as RoomId | undefined;
}
