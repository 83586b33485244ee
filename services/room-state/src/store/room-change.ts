import type { StateEvent } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { ChatId, RoomId } from '@plenary/wire';
import { draftOf, type RoomDraft } from '../room/apply.js';
import { advanceAll, commitChanges } from '../room/commit.js';
import type { PerformAnswer } from '../room/conference/answer.js';
import { decide } from '../room/decide.js';
import type { Consequence, DecideContext, Decision } from '../room/decision.js';
import type { RoomEvent } from '../room/event.js';
import type { RoomState, SidebarState } from '../room/state.js';
import { CommandFailed } from './command-failed.js';
import { TooLate } from './too-late.js';
import type { DocumentCache } from './document-cache.js';
import type { NewRoom } from '../room/new-room.js';
import type { Asked, Committed, Outcome, SidebarCommitted } from './interface.js';
import type { RoomCache } from './room-cache.js';
import { isRemembered, loadDesk, requestKey, type StoredAnswer } from './room-desk.js';
import { insertRoom } from './room-insert.js';
import { loadRoom, lockRoom, type Queries } from './room-rows.js';
import { writeRoom, type AnswerRow } from './room-writes.js';

export interface ChangeContext {
  readonly cache: RoomCache;
  readonly documents: DocumentCache;
  readonly clock: Clock;
}

/** `again`: the same request as the one at that place of the same transaction. */
type Decided = Decision | Extract<Outcome, { kind: 'repeated' }> | { readonly kind: 'again'; readonly first: number };

/** What one transaction has done to one room so far. */
interface Progress {
  readonly db: Queries;
  readonly context: ChangeContext;
  readonly draft: RoomDraft;
  readonly deciding: DecideContext;
  readonly happened: RoomEvent[];
  readonly events: StateEvent[];
  readonly sidebars: SidebarCommitted[];
}

/**
 * Decides commands on a room one after another, under its row lock, each on what the ones before it left, and writes what came of them.
 * A main conference is locked before its sidebars, always.
 */
export async function changeRoom(
  db: Queries,
  context: ChangeContext,
  room: RoomId,
  asked: readonly Asked[],
): Promise<Committed> {
  const locked = await lockRoom(db, room);
  // Waiting for the row is what takes long: whoever asked may have been told meanwhile that it was not done.
  if (asked.some(({ untilMs }) => untilMs !== undefined && untilMs <= context.clock.nowMs()))
    throw new TooLate('the time of the request has run out');
  const present =
    locked === undefined
      ? undefined
      : (context.cache.get(room, locked.version) ?? (await loadRoom(db, context.documents, room)));
  if (locked === undefined || present === undefined)
    return { outcomes: asked.map(() => ({ kind: 'no-such-room' })), room: undefined, events: [], sidebars: [] };
  const { nowMs, timeCheckedAtMs } = locked;
  const { desk, answered } = await loadDesk(db, room, asked, present.view.policy.nicknameScope);
  const draft = draftOf({ ...present, timeCheckedAtMs, desk });
  const progress: Progress = {
    db,
    context,
    draft,
    deciding: {
      nowMs,
    },
    happened: [],
    events: [],
    sidebars: [],
  };
  const decisions: Decided[] = [];
  const segments: number[] = [];
  let changes: ReturnType<typeof advanceAll> = [];
  const versions: bigint[] = [];
  const commit = (): void => {
    progress.events.push(...commitChanges(draft, changes, BigInt(nowMs) * 1000n));
    changes = [];
    versions.push(draft.version);
  };
  const here = new Map<string, Decided>();
  for (const [index, ask] of asked.entries()) {
    // CCMP-027: an operation of conference control has a version of its own.
    const alone = ask.command.kind === 'perform' || ask.command.kind === 'perform-sidebar';
    if (alone) commit();
    const key = isRemembered(ask) ? requestKey(ask) : undefined;
    const before = key === undefined ? undefined : (answered.get(key) ?? here.get(key));
    const decision = before ?? (await settle(progress, decide(draft, ask.command, progress.deciding)));
    decisions.push(decision);
    if (decision.kind === 'events') {
      progress.happened.push(...decision.events);
      changes.push(...advanceAll(draft, decision.events));
      if (key !== undefined) here.set(key, { kind: 'again', first: index });
    }
    segments.push(versions.length);
    if (alone) commit();
  }
  commit();
  const firsts = decisions.map((decision, index) => outcomeOf(decision, versions[segments[index] ?? 0] ?? 0n));
  const outcomes = decisions.map((decision, index) =>
    decision.kind === 'again' ? repeatOf(asked[decision.first], firsts[decision.first]) : (firsts[index] ?? noRoom),
  );
  await writeRoom(db, draft, progress.happened, progress.events, answersOf(asked, outcomes), nowMs);
  return { outcomes, room: draft, events: progress.events, sidebars: progress.sidebars };
}

