import type { Bus, LogEvent, RoomSubscription } from '@plenary/bus';
import type { Clock } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import type { EdgeCounters, GapCause } from '../counters.js';

export interface RoomLogLimits {
  readonly holdEvents: number;
  readonly holdBytes: number;
  readonly holdMs: number;
}

/** What was read of the log because something was missing. */
export interface Repair {
  readonly cause: GapCause;
  readonly startedAtMs: number;
  readonly seconds: number;
  readonly events: number;
  /** Trace contexts of the first 32 that were traced. */
  readonly traced: readonly string[];
}

const MAX_TRACED = 32;

export interface RoomLogListener {
  /**
   * One event: each once, in order. False, for a live copy (`isSettled` false): it is not taken, because by what has been seen it would
   * come to nothing; it comes again when the log was read up to it.
   */
  event(event: LogEvent, isSettled: boolean): boolean;
  /** A repair came to its end. */
  repaired(repair: Repair): void;
  /** The log no longer had all that was missing. */
  hole(): void;
}

const PAGE_EVENTS = 256;
const BEACON_PATIENCE_MS = 100;

/**
 * One room's events, each once and in log order, out of live copies that come at most once.
 *
 * An event names the one before it on its subject. When that is not the last one seen, live events are held and the log is read
 * from there until the chain is closed. Held are events of both kinds, so that what was said and what changed keep their order.
 * Nothing is skipped in silence: an event the log itself no longer joins is counted as unrepaired.
 *
 * Spec: design of gaps in the log; CHAT-023, CHAT-024.
 */
