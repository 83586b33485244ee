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
 * that a message crosses the bus to few edges. Otherwise two random edges, below the cap if there are such, are drawn and the less
 * loaded one wins, which spreads well without everybody running to the same idle edge. Undefined: no edge takes sessions.
 */
export function chooseEdge(
  edges: readonly EdgeEntry[],
  room: string,
  options: EdgeChoiceOptions,
): EdgeEntry | undefined {
  const sessionsOf = (edge: EdgeEntry): number => edge.roomSessions[room] ?? 0;
  const candidates = edges.filter((edge) => !edge.draining && !options.excluded.has(edge.edgeId));
  const cool = candidates.filter((edge) => edge.load < options.loadCeiling);
  const belowCap = cool.filter((edge) => sessionsOf(edge) < options.roomCap);
  const serving = belowCap.filter((edge) => sessionsOf(edge) > 0);
  if (serving.length > 0) return leastLoaded(serving);
  const best = [belowCap, cool, candidates].find((some) => some.length > 0) ?? [];
  return leastLoaded(twoOf(best, options.random));
}

function twoOf(edges: readonly EdgeEntry[], random: () => number): readonly EdgeEntry[] {
  if (edges.length <= 2) return edges;
  const first = Math.floor(random() * edges.length);
  const step = 1 + Math.floor(random() * (edges.length - 1));
  return [first, (first + step) % edges.length].flatMap((place) => edges[place] ?? []);
}

/** Loads are noisy and seconds old: within a tenth they are alike, and the number of sessions decides. */
function leastLoaded(edges: readonly EdgeEntry[]): EdgeEntry | undefined {
  const tenths = (edge: EdgeEntry): number => Math.floor(edge.load * 10);
  let best: EdgeEntry | undefined;
  for (const edge of edges) {
    const isBetter =
      !best || tenths(edge) < tenths(best) || (tenths(edge) === tenths(best) && edge.sessions < best.sessions);
    if (isBetter) best = edge;
  }
  return best;
}
