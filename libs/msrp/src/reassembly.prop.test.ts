import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChunker, splitIntoChunks } from './chunker.js';
import type { ByteRange, ContinuationFlag, MsrpRequest, MsrpRequestHead } from './message.js';
import { createReassembly } from './reassembly.js';

function chunk(
  octets: Uint8Array | string,
  byteRange: ByteRange | undefined,
  flag: ContinuationFlag,
  messageId = 'm123',
): MsrpRequest {
  const body = typeof octets === 'string' ? Buffer.from(octets) : octets;
  const head: MsrpRequestHead = {
    kind: 'request',
    transactionId: 'abcd1234',
    method: 'SEND',
    toPath: [],
    fromPath: [],
    messageId,
    byteRange,
    successReport: false,
    failureReport: 'yes',
    status: undefined,
    useNickname: undefined,
    contentType: 'text/plain',
    otherHeaders: [],
    malformed: [],
  };
  return { head, body, flag };
}
const from = (start: number, total?: number): ByteRange => ({ start, end: undefined, total });

describe('chunker', () => {
  it('RPT-013 gives an end up to 2048 octets and `*` above', () => {
    expect(createChunker(new Uint8Array(2048)).open()).toEqual({ start: 1, end: 2048, total: 2048 });
    expect(createChunker(new Uint8Array(2049)).open()).toEqual({ start: 1, end: undefined, total: 2049 });
    expect(createChunker(new Uint8Array(0)).open()).toEqual({ start: 1, end: 0, total: 0 });
  });

  it('RPT-016 goes on at the next octet after an interruption', () => {
    const chunker = createChunker(new Uint8Array(5000));
    chunker.open();
    expect(chunker.isInterruptible).toBe(true);
    expect(chunker.take(100).byteLength).toBe(100);
    expect(chunker.close()).toBe('+');
    expect(chunker.open()).toEqual({ start: 101, end: undefined, total: 5000 });
    expect(chunker.abort()).toBe('#');
    expect(chunker.isDone).toBe(true);
    expect(() => chunker.open()).toThrow();
  });

  it('RPT-013 RPT-015 does not interrupt what it may not, nor cut too small', () => {
    const chunker = createChunker(new Uint8Array(2048));
    expect(() => chunker.take()).toThrow();
    chunker.open();
    chunker.take(10);
    expect(() => chunker.close()).toThrow(/interruptible/);
    expect(() => createChunker(new Uint8Array(9000)).open(2047)).toThrow(RangeError);
  });

  it('RPT-016 gives at least one chunk, also for an empty body', () => {
    expect(splitIntoChunks(new Uint8Array(0), 2048)).toEqual([
      { range: { start: 1, end: 0, total: 0 }, octets: new Uint8Array(0), flag: '$' },
    ]);
  });
});

describe('chunks and messages', () => {
  const body = fc.uint8Array({ minLength: 0, maxLength: 9000 });

  it('RPT-009 RPT-016 chunk and reassemble is the identity, in any order', () => {
    fc.assert(
      fc.property(
        body.chain((octets) => {
          const chunks = splitIntoChunks(octets, 2048);
          return fc.tuple(fc.constant(octets), fc.shuffledSubarray(chunks, { minLength: chunks.length }));
        }),
        ([octets, chunks]) => {
          const reassembly = createReassembly();
          const states = chunks.map(({ octets: part, range, flag }) => reassembly.add(chunk(part, range, flag), 0));
          expect(states.slice(0, -1).every((state) => state.ok && state.value.state === 'incomplete')).toBe(true);
          expect(states.at(-1)).toEqual({ ok: true, value: { state: 'complete', body: octets } });
          expect(reassembly.openMessages + reassembly.heldBytes).toBe(0);
        },
      ),
    );
  });

  it('RPT-016 interrupting at any octet loses nothing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2049, maxLength: 9000 }),
        fc.infiniteStream(fc.nat({ max: 3000 })),
        (octets, sizes) => {
          const chunker = createChunker(octets);
          const reassembly = createReassembly();
          for (;;) {
            const range = chunker.open();
            const part = chunker.take(chunker.isInterruptible ? sizes.next().value : undefined);
            const added = reassembly.add(chunk(part, range, chunker.close()), 0);
            if (added.ok && added.value.state === 'complete') {
              expect(chunker.isDone).toBe(true);
              expect(Buffer.compare(added.value.body, octets)).toBe(0);
              return;
            }
            expect(chunker.isDone).toBe(false);
          }
        },
      ),
    );
  });

  it('RPT-009 any chunks at all keep within the limits', () => {
    const limits = { messageBytes: 20_000, openMessages: 3, stretches: 4 };
    const any = fc.record({
      size: fc.nat({ max: 6000 }),
      start: fc.option(fc.integer({ min: 1, max: 30_000 }), { nil: undefined }),
      flag: fc.constantFrom('$' as const, '+' as const, '#' as const),
      id: fc.constantFrom('m123', 'm124', 'm125', 'm126', 'm127'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (chunks) => {
        const reassembly = createReassembly(limits);
        for (const { size, start, flag, id } of chunks) {
          const added = reassembly.add(
            chunk(new Uint8Array(size), start === undefined ? undefined : from(start), flag, id),
            0,
          );
          if (!added.ok) expect([400, 413]).toContain(added.error.status);
          expect(reassembly.openMessages).toBeLessThanOrEqual(limits.openMessages);
          expect(reassembly.heldBytes).toBeLessThanOrEqual(limits.openMessages * (limits.messageBytes + 4096));
        }
      }),
    );
  });
});

