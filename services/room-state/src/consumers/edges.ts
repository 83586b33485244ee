import type { Bucket, BusSubscription } from '@plenary/bus';
import { LeaveCause } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { Events } from '../events.js';
import type { RoomQueue } from '../room-queue.js';
import type { EdgeStore, LeaseStore } from '../store/interface.js';

/** Endpoints taken out at once, so that a large edge's going does not fill every queue. */
const leavesAtOnce = 200;
const leaseName = 'edge-watch';

export interface EdgeWatchOptions {
  readonly bucket: Bucket;
  readonly store: EdgeStore & LeaseStore;
  readonly rooms: RoomQueue;
  readonly clock: Clock;
  readonly events: Events;
  /** False while the bus is away: then nobody's absence counts. */
  readonly isConnected: () => boolean;
  /** Name of this replica, for the lease. */
  readonly holder: string;
  readonly absentMs: number;
  readonly intervalMs: number;
}

/**
 * Watches the registry of edges: an edge that holds endpoints and has had no entry for `absentMs`, while the bus was
 * connected and this replica awake, is gone, and its endpoints leave with FAILED. One replica does it (lease); a second
 * one doing it as well does no harm, since leaving is idempotent.
 */
export class EdgeWatch {
  readonly #present = new Set<string>();
  readonly #absentSinceMs = new Map<string, number>();
  #lastCheckMs: number | undefined;
  #looking: Promise<void> = Promise.resolve();
  #subscription: BusSubscription | undefined;

  constructor(private readonly options: EdgeWatchOptions) {}

  async start(): Promise<void> {
    this.#subscription = await this.options.bucket.watch((edgeId, entry) => {
      if (entry === undefined) this.#present.delete(edgeId);
      else this.#present.add(edgeId);
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }

  /** One look, after any that is still under way; to be called every `intervalMs`. */
  check(): Promise<void> {
    const look = this.#looking.then(() => this.#look());
    // Whoever asked for a look hears of its failure; the next one starts all the same.
    this.#looking = look.catch(() => undefined);
    return look;
  }

  async #look(): Promise<void> {
    const { store, clock, holder, absentMs, intervalMs, isConnected } = this.options;
    const nowMs = clock.nowMs();
    const slept = this.#lastCheckMs === undefined || nowMs - this.#lastCheckMs > 3 * intervalMs + 1_000;
    this.#lastCheckMs = nowMs;
    const leased = await store.takeLease(leaseName, holder, 3 * intervalMs + 2_000);
    // What was seen before a pause of ours, or without the bus, says nothing about the edges.
    if (slept || leased === undefined || !isConnected()) {
      this.#absentSinceMs.clear();
      if (leased === undefined || !isConnected()) return;
    }
    const inUse = new Set(await store.edgesInUse());
    for (const edgeId of this.#absentSinceMs.keys())
      if (!inUse.has(edgeId) || this.#present.has(edgeId)) this.#absentSinceMs.delete(edgeId);
    for (const edgeId of inUse) {
      if (this.#present.has(edgeId)) continue;
      const sinceMs = this.#absentSinceMs.get(edgeId) ?? nowMs;
      this.#absentSinceMs.set(edgeId, sinceMs);
      if (nowMs - sinceMs > absentMs) await this.#bury(edgeId, nowMs - sinceMs);
    }
  }

  async release(): Promise<void> {
    await this.options.store.releaseLease(leaseName, this.options.holder);
  }

  async #bury(edgeId: string, absentMs: number): Promise<void> {
    const { bucket, store, rooms, events } = this.options;
    if ((await bucket.get(edgeId)) !== undefined) {
      this.#absentSinceMs.delete(edgeId);
      return;
    }
    let left = 0;
    for (;;) {
      const endpoints = await store.endpointsOfEdge(edgeId, leavesAtOnce);
      if (endpoints.length === 0) break;
      await Promise.all(
        endpoints.map(({ room, chatId }) =>
          rooms.ask(room, { command: { kind: 'leave', chatId, cause: LeaveCause.FAILED }, requestId: '' }),
        ),
      );
      left += endpoints.length;
    }
    this.#absentSinceMs.delete(edgeId);
    events.edgeGone(left, absentMs);
  }
}
