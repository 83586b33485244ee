import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { enforceNickname, nicknameKey, sameNickname } from './nickname.js';

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

it('NICK-005 NICK-X-002 the key of a nickname is the key of its enforced form', () => {
  fc.assert(
    fc.property(text, (nickname) => {
      const enforced = enforceNickname(nickname);
      if (enforced.ok && nicknameKey(nickname).ok) expect(sameNickname(nickname, enforced.value)).toBe(true);
    }),
    { numRuns: 1500 },
  );
});
