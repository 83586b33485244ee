import { describe, expect, it } from 'vitest';
import { endOfPlace, lastWholeEvent } from './notice-message.js';

describe('the newest event of which nothing is missing', () => {
  it.each([
    ['a message', 7, false, 7],
    ['a state event, its notices still to come', 7, true, 6],
    ['the first of the notices of an event', 7 + 1 / 32, false, 6],
    ['all notices of an event', endOfPlace(7), false, 7],
    ['the first event of all', 1, true, 1],
  ])('TRN-016 for who has %s', (_what, place, isSt, seq) => {
    expect(lastWholeEvent(place, isSt)).toBe(seq);
  });
});
