import type { EdgeEntry } from '@plenary/proto/edge';

export interface EdgeChoiceOptions {
  /** Sessions of one room at one edge before another edge is taken. */
  readonly roomCap: number;
  /** Part of an edge's ceiling one room may take, 0..1, before its next session goes to another edge. */
  readonly roomLoadCap: number;
  /** Load from which an edge gets no new session while another is below it; 0..1. */
  readonly loadCeiling: number;
  /** Edges a reservation has just failed at. */
  readonly excluded: ReadonlySet<string>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** What the choice reads of a registry entry. */
export type ChoiceEntry = Pick<EdgeEntry, 'edgeId' | 'draining' | 'sessions' | 'load' | 'roomSessions' | 'roomLoad'>;

/** A room's second home is taken only where the first is busier by this: loads are seconds old. */
const MUCH_BUSIER = 0.2;

/**
 * Which edge takes a new session of this room.
 *
 * Rooms are packed: an edge that serves the room already comes first, so that a message crosses the bus to few edges. It is passed over
 * when it is busy, or the room has as many sessions there, or takes as much of it, as it may: a crowd spreads by its number, a
 * room where much is said before that.
 *
 * A further edge is the room's own: every room has its own order of edges, by a hash of both, and the first that is open is its next
 * home. Entries tell only an edge's largest rooms; by the order all replicas agree about the small ones too. Many rooms spread over all
 * edges, each in its own way, so nobody runs to the one that happens to look idle.
 *
 * Where every edge has all of the room it may have, the room spreads evenly: of two edges drawn at random the one with less of
 * it. Where all are busy, the less busy of two. Undefined: no edge takes sessions.
 */
export function chooseEdge<Entry extends ChoiceEntry>(
  edges: readonly Entry[],
  room: string,
  options: EdgeChoiceOptions,
): Entry | undefined {
  const { excluded, loadCeiling, random } = options;
  const taking = edges.filter((edge) => !edge.draining && !excluded.has(edge.edgeId));
  const cool = taking.filter((edge) => edge.load < loadCeiling);
  const open = cool.filter((edge) => shareOf(edge, room, options) < 1);
  const serving = open.filter((edge) => (edge.roomSessions[room] ?? 0) > 0);
  if (serving.length > 0) return leastLoaded(twoOf(serving, random));
  if (open.length > 0) return homeOf(open, room);
  if (cool.length > 0) return leastOfRoom(twoOf(cool, random), room, options);
  const below = taking.filter((edge) => shareOf(edge, room, options) < 1);
  return leastLoaded(twoOf(below.length > 0 ? below : taking, random));
}

/** How much of what it may have at this edge the room has; 1 and above: all of it. */
function shareOf(edge: ChoiceEntry, room: string, { roomCap, roomLoadCap }: EdgeChoiceOptions): number {
  return Math.max((edge.roomSessions[room] ?? 0) / roomCap, (edge.roomLoad[room] ?? 0) / roomLoadCap);
}

/** The first edge in the room's own order (rendezvous hashing); the second where the first is much busier. */
function homeOf<Entry extends ChoiceEntry>(edges: readonly Entry[], room: string): Entry | undefined {
  const seed = hash(room, 0x811c9dc5);
  let first: { readonly edge: Entry; readonly rank: number } | undefined;
  let second: typeof first;
  for (const edge of edges) {
    const rank = mix(hash(edge.edgeId, seed));
    if (first === undefined || rank > first.rank) {
      second = first;
      first = { edge, rank };
    } else if (second === undefined || rank > second.rank) second = { edge, rank };
  }
  const isBusier = first && second && first.edge.load - second.edge.load >= MUCH_BUSIER;
  return (isBusier ? second : first)?.edge;
}

function twoOf<Entry>(edges: readonly Entry[], random: () => number): readonly Entry[] {
  if (edges.length <= 2) return edges;
  const first = Math.floor(random() * edges.length);
  const step = 1 + Math.floor(random() * (edges.length - 1));
  return [first, (first + step) % edges.length].flatMap((place) => edges[place] ?? []);
}

function leastOfRoom<Entry extends ChoiceEntry>(
  edges: readonly Entry[],
  room: string,
  options: EdgeChoiceOptions,
): Entry | undefined {
  const [a, b] = edges;
  if (a === undefined || b === undefined) return a;
  return shareOf(b, room, options) < shareOf(a, room, options) ? b : a;
}

/** Loads are noisy and seconds old: within a tenth they are alike, and the number of sessions decides. */
function leastLoaded<Entry extends ChoiceEntry>(edges: readonly Entry[]): Entry | undefined {
  const tenths = (edge: Entry): number => Math.floor(edge.load * 10);
  let best: Entry | undefined;
  for (const edge of edges) {
    const isBetter =
      !best || tenths(edge) < tenths(best) || (tenths(edge) === tenths(best) && edge.sessions < best.sessions);
    if (isBetter) best = edge;
  }
  return best;
}

/** FNV-1a over the code units, from `seed` on; 32 bits. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** Spreads every bit over the whole number (the last step of MurmurHash3), for names that differ in one digit. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
