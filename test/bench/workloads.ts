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

/** Senders of a room that make for at least ten in all: one sender has one unanswered SEND at a time. */
export function sendersPerRoom({ rooms }: Workload): number {
  return Math.max(1, Math.ceil(10 / rooms));
}

export function nameOf({ rooms, participantsPerRoom }: Pick<Workload, 'rooms' | 'participantsPerRoom'>): string {
  return rooms === 1
    ? `room of ${participantsPerRoom.toLocaleString('en')}`
    : `${rooms} rooms of ${participantsPerRoom}`;
}
