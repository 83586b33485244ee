import { describe, expect, it } from 'vitest';
import { FlushPace } from './flush-pace.js';

describe('the pace of writing', () => {
  const pace = (paceFactor = 3, paceMaxMs = 5): FlushPace => new FlushPace({ paceFactor, paceMaxMs });

  it('lets the first flush, and one long after another, go at once', () => {
    const one = pace();
    expect(one.waitMs(0)).toBe(0);
    one.flushed(100, 101);
    expect(one.waitMs(104)).toBe(0);
    expect(one.waitMs(10_000)).toBe(0);
  });

  it('waits a multiple of what the last flush cost, counted from its end', () => {
    const one = pace();
    one.flushed(100, 101);
    expect(one.waitMs(101)).toBe(3);
    expect(one.waitMs(102.5)).toBe(1.5);
  });

  it('never waits longer than its bound, however long a flush took', () => {
    const one = pace();
    one.flushed(100, 400);
    expect(one.waitMs(400)).toBe(5);
  });

  it('does not set a timer for less than half a millisecond', () => {
    const one = pace();
    one.flushed(100, 100.1);
    expect(one.waitMs(100.1)).toBe(0);
  });

  it('does not wait at all with a factor of 0, or when the clock goes wrong', () => {
    const none = pace(0);
    none.flushed(100, 105);
    expect(none.waitMs(105)).toBe(0);
    const one = pace();
    one.flushed(100, 90);
    expect(one.waitMs(90)).toBe(0);
  });
});
