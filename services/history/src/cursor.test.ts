import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor, type Cursor } from './cursor.js';

const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const cursors: fc.Arbitrary<Cursor> = fc.record({
  sinceUs: time,
  beforeUs: time,
  forward: fc.boolean(),
  beyond: fc.record({
    epoch: fc.nat({ max: 2 ** 31 - 1 }),
    seq: fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) }),
  }),
});

describe('cursor', () => {
  it('HIST-005 reading undoes writing', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a word', 'next'],
    ['one octet less', formatCursor(example()).slice(0, -2)],
    ['one octet more', `${formatCursor(example())}AA`],
    ['another version', `B${formatCursor(example()).slice(1)}`],
    ['another direction', Buffer.from([1, 2, ...Buffer.alloc(28)]).toString('base64url')],
    ['an epoch beyond any', formatCursor({ ...example(), beyond: { epoch: 2 ** 31, seq: 0n } })],
    ['a sequence beyond any', formatCursor({ ...example(), beyond: { epoch: 1, seq: 2n ** 53n } })],
  ])('HIST-005 %s is no cursor', (_what, text) => {
    expect(parseCursor(text)).toBeUndefined();
  });

  it('HIST-005 no text is an error', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void parseCursor(text)));
  });
});

function example(): Cursor {
  return { sinceUs: 0n, beforeUs: 0n, forward: false, beyond: { epoch: 1, seq: 7n } };
}
