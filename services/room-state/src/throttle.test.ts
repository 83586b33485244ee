import { expect, it } from 'vitest';
import { Throttle } from './throttle.js';

it('SEC-011 10,000 tries get no further than the limit, then as many as time gives back', () => {
  let now = 0;
  const throttle = new Throttle({ attempts: 10, windowMs: 60_000, keysMax: 100, nowMs: () => now });
  const tries = (count: number): number =>
    Array.from({ length: count }, () => throttle.attempt(['source evil', 'user alice'])).filter(Boolean).length;
  expect(tries(10_000)).toBe(10);
  now += 6_000;
  expect(tries(10_000)).toBe(1);
  now += 60_000;
  expect(tries(10_000)).toBe(10);
});

it('right answers cost nothing, however many come at once', () => {
  const throttle = new Throttle({ attempts: 2, windowMs: 1_000, keysMax: 100, nowMs: () => 0 });
  for (let round = 0; round < 100; round++) {
    expect(throttle.attempt(['a'])).toBe(true);
    throttle.giveBack(['a']);
  }
  expect([throttle.attempt(['a']), throttle.attempt(['a']), throttle.attempt(['a'])]).toEqual([true, true, false]);
});

it('a try that one key refuses counts for none of them', () => {
  const throttle = new Throttle({ attempts: 1, windowMs: 1_000, keysMax: 100, nowMs: () => 0 });
  throttle.attempt(['a']);
  expect(throttle.attempt(['a', 'b'])).toBe(false);
  expect(throttle.attempt(['b'])).toBe(true);
});

it('0 is no limit, and only so many keys are remembered', () => {
  const none = new Throttle({ attempts: 0, windowMs: 1_000, keysMax: 1, nowMs: () => 0 });
  for (let round = 0; round < 100; round++) expect(none.attempt(['a'])).toBe(true);
  const small = new Throttle({ attempts: 1, windowMs: 1_000, keysMax: 2, nowMs: () => 0 });
  for (const key of ['a', 'b', 'c']) small.attempt([key]);
  expect(small.attempt(['c'])).toBe(false);
  expect(small.attempt(['a'])).toBe(true);
});
