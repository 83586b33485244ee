/** What the benchmark measures for the simulator (`npm run bench -- --sizing`), and what constants are made of. */

/** What uses CPU: the services, the broker, the database. */
export const parts = ['msrp-edge', 'focus', 'room-state', 'history', 'nats', 'postgres'] as const;
export type Part = (typeof parts)[number];
export type PerPart = Readonly<Record<Part, number>>;

/** What CPU is used for; each is a count, or a count a second. */
export const drivers = [
  /** Sessions that came and bound. */
  'joins',
  /** Messages sent. */
  'sends',
  /** Messages times the edges that serve their room. */
  'events',
  /** Copies written to participants. */
  'deliveries',
  /** Writes to sockets, each with one copy or several. */
  'writes',
  /** Thousand octets written to participants. */
  'egressKilobytes',
  /** Messages sent in rooms that are logged. */
  'loggedSends',
  /** Turns in which messages are handled together: see `turnsOf`. */
  'turns',
] as const;
export type Driver = (typeof drivers)[number];
export type PerDriver = Readonly<Record<Driver, number>>;

/** One stretch of a run against the real system. */
export interface Point {
  readonly name: string;
  /** `fit`: constants are made of it; `check`: predicted and compared only. */
  readonly use: 'fit' | 'check';
  readonly seconds: number;
  readonly drivers: PerDriver;
  readonly cpuSeconds: PerPart;
}

/** A whole run of the benchmark for sizing. */
export interface Points {
  readonly source: Source;
  /** The system with everybody joined and nobody speaking. */
  readonly idle: { readonly seconds: number; readonly cpuSeconds: PerPart };
  /** Memory per session that only listens, octets. */
  readonly bytesPerSession: PerPart;
  readonly points: readonly Point[];
}

/** Where figures come from. */
export interface Source {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
}

export const noDrivers: PerDriver = {
  joins: 0,
  sends: 0,
  events: 0,
  deliveries: 0,
  writes: 0,
  egressKilobytes: 0,
  loggedSends: 0,
  turns: 0,
};

/** How long messages of one shard are gathered, seconds, about: batches of history, reads of a socket. */
const gatherSeconds = 0.02;

/**
 * Batches a second: one message each while few come, and no more than fit into the time however many come. What a batch costs is the
 * same however much is in it, which makes the first messages of a second dear and the rest cheap.
 */
export function turnsOf(sendsPerSecond: number, shards: number): number {
  return sendsPerSecond / (1 + (sendsPerSecond * gatherSeconds) / Math.max(1, shards));
}

export function perPart(value: (part: Part) => number): PerPart {
  return {
    'msrp-edge': value('msrp-edge'),
    focus: value('focus'),
    'room-state': value('room-state'),
    history: value('history'),
    nats: value('nats'),
    postgres: value('postgres'),
  };
}
