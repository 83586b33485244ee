import { expect, it } from 'vitest';
import { Pending } from './pending.js';

it('CCMP-013 SEC-013 there are so many places, and so many for one address', () => {
  const pending = new Pending(3, 2);
  const first = pending.enter('a');
  const second = pending.enter('a');
  expect(pending.enter('a')).toBeUndefined();
  expect(pending.enter('b')).toBeDefined();
  expect(pending.enter('c')).toBeUndefined();
  first?.();
  // Giving a place back twice gives one back.
  first?.();
  expect(pending.count).toBe(2);
  second?.();
  expect(pending.enter('a')).toBeDefined();
});
