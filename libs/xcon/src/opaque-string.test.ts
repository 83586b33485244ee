import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enforceOpaqueString, PASSWORD_MAX_BYTES } from './opaque-string.js';

describe('POL-017 the examples of RFC 8265 §4.3', () => {
  it.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['\u03c0\u00df\u00e5', '\u03c0\u00df\u00e5'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
  ])('%s', (password, enforced) => {
    expect(enforceOpaqueString(password)).toEqual({ ok: true, value: enforced });
  });

  it.each([
    ['', 'password-empty'],
    ['my cat is a \u0009by', 'password-disallowed'],
  ])('%j is refused', (password, code) => {
    expect(enforceOpaqueString(password)).toMatchObject({ ok: false, error: { code, status: 400 } });
  });
});

it('POL-017 composed and decomposed form are one password', () => {
  expect(enforceOpaqueString('pa\u0308sse')).toEqual(enforceOpaqueString('p\u00e4sse'));
});

it('POL-017 names the code point that decided', () => {
  expect(enforceOpaqueString('a\ud800')).toMatchObject({ error: { code: 'password-disallowed', codePoint: 0xd800 } });
  expect(enforceOpaqueString('a\u0378')).toMatchObject({ error: { code: 'password-unassigned', codePoint: 0x378 } });
  expect(enforceOpaqueString('a\u00b7b')).toMatchObject({ error: { code: 'password-context', codePoint: 0xb7 } });
});

it('POL-017 counts octets', () => {
  expect(enforceOpaqueString('x'.repeat(PASSWORD_MAX_BYTES)).ok).toBe(true);
  expect(enforceOpaqueString('é'.repeat(512))).toMatchObject({ error: { code: 'password-too-long' } });
  // U+0958 becomes two characters.
  expect(enforceOpaqueString('\u0958'.repeat(341))).toMatchObject({ error: { code: 'password-too-long' } });
});

it('POL-017 an enforced password is enforced already', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (password) => {
      const enforced = enforceOpaqueString(password);
      if (enforced.ok) expect(enforceOpaqueString(enforced.value)).toEqual(enforced);
    }),
    { numRuns: 1000 },
  );
});
