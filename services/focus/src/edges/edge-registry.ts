import type { Bucket, Bus, BusSubscription } from '@plenary/bus';
import { EdgeEntry } from '@plenary/proto/edge';

/** The edges that say they live, from the key-value bucket `edges`: a hint, so a reservation may still fail. */
export class EdgeRegistry {
  readonly #edges = new Map<string, EdgeEntry>();
  readonly #bus: Bus;
  #subscription: BusSubscription | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async start(): Promise<void> {
    const bucket: Bucket = await this.#bus.bucket('edges', 6_000);
    this.#subscription = await bucket.watch((key, value) => {
      const entry = value === undefined ? undefined : readEntry(value);
      if (entry === undefined) this.#edges.delete(key);
      else this.#edges.set(key, entry);
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#edges.clear();
  }

  edges(): readonly EdgeEntry[] {
    return [...this.#edges.values()];
  }

  /**
   * Counts a session just reserved, until the edge's next entry says so itself: joins of one moment do not all run to one edge.
   * `roomSessions` is what the edge said it has of the room now, those of other replicas among them; 0: it did not say.
   */
  noteReservation(edgeId: string, room: string, roomSessions = 0): void {
    const edge = this.#edges.get(edgeId);
    if (!edge) return;
    edge.sessions++;
    edge.roomSessions[room] = roomSessions > 0 ? roomSessions : (edge.roomSessions[room] ?? 0) + 1;
  }

  /** Where to reach the edge's control; undefined when it is not known (any more). */
  controlAddress(edgeId: string): string | undefined {
    return this.#edges.get(edgeId)?.controlAddress;
  }
}

/** An entry that cannot be read is of an edge that cannot be talked to. */
function readEntry(value: Uint8Array): EdgeEntry | undefined {
  try {
    return EdgeEntry.decode(value);
  } catch {
    return undefined;
  }
}
