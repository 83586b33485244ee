import type { EdgeEntry } from '@plenary/proto/edge';

export interface EdgeChoiceOptions {
  /** Sessions of one room at one edge before another edge is taken. */
  readonly roomCap: number;
  /** Load from which an edge gets no new session while another is below it; 0..1. */
  readonly loadCeiling: number;
  /** Edges a reservation has just failed at. */
  readonly excluded: ReadonlySet<string>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Which edge takes a new session of this room.
 *
 * Small rooms are packed: an edge that serves the room already, and is below the cap and the ceiling, comes first, so
 * that a message crosses the bus to few edges. Otherwise two random edges are drawn and the less loaded one wins, which
 * spreads well without everybody running to the same idle edge. Undefined: no edge takes sessions.
 */
export function chooseEdge(
  edges: readonly EdgeEntry[],
  room: string,
  options: EdgeChoiceOptions,
): EdgeEntry | undefined {
  const candidates = edges.filter((edge) => !edge.draining && !options.excluded.has(edge.edgeId));
  const serving = candidates.filter((edge) => {
    const sessions = edge.roomSessions[room] ?? 0;
    return sessions > 0 && sessions < options.roomCap && edge.load < options.loadCeiling;
  });
  if (serving.length > 0) return leastLoaded(serving);
  const cool = candidates.filter((edge) => edge.load < options.loadCeiling);
  return leastLoaded(twoOf(cool.length > 0 ? cool : candidates, options.random));
}

function twoOf(edges: readonly EdgeEntry[], random: () => number): readonly EdgeEntry[] {
  if (edges.length <= 2) return edges;
  const first = Math.floor(random() * edges.length);
  const step = 1 + Math.floor(random() * (edges.length - 1));
  return [first, (first + step) % edges.length].flatMap((place) => edges[place] ?? []);
}

function leastLoaded(edges: readonly EdgeEntry[]): EdgeEntry | undefined {
  let best: EdgeEntry | undefined;
  for (const edge of edges) {
    if (!best || edge.load < best.load || (edge.load === best.load && edge.sessions < best.sessions)) best = edge;
  }
  return best;
}
