import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  claimNickname,
  enforceNickname,
  nicknameKey,
  NICKNAME_MAX_BYTES,
  prepareNickname,
  sameNickname,
} from './nickname.js';
import type { XconErrorCode } from './errors.js';

interface Vector {
  readonly id: string;
  readonly source: string;
  readonly note: string;
  readonly input: readonly string[];
  readonly result: 'accept' | 'reject';
  readonly reason?: string;
  readonly enforced: readonly string[] | null;
  readonly comparisonKey: readonly string[] | null;
}

const FILE = JSON.parse(
  readFileSync(new URL('../../../test/vectors/precis/nickname.json', import.meta.url), 'utf8'),
) as { vectors: Vector[]; comparisons: { a: string; b: string; equal: boolean }[] };

function text(points: readonly string[]): string {
  return points.map((point) => String.fromCodePoint(Number.parseInt(point.slice(2), 16))).join('');
}

function inputOf(id: string): string {
  const vector = FILE.vectors.find((candidate) => candidate.id === id);
  if (vector === undefined) throw new Error(`no vector ${id}`);
  return text(vector.input);
}

/** The refusal a vector's words mean. */
function codeOf(reason: string): XconErrorCode {
  if (reason.includes('zero length')) return 'nickname-empty';
  if (reason.includes('CONTEXT')) return 'nickname-context';
  return reason.includes('UNASSIGNED') ? 'nickname-unassigned' : 'nickname-disallowed';
}

describe('vectors', () => {
  it.each(FILE.vectors.filter((vector) => vector.result === 'accept'))(
    'NICK-X-002 NICK-007 $id $source: $note',
    (vector) => {
      expect(enforceNickname(text(vector.input))).toEqual({ ok: true, value: text(vector.enforced ?? []) });
      expect(nicknameKey(text(vector.input))).toEqual({ ok: true, value: text(vector.comparisonKey ?? []) });
    },
  );

  it.each(FILE.vectors.filter((vector) => vector.result === 'reject'))(
    'NICK-X-002 NICK-003 $id $source: $note',
    (vector) => {
      const refused = { code: codeOf(vector.reason ?? ''), status: 424 };
      const enforced = enforceNickname(text(vector.input));
      expect(enforced).toMatchObject({ ok: false, error: refused });
      expect(nicknameKey(text(vector.input))).toMatchObject({ ok: false, error: refused });
      const point = /U\+([0-9A-F]+)/u.exec(vector.reason ?? '')?.[1];
      if (!enforced.ok)
        expect(enforced.error.codePoint).toBe(point === undefined ? undefined : Number.parseInt(point, 16));
    },
  );

  it.each(FILE.comparisons)('NICK-X-002 $a and $b have one key: $equal', ({ a, b, equal }) => {
    expect(sameNickname(inputOf(a), inputOf(b))).toBe(equal);
  });
});

describe('limits', () => {
  it('NICK-005 counts octets of UTF-8, before and after enforcement', () => {
    expect(enforceNickname('x'.repeat(NICKNAME_MAX_BYTES)).ok).toBe(true);
    expect(enforceNickname('x'.repeat(NICKNAME_MAX_BYTES + 1))).toMatchObject({ error: { code: 'nickname-too-long' } });
    expect(enforceNickname('é'.repeat(511)).ok).toBe(true);
    expect(enforceNickname('é'.repeat(512))).toMatchObject({ error: { code: 'nickname-too-long' } });
    // U+FDFA becomes 33 octets.
    expect(enforceNickname('\u{fdfa}'.repeat(31)).ok).toBe(true);
    expect(enforceNickname('\u{fdfa}'.repeat(32))).toMatchObject({ error: { code: 'nickname-too-long' } });
  });

  it('NICK-003 a surrogate alone is refused', () => {
    expect(prepareNickname('a\ud800b')).toMatchObject({
      ok: false,
      error: { code: 'nickname-disallowed', codePoint: 0xd800 },
    });
  });

  it('NICK-X-004 the shown form keeps its case', () => {
    expect(enforceNickname('StPeter')).toEqual({ ok: true, value: 'StPeter' });
    expect(sameNickname('StPeter', 'stpeter')).toBe(true);
  });

  it('NICK-X-001 whoever is shown alike conflicts, also where the keys of what was asked for differ', () => {
    expect(sameNickname('\u03f9', '\u03a3')).toBe(false);
    expect(claimNickname('\u03f9')).toEqual(claimNickname('\u03a3'));
    expect(claimNickname('\u03a3')).toEqual({ ok: true, value: { nickname: '\u03a3', key: '\u03c3' } });
    expect(claimNickname('')).toMatchObject({ ok: false, error: { code: 'nickname-empty' } });
  });

  it('NICK-X-002 every accepted vector claims its own key', () => {
    for (const vector of FILE.vectors) {
      if (vector.comparisonKey === null) continue;
      expect(claimNickname(text(vector.input))).toMatchObject({ ok: true, value: { key: text(vector.comparisonKey) } });
    }
  });

  it('what is refused equals nothing, not even itself', () => {
    expect(sameNickname('', '')).toBe(false);
    expect(sameNickname('a\tb', 'a\tb')).toBe(false);
  });
});

describe('contextual rules', () => {
  it.each([
    ['ZWNJ after a virama', '\u0915\u094d\u200c\u0937', true],
    ['ZWNJ between joining letters', '\u0628\u200c\u0628', true],
    ['ZWNJ between joining letters with a transparent mark', '\u0628\u064b\u200c\u064b\u0628', true],
    ['ZWNJ after a letter that does not join on', '\u0627\u200c\u0628', false],
    ['ZWNJ at the end', '\u0628\u200c', false],
    ['ZWNJ between Latin letters', 'a\u200cb', false],
    ['KERAIA before a Greek letter', '\u0375\u03b1', true],
    ['KERAIA before a Latin letter', '\u0375a', false],
    ['GERESH after a Hebrew letter', '\u05d0\u05f3', true],
    ['GERSHAYIM at the start', '\u05f4\u05d0', false],
    ['KATAKANA MIDDLE DOT with Hiragana', '\u3042\u30fb', true],
    ['extended Arabic-Indic digits alone', '\u06f1\u06f2', true],
  ])('NICK-X-002 RFC 5892 App. A: %s', (_title, nickname, holds) => {
    expect(prepareNickname(nickname).ok).toBe(holds);
  });
});
