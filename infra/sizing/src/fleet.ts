import { chooseEdge, type ChoiceEntry } from '@plenary/focus/edge-choice';

/** A fleet of edges, and the focus replicas that choose among them by what they last heard. */
export interface FleetOptions {
  readonly edges: number;
  readonly replicas: number;
  /** Each edge's entry is this old at most. */
  readonly heartbeatSeconds: number;
  readonly joinsPerSecond: number;
  readonly roomCap: number;
  readonly roomLoadCap: number;
  readonly loadCeiling: number;
  /** What counts as fully loaded. */
  readonly sessionsPerEdge: number;
  readonly deliveriesPerSecondPerEdge: number;
  /** Largest rooms an entry tells. */
  readonly roomsTold: number;
  readonly busyRoomsTold: number;
  readonly random: () => number;
}

export interface FleetRoom {
  readonly id: string;
  readonly messagesPerSecond: number;
}

/** What an edge holds in truth. */
export interface FleetEdge {
  readonly edgeId: string;
  sessions: number;
  deliveriesPerSecond: number;
  readonly rooms: Map<FleetRoom, number>;
}

type Entry = { -readonly [Key in keyof ChoiceEntry]: ChoiceEntry[Key] };

/**
 * Joins in the order given, one after another by the clock of `joinsPerSecond`, each at the next replica, which asks the focus' own
 * choice. A replica knows each edge's entry of its last heartbeat, and what the answers to its own reservations told it since; the
 * heartbeats of the edges are spread over the interval.
 */
export class Fleet {
  readonly edges: FleetEdge[];
  /** Joins no edge took. */
  refused = 0;
  readonly #views: Map<string, Entry>[];
  /** The rows the choice gets: the same entries, in the same order. */
  readonly #lists: Entry[][];
  readonly #byId: ReadonlyMap<string, FleetEdge>;
  #joins = 0;
  #beats = 0;

  constructor(private readonly options: FleetOptions) {
    this.edges = Array.from({ length: options.edges }, (_, n) => ({
      edgeId: `msrp-edge-${n % 2 === 0 ? 'a' : 'b'}-${Math.floor(n / 2)}`,
      sessions: 0,
      deliveriesPerSecond: 0,
      rooms: new Map(),
    }));
    this.#byId = new Map(this.edges.map((edge) => [edge.edgeId, edge]));
    this.#views = Array.from({ length: options.replicas }, () => new Map());
    this.#lists = this.#views.map(() => []);
    for (const edge of this.edges) this.#tell(edge);
  }

  join(room: FleetRoom): FleetEdge | undefined {
    const { joinsPerSecond, heartbeatSeconds, replicas, roomCap, roomLoadCap, loadCeiling, random } = this.options;
    this.#joins++;
    const beatsDue = (this.#joins / joinsPerSecond / heartbeatSeconds) * this.edges.length;
    // More than one beat of everybody between two joins tells nothing more.
    this.#beats = Math.max(this.#beats, Math.floor(beatsDue) - this.edges.length);
    for (; this.#beats < Math.floor(beatsDue); this.#beats++) {
      const edge = this.edges[this.#beats % this.edges.length];
      if (edge !== undefined) this.#tell(edge);
    }
    const replica = this.#joins % replicas;
    const list = this.#lists[replica] ?? [];
    const chosen = chooseEdge(list, room.id, { roomCap, roomLoadCap, loadCeiling, excluded: none, random });
    const edge = chosen && this.#byId.get(chosen.edgeId);
    if (!chosen || !edge || edge.sessions >= this.options.sessionsPerEdge) {
      this.refused++;
      return undefined;
    }
    const here = (edge.rooms.get(room) ?? 0) + 1;
    edge.rooms.set(room, here);
    edge.sessions++;
    edge.deliveriesPerSecond += room.messagesPerSecond;
    chosen.sessions++;
    chosen.roomSessions[room.id] = here;
    return edge;
  }

  loadOf(edge: FleetEdge): number {
    const { sessionsPerEdge, deliveriesPerSecondPerEdge } = this.options;
    return Math.min(
      1,
      Math.max(edge.sessions / sessionsPerEdge, edge.deliveriesPerSecond / deliveriesPerSecondPerEdge),
    );
  }

  /** Edges that serve a room. */
  edgesOf(room: FleetRoom): FleetEdge[] {
    return this.edges.filter(({ rooms }) => rooms.has(room));
  }

  /** The edge's entry reaches every replica. */
  #tell(edge: FleetEdge): void {
    const { roomsTold, busyRoomsTold, deliveriesPerSecondPerEdge } = this.options;
    const rooms = [...edge.rooms].toSorted(([, a], [, b]) => b - a);
    const loads = rooms
      .map(([room, sessions]) => [room.id, (room.messagesPerSecond * sessions) / deliveriesPerSecondPerEdge] as const)
      .filter(([, load]) => load >= 0.01)
      .toSorted(([, a], [, b]) => b - a);
    for (const [replica, view] of this.#views.entries()) {
      let entry = view.get(edge.edgeId);
      if (entry === undefined) {
        entry = { edgeId: edge.edgeId, draining: false, sessions: 0, load: 0, roomSessions: {}, roomLoad: {} };
        view.set(edge.edgeId, entry);
        this.#lists[replica]?.push(entry);
      }
      entry.sessions = edge.sessions;
      entry.load = this.loadOf(edge);
      entry.roomSessions = Object.fromEntries(rooms.slice(0, roomsTold).map(([room, count]) => [room.id, count]));
      entry.roomLoad = Object.fromEntries(loads.slice(0, busyRoomsTold));
    }
  }
}

const none: ReadonlySet<string> = new Set();
