import { sqlState } from '@plenary/db';
import type { StateEvent } from '@plenary/proto/chat';
import type { Clock, Timer } from '@plenary/service';
import type { TraceContext, Tracer } from '@plenary/telemetry';
import type { RoomId } from '@plenary/wire';
import type { Events } from './events.js';
import type { StatePublisher } from './producers/state-events.js';
import type { RoomCommandKind } from './room/command.js';
import type { RoomState } from './room/state.js';
import type { Asked, Committed, Outcome, RoomStore } from './store/interface.js';
import { CommandFailed } from './store/command-failed.js';
import { TooLate } from './store/too-late.js';

/** Commands one transaction takes at most, and how many may wait for one room. */
const maxPerTransaction = 64;
const maxWaiting = 10_000;

/** One command's answer. */
export interface Answer {
  readonly outcome: Outcome;
  /** The room as committed; undefined when there is none. */
  readonly room: RoomState | undefined;
  /** True when the log has what the command changed. Settles later than the answer; never rejects. */
  readonly published: Promise<boolean>;
  /** Sidebars as committed with it. */
  readonly sidebars: readonly RoomState[];
}

/** Too many commands wait for this room. */
export class RoomBusy extends Error {
  override readonly name = 'RoomBusy';
}

interface Waiting {
  readonly asked: Asked;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** Of who asked, where that is traced. */
  readonly trace: TraceContext | undefined;
}

interface Line {
  readonly waiting: Waiting[];
  running: boolean;
  timer: Timer | undefined;
}

export interface RoomQueueOptions {
  readonly store: RoomStore;
  readonly publisher: StatePublisher;
  readonly clock: Clock;
  readonly events: Events;
  /** How long a join waits for others of its room. 0: not at all. */
  readonly joinGroupMs: number;
  /** Default: no traces. */
  readonly tracer?: Tracer | undefined;
}

/**
 * One line of commands per room: what waits while a transaction of the room runs goes into the next one together, and a
 * join waits `joinGroupMs` for others even when none runs. Correctness does not depend on it (the row lock does that);
 * a crowd entering one room costs one transaction and one event for many.
 */
export class RoomQueue {
  readonly #lines = new Map<RoomId, Line>();
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly options: RoomQueueOptions) {}

  /** Rejects with `RoomBusy`, or with what the database said when it did not commit. */
  ask(room: RoomId, asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(room) ?? { waiting: [], running: false, timer: undefined };
      if (line.waiting.length >= maxWaiting) {
        reject(new RoomBusy('too many commands wait for this room'));
        return;
      }
      this.#lines.set(room, line);
      line.waiting.push({ asked, resolve, reject, trace: this.options.tracer?.active()?.context });
      if (line.running) return;
      const waitMs = asked.command.kind === 'join' ? this.options.joinGroupMs : 0;
      if (waitMs === 0 || line.waiting.length >= maxPerTransaction) this.#start(room, line);
      else line.timer ??= this.options.clock.setTimer(waitMs, () => this.#start(room, line));
    });
  }

  /** Waits until nothing runs or waits. */
  async idle(): Promise<void> {
    for (const [room, line] of this.#lines) if (!line.running) this.#start(room, line);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(room: RoomId, line: Line): void {
    line.timer?.cancel();
    line.timer = undefined;
    line.running = true;
    const run = this.#run(room, line).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(room: RoomId, line: Line): Promise<void> {
    // One turn's commands go together: whoever asked in this turn has been put in line after this.
    await Promise.resolve();
    while (line.waiting.length > 0) await this.#transact(room, line.waiting.splice(0, maxPerTransaction));
    line.running = false;
    this.#lines.delete(room);
  }

  async #transact(room: RoomId, group: readonly Waiting[]): Promise<void> {
    const first = group[0]?.asked.command.kind;
    if (first === undefined) return;
    const startMs = performance.now();
    // It may be done for several: the first of them that is traced has the span, its own call had to wait for it.
    const parent = group.find(({ trace }) => trace !== undefined)?.trace;
    const span = parent && this.options.tracer?.start('roomstate.tx', { kind: 'internal', parent });
    let committed: Committed;
    try {
      committed = await this.options.store.change(
        room,
        group.map(({ asked }) => asked),
      );
    } catch (error) {
      if (group.length > 1 && isOfOne(error)) for (const one of group) await this.#transact(room, [one]);
      else for (const { reject } of group) reject(error);
      return;
    } finally {
      span?.end();
      this.options.events.transaction(first, (performance.now() - startMs) / 1000);
    }
    const { outcomes } = committed;
    const published = this.#publish(committed, leftBy(room, group, outcomes));
    this.#tellMain(committed);
    if (committed.room !== undefined && endedByItself(committed.events, group))
      this.options.events.ended(committed.room.xconUri);
    const sidebars = committed.sidebars.map((changed) => changed.room);
    for (const [index, { asked, resolve }] of group.entries()) {
      const outcome = outcomes[index] ?? { kind: 'no-such-room' };
      this.options.events.mutated(asked.command.kind, outcome);
      resolve({ outcome, room: committed.room, published, sidebars });
    }
  }

  /** What happened in a sidebar by itself is told to its main conference, which is never locked after it. Req: SIDE-006, SIDE-010. */
  #tellMain({ room, events }: Committed): void {
    if (room?.parentId === undefined) return;
    const part = sidebarPart(room, events);
    if (part === undefined) return;
    const command = { kind: 'sidebar-changed', sidebar: room.id, part } as const;
    this.ask(room.parentId, { command, requestId: '' }).catch((error: unknown) => {
      this.options.events.taskFailed('sidebar-changed', error);
    });
  }

  /** Resolves with true when the log has it all. */
  async #publish({ room, events, sidebars }: Committed, left: ReadonlySet<RoomId>): Promise<boolean> {
    const { publisher } = this.options;
    const all = [...(room === undefined ? [] : [{ room, events }]), ...sidebars].filter((one) => one.events.length > 0);
    const done = await Promise.all([
      ...all.map((one) => publisher.publish(one.room.shard, one.events)),
      ...[...left]
        .filter((one) => !all.some(({ room: { id } }) => id === one))
        .map((one) => publisher.publishLeft(one)),
    ]);
    return done.every((published) => published);
  }
}

