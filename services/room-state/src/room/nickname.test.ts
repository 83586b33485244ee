import { describe, expect, it } from 'vitest';
import { nicknameProfile } from '../nickname-profile.js';
import { maxNicknameBytes, prepareNickname, reservedNicknameKeys } from './nickname.js';

const reserved = reservedNicknameKeys(['Anonymous', ' '], nicknameProfile);
const prepare = (asked: string) => prepareNickname(asked, nicknameProfile, reserved);

describe('prepareNickname', () => {
  it('NICK-005 NICK-007 stores the enforced form and compares by the key', () => {
    expect(prepare('  St  Peter ')).toEqual({ kind: 'claim', nickname: 'St Peter', nickKey: 'st peter' });
    expect(prepare('\u2163')).toEqual({ kind: 'claim', nickname: 'IV', nickKey: 'iv' });
  });

  it('NICK-008 the empty string removes', () => {
    expect(prepare('')).toEqual({ kind: 'remove' });
  });

  it('NICK-003 only blanks, controls and what the profile refuses are malformed', () => {
    for (const asked of ['   ', 'a\tb', 'al\u00adice', 'a\u200db', '\ud800'])
      expect(prepare(asked).kind).toBe('malformed');
  });

  it('NICK-005 counts octets, not characters', () => {
    expect(prepare('ü'.repeat(511)).kind).toBe('claim');
    expect(prepare('ü'.repeat(512)).kind).toBe('malformed');
    expect(prepare('x'.repeat(maxNicknameBytes)).kind).toBe('claim');
    expect(prepare('x'.repeat(maxNicknameBytes + 1)).kind).toBe('malformed');
  });

  it('NICK-004 a reserved word is reserved in every case', () => {
    expect(prepare('ANONYMOUS')).toEqual({ kind: 'reserved' });
  });
});
