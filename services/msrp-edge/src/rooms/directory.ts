import type { Bus, BusSubscription, LogEvent } from '@plenary/bus';
import { subjects } from '@plenary/bus';
import { HeadBeacon, StateEvent } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import type { EdgeCounters, GapCause } from '../counters.js';
import type { EdgeLimits } from '../limits.js';
import { noticesOf } from './notice-message.js';
import { Origins } from './origins.js';
import { RecentMessages } from './recent.js';
import { RoomLog, type Repair } from './room-log.js';
import { Room, type RoomInit } from './room.js';

/** Rooms reconciled at once after a reconnect, so that the broker is not asked for all of them together. */
const RECONCILE_AT_ONCE = 16;
const RECENTLY_SPOKEN_MS = 60_000;

export interface RoomDirectoryHost {
  /** Learns who is in a room whose events come in from now on; never rejects. */
  load(room: Room): Promise<void>;
  /** See `RoomLogListener`. */
  event(room: Room, event: LogEvent, isSettled: boolean): boolean;
  repaired(room: Room, repair: Repair): void;
  /** Something of this room is gone from the log that its live sessions have not had. */
  hole(room: Room): void;
}

interface ShardWatch {
  readonly subscription: BusSubscription;
  rooms: number;
  beaconAtMs: number;
}

/**
 * The rooms this edge serves: one subscription each, opened with the first session and closed with the last. Watches for lost tails:
 * head beacons per shard, an own look when none comes, and every room after the bus was away.
 */
export class RoomDirectory {
  readonly #rooms = new Map<string, { room: Room; opened: Promise<unknown> }>();
  readonly #shards = new Map<ShardId, ShardWatch>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly limits: EdgeLimits,
    private readonly counters: EdgeCounters,
    private readonly host: RoomDirectoryHost,
  ) {
    bus.onReconnect(() => void this.reconcileAll('reconnect'));
  }

  get size(): number {
    return this.#rooms.size;
  }

  get(id: string): Room | undefined {
    return this.#rooms.get(id)?.room;
  }

  *[Symbol.iterator](): IterableIterator<Room> {
    for (const { room } of this.#rooms.values()) yield room;
  }

  /**
   * The room, followed from here on: resolves when its live events are handled and its roster was asked for, in this order, so
   * that no change falls between. Rejects when the bus does not answer.
   */
  async open(init: RoomInit): Promise<Room> {
    let entry = this.#rooms.get(init.id);
    if (entry === undefined) {
      const room = this.#create(init);
      const opened: Promise<unknown> = room.log.open().then(() => {
        room.shownSeq = room.log.lastSeq;
        room.recent.restart(room.shownSeq);
        return Promise.all([this.#learnNewest(room), this.host.load(room)]);
      });
      entry = { room, opened };
      this.#rooms.set(init.id, entry);
      this.#watch(init.shard);
      opened.catch(() => this.#drop(room));
    }
    await entry.opened;
    return entry.room;
  }

  /** Lets the room go when nobody is in it any more. */
  releaseIfEmpty(room: Room): void {
    if (room.sessions.size === 0 && this.#rooms.get(room.id)?.room === room) this.#drop(room);
  }

  /** Every room reads what it may have missed; a few at a time. */
  async reconcileAll(cause: GapCause): Promise<void> {
    const rooms = [...this];
    const next = async (): Promise<void> => {
      for (let room = rooms.pop(); room !== undefined; room = rooms.pop()) await room.log.reconcile(cause);
    };
    await Promise.all(Array.from({ length: RECONCILE_AT_ONCE }, next));
  }

  /** Where no beacon has come for a while, rooms that spoke lately are looked at. Call about once a second. */
  sweep(): void {
    const nowMs = this.clock.nowMs();
    // Quiet rooms keep no messages: the log has them.
    for (const room of this)
      if (room.recent.size > 0 && nowMs - room.lastMessageAtMs > RECENTLY_SPOKEN_MS) room.recent.restart(room.shownSeq);
    for (const [shard, watch] of this.#shards) {
      if (nowMs - watch.beaconAtMs < this.limits.beaconMs) continue;
      watch.beaconAtMs = nowMs;
      for (const room of this)
        if (room.shard === shard && nowMs - room.lastMessageAtMs < RECENTLY_SPOKEN_MS) void this.#look(room);
    }
  }

  close(): void {
    for (const room of this) this.#drop(room);
  }

  #create(init: RoomInit): Room {
    const { limits } = this;
    const nowMs = this.clock.nowMs();
    const log: RoomLog = new RoomLog(this.bus, init.shard, init.id, this.clock, limits, this.counters, {
      event: (event, isSettled) => this.host.event(room, event, isSettled),
      repaired: (repair) => this.host.repaired(room, repair),
      hole: () => this.host.hole(room),
    });
    const recent = new RecentMessages(Infinity, limits.recentEvents, limits.recentBytes);
    const room = new Room(init, log, recent, new Origins(limits.origins, limits.originsMs, nowMs));
    return room;
  }

  /** The newest change that is in the log already tells how far room-state's answer can be ahead of it, and what the room said last. */
  async #learnNewest(room: Room): Promise<void> {
    const { lastSt } = room.log;
    if (lastSt === 0) return;
    try {
      const [newest] = await this.bus.readAfter(room.shard, room.id, 'st', lastSt - 1, 1);
      if (newest?.seq !== lastSt) return;
      const event = StateEvent.decode(newest.payload);
      room.speech.learn(event, lastSt);
      // Who comes from another edge may not have had it.
      room.shownSeq = Math.max(room.shownSeq, noticesOf(room, event, lastSt).at(-1)?.seq ?? 0);
    } catch {
      // The next change of the room tells it too.
    }
  }

  #drop(room: Room): void {
    if (!this.#rooms.delete(room.id)) return;
    room.log.close();
    const watch = this.#shards.get(room.shard);
    if (watch === undefined || --watch.rooms > 0) return;
    watch.subscription.unsubscribe();
    this.#shards.delete(room.shard);
  }

  #watch(shard: ShardId): void {
    const known = this.#shards.get(shard);
    if (known !== undefined) {
      known.rooms++;
      return;
    }
    const subscription = this.bus.subscribeCore(subjects.head(shard), (payload) => this.#beacon(shard, payload));
    this.#shards.set(shard, { subscription, rooms: 1, beaconAtMs: this.clock.nowMs() });
  }

  #beacon(shard: ShardId, payload: Uint8Array): void {
    const watch = this.#shards.get(shard);
    if (watch !== undefined) watch.beaconAtMs = this.clock.nowMs();
    let beacon: HeadBeacon;
    try {
      beacon = HeadBeacon.decode(payload);
    } catch {
      this.counters.unreadableEvents++;
      return;
    }
    for (const head of beacon.heads)
      this.get(head.room)?.log.suspect(Number(head.allSeq), Number(head.stSeq), 'beacon');
  }

  async #look(room: Room): Promise<void> {
    try {
      const id: RoomId = room.id;
      const [all, st] = await Promise.all([
        this.bus.lastSeq(room.shard, id, 'all'),
        this.bus.lastSeq(room.shard, id, 'st'),
      ]);
      room.log.suspect(all, st, 'beacon');
    } catch {
      // The bus does not answer now; the next look, or its reconnect, will.
    }
  }
}
