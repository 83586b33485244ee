import type { Bus } from '@plenary/bus';
import { StateEvent } from '@plenary/proto/chat';
import type { Clock, Timer } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import type { Events } from '../events.js';
import type { OutboxRow, OutboxStore } from '../store/interface.js';

/** Published rows are forgotten together, this long after the first of them or when there are this many. */
const forgetAfterMs = 50;
const forgetAtRows = 256;
/** Larger than every version. */
const afterAll = 2n ** 63n - 1n;
/** Rooms whose last published version is remembered. */
const maxKnownRooms = 10_000;

export interface PublisherOptions {
  readonly bus: Bus;
  readonly outbox: OutboxStore;
  readonly clock: Clock;
  readonly events: Events;
  readonly timeoutMs: number;
  /** For fault tests: true leaves this event to the sweeper, as a crash between commit and publish would. */
  readonly holdPublish?: ((room: RoomId, version: bigint) => boolean) | undefined;
}

interface Pending extends OutboxRow {
  /** True once the log has it; false when it is left to the sweeper. */
  readonly settle: (published: boolean) => void;
}

/**
 * Publishes committed events to the rooms' `st` subjects: room by room, in version order, the next one only after the
 * PubAck of the one before. Where another replica committed in between, its unpublished events go first. What cannot be
 * published stays in the outbox for the sweeper. The same event may be published twice (here and by a sweeper, or by two
 * replicas): it has the same message id and readers ignore a version they know.
 */
export class StatePublisher {
  readonly #rooms = new Map<RoomId, Pending[]>();
  /** Last version of a room known to be in the log; oldest use first. */
  readonly #published = new Map<RoomId, bigint>();
  readonly #working = new Set<Promise<void>>();
  #forget: { rows: Pick<OutboxRow, 'room' | 'version'>[]; timer: Timer } | undefined;

  #forgetting: Promise<void> = Promise.resolve();

  constructor(private readonly options: PublisherOptions) {}

  /** To be called in commit order; resolves with true when the log has all of `events`. Never rejects. */
  async publish(shard: ShardId, events: readonly StateEvent[]): Promise<boolean> {
    const settled = events.map(
      (event) =>
        new Promise<boolean>((settle) => {
          this.#enqueue({
            room: event.room as RoomId,
            shard,
            version: event.version,
            event: StateEvent.encode(event).finish(),
            settle,
          });
        }),
    );
    return (await Promise.all(settled)).every((published) => published);
  }

  /**
   * Sees to it that the log has all that was committed in a room, whoever committed it: a request that is a repeat changes nothing, and
   * what it changed the first time may still be under way. Never rejects.
   */
  async publishLeft(room: RoomId): Promise<boolean> {
    return this.#publishBefore({ room, version: afterAll });
  }

  /** Publishes one row and forgets nothing: for the sweeper, which deletes what it holds locked. */
  async publishRow(row: OutboxRow): Promise<boolean> {
    const { bus, events, timeoutMs } = this.options;
    const { room, shard, version, event } = row;
    if (this.options.holdPublish?.(room, version) === true) return false;
    const msgId = `${room}/st/${version.toString()}`;
    const result = await bus.publishToLogAsync({ shard, room, kind: 'st', msgId, payload: event, timeoutMs });
    if (result.kind === 'stored') return true;
    events.publishFailed(room, version, result.kind === 'refused' ? result.reason : result.kind);
    return false;
  }

  /** Waits for what is being published, then forgets it in the database. */
  async flush(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
    await this.#forgetNow();
  }

  #enqueue(pending: Pending): void {
    const queue = this.#rooms.get(pending.room);
    if (queue !== undefined) {
      queue.push(pending);
      return;
    }
    const work = this.#work(pending.room, [pending]).finally(() => this.#working.delete(work));
    this.#working.add(work);
  }

  async #work(room: RoomId, queue: Pending[]): Promise<void> {
    this.#rooms.set(room, queue);
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const published = (await this.#publishBefore(next)) && (await this.publishRow(next));
        if (published) this.#done(next);
        else this.#published.delete(room);
        next.settle(published);
        if (!published) while (queue.length > 0) queue.shift()?.settle(false);
      }
    } finally {
      this.#rooms.delete(room);
    }
  }

  /** Sees to it that everything before `next` is in the log. */
  async #publishBefore(next: Pick<OutboxRow, 'room' | 'version'>): Promise<boolean> {
    if (next.version === 1n || this.#published.get(next.room) === next.version - 1n) return true;
    try {
      for (let told = 0n; ;) {
        const rows = await this.options.outbox.outboxBefore(next.room, next.version);
        const last = rows.at(-1)?.version;
        // What a sweeper has locked stays there for it to forget.
        if (last === undefined || last <= told) return true;
        for (const row of rows) {
          if (!(await this.publishRow(row))) return false;
        }
        await this.options.outbox.deleteOutbox(rows);
        if (last === next.version - 1n) return true;
        told = last;
      }
    } catch (error) {
      this.options.events.taskFailed('publish', error);
      return false;
    }
  }

  #done(row: OutboxRow): void {
    this.#published.delete(row.room);
    this.#published.set(row.room, row.version);
    for (const oldest of this.#published.keys()) {
      if (this.#published.size <= maxKnownRooms) break;
      this.#published.delete(oldest);
    }
    this.#forget ??= {
      rows: [],
      timer: this.options.clock.setTimer(forgetAfterMs, () => {
        void this.#forgetNow();
      }),
    };
    this.#forget.rows.push(row);
    if (this.#forget.rows.length >= forgetAtRows) void this.#forgetNow();
  }

  /** Resolves when everything that was to be forgotten so far is. */
  #forgetNow(): Promise<void> {
    const forget = this.#forget;
    if (forget === undefined) return this.#forgetting;
    this.#forget = undefined;
    forget.timer.cancel();
    // Rows that stay are published again by the sweeper, under the same message id.
    const deleted = this.options.outbox
      .deleteOutbox(forget.rows)
      .catch((error: unknown) => this.options.events.taskFailed('outbox', error));
    this.#forgetting = Promise.all([this.#forgetting, deleted]).then(() => undefined);
    return this.#forgetting;
  }
}