export class RoomLog {
  /** Sequence of the newest event handled, per kind. */
  lastAll = 0;
  lastSt = 0;
  #subscription: RoomSubscription | undefined;
  /** Present while live events wait: before the start, and while a gap is repaired. */
  #held: LogEvent[] | undefined = [];
  #heldBytes = 0;
  #overflowed = false;
  #repair: Promise<void> | undefined;
  #closed = false;
  /** Of the repair under way. */
  #traced: string[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly shard: ShardId,
    private readonly room: RoomId,
    private readonly clock: Clock,
    private readonly limits: RoomLogLimits,
    private readonly counters: EdgeCounters,
    private readonly listener: RoomLogListener,
  ) {}

  /** Subscribes, and learns where the log stands: what comes after that is handled. */
  async open(): Promise<void> {
    const subscription = this.bus.subscribeRoom(this.shard, this.room, (event) => this.#receive(event));
    this.#subscription = subscription;
    await subscription.ready();
    const [all, st] = await Promise.all([
      this.bus.lastSeq(this.shard, this.room, 'all'),
      this.bus.lastSeq(this.shard, this.room, 'st'),
    ]);
    this.lastAll = all;
    this.lastSt = st;
    if (this.#overflowed || !this.#releaseHeld()) await this.reconcile('last_seq');
    else this.#held = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.unsubscribe();
    this.#held = undefined;
  }

  /** Sequence of the newest event handled, of either kind. */
  get lastSeq(): number {
    return Math.max(this.lastAll, this.lastSt);
  }

  /** Is a gap being repaired? */
  get repairing(): boolean {
    return this.#repair !== undefined;
  }

  /** Somebody says the log goes on to here. Live copies may be on their way: looks again a little later. */
  suspect(allSeq: number, stSeq: number, cause: GapCause): void {
    if (this.#held !== undefined || (allSeq <= this.lastAll && stSeq <= this.lastSt)) return;
    this.clock.setTimer(BEACON_PATIENCE_MS, () => {
      if (!this.#closed && this.#held === undefined && (allSeq > this.lastAll || stSeq > this.lastSt))
        void this.reconcile(cause);
    });
  }

  /** Reads what the log has beyond what was handled. Resolves when the room is at the head; never rejects. */
  reconcile(cause: GapCause): Promise<void> {
    this.#held ??= [];
    return (this.#repair ??= this.#run(cause).finally(() => {
      this.#repair = undefined;
    }));
  }

  #receive(event: LogEvent): void {
    if (this.#closed) return;
    if (this.#held !== undefined) {
      this.#hold(event);
      return;
    }
    const last = event.kind === 'all' ? this.lastAll : this.lastSt;
    if (event.seq <= last) return;
    if (event.lastSeq >= 0 && event.lastSeq !== last) {
      this.#held = [];
      this.#hold(event);
      void this.reconcile('last_seq');
      return;
    }
    if (this.#handle(event, false)) return;
    if (event.kind === 'all') this.lastAll = last;
    else this.lastSt = last;
    this.#held = [];
    this.#hold(event);
    void this.reconcile('doubt');
  }

  #handle(event: LogEvent, isSettled: boolean): boolean {
    if (event.kind === 'all') this.lastAll = event.seq;
    else this.lastSt = event.seq;
    return this.listener.event(event, isSettled);
  }

  #hold(event: LogEvent): void {
    const held = this.#held!;
    held.push(event);
    this.#heldBytes += event.payload.byteLength;
    if (held.length <= this.limits.holdEvents && this.#heldBytes <= this.limits.holdBytes) return;
    // The log has them all: they are read from there.
    this.#held = [];
    this.#heldBytes = 0;
    this.#overflowed = true;
  }

  async #run(cause: GapCause): Promise<void> {
    const startedAtMs = this.clock.nowMs();
    let found = 0;
    this.#traced = [];
    let backoffMs = 10;
    const before = this.lastAll;
    let looked = false;
    while (!this.#closed) {
      this.#overflowed = false;
      const read = await this.#readOnce();
      if (this.#closed) return;
      if (read !== undefined) found += read.handled;
      if (read !== undefined && !looked && this.lastAll > before) {
        looked = true;
        await this.#lookForHole(before, cause);
      }
      if (read?.more === true || this.#overflowed) continue;
      if (read !== undefined && this.#releaseHeld()) break;
      if (read !== undefined && this.clock.nowMs() - startedAtMs > this.limits.holdMs) {
        this.counters.gapsUnrepaired[cause]++;
        this.#releaseHeld(true);
        break;
      }
      await this.#pause(backoffMs);
      backoffMs = Math.min(backoffMs * 2, 1_000);
    }
    this.#held = undefined;
    this.#heldBytes = 0;
    if (found === 0 && cause !== 'last_seq') return;
    this.counters.gapsDetected[cause]++;
    this.counters.gapsRepaired[cause]++;
    const seconds = (this.clock.nowMs() - startedAtMs) / 1000;
    this.listener.repaired({ cause, startedAtMs, seconds, events: found, traced: this.#traced });
  }

  /** Was the log trimmed behind the last event seen? Then something may be gone for good, and nobody else would say so. */
  async #lookForHole(before: number, cause: GapCause): Promise<void> {
    const bounds = await this.bus.shardBounds(this.shard).catch(() => undefined);
    if (bounds === undefined || before === 0 || bounds.firstSeq <= before + 1) return;
    this.counters.gapsUnrepaired[cause]++;
    this.listener.hole();
  }

  /** Handles one page of both kinds in log order; undefined when the log did not answer. */
  async #readOnce(): Promise<{ handled: number; more: boolean } | undefined> {
    let pages: readonly [LogEvent[], LogEvent[]];
    try {
      pages = await Promise.all([
        this.bus.readAfter(this.shard, this.room, 'all', this.lastAll, PAGE_EVENTS),
        this.bus.readAfter(this.shard, this.room, 'st', this.lastSt, PAGE_EVENTS),
      ]);
    } catch {
      return undefined;
    }
    if (this.#closed) return undefined;
    // Beyond the end of a full page the other kind may not be read ahead.
    let horizon = Infinity;
    for (const page of pages) if (page.length === PAGE_EVENTS) horizon = Math.min(horizon, page.at(-1)!.seq);
    const events = [...pages[0], ...pages[1]].toSorted((a, b) => a.seq - b.seq);
    let handled = 0;
    for (const event of events) {
      if (event.seq > horizon || event.seq <= (event.kind === 'all' ? this.lastAll : this.lastSt)) continue;
      handled++;
      if (event.traceparent !== undefined && this.#traced.length < MAX_TRACED) this.#traced.push(event.traceparent);
      this.#handle(event, true);
    }
    return { handled, more: horizon !== Infinity };
  }

  /** Handles the held events that join the chain; false when one does not. `anyway`: takes that one too. */
  #releaseHeld(anyway = false): boolean {
    const held = (this.#held ?? []).toSorted((a, b) => a.seq - b.seq);
    for (let i = 0; i < held.length; i++) {
      const event = held[i]!;
      const last = event.kind === 'all' ? this.lastAll : this.lastSt;
      if (event.seq <= last) continue;
      if (!anyway && event.lastSeq > last) {
        this.#held = held.slice(i);
        this.#heldBytes = this.#held.reduce((sum, one) => sum + one.payload.byteLength, 0);
        return false;
      }
      this.#handle(event, true);
    }
    this.#held = [];
    this.#heldBytes = 0;
    return true;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(ms, resolve);
    });
  }
}
