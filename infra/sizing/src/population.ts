/** Rooms of one kind. */
export interface RoomKind {
  readonly name: string;
  readonly rooms: number;
  /** Participants of a room on average, at the busiest hour. */
  readonly participants: number;
  /** `equal`: every room has that many; `uneven`: few large rooms among many small ones (log-normal, sigma 1). */
  readonly sizes: 'equal' | 'uneven';
  /** Messages a second in a room of average size; in others by the square root of their size. */
  readonly messagesPerSecond: number;
  readonly bodyBytes: number;
  /** Is what is said kept? */
  readonly isLogged: boolean;
  /** How long somebody stays. */
  readonly stayMinutes: number;
}

export interface Population {
  readonly name: string;
  readonly description: string;
  readonly kinds: readonly RoomKind[];
}

const townHall: Population = {
  name: 'town-hall',
  description: 'One room of 50,000 who listen, a few who speak, and 200 side rooms of 20.',
  kinds: [
    {
      name: 'hall',
      rooms: 1,
      participants: 50_000,
      sizes: 'equal',
      messagesPerSecond: 5,
      bodyBytes: 200,
      isLogged: true,
      stayMinutes: 60,
    },
    {
      name: 'side rooms',
      rooms: 200,
      participants: 20,
      sizes: 'uneven',
      messagesPerSecond: 0.5,
      bodyBytes: 120,
      isLogged: false,
      stayMinutes: 30,
    },
  ],
};

const contactCentre: Population = {
  name: 'contact-centre',
  description:
    '20,000 talks of a customer with an agent and sometimes a third, all kept, ten minutes each; 400 team rooms.',
  kinds: [
    {
      name: 'talks',
      rooms: 20_000,
      participants: 2.4,
      sizes: 'equal',
      messagesPerSecond: 0.1,
      bodyBytes: 150,
      isLogged: true,
      stayMinutes: 10,
    },
    {
      name: 'teams',
      rooms: 400,
      participants: 25,
      sizes: 'uneven',
      messagesPerSecond: 0.2,
      bodyBytes: 150,
      isLogged: true,
      stayMinutes: 480,
    },
  ],
};

const publicSafety: Population = {
  name: 'public-safety',
  description: '3,000 incident rooms of 15, all kept, busy; 50 regional rooms of 800 that hear announcements.',
  kinds: [
    {
      name: 'incidents',
      rooms: 3_000,
      participants: 15,
      sizes: 'uneven',
      messagesPerSecond: 1,
      bodyBytes: 250,
      isLogged: true,
      stayMinutes: 120,
    },
    {
      name: 'regions',
      rooms: 50,
      participants: 800,
      sizes: 'uneven',
      messagesPerSecond: 0.2,
      bodyBytes: 400,
      isLogged: true,
      stayMinutes: 480,
    },
  ],
};

const tenMillion: Population = {
  name: 'ten-million',
  description:
    '10 million participants: 1.2 million small rooms, 40,000 of a hundred, 100 events of 10,000; a quarter of the small ones kept.',
  kinds: [
    {
      name: 'small, not kept',
      rooms: 900_000,
      participants: 4,
      sizes: 'uneven',
      messagesPerSecond: 0.05,
      bodyBytes: 120,
      isLogged: false,
      stayMinutes: 60,
    },
    {
      name: 'small, kept',
      rooms: 300_000,
      participants: 4,
      sizes: 'uneven',
      messagesPerSecond: 0.05,
      bodyBytes: 120,
      isLogged: true,
      stayMinutes: 60,
    },
    {
      name: 'communities',
      rooms: 42_000,
      participants: 100,
      sizes: 'uneven',
      messagesPerSecond: 0.2,
      bodyBytes: 150,
      isLogged: true,
      stayMinutes: 120,
    },
    {
      name: 'events',
      rooms: 100,
      participants: 10_000,
      sizes: 'equal',
      messagesPerSecond: 4,
      bodyBytes: 150,
      isLogged: true,
      stayMinutes: 90,
    },
  ],
};

export const presets: readonly Population[] = [townHall, contactCentre, publicSafety, tenMillion];

/** Rooms of one kind and one size; both may be fractions, for they are averages. */
export interface RoomGroup {
  readonly kind: RoomKind;
  readonly rooms: number;
  readonly participants: number;
  readonly messagesPerSecond: number;
}

const quantiles = 24;

/**
 * The rooms of a population as a few groups of equal rooms. Uneven sizes are the middles of 24 equal parts of their
 * distribution, scaled to the average, none below one participant.
 */
export function roomGroups({ kinds }: Pick<Population, 'kinds'>): RoomGroup[] {
  return kinds.flatMap((kind) => {
    if (kind.sizes === 'equal' || kind.rooms < 2) {
      const { rooms, participants, messagesPerSecond } = kind;
      return [{ kind, rooms, participants, messagesPerSecond }];
    }
    const shape = Array.from({ length: quantiles }, (_, n) => Math.exp(normalQuantile((n + 0.5) / quantiles)));
    const mean = shape.reduce((sum, value) => sum + value, 0) / quantiles;
    return shape.map((value) => ({
      kind,
      rooms: kind.rooms / quantiles,
      participants: Math.max(1, (kind.participants * value) / mean),
      messagesPerSecond: kind.messagesPerSecond * Math.sqrt(value / mean),
    }));
  });
}

/** Where a part of the normal distribution ends: the inverse of its sum, by bisection, within 1e-9. */
function normalQuantile(part: number): number {
  let low = -8;
  let high = 8;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalSum(middle) < part) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Part of the normal distribution below `x` (Abramowitz and Stegun 26.2.17, within 1e-7). */
function normalSum(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}

/**
 * Reads a population from JSON. Throws a sentence that says what is wrong with it.
 */
export function readPopulation(text: string): Population {
  const value = JSON.parse(text) as Partial<Population>;
  if (!Array.isArray(value.kinds) || value.kinds.length === 0) throw new Error('the population has no kinds of rooms');
  const kinds = value.kinds as readonly RoomKind[];
  for (const kind of kinds) {
    for (const key of ['rooms', 'participants', 'messagesPerSecond', 'bodyBytes', 'stayMinutes'] as const) {
      const number: unknown = kind[key];
      if (typeof number !== 'number' || !Number.isFinite(number) || number < 0)
        throw new Error(`${key} of ${kind.name} is no number`);
    }
    if (kind.participants < 1) throw new Error(`participants of ${kind.name}: at least 1`);
    if (kind.stayMinutes <= 0) throw new Error(`stayMinutes of ${kind.name}: above 0`);
    const sizes: unknown = kind.sizes;
    if (sizes !== 'equal' && sizes !== 'uneven') throw new Error(`sizes of ${kind.name}: equal or uneven`);
    if (typeof kind.isLogged !== 'boolean') throw new Error(`isLogged of ${kind.name}: true or false`);
  }
  return { name: value.name ?? 'own', description: value.description ?? '', kinds };
}

/** A population with everything the same but its number of rooms. */
export function scaled(population: Population, factor: number): Population {
  return { ...population, kinds: population.kinds.map((kind) => ({ ...kind, rooms: kind.rooms * factor })) };
}