describe('reassembly', () => {
  const text = (added: ReturnType<ReturnType<typeof createReassembly>['add']>): string | undefined =>
    added.ok && added.value.state === 'complete' ? Buffer.from(added.value.body).toString() : undefined;

  it('RPT-008 takes `$` without Byte-Range, or from 1, for the whole', () => {
    expect(text(createReassembly().add(chunk('abc', undefined, '$'), 0))).toBe('abc');
    expect(text(createReassembly().add(chunk('abc', from(1), '$'), 0))).toBe('abc');
    expect(text(createReassembly().add(chunk('abc', from(2), '$'), 0))).toBeUndefined();
    expect(text(createReassembly().add(chunk('abc', from(1), '+'), 0))).toBeUndefined();
  });

  it('RPT-009 reads the two chunks of RFC 4975 figure 3, also the last one first', () => {
    const [first, second] = [chunk('abcd', from(1, 8), '+'), chunk('EFGH', { start: 5, end: 8, total: 8 }, '$')];
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const reassembly = createReassembly();
      expect(order.map((each) => text(reassembly.add(each, 0)))).toEqual([undefined, 'abcdEFGH']);
    }
  });

  it('RPT-010 lets the octets that come later win', () => {
    const reassembly = createReassembly();
    reassembly.add(chunk('a'.repeat(100), from(1), '+'), 0);
    expect(text(reassembly.add(chunk('b'.repeat(101), from(50), '$'), 0))).toBe('a'.repeat(49) + 'b'.repeat(101));
  });

  it('RPT-011 forgets an aborted message', () => {
    const reassembly = createReassembly();
    for (const start of [1, 11, 21]) reassembly.add(chunk('x'.repeat(10), from(start), '+'), 0);
    expect(reassembly.add(chunk('', from(31), '#'), 0)).toEqual({ ok: true, value: { state: 'aborted' } });
    expect(reassembly.heldBytes).toBe(0);
    expect(text(reassembly.add(chunk('x', from(31), '$'), 0))).toBeUndefined();
  });

  it('RPT-012 takes a first chunk without Byte-Range, refuses a later one', () => {
    const reassembly = createReassembly();
    expect(reassembly.add(chunk('ab', undefined, '+'), 0).ok).toBe(true);
    expect(reassembly.add(chunk('cd', undefined, '+'), 0)).toMatchObject({
      error: { code: 'byte-range-missing', status: 400 },
    });
    expect(text(reassembly.add(chunk('cd', from(3), '$'), 0))).toBe('abcd');
  });

  it('MSRP-015 trusts octets, not totals', () => {
    const reassembly = createReassembly();
    reassembly.add(chunk('abc', { start: 1, end: 9, total: 5 }, '+'), 0);
    expect(text(reassembly.add(chunk('d', { start: 4, end: 5, total: 100 }, '$'), 0))).toBe('abcd');
  });

  it('RPT-020 RPT-022 MSRP-016 refuses what is too large as soon as known, and every further chunk of it', () => {
    const reassembly = createReassembly({ messageBytes: 100 });
    const tooLarge = { ok: false, error: { code: 'message-too-large', status: 413 } };
    expect(reassembly.add(chunk('a', from(1, 101), '+'), 0)).toMatchObject(tooLarge);
    expect(reassembly.heldBytes).toBe(0);
    expect(reassembly.add(chunk('b', from(2, 50), '+'), 0)).toMatchObject(tooLarge);
    expect(reassembly.add(chunk('', from(3), '#'), 0)).toMatchObject(tooLarge);
    expect(reassembly.openMessages).toBe(0);
    expect(reassembly.add(chunk('x'.repeat(100), from(1), '+'), 0).ok).toBe(true);
    expect(reassembly.add(chunk('x', from(101), '$'), 0)).toMatchObject(tooLarge);
    expect(reassembly.add(chunk('x'.repeat(101), undefined, '$'), 0)).toMatchObject(tooLarge);
  });

  it('RPT-009 bounds unfinished messages and gaps, and lets go of old ones', () => {
    const reassembly = createReassembly({ openMessages: 2, stretches: 3 });
    for (const [at, id] of ['m123', 'm124'].entries())
      expect(reassembly.add(chunk('a', from(1), '+', id), at).ok).toBe(true);
    expect(reassembly.add(chunk('a', from(1), '+', 'm125'), 2)).toMatchObject({
      error: { code: 'too-many-open-messages' },
    });
    expect(reassembly.expire(0)).toEqual(['m123']);
    for (const start of [3, 5]) expect(reassembly.add(chunk('a', from(start), '+', 'm124'), 3).ok).toBe(true);
    expect(reassembly.add(chunk('a', from(7), '+', 'm124'), 3)).toMatchObject({ error: { code: 'too-many-gaps' } });
  });
});
