import type { RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { decide } from '../decide.js';
import { testRoom } from '../testing.js';

const changed = (part: 'document' | 'roster') => ({ kind: 'sidebar-changed', sidebar: 'S' as RoomId, part }) as const;
const consequences = (policy: Readonly<Record<string, string>>, part: 'document' | 'roster'): unknown => {
  const decision = decide(testRoom({ policy }), changed(part), { nowMs: 0 });
  return decision.kind === 'events' ? decision.consequences : decision;
};
const look = [{ kind: 'look', room: 'S' }];

describe('a sidebar that changed by itself', () => {
  it('SIDE-006 its entry in the main conference follows its document', () => {
    expect(consequences({}, 'document')).toEqual(look);
  });

  it('SIDE-010 who comes and goes concerns the main conference only where it shows absences', () => {
    expect(consequences({}, 'roster')).toEqual([]);
    expect(consequences({ 'show-sidebar-absence': 'true' }, 'roster')).toEqual(look);
  });

  it('SIDE-007 a main conference that is closed has no sidebars to look at', () => {
    const state = testRoom({}, { closed: true });
    expect(decide(state, changed('document'), { nowMs: 0 })).toMatchObject({
      kind: 'events',
      events: [],
      consequences: [],
    });
  });
});
