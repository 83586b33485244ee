import { FakeClock } from '@plenary/service';
import { expect, it } from 'vitest';
import { ProofMemory } from './proof-memory.js';

const identity = (username: string) => ({ username, uris: [], systemRoles: [], userIds: [] });

it('a proof is remembered for its time and under its own password', () => {
  const clock = new FakeClock();
  const memory = new ProofMemory(clock, 1_000);
  memory.keep('alice', 'secret', identity('alice'));
  expect(memory.find('alice', 'secret')).toEqual(identity('alice'));
  for (const [username, password] of [
    ['alice', 'wrong'],
    ['bob', 'secret'],
    ['alices', 'ecret'],
    ['alic', 'esecret'],
  ] as const)
    expect(memory.find(username, password)).toBeUndefined();
  clock.advance(1_000);
  expect(memory.find('alice', 'secret')).toBeUndefined();
});

it('no more than so many are remembered, and with 0 ms none', () => {
  const memory = new ProofMemory(new FakeClock(), 1_000, 2);
  for (const name of ['a', 'b', 'c']) memory.keep(name, 'x', identity(name));
  expect(memory.find('a', 'x')).toBeUndefined();
  expect(memory.find('c', 'x')).toBeDefined();
  const none = new ProofMemory(new FakeClock(), 0);
  none.keep('a', 'x', identity('a'));
  expect(none.find('a', 'x')).toBeUndefined();
});