/** Does to sidebars what a decision says, and adds what that means for the main conference. */
async function settle(progress: Progress, decision: Decision): Promise<Decision> {
  if (decision.kind !== 'events' || decision.consequences.length === 0) return decision;
  const events: RoomEvent[] = [...decision.events];
  let { answer } = decision;
  for (const consequence of decision.consequences) {
    const done = await follow(progress, consequence);
    events.push(...done.events);
    answer = done.answer ?? answer;
  }
  return { kind: 'events', events, consequences: [], answer };
}

async function follow(
  progress: Progress,
  consequence: Consequence,
): Promise<{ readonly events: readonly RoomEvent[]; readonly answer: PerformAnswer | undefined }> {
  const { db, context, sidebars } = progress;
  if (consequence.kind === 'create') {
    const state = await createSidebar(progress, consequence.room);
    return { events: [{ kind: 'sidebar-added', sidebar: sidebarOf(state) }], answer: undefined };
  }
  if (consequence.kind === 'look') return look(progress, consequence.room);
  const { room, command } = consequence;
  const known = progress.draft.sidebars.get(room);
  const committed = await changeRoom(db, context, room, [{ command, requestId: '' }]);
  const [outcome] = committed.outcomes;
  if (outcome?.kind === 'refused') throw new CommandFailed(outcome.code, outcome.detail);
  if (outcome?.kind !== 'done' || committed.room === undefined)
    throw new CommandFailed('no-such-object', 'the sidebar is gone');
  sidebars.push({ room: committed.room, events: committed.events }, ...committed.sidebars);
  const { answer } = outcome;
  if (committed.room.closed) return { events: [{ kind: 'sidebar-gone', sidebar: room }], answer };
  const now = sidebarOf(committed.room);
  const isSame =
    known?.view === now.view && (!progress.draft.view.policy.showSidebarAbsence || samePresence(known, now));
  return { events: known === undefined || isSame ? [] : [{ kind: 'sidebar-changed', sidebar: now }], answer };
}

/** Takes a sidebar as it is now, whatever was known of it: it may be another replica's memory that is behind. */
async function look(
  { db, context }: Progress,
  room: RoomId,
): Promise<{ readonly events: readonly RoomEvent[]; readonly answer: undefined }> {
  const { room: state } = await changeRoom(db, context, room, []);
  const isGone = state === undefined || state.closed;
  return {
    events: [isGone ? { kind: 'sidebar-gone', sidebar: room } : { kind: 'sidebar-changed', sidebar: sidebarOf(state) }],
    answer: undefined,
  };
}

function samePresence({ present: one }: SidebarState, { present: other }: SidebarState): boolean {
  return one.size === other.size && [...one].every((userId) => other.has(userId));
}

async function createSidebar({ db, context, sidebars }: Progress, room: NewRoom): Promise<RoomState> {
  const { events } = await insertRoom(db, room);
  const state = await loadRoom(db, context.documents, room.id);
  if (state === undefined) throw new Error('a sidebar that was made is not there');
  sidebars.push({ room: state, events });
  return state;
}

function sidebarOf({ id, xconUri, kind, document, view, participants }: RoomState): SidebarState {
  if (kind !== 'sidebar-by-val' && kind !== 'sidebar-by-ref') throw new Error('no sidebar');
  const present = new Set([...participants.values()].map(({ userId }) => userId));
  return { id, xconUri, kind, document, view, present };
}

const noRoom: Outcome = { kind: 'no-such-room' };

/** What the same request gets the second time. */
function repeatOf(ask: Asked | undefined, first: Outcome | undefined): Outcome {
  if (ask === undefined || first?.kind !== 'done') return noRoom;
  return { kind: 'repeated', version: first.version, chatId: chatIdOf(ask), answer: first.answer };
}

function chatIdOf({ command }: Asked): ChatId | undefined {
  return command.kind === 'admit' ? command.seat.chatId : undefined;
}

function outcomeOf(decision: Decided, version: bigint): Outcome {
  if (decision.kind === 'again') return noRoom;
  if (decision.kind === 'refused') return { kind: 'refused', code: decision.code, detail: decision.detail };
  if (decision.kind === 'repeated') return decision;
  return { kind: 'done', version, changed: decision.events.length > 0, answer: decision.answer };
}

/** What is kept of the answers. */
function answersOf(asked: readonly Asked[], outcomes: readonly Outcome[]): AnswerRow[] {
  return asked.flatMap((ask, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'done' || !isRemembered(ask)) return [];
    const result: StoredAnswer = { version: outcome.version.toString(), chatId: chatIdOf(ask), answer: outcome.answer };
    return [{ op: ask.command.kind, request_id: ask.requestId, result }];
  });
}
