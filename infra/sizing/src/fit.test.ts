import { describe, expect, it } from 'vitest';
import { readConstants, type Constants } from './constants.js';
import { compare, fitConstants } from './fit.js';
import { noDrivers, perPart, type PerDriver, type Point, type Points } from './points.js';

const truth: Constants = {
  source: { date: '', machine: '', command: '' },
  micros: {
    'msrp-edge': { joins: 1_500, sends: 90, events: 40, deliveries: 1.5, writes: 11, egressKilobytes: 0.8 },
    focus: { joins: 4_000 },
    'room-state': { joins: 5_000 },
    history: { sends: 30, loggedSends: 180 },
    nats: { joins: 50, sends: 40, events: 25 },
    postgres: { joins: 2_000, loggedSends: 90 },
  },
  idleCores: perPart((part) => (part === 'nats' ? 0.02 : 0.01)),
  bytesPerSession: perPart(() => 10_000),
};

/** A point as it would be measured if the truth were all there is, and the clock off by `error`. */
function pointOf(name: string, use: Point['use'], rates: Partial<PerDriver>, error = 1): Point {
  const seconds = 8;
  const counts = { ...noDrivers };
  for (const [driver, rate] of Object.entries(rates)) counts[driver as keyof PerDriver] = rate * seconds;
  const cpuSeconds = perPart((part) => {
    const costs = Object.entries(truth.micros[part]);
    const used = costs.reduce((sum, [driver, cost]) => sum + cost * counts[driver as keyof PerDriver], 0);
    return (used / 1e6) * error + truth.idleCores[part] * seconds;
  });
  return { name, use, seconds, drivers: counts, cpuSeconds };
}

const said = (
  sends: number,
  copies: number,
  edges: number,
  copiesPerWrite: number,
  kilobytes: number,
  isLogged: boolean,
) => ({
  sends,
  events: sends * edges,
  deliveries: sends * copies,
  writes: (sends * copies) / copiesPerWrite,
  egressKilobytes: sends * copies * kilobytes,
  loggedSends: isLogged ? sends : 0,
});

const run: Points = {
  source: { date: '2026-01-02', machine: 'm', command: 'c' },
  idle: { seconds: 8, cpuSeconds: perPart((part) => truth.idleCores[part] * 8) },
  bytesPerSession: truth.bytesPerSession,
  points: [
    pointOf('joins', 'fit', { joins: 40 }),
    pointOf('a', 'fit', said(50, 99, 1, 1, 0.5, false)),
    pointOf('b', 'fit', said(50, 99, 1, 1, 1.5, false)),
    pointOf('c', 'fit', said(1_300, 99, 1, 8, 0.5, false)),
    pointOf('d', 'fit', said(200, 4, 1, 1, 0.5, true)),
    pointOf('e', 'fit', said(150, 29, 2, 1, 0.5, false)),
    pointOf('f', 'check', said(75, 40, 2, 1.2, 1, true)),
    pointOf('g', 'check', said(90, 60, 1, 1, 0.5, false), 3),
  ],
};

describe('constants of measurements', () => {
  it('finds the costs that were put in', () => {
    const { micros, idleCores } = fitConstants(run);
    for (const [part, costs] of Object.entries(truth.micros))
      for (const [driver, cost] of Object.entries(costs))
        expect(micros[part as 'nats'][driver as 'sends'], `${part} ${driver}`).toBeCloseTo(cost, cost > 10 ? 0 : 1);
    expect(idleCores).toEqual(truth.idleCores);
  });

  it('tells a point it has not seen, and shows one that costs more than it should', () => {
    const compared = compare(run, fitConstants(run)).filter(({ use, part }) => use === 'check' && part === 'all');
    expect(compared.map(({ factor }) => factor.toFixed(1))).toEqual(['1.0', '0.5']);
  });

  it('gives nothing a cost below nothing, however the measurements contradict each other', () => {
    const points = run.points.map((point, n) => ({
      ...point,
      cpuSeconds: perPart((part) => point.cpuSeconds[part] * (n % 2 === 0 ? 0.1 : 3)),
    }));
    const { micros } = fitConstants({ ...run, points });
    expect(
      Object.values(micros)
        .flatMap((costs) => Object.values(costs))
        .filter((cost) => !(cost >= 0)),
    ).toEqual([]);
  });

  it('reads what it writes, and says what is wrong with other files', () => {
    const constants = fitConstants(run);
    expect(readConstants(JSON.stringify(constants))).toEqual(constants);
    expect(() => readConstants('{}')).toThrow('source: missing');
    const broken = { ...constants, micros: { ...constants.micros, focus: { joins: -1 } } };
    expect(() => readConstants(JSON.stringify(broken))).toThrow('micros.focus.joins is no cost');
  });
});
