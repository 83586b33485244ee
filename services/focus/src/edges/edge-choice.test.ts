import { EdgeEntry } from '@plenary/proto/edge';
import { describe, expect, it } from 'vitest';
import { chooseEdge, type EdgeChoiceOptions } from './edge-choice.js';

const edge = (edgeId: string, values: Partial<EdgeEntry> = {}): EdgeEntry =>
  EdgeEntry.fromPartial({ edgeId, ...values });
const options = (values: Partial<EdgeChoiceOptions> = {}): EdgeChoiceOptions => ({
  roomCap: 3,
  roomLoadCap: 0.35,
  loadCeiling: 0.7,
  excluded: new Set(),
  random: () => 0,
  ...values,
});

describe('edge choice', () => {
  it('packs a small room at the edge that serves it, though another is idle', () => {
    const edges = [edge('idle'), edge('serving', { load: 0.5, roomSessions: { r: 2 } })];
    expect(chooseEdge(edges, 'r', options())?.edgeId).toBe('serving');
  });

  it('spreads a room that is at its cap', () => {
    const edges = [edge('idle'), edge('serving', { roomSessions: { r: 3 } })];
    expect(chooseEdge(edges, 'r', options())?.edgeId).toBe('idle');
  });

  it('takes no session to an edge that is hot, drains or has just refused', () => {
    const edges = [
      edge('hot', { load: 0.9, roomSessions: { r: 1 } }),
      edge('draining', { draining: true }),
      edge('refused'),
      edge('cool', { load: 0.3 }),
    ];
    expect(chooseEdge(edges, 'r', options({ excluded: new Set(['refused']) }))?.edgeId).toBe('cool');
  });

  it('takes the least loaded when all are hot, and nothing when there is none', () => {
    const edges = [edge('hotter', { load: 0.95 }), edge('hot', { load: 0.8 })];
    expect(chooseEdge(edges, 'r', options())?.edgeId).toBe('hot');
    const full = edge('full', { load: 0.75, roomSessions: { r: 3 } });
    expect(chooseEdge([full, ...edges], 'r', options())?.edgeId).toBe('hot');
    expect(chooseEdge([edge('draining', { draining: true })], 'r', options())).toBeUndefined();
  });

  it('takes an edge below the cap rather than a less loaded one at it', () => {
    const edges = [edge('full', { roomSessions: { r: 3 } }), edge('busy', { load: 0.4 })];
    expect(chooseEdge(edges, 'r', options())?.edgeId).toBe('busy');
  });

  it('passes over an edge the room makes hot, long before the cap, and goes on to the next', () => {
    const hot = edge('hot', { load: 0.5, roomSessions: { r: 1 }, roomLoad: { r: 0.4 } });
    expect(chooseEdge([hot, edge('idle')], 'r', options())?.edgeId).toBe('idle');
    expect(chooseEdge([hot, edge('idle')], 'other', options({ roomCap: 9 }))).toBeDefined();
    const second = edge('second', { load: 0.6, roomSessions: { r: 1 }, roomLoad: { r: 0.1 } });
    expect(chooseEdge([hot, second, edge('idle')], 'r', options())?.edgeId).toBe('second');
  });

  it('gives a room nobody tells of the same home at every replica, and another where that is much busier', () => {
    const edges = Array.from({ length: 9 }, (_, n) => edge(`edge-${n}`));
    const home = chooseEdge(edges, 'small', options({ random: () => 0.1 }));
    const shuffled = [...edges.slice(4), ...edges.slice(0, 4)];
    expect(chooseEdge(shuffled, 'small', options({ random: () => 0.9 }))).toBe(home);
    const without = edges.filter((one) => one !== home);
    const second = chooseEdge(without, 'small', options());
    const busy = (load: number) => edges.map((one) => (one === home ? { ...one, load } : one));
    expect(chooseEdge(busy(0.19), 'small', options())?.edgeId).toBe(home?.edgeId);
    expect(chooseEdge(busy(0.2), 'small', options())?.edgeId).toBe(second?.edgeId);
  });

  it('evens a room out where every edge has its cap of it: of two drawn the one with fewer', () => {
    const edges = [5, 4, 3, 6].map((r, n) => edge(`e${n}`, { roomSessions: { r } }));
    const draws = [0.5, 0.4];
    expect(chooseEdge(edges, 'r', options({ random: () => draws.shift() ?? 0 }))?.edgeId).toBe('e2');
    const others = [0.75, 0];
    expect(chooseEdge(edges, 'r', options({ random: () => others.shift() ?? 0 }))?.edgeId).toBe('e0');
  });
});
