import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecoderEvent } from './decoder-events.js';
import { createDecoder } from './decoder.js';
import { encodeRequest } from './encoder.js';
import { collected, cutAt, decode, wire } from './testing.js';
import { msrpUri } from './uri.js';

const LIMITS = { headerBytes: 400, nonSendBodyBytes: 200, headerCount: 8 };
/** What the memory of a decoder with these limits may be: twice the largest thing waited for, rounded up to the least piece. */
const MOST_HELD = 2 * Math.max(LIMITS.headerBytes + 44, LIMITS.nonSendBodyBytes + 44 + 2) + 512;

const PATHS = 'To-Path: msrp://a.example:2855/one;tcp\nFrom-Path: msrp://b.example:2855/two;tcp\n';
/** Fragments that make messages, nearly messages, and nonsense. */
const fragment = fc.oneof(
  fc.constantFrom(
    'MSRP abcd1234 SEND\n',
    'MSRP abcd1234 NICKNAME\n',
    'MSRP abcd1234 200 OK\n',
    'MSRP wxyz SEND\n',
    PATHS,
    'Message-ID: m123\n',
    'Content-Type: text/plain\n\n',
    'Byte-Range: 1-*/*\n',
    'Use-Nickname: "a"\n',
    '\n',
    '-------abcd1234$\n',
    '-------abcd1234+\n',
    '-------wxyz#\n',
    '\n-------abcd1234$\n',
    '\n-------abcd1234',
    '-------',
    'X: y\n',
    'x'.repeat(300),
  ),
  fc.string({ maxLength: 20 }),
);
const nearly = fc
  .array(fragment, { maxLength: 30 })
  .map((parts) => wire(parts.join('').replaceAll(/[\u0100-\uffff]/g, '?')));
const places = (octets: Uint8Array): fc.Arbitrary<number[]> =>
  fc.array(fc.nat({ max: octets.byteLength }), { maxLength: 12 });
const withCuts = (of: fc.Arbitrary<Uint8Array>): fc.Arbitrary<[Uint8Array, number[]]> =>
  of.chain((octets) => fc.tuple(fc.constant(octets), places(octets)));

describe('any input', () => {
  it('MSRP-010 MSRP-020 gives the same events however it is cut, and holds no more than its limits', () => {
    fc.assert(
      fc.property(withCuts(nearly), ([octets, cuts]) => {
        const whole = collected([octets], LIMITS);
        expect(collected(cutAt(octets, cuts), LIMITS)).toEqual(whole);
        expect(decode(cutAt(octets, cuts), LIMITS).maxHeldBytes).toBeLessThanOrEqual(MOST_HELD);
      }),
      { numRuns: 1500 },
    );
  });

  it('MSRP-020 never throws on random octets, and ends at once on what is no MSRP', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (pieces) => {
        const { maxHeldBytes } = decode(pieces, LIMITS);
        expect(maxHeldBytes).toBeLessThanOrEqual(MOST_HELD);
      }),
    );
  });
});

describe('round trip', () => {
  const requests = fc.array(
    fc.record({
      body: fc.option(fc.uint8Array({ maxLength: 700 }), { nil: undefined }),
      flag: fc.constantFrom('$' as const, '+' as const, '#' as const),
      id: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9.+%=-]{3,31}$/),
    }),
    { maxLength: 6 },
  );

  it('MSRP-010 MSRP-012 gives back every body octet for octet', () => {
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.integer({ min: 1, max: 900 })), (list, sizes) => {
        const stream = Buffer.concat(
          list.map(({ body, flag, id }) =>
            encodeRequest({
              transactionId: id,
              method: 'SEND',
              toPath: [msrpUri({ host: 'a.example', port: 2855, sessionId: 'one' })],
              fromPath: [msrpUri({ host: 'b.example', port: 2855, sessionId: 'two' })],
              messageId: id,
              contentType: body && 'application/octet-stream',
              body,
              flag,
            }),
          ),
        );
        const decoder = createDecoder();
        const got: { id: string; flag: string; body: number[] | undefined }[] = [];
        let open: { id: string; body: number[] } | undefined;
        const sink = (event: DecoderEvent): void => {
          if (event.type === 'request') {
            const { head, flag, body } = event.request;
            got.push({ id: head.transactionId, flag, body: body && [...body] });
          } else if (event.type === 'head') open = { id: event.head.transactionId, body: [] };
          else if (event.type === 'body') open?.body.push(...event.octets);
          else if (event.type === 'end' && open !== undefined) got.push({ ...open, flag: event.flag });
          else expect.unreachable();
        };
        for (let at = 0; at < stream.byteLength;) {
          const size = sizes.next().value;
          decoder.push(stream.subarray(at, at + size), sink);
          at += size;
        }
        expect(got).toEqual(list.map(({ id, flag, body }) => ({ id, flag, body: body && [...body] })));
      }),
    );
  });
});
