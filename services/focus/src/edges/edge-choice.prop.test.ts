import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEdge, type ChoiceEntry, type EdgeChoiceOptions } from './edge-choice.js';

type Entry = { -readonly [Key in keyof ChoiceEntry]: ChoiceEntry[Key] };

const entry = (edgeId: string, over: Partial<Entry> = {}): Entry => ({
  edgeId,
  draining: false,
  sessions: 0,
  load: 0,
  roomSessions: {},
  roomLoad: {},
  ...over,
});
const fleet = (count: number): Entry[] => Array.from({ length: count }, (_, n) => entry(`msrp-edge-${n}`));

/** Numbers in [0, 1), the same for one seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function options(over: Partial<EdgeChoiceOptions> = {}): EdgeChoiceOptions {
  return { roomCap: 2_000, roomLoadCap: 0.35, loadCeiling: 0.7, excluded: new Set(), random: seeded(1), ...over };
}

/** One join, told at once: sessions count against `capacity`. */
function join(edges: readonly Entry[], room: string, choice: EdgeChoiceOptions, capacity: number): Entry {
  const edge = chooseEdge(edges, room, choice);
  if (edge === undefined) throw new Error('no edge takes a session');
  edge.sessions++;
  edge.load = edge.sessions / capacity;
  edge.roomSessions[room] = (edge.roomSessions[room] ?? 0) + 1;
  return edge;
}

const anyEntry = fc.record({
  edgeId: fc.stringMatching(/^[a-z]{1,6}$/),
  draining: fc.boolean(),
  sessions: fc.nat(1_000),
  load: fc.double({ min: 0, max: 1, noNaN: true }),
  roomSessions: fc.dictionary(fc.constantFrom('r', 's'), fc.nat(6)),
  roomLoad: fc.dictionary(fc.constantFrom('r', 's'), fc.double({ min: 0, max: 1, noNaN: true })),
});
const anyFleet = fc.uniqueArray(anyEntry, { selector: ({ edgeId }) => edgeId, maxLength: 12 });

describe('edge choice, whatever the edges say', () => {
  it('takes an edge exactly when one takes sessions; never one that drains, never a full or hot one while there is a better', () => {
    const isOpen = (edge: Entry): boolean =>
      !edge.draining && edge.load < 0.7 && (edge.roomSessions['r'] ?? 0) < 3 && (edge.roomLoad['r'] ?? 0) < 0.35;
    fc.assert(
      fc.property(anyFleet, fc.nat(), (edges, seed) => {
        const chosen = chooseEdge(edges, 'r', options({ roomCap: 3, random: seeded(seed) }));
        expect(chosen === undefined).toBe(edges.every(({ draining }) => draining));
        if (chosen === undefined) return;
        expect(chosen.draining).toBe(false);
        const open = edges.filter(isOpen);
        if (open.length === 0) return;
        expect(open).toContain(chosen);
        const serving = open.filter((edge) => (edge.roomSessions['r'] ?? 0) > 0);
        if (serving.length > 0) expect(serving).toContain(chosen);
      }),
    );
  });

  it('a room grown by joins has all its edges at the cap before any is above it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 20 }), fc.nat(400), (count, cap, joins) => {
        const edges = fleet(count);
        const choice = options({ roomCap: cap });
        for (let n = 0; n < joins; n++) join(edges, 'r', choice, 1e6);
        const sizes = edges.map((edge) => edge.roomSessions['r'] ?? 0);
        if (Math.max(...sizes) > cap) expect(Math.min(...sizes)).toBeGreaterThanOrEqual(cap);
        const needed = Math.min(count, Math.ceil(joins / cap));
        expect(sizes.filter((size) => size > 0)).toHaveLength(needed);
      }),
      { numRuns: 50 },
    );
  });

  it('packs 10,000 small rooms on one edge each, though entries tell none of them, and loads all edges alike', () => {
    const edges = fleet(10);
    const choice = options();
    const where = Array.from({ length: 10_000 }, () => new Set<string>());
    for (let round = 0; round < 5; round++)
      for (const [room, homes] of where.entries()) {
        const edge = join(edges, `room-${room}`, choice, 20_000);
        // As if none of these rooms were among the largest of its edge.
        edge.roomSessions = {};
        homes.add(edge.edgeId);
      }
    expect(where.every((homes) => homes.size === 1)).toBe(true);
    const sessions = edges.map((edge) => edge.sessions);
    expect(Math.max(...sessions) / (50_000 / edges.length)).toBeLessThan(1.1);
    expect(Math.min(...sessions) / (50_000 / edges.length)).toBeGreaterThan(0.9);
  });

  it('spreads one room of 50,000 evenly, whether there are edges enough for the cap or not', () => {
    for (const count of [40, 10]) {
      const edges = fleet(count);
      const choice = options();
      for (let n = 0; n < 50_000; n++) join(edges, 'crowd', choice, 20_000);
      const sizes = edges.map((edge) => edge.sessions).filter((size) => size > 0);
      expect(sizes).toHaveLength(Math.min(count, 25));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(50_000 / sizes.length / 50);
    }
  });
});
