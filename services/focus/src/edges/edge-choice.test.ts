import { EdgeEntry } from '@plenary/proto/edge';
import { describe, expect, it } from 'vitest';
import { chooseEdge, type EdgeChoiceOptions } from './edge-choice.js';

const edge = (edgeId: string, values: Partial<EdgeEntry> = {}): EdgeEntry =>
  EdgeEntry.fromPartial({ edgeId, ...values });
const options = (values: Partial<EdgeChoiceOptions> = {}): EdgeChoiceOptions => ({
  roomCap: 3,
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
    expect(chooseEdge([edge('draining', { draining: true })], 'r', options())).toBeUndefined();
  });

  it('takes an edge below the cap rather than a less loaded one at it', () => {
    const edges = [edge('full', { roomSessions: { r: 3 } }), edge('busy', { load: 0.4 })];
    expect(chooseEdge(edges, 'r', options())?.edgeId).toBe('busy');
  });

  it('draws two of many and takes the less loaded of them', () => {
    const edges = [
      edge('a', { load: 0.1 }),
      edge('b', { load: 0.2 }),
      edge('c', { load: 0.3 }),
      edge('d', { load: 0.4 }),
    ];
    const draws = [0.5, 0.4];
    expect(chooseEdge(edges, 'r', options({ random: () => draws.shift() ?? 0 }))?.edgeId).toBe('a');
    const others = [0.5, 0];
    expect(chooseEdge(edges, 'r', options({ random: () => others.shift() ?? 0 }))?.edgeId).toBe('c');
  });
});
