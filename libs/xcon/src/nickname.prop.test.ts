import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { claimNickname, enforceNickname, nicknameKey } from './nickname.js';

/** Any text, and text of the characters at which the rules take turns. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'B',
      ' ',
      '\u00a0',
      '\u3000',
      '\u03a3',
      '\u0130',
      '\u00a8',
      '\u03d4',
      '\u2163',
      '\ufdfa',
      '\u0301',
      'é',
      '\u1e9e',
    ),
    maxLength: 10,
  }),
);

it('NICK-X-002 an enforced nickname is enforced already, and its key is a key already', () => {
  fc.assert(
    fc.property(text, (nickname) => {
      const enforced = enforceNickname(nickname);
      if (enforced.ok) expect(enforceNickname(enforced.value)).toEqual(enforced);
      const key = nicknameKey(nickname);
      if (key.ok) expect(nicknameKey(key.value)).toEqual(key);
    }),
    { numRuns: 1500 },
  );
});

it('NICK-005 NICK-X-001 two claims that are shown alike have one key', () => {
  fc.assert(
    fc.property(text, (nickname) => {
      const claim = claimNickname(nickname);
      if (claim.ok) expect(claimNickname(claim.value.nickname)).toEqual(claim);
    }),
    { numRuns: 1500 },
  );
});
