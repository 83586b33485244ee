/** What the benchmark runs. */
export interface Workload {
  readonly rooms: number;
  readonly participantsPerRoom: number;
  readonly bodyBytes: number;
  readonly edges: number;
  readonly isLogged: boolean;
}

const shapes = [
  { rooms: 1, participantsPerRoom: 10 },
  { rooms: 1, participantsPerRoom: 100 },
  { rooms: 1, participantsPerRoom: 1_000 },
  { rooms: 100, participantsPerRoom: 10 },
] as const;

/** Every combination of shape, body, edges and logging. */
export function allWorkloads(): Workload[] {
  return [1, 2].flatMap((edges) =>
    [false, true].flatMap((isLogged) =>
      shapes.flatMap((shape) => [64, 1_024].map((bodyBytes) => ({ ...shape, bodyBytes, edges, isLogged }))),
    ),
  );
}

/** The rooms of 100 and 1,000 with small bodies over one edge: what the goals speak of. */
export function quickWorkloads(): Workload[] {
  return allWorkloads().filter(
    ({ rooms, participantsPerRoom, bodyBytes, edges }) =>
      rooms === 1 && participantsPerRoom >= 100 && bodyBytes === 64 && edges === 1,
  );
}

/** Sessions one load process looks after at most. */
export const sessionsPerLoad = 1_000;

/**
 * Senders in each room at saturation, the same for floor and system. A sender has one unanswered SEND at a time, so there have to be
 * enough of them that the server is the limit and not the round trip: 10 in a room of 10, 50 in larger ones, 100 in 100 rooms.
 */
export function sendersPerRoom({ rooms, participantsPerRoom }: Workload): number {
  return rooms > 1 ? 1 : Math.min(50, participantsPerRoom);
}

/** Senders in all. */
export function sendersOf(workload: Workload): number {
  return workload.rooms * sendersPerRoom(workload);
}

/** Do the goals speak of this workload? Then it is measured several times. */
export function isGoal({ rooms, participantsPerRoom, bodyBytes, edges, isLogged }: Workload): boolean {
  return rooms === 1 && participantsPerRoom >= 100 && bodyBytes === 64 && edges === 1 && !isLogged;
}

export function nameOf({ rooms, participantsPerRoom }: Pick<Workload, 'rooms' | 'participantsPerRoom'>): string {
  return rooms === 1
    ? `room of ${participantsPerRoom.toLocaleString('en')}`
    : `${rooms} rooms of ${participantsPerRoom}`;
}
