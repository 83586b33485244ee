import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assumed } from './assumptions.js';
import { readConstants, type Constants } from './constants.js';
import { perPart } from './points.js';
import { presets, readPopulation, roomGroups, scaled, type Population } from './population.js';
import { documentationPage } from './render.js';
import { sizeOf, type Sizing } from './tiers.js';

const constants: Constants = {
  source: { date: '', machine: '', command: '' },
  micros: {
    'msrp-edge': { joins: 1_500, sends: 90, events: 40, deliveries: 1.5, writes: 11, egressKilobytes: 0.8 },
    focus: { joins: 4_000 },
    'room-state': { joins: 5_000 },
    history: { sends: 30, loggedSends: 180 },
    nats: { sends: 40, events: 25 },
    postgres: { joins: 2_000, loggedSends: 90 },
  },
  idleCores: perPart(() => 0.01),
  bytesPerSession: perPart(() => 20_000),
};
const count = (sizing: Sizing, tier: string): number => sizing.tiers.find(({ name }) => name === tier)?.count ?? 0;
const preset = (wanted: string): Population => presets.find(({ name }) => name === wanted)!;
const size = (population: Population, over = {}): Sizing => sizeOf(population, constants, { ...assumed, ...over });

describe('the simulator', () => {
  it('gives the same answer to the same question', () => {
    const small = scaled(preset('public-safety'), 0.1);
    expect(JSON.stringify(size(small))).toBe(JSON.stringify(size(small)));
  });

  it('sizes ten million participants in bounded time', { timeout: 60_000 }, () => {
    const startedMs = performance.now();
    const sizing = size(preset('ten-million'));
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(sizing.demand.participants).toBeGreaterThan(9.9e6);
    expect(sizing.slice.refused).toBe(0);
    // At least what sessions alone need, and not ten times that.
    const bySessions = sizing.demand.participants / (assumed.sessionsPerEdge * assumed.loadCeiling);
    expect(count(sizing, 'msrp-edge')).toBeGreaterThan(bySessions);
    expect(count(sizing, 'msrp-edge')).toBeLessThan(bySessions * 10);
  });

  it('a room of 50,000 is on the edges its cap needs, a message goes to each of them, and nobody else pays', () => {
    const [hall] = preset('town-hall').kinds;
    const sizing = size({ name: 'hall', description: '', kinds: [hall!] });
    expect(sizing.demand.rates.events / sizing.demand.rates.sends).toBe(25);
    expect(sizing.demand.rates.deliveries).toBeCloseTo(5 * 49_999);
  });

  it('small rooms stay on about one edge, of the real choice with stale entries', () => {
    const { demand, slice } = size(preset('contact-centre'));
    expect(demand.rates.events / demand.rates.sends).toBeLessThan(1.1);
    expect(slice.imbalance).toBeLessThan(1.4);
  });

  it('needs more for more people, for a zone that may be lost and for headroom', { timeout: 60_000 }, () => {
    const base = size(preset('public-safety'));
    expect(count(size(scaled(preset('public-safety'), 3)), 'msrp-edge')).toBeGreaterThan(count(base, 'msrp-edge') * 2);
    expect(count(size(preset('public-safety'), { headroom: 2.6 }), 'msrp-edge')).toBeGreaterThan(
      count(base, 'msrp-edge') * 1.6,
    );
    // With one of three zones lost the rest must do: half as many again as with none to lose.
    const needed = (base.demand.participants / (assumed.sessionsPerEdge * assumed.loadCeiling)) * assumed.headroom;
    expect((count(base, 'msrp-edge') * 2) / 3).toBeGreaterThanOrEqual(needed);
  });

  it('uneven rooms keep their average', () => {
    const groups = roomGroups(preset('ten-million'));
    for (const kind of preset('ten-million').kinds) {
      const own = groups.filter((group) => group.kind === kind);
      const rooms = own.reduce((sum, group) => sum + group.rooms, 0);
      const participants = own.reduce((sum, group) => sum + group.rooms * group.participants, 0);
      expect(rooms, kind.name).toBeCloseTo(kind.rooms);
      expect(participants / rooms / kind.participants, kind.name).toBeCloseTo(1, 1);
    }
  });

  it('says what is wrong with a population', () => {
    const kind = {
      name: 'k',
      rooms: 1,
      participants: 5,
      sizes: 'equal',
      messagesPerSecond: 1,
      bodyBytes: 1,
      isLogged: true,
    };
    expect(() => readPopulation('{}')).toThrow('no kinds of rooms');
    expect(() => readPopulation(JSON.stringify({ kinds: [kind] }))).toThrow('stayMinutes of k is no number');
    expect(readPopulation(JSON.stringify({ kinds: [{ ...kind, stayMinutes: 5 }] })).kinds).toHaveLength(1);
  });
});

describe('the page of the documentation', () => {
  it('says what the costs and populations there are come to', { timeout: 60_000 }, () => {
    const costs = readConstants(readFileSync(new URL('../constants.json', import.meta.url), 'utf8'));
    const page = readFileSync(new URL('../../docs/sizing.md', import.meta.url), 'utf8');
    const sizings = presets.map((population) => sizeOf(population, costs, assumed));
    expect(page, 'npm run simulate -- --write').toBe(documentationPage(sizings, costs, assumed));
  });
});
