import { describe, expect, it } from 'vitest';
import type { UserId } from '@plenary/wire';
import { nicknameProfile } from '../nickname-profile.js';
import { reservedNicknameKeys } from '../room/nickname.js';
import { nicknameWish } from './nickname-wish.js';

const rules = { profile: nicknameProfile, reservedKeys: reservedNicknameKeys(['moderator'], nicknameProfile) };
const random = (count: number): Uint8Array => new Uint8Array(count).map((_, index) => index);
const bob = { userId: 'xcon-userid:bob@localhost' as UserId, uris: ['sip:bob@localhost'], displayText: '' };

describe('a wish for a nickname', () => {
  it('NICK-X-009 has numbered ones behind it', () => {
    const wish = nicknameWish('Alice', bob, rules, random);
    if (wish?.kind !== 'claim' || !('variants' in wish)) throw new Error('no claim');
    expect(wish).toMatchObject({ nickname: 'Alice', nickKey: 'alice' });
    expect(wish.variants.slice(0, 2)).toEqual([
      { nickname: 'Alice2', nickKey: 'alice2' },
      { nickname: 'Alice3', nickKey: 'alice3' },
    ]);
    expect(new Set(wish.variants.map(({ nickKey }) => nickKey)).size).toBe(wish.variants.length);
  });

  it('NICK-X-008 without one is made of what is known of the user', () => {
    const named = (user: typeof bob): unknown => nicknameWish(undefined, user, rules, random);
    expect(named({ ...bob, displayText: 'Robert' })).toMatchObject({ nickname: 'Robert' });
    expect(named(bob)).toMatchObject({ nickname: 'bob' });
    expect(named({ ...bob, uris: [] })).toMatchObject({ nickname: 'guest' });
  });

  it('NICK-X-002 NICK-X-014 refuses what the profile refuses, and numbers what nobody gets', () => {
    expect(nicknameWish('\u0007', bob, rules, random)).toEqual({ kind: 'malformed' });
    expect(nicknameWish('Moderator', bob, rules, random)).toMatchObject({ nickname: 'Moderator2' });
  });
});
