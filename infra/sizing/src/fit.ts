import { coresOf, type Constants } from './constants.js';
import { drivers, parts, perPart, type Driver, type Part, type Point, type Points } from './points.js';

/** What each part does at all. Named here, so that chance in a measurement does not make history pay for copies. */
const driversOf: Readonly<Record<Part, readonly Driver[]>> = {
  'msrp-edge': ['joins', 'sends', 'events', 'deliveries', 'writes', 'egressKilobytes', 'turns'],
  focus: ['joins'],
  'room-state': ['joins'],
  history: ['sends', 'loggedSends', 'turns'],
  nats: ['joins', 'sends', 'events', 'turns'],
  postgres: ['joins', 'loggedSends', 'turns'],
};

/**
 * Constants from the points of a run marked `fit`: per part the costs, none below nothing, whose relative errors squared are
 * the least. What the system uses idle is taken off before.
 */
export function fitConstants({ source, idle, bytesPerSession, points }: Points): Constants {
  const used = points.filter(({ use }) => use === 'fit');
  const idleCores = perPart((part) => idle.cpuSeconds[part] / idle.seconds);
  const fitted = parts.map((part) => {
    const wanted = driversOf[part].filter((driver) => used.some((point) => point.drivers[driver] > 0));
    const rows = used.map((point) => rowOf(point, part, wanted, idleCores[part]));
    const costs = leastSquares(rows, wanted.length);
    return [part, Object.fromEntries(wanted.map((driver, n) => [driver, rounded(costs[n] ?? 0)]))] as const;
  });
  return {
    source,
    micros: Object.fromEntries(fitted) as Constants['micros'],
    idleCores: perPart((part) => rounded(idleCores[part])),
    bytesPerSession: perPart((part) => Math.round(bytesPerSession[part])),
  };
}

interface Row {
  readonly factors: readonly number[];
  readonly micros: number;
}

/** Every point counts alike, however long it ran: both sides are divided by what was measured. */
function rowOf(
  { drivers: counts, cpuSeconds, seconds }: Point,
  part: Part,
  wanted: readonly Driver[],
  idleCores: number,
): Row {
  const micros = Math.max(0, cpuSeconds[part] - idleCores * seconds) * 1e6;
  // A part that did next to nothing tells next to nothing: weigh it by a tenth of a second at least.
  const scale = 1 / Math.max(micros, 1e5);
  return { factors: wanted.map((driver) => counts[driver] * scale), micros: micros * scale };
}

/** Least squares with no cost below nothing, by going over the costs one after another until none moves. */
function leastSquares(rows: readonly Row[], count: number): number[] {
  const costs = Array.from({ length: count }, () => 0);
  const gram = costs.map((_, a) =>
    costs.map((__, b) => sum(rows, ({ factors }) => (factors[a] ?? 0) * (factors[b] ?? 0))),
  );
  const right = costs.map((_, a) => sum(rows, ({ factors, micros }) => (factors[a] ?? 0) * micros));
  for (let round = 0; round < 200_000; round++) {
    let moved = 0;
    for (let a = 0; a < count; a++) {
      const own = gram[a]?.[a] ?? 0;
      if (own === 0) continue;
      const others = costs.reduce((total, cost, b) => (b === a ? total : total + cost * (gram[a]?.[b] ?? 0)), 0);
      const cost = Math.max(0, ((right[a] ?? 0) - others) / own);
      moved = Math.max(moved, Math.abs(cost - (costs[a] ?? 0)));
      costs[a] = cost;
    }
    if (moved < 1e-7) break;
  }
  return costs;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** One measurement beside what the constants say of it. */
export interface Comparison {
  readonly name: string;
  readonly use: Point['use'];
  readonly part: Part | 'all';
  /** CPU seconds. */
  readonly measured: number;
  readonly predicted: number;
  /** Predicted by measured. */
  readonly factor: number;
}

/** The smallest use of CPU that is compared: below it the clock of the system (10 ms) is most of what is seen. */
const leastSeconds = 0.25;

/** Each point of a run beside its prediction: by part where that was busy enough to tell, and all together. */
export function compare({ points }: Points, constants: Constants): Comparison[] {
  return points.flatMap((point) => {
    const perSecond = Object.fromEntries(drivers.map((driver) => [driver, point.drivers[driver] / point.seconds]));
    const predictions = parts.map((part) => ({
      part,
      measured: point.cpuSeconds[part],
      predicted: (coresOf(part, perSecond as Point['drivers'], constants) + constants.idleCores[part]) * point.seconds,
    }));
    const all = {
      part: 'all' as const,
      measured: sum(predictions, ({ measured }) => measured),
      predicted: sum(predictions, ({ predicted }) => predicted),
    };
    return [...predictions, all]
      .filter(({ measured }) => measured >= leastSeconds)
      .map(({ part, measured, predicted }) => ({
        name: point.name,
        use: point.use,
        part,
        measured,
        predicted,
        factor: predicted / measured,
      }));
  });
}
