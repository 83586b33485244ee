import type { Clock, Timer } from '@plenary/service';
import type { RoomTotals } from './load.js';

/** Rooms told of by rank. */
export const hotRoomRanks = 20;
const SAMPLE_MS = 10_000;
/** A line of the log names the hot rooms, by their hashes, every so many samples. */
const SAMPLES_PER_LINE = 6;
/** Legs a second from which a room is worth a line. */
const LEAST_LOGGED = 100;

export interface HotRoom {
  readonly id: string;
  /** Legs written a second, over the last sample. */
  readonly perSecond: number;
}

/**
 * The rooms this edge writes most legs for. Their rates are a metric by rank, so that no label names a room; which room has which rank is told
 * in the log. Costs one pass over the rooms every 10 s, nothing per message.
 */
export class HotRooms {
  #copies = new Map<string, number>();
  #atMs: number | undefined;
  #hottest: readonly HotRoom[] = [];
  #samples = 0;
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly monotonicMs: () => number,
    private readonly rooms: () => Iterable<RoomTotals>,
    private readonly onHot: (rooms: readonly HotRoom[]) => void,
  ) {}

  start(): void {
    this.sample();
    this.#next();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** One reading for each rank, 0 where there is no such room. */
  readings(): { readonly value: number; readonly labels: { readonly rank: string } }[] {
    return Array.from({ length: hotRoomRanks }, (_, place) => ({
      value: this.#hottest[place]?.perSecond ?? 0,
      labels: { rank: String(place + 1) },
    }));
  }

  sample(): void {
    const nowMs = this.monotonicMs();
    const seconds = this.#atMs === undefined ? 0 : (nowMs - this.#atMs) / 1_000;
    const copies = new Map<string, number>();
    const rates: HotRoom[] = [];
    for (const room of this.rooms()) {
      copies.set(room.id, room.copies);
      const before = this.#copies.get(room.id) ?? 0;
      // A room that was let go and came back counts from zero.
      const written = room.copies < before ? room.copies : room.copies - before;
      if (seconds > 0 && written > 0) rates.push({ id: room.id, perSecond: written / seconds });
    }
    this.#copies = copies;
    this.#atMs = nowMs;
    this.#hottest = rates.toSorted((a, b) => b.perSecond - a.perSecond).slice(0, hotRoomRanks);
  }

  #next(): void {
    this.#timer = this.clock.setTimer(SAMPLE_MS, () => {
      this.sample();
      this.#samples++;
      const hot = this.#hottest.filter(({ perSecond }) => perSecond >= LEAST_LOGGED);
      if (this.#samples % SAMPLES_PER_LINE === 0 && hot.length > 0) this.onHot(hot);
      this.#next();
    });
  }
}
