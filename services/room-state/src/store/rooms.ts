import { inTransaction, type Database } from '@plenary/db';
import type { StateChange, StateEvent } from '@plenary/proto/chat';
import type { ConferenceUri, RoomId } from '@plenary/wire';
import { draftOf, type RoomDraft } from '../room/apply.js';
import { advanceAll, commitChanges } from '../room/commit.js';
import { decide, type Decision } from '../room/decide.js';
import type { RoomEvent } from '../room/event.js';
import type { SameIdentity } from '../room/policy.js';
import { emptyDesk, type RoomState } from '../room/state.js';
import type { Asked, Committed, Outcome, RoomStore } from './interface.js';
import { accessToJson, policyToJson } from './json.js';
import type { RoomCache } from './room-cache.js';
import { isRemembered, loadDesk, requestKey, type DeskView, type StoredAnswer } from './room-desk.js';
import { loadPresent, lockRoom, roomHeadOf, type Queries, type RoomHead } from './room-rows.js';
import type { RoomStateSchema } from './schema.js';
import { NicknameRace, writeOutbox, writeRoom, type AnswerRow } from './room-writes.js';

/** Rooms whose URI is remembered. */
const maxKnownUris = 10_000;

/** Rooms in PostgreSQL: the row lock of `rooms` makes one writer of a room at a time, over all replicas. */
export function postgresRooms(db: Database<RoomStateSchema>, cache: RoomCache, sameIdentity: SameIdentity): RoomStore {
  // A URI stays with its room, also when that is closed: what was found once holds.
  const roomIds = new Map<ConferenceUri, RoomId>();
  const changeOnce = (room: RoomId, asked: readonly Asked[]): Promise<Committed> =>
    inTransaction(db, (transaction) => changeRoom(transaction, cache, sameIdentity, room, asked));
  return {
    async change(room, asked) {
      const committed = await changeOnce(room, asked).catch((error: unknown) => {
        if (error instanceof NicknameRace) return changeOnce(room, asked);
        throw error;
      });
      if (committed.room !== undefined) cache.put(committed.room);
      return committed;
    },
    async createRoom({ id, conferenceUri, shard, tag, blueprint, createdBy }) {
      return inTransaction(db, async (transaction) => {
        const { policy, access, displayText } = blueprint;
        const made = await transaction
          .insertInto('room_state.rooms')
          .values({
            id,
            conference_uri: conferenceUri,
            shard,
            epoch: 1,
            tag,
            version: 0n,
            policy: policyToJson(policy),
            access: accessToJson(access),
            display_text: displayText,
            created_by: createdBy,
            closed_at: null,
          })
          .onConflict((conflict) => conflict.column('conference_uri').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (made === undefined) {
          const { id: other } = await transaction
            .selectFrom('room_state.rooms')
            .select('id')
            .where('conference_uri', '=', conferenceUri)
            .executeTakeFirstOrThrow();
          return { room: other as RoomId, events: [] };
        }
        const draft = draftOf({
          ...roomHeadOf(made),
          participants: new Map(),
          owners: new Map(),
          desk: emptyDesk,
        });
        const changes = advanceAll(draft, [{ kind: 'room-created' }]);
        const events = commitChanges(draft, changes, BigInt(made.created_at.getTime()) * 1000n);
        await writeOutbox(transaction, draft, events);
        return { room: id, events };
      });
    },
    async findRoom(uri) {
      const known = roomIds.get(uri);
      if (known !== undefined) return known;
      const row = await db.kysely
        .selectFrom('room_state.rooms')
        .select('id')
        .where('conference_uri', '=', uri)
        .executeTakeFirst();
      const room = row?.id as RoomId | undefined;
      if (room !== undefined) {
        if (roomIds.size >= maxKnownUris) roomIds.clear();
        roomIds.set(uri, room);
      }
      return room;
    },
    async readRoom(room) {
      const row = await selectHead(db.kysely, room);
      if (row === undefined) return undefined;
      const cached = cache.get(room, row.version);
      if (cached !== undefined) return cached;
      const state = await inTransaction(
        db,
        async (transaction) => {
          const head = await selectHead(transaction, room);
          return head === undefined ? undefined : loadPresent(transaction, head);
        },
        { isolation: 'repeatable read' },
      );
      if (state !== undefined) cache.put(state);
      return state;
    },
    async listRooms(after, limit) {
      const rows = await db.kysely
        .selectFrom('room_state.rooms')
        .selectAll()
        .where('id', '>', after)
        .where('closed_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(roomHeadOf);
    },
    async countRoomsOf(userKey) {
      const { count } = await db.kysely
        .selectFrom('room_state.rooms')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('created_by', '=', userKey)
        .where('closed_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

async function selectHead(db: Queries, room: RoomId): Promise<RoomHead | undefined> {
  const row = await db.selectFrom('room_state.rooms').selectAll().where('id', '=', room).executeTakeFirst();
  return row === undefined ? undefined : roomHeadOf(row);
}

async function changeRoom(
  db: Queries,
  cache: RoomCache,
  sameIdentity: SameIdentity,
  room: RoomId,
  asked: readonly Asked[],
): Promise<Committed> {
  const locked = await lockRoom(db, room);
  if (locked === undefined)
    return { outcomes: asked.map(() => ({ kind: 'no-such-room' })), room: undefined, events: [] };
  const { head, nowMs } = locked;
  const present = cache.get(room, head.version) ?? (await loadPresent(db, head));
  const view = await loadDesk(db, room, asked);
  const draft = draftOf({ ...present, desk: view.desk });
  const { happened, decisions, events } = runCommands(draft, view, asked, { nowMs, sameIdentity });
  const outcomes = decisions.map((decision) => outcomeOf(decision, draft));
  await writeRoom(db, draft, happened, events, answersOf(asked, outcomes));
  return { outcomes, room: draft, events };
}

type Decided = Decision | Extract<Outcome, { kind: 'repeated' }>;

/** Decides each command on what the ones before it left, then gives all their changes one commit. */
function runCommands(
  draft: RoomDraft,
  { answered }: DeskView,
  asked: readonly Asked[],
  context: { readonly nowMs: number; readonly sameIdentity: SameIdentity },
): { happened: RoomEvent[]; decisions: Decided[]; events: StateEvent[] } {
  const happened: RoomEvent[] = [];
  const decisions: Decided[] = [];
  const changes: StateChange[] = [];
  for (const ask of asked) {
    const before = isRemembered(ask) ? answered.get(requestKey(ask)) : undefined;
    const decision = before ?? decide(draft, ask.command, context);
    decisions.push(decision);
    if (decision.kind !== 'events') continue;
    happened.push(...decision.events);
    changes.push(...advanceAll(draft, decision.events));
  }
  return { happened, decisions, events: commitChanges(draft, changes, BigInt(context.nowMs) * 1000n) };
}

function outcomeOf(decision: Decided, after: RoomState): Outcome {
  if (decision.kind !== 'events') return decision;
  return { kind: 'done', version: after.version, changed: decision.events.length > 0 };
}

/** What is kept of the answers. */
function answersOf(asked: readonly Asked[], outcomes: readonly Outcome[]): AnswerRow[] {
  return asked.flatMap((ask, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'done' || !isRemembered(ask)) return [];
    const chatId = ask.command.kind === 'admit' ? ask.command.seat.chatId : undefined;
    const result: StoredAnswer = { version: outcome.version.toString(), chatId };
    return [{ op: ask.command.kind, request_id: ask.requestId, result }];
  });
}
