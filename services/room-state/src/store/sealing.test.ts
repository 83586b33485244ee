import { expect, it } from 'vitest';
import { sealingWith } from './sealing.js';

const [old, current] = ['a key of thirty-two characters or more', 'another key of thirty-two characters'];

it('SEC-014 a sealed secret shows nothing of itself, is another each time, and opens under its key and name alone', () => {
  const sealing = sealingWith([current]);
  const [one, other] = [sealing.seal('5ebe2294', 'alice md5'), sealing.seal('5ebe2294', 'alice md5')];
  expect(one).not.toContain('5ebe2294');
  expect(one).not.toBe(other);
  expect(sealing.open(one, 'alice md5')).toBe('5ebe2294');
  expect(() => sealing.open(one, 'mallory md5')).toThrow(/ROOM_STATE_ACCOUNTS_KEY/);
  expect(() => sealingWith([old]).open(one, 'alice md5')).toThrow();
  expect(() => sealingWith([]).open(one, 'alice md5')).toThrow();
  expect(() => sealing.open(`${one.slice(0, 20)}AAAA`, 'alice md5')).toThrow();
});

it('SEC-014 a key is changed without a break: what the one before sealed still opens, what was never sealed too', () => {
  const before = sealingWith([old]).seal('secret', 'x');
  const both = sealingWith([current, old]);
  expect(both.open(before, 'x')).toBe('secret');
  expect(sealingWith([current]).open(both.seal('secret', 'x'), 'x')).toBe('secret');
  expect(both.open('5ebe2294', 'x')).toBe('5ebe2294');
  expect(sealingWith([]).seal('secret', 'x')).toBe('secret');
});
