/** What counts as fully loaded. */
export interface LoadCeilings {
  readonly sessions: number;
  readonly deliveriesPerSecond: number;
  readonly egressBytesPerSecond: number;
  /** Event-loop delay, 99th percentile. */
  readonly delayMs: number;
}

/** What the edge has done since it started, and what it holds now. */
export interface LoadTotals {
  readonly sessions: number;
  readonly deliveries: number;
  readonly egressBytes: number;
  readonly delayMs: number;
  readonly rooms: Iterable<RoomTotals>;
}

export interface RoomTotals {
  readonly id: string;
  /** Live copies made, and their octets, since this edge has served the room. */
  readonly copies: number;
  readonly copiedBytes: number;
}

export interface LoadReading {
  /** 0..1, the largest of all parts. */
  readonly load: number;
  /** Part of the ceiling each busy room takes, 0..1, at most `maxRooms` of them, the busiest first. */
  readonly roomLoad: Readonly<Record<string, number>>;
}

/** Rooms below this part of the ceiling are not told. */
const LEAST_ROOM_LOAD = 0.01;
/** Weight of the newest rate: a burst of one interval counts half at once, and a quarter one interval later. */
const NEWEST = 0.5;
/** Sampled again sooner than this, rates stay: one burst in a moment is no rate. */
const LEAST_SECONDS = 0.25;

interface RoomState extends RoomTotals {
  /** Smoothed part of the ceiling. */
  readonly load: number;
}

/**
 * Makes rates of totals, and parts of ceilings of rates. Sessions and delay count as they are; deliveries and octets, which come in bursts, are
 * smoothed over a few samples. One sample is one pass over the rooms.
 */
export class LoadMeter {
  #rooms = new Map<string, RoomState>();
  #last: { readonly atMs: number; readonly deliveries: number; readonly egressBytes: number } | undefined;
  #traffic = 0;

  constructor(
    private readonly ceilings: LoadCeilings,
    private readonly maxRooms: number,
  ) {}

  sample(totals: LoadTotals, nowMs: number): LoadReading {
    const { sessions, delayMs } = this.ceilings;
    const last = this.#last;
    const seconds = last === undefined ? 0 : (nowMs - last.atMs) / 1_000;
    if (last === undefined || seconds >= LEAST_SECONDS) {
      if (last !== undefined) {
        const deliveries = totals.deliveries - last.deliveries;
        this.#traffic = this.#smooth(this.#traffic, deliveries, totals.egressBytes - last.egressBytes, seconds);
      }
      this.#last = { atMs: nowMs, deliveries: totals.deliveries, egressBytes: totals.egressBytes };
      this.#sampleRooms(totals.rooms, seconds);
    }
    const parts = [totals.sessions / sessions, totals.delayMs / delayMs, this.#traffic];
    return { load: Math.min(1, Math.max(...parts)), roomLoad: this.#busiest() };
  }

  #sampleRooms(rooms: Iterable<RoomTotals>, seconds: number): void {
    const seen = new Map<string, RoomState>();
    for (const { id, copies, copiedBytes } of rooms) {
      const before = this.#rooms.get(id) ?? { copies: 0, copiedBytes: 0, load: 0 };
      // A room that was let go and came back counts from zero.
      const isNew = copies < before.copies;
      const load =
        seconds > 0
          ? this.#smooth(
              before.load,
              isNew ? copies : copies - before.copies,
              isNew ? copiedBytes : copiedBytes - before.copiedBytes,
              seconds,
            )
          : before.load;
      seen.set(id, { id, copies, copiedBytes, load });
    }
    this.#rooms = seen;
  }

  #smooth(before: number, deliveries: number, bytes: number, seconds: number): number {
    const { deliveriesPerSecond, egressBytesPerSecond } = this.ceilings;
    const now = Math.max(deliveries / deliveriesPerSecond, bytes / egressBytesPerSecond) / seconds;
    return before + (now - before) * NEWEST;
  }

  #busiest(): Record<string, number> {
    const busy = [...this.#rooms.values()].filter(({ load }) => load >= LEAST_ROOM_LOAD);
    const first = busy.toSorted((a, b) => b.load - a.load).slice(0, this.maxRooms);
    return Object.fromEntries(first.map(({ id, load }) => [id, Math.min(1, load)]));
  }
}
