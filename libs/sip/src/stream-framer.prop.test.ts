import { array, assert, constantFrom, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FramerEvent, StreamFramer } from './stream-framer.js';
import { octetsOf, optionsLines, vector } from './vectors.test-data.js';

const limits = { messageBytes: 4096, headBytes: 3000, lineLength: 1000, headerCount: 40, uriLength: 200 };
const pieces = [
  new Uint8Array([13, 10]),
  new Uint8Array([13, 10, 13, 10]),
  octetsOf(optionsLines('Content-Length: 5'), '\r\n\r\n-'),
  octetsOf(optionsLines('no header', 'Content-Length: 2'), 'ab'),
  octetsOf(optionsLines()),
  octetsOf(optionsLines('Content-Length: 9000')),
  octetsOf(optionsLines(...Array<string>(50).fill('X: y'))),
  vector('rfc7701-s9.1-f1-invite.sip'),
  vector('rfc7701-s9.1-f2-200.sip'),
  vector('torture/valid/wsinv.sip'),
  vector('torture/invalid/badvers.sip'),
  new Uint8Array(3003).fill(0x61),
];

/** Events in a form that compares: all that a reader can see. */
function visible(events: readonly FramerEvent[]): unknown[] {
  return events.map((event) => {
    if (event.kind === 'ping') return 'ping';
    if (event.kind === 'message')
      return { ...event.message, headers: [...event.message.headers], body: [...event.message.body] };
    const { code, request } = event.error;
    return { code, finished: event.finished, headers: request === undefined ? [] : [...request.headers] };
  });
}

function readInPieces(octets: Uint8Array, cuts: readonly number[]): { events: unknown[]; finished: boolean } {
  const framer = new StreamFramer(limits);
  const events: FramerEvent[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...places, octets.length]) {
    events.push(...framer.push(octets.slice(from, to)));
    from = to;
  }
  return { events: visible(events), finished: framer.finished };
}

describe('stream framer', () => {
  it('SIP-002 gives the same events however the octets are cut', () => {
    const stream = array(constantFrom(...pieces), { minLength: 1, maxLength: 6 });
    const cuts = array(integer({ min: 0, max: 20_000 }), { maxLength: 40 });
    assert(
      property(stream, cuts, (parts, places) => {
        const octets = new Uint8Array(parts.flatMap((part) => [...part]));
        expect(readInPieces(octets, places)).toEqual(readInPieces(octets, []));
      }),
      { numRuns: 300 },
    );
  });

  it('SIP-002 octet by octet is one of the cuts', () => {
    const octets = new Uint8Array(pieces.flatMap((part) => [...part]));
    const every = Array.from(octets, (_octet, i) => i);
    expect(readInPieces(octets, every)).toEqual(readInPieces(octets, []));
  });

  it('SIP-002 never throws on random octets and never holds more than its limits', () => {
    assert(
      property(array(uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const framer = new StreamFramer(limits);
        for (const chunk of chunks) {
          framer.push(chunk);
          expect(framer.bufferedBytes).toBeLessThanOrEqual(limits.messageBytes + 4);
        }
      }),
    );
  });
});
