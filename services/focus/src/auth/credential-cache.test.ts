import { FakeClock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../room-state/interface.js';
import { CredentialCache } from './credential-cache.js';

const credential: Credential = { ha1: 'ab', identities: [], systemRoles: [] };

function cacheOf(answers: (name: string) => Promise<Credential | undefined>, entries = 10) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const roomState = {
    credential: (name: string, realm: string, algorithm: string) => {
      asked.push(`${name} ${realm} ${algorithm}`);
      return answers(name);
    },
  };
  return { clock, asked, cache: new CredentialCache({ roomState, clock, keepMs: 60_000, entries }) };
}

describe('credentials kept', () => {
  it('AUTH-003 one question a minute for each name and algorithm', async () => {
    const { clock, asked, cache } = cacheOf(() => Promise.resolve(credential));
    expect(await cache.get('alice', 'r', 'MD5')).toBe(credential);
    await cache.get('alice', 'r', 'MD5');
    await cache.get('alice', 'r', 'SHA-256');
    expect(asked).toEqual(['alice r MD5', 'alice r SHA-256']);
    clock.advance(60_000);
    await cache.get('alice', 'r', 'MD5');
    expect(asked).toHaveLength(3);
  });

  it('AUTH-007 that there is no such user is kept like an account', async () => {
    const { asked, cache } = cacheOf(() => Promise.resolve(undefined));
    expect(await cache.get('nobody', 'r', 'MD5')).toBeUndefined();
    await cache.get('nobody', 'r', 'MD5');
    expect(asked).toHaveLength(1);
  });

  it('AUTH-003 many at once ask once', async () => {
    const { asked, cache } = cacheOf(() => Promise.resolve(credential));
    await Promise.all(Array.from({ length: 50 }, () => cache.get('alice', 'r', 'MD5')));
    expect(asked).toHaveLength(1);
  });

  it('ERR-006 a failure is not kept', async () => {
    let isAway = true;
    const { cache } = cacheOf(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(credential)));
    await expect(cache.get('alice', 'r', 'MD5')).rejects.toThrow('away');
    isAway = false;
    expect(await cache.get('alice', 'r', 'MD5')).toBe(credential);
  });

  it('AUTH-007 keeps so many at most, and no name that is made up at length', async () => {
    const { asked, cache } = cacheOf(() => Promise.resolve(undefined), 2);
    for (const name of ['a', 'b', 'c', 'a']) await cache.get(name, 'r', 'MD5');
    expect(asked).toHaveLength(4);
    const long = 'x'.repeat(256);
    await cache.get(long, 'r', 'MD5');
    await cache.get(long, 'r', 'MD5');
    await cache.get('a', 'r', 'MD5');
    expect(asked).toHaveLength(6);
  });
});