/** True where nobody asked for the end: what conference control ends is told with who asked. */
function endedByItself(happened: readonly StateEvent[], group: readonly Waiting[]): boolean {
  if (group.some(({ asked }) => asked.command.kind === 'perform')) return false;
  return happened.some(({ changes }) => changes.some(({ change }) => change?.$case === 'roomClosed'));
}

/** What of a sidebar these events changed that its main conference shows; undefined: nothing. */
function sidebarPart(
  { closed, documentVersion }: RoomState,
  happened: readonly StateEvent[],
): 'document' | 'roster' | undefined {
  const [first] = happened;
  if (first === undefined) return undefined;
  if (closed || documentVersion >= first.version) return 'document';
  const isRoster = happened.some(({ changes }) =>
    changes.some(({ change }) => change?.$case === 'joined' || change?.$case === 'left'),
  );
  return isRoster ? 'roster' : undefined;
}

/** Rooms in which what is promised to be in the log was done before, and may not be there yet: by a repeat, or by what holds already. */
function leftBy(room: RoomId, group: readonly Waiting[], outcomes: readonly Outcome[]): ReadonlySet<RoomId> {
  const left = new Set<RoomId>();
  for (const [index, { asked }] of group.entries()) {
    const { command } = asked;
    const outcome = outcomes[index];
    const isOld = outcome?.kind === 'repeated' || (outcome?.kind === 'done' && !outcome.changed);
    if (!isOld || !ordered.has(command.kind)) continue;
    left.add(room);
    if (command.kind === 'perform-sidebar') left.add(command.sidebar);
  }
  return left;
}

/** Commands whose answer waits for the log. */
const ordered: ReadonlySet<RoomCommandKind> = new Set(['perform', 'perform-sidebar', 'set-logging', 'close']);

/** True for what one command may have caused: that must not fail the others of its group. */
function isOfOne(error: unknown): boolean {
  return error instanceof CommandFailed || error instanceof TooLate || isOfOneCommand(error);
}

/** True for what the data of one command may have caused: that must not fail the others of its group. */
function isOfOneCommand(error: unknown): boolean {
  const state = sqlState(error);
  // Class 22: data exception; class 23: integrity constraint violation.
  return state?.startsWith('22') === true || state?.startsWith('23') === true;
}
