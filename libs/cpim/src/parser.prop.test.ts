import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeadReader, parseMessage, readHead, type HeadStep } from './parser.js';
import { serializeMessage, type OutboundMessage } from './serializer.js';

const LIMITS = { headBytes: 300, headers: 12 };

/** Lines that lead into every corner of the reader, in any order. */
const line = fc.oneof(
  fc.constantFrom(
    'From: <sip:a@b>',
    'To: X <sip:c@d>',
    'cc: "q\\"" <im:x@y>',
    'Subject:;lang=fr \\u00e9',
    'NS: i <urn:ietf:params:imdn>',
    'i.Message-ID: 1',
    'Content-Type: text/plain',
    'content-x: y',
    ' folded',
    '',
    '',
    'é: ü',
    'a\nb',
    'a\rb',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

const object = fc.oneof(
  fc.array(line, { maxLength: 14 }).map((lines) => new TextEncoder().encode(lines.join('\r\n'))),
  fc.uint8Array({ maxLength: 400 }),
);

function inPieces(octets: Uint8Array, cuts: readonly number[]): HeadStep {
  const reader = createHeadReader(LIMITS);
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].toSorted((one, other) => one - other);
  let at = 0;
  for (const place of [...places, octets.length]) {
    const step = reader.feed(octets.slice(at, place));
    if (step.kind !== 'need-more') return step;
    at = place;
  }
  return { kind: 'error', error: reader.end() };
}

describe('head reader', () => {
  it('CPIM-013 comes to the same end however the octets are cut', () => {
    fc.assert(
      fc.property(object, fc.array(fc.nat(), { maxLength: 8 }), (octets, cuts) => {
        const whole = readHead(octets, LIMITS);
        const step = inPieces(octets, cuts);
        if (whole.ok) expect(step).toEqual({ kind: 'head', head: whole.value });
        else
          expect(step).toMatchObject({ kind: 'error', error: { code: whole.error.code, status: whole.error.status } });
      }),
      { numRuns: 1500 },
    );
  });

  it('CPIM-014 never throws, and never puts the content outside the object', () => {
    fc.assert(
      fc.property(object, (octets) => {
        const head = readHead(octets);
        if (head.ok) expect(head.value.contentOffset).toBeLessThanOrEqual(octets.length);
        else expect([400, 413]).toContain(head.error.status);
      }),
      { numRuns: 1500 },
    );
  });
});

const uri = fc.constantFrom('sip:alice@example.com', 'im:b@c', 'tel:+1234', 'sip:a@b;gr=x');
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const formalName = text.map((name) => name.replaceAll(/\s+/gu, ' ').trim());
const address = fc
  .record({ name: formalName, uri })
  .map(({ name, uri: to }) => (name === '' ? { uri: to } : { name, uri: to }));
const message: fc.Arbitrary<OutboundMessage> = fc.record({
  from: address,
  to: fc.array(address, { minLength: 1, maxLength: 3 }),
  cc: fc.array(address, { maxLength: 2 }),
  dateTimeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  subjects: fc.constantFrom([], [{ text: 'a\\b\r\nFrom: <sip:evil@x>' }], [{ text: 'x', lang: 'fr' }, { text: 'y' }]),
  contentType: fc.constantFrom('text/plain', 'text/plain;charset=utf-8', 'message/cpim'),
  content: fc.uint8Array({ maxLength: 60 }),
});

describe('writer', () => {
  it('CPIM-002 CPIM-004 CPIM-007 CPIM-010 what it writes is read as it was meant', () => {
    fc.assert(
      fc.property(message, (outbound) => {
        const read = parseMessage(serializeMessage(outbound));
        if (!read.ok) throw read.error;
        const { head, content } = read.value;
        expect(head.layout).toBe('separate');
        expect(head.from).toEqual(outbound.from);
        expect(head.to).toEqual(outbound.to);
        expect(head.cc).toEqual(outbound.cc);
        expect(head.subjects).toEqual(outbound.subjects);
        expect(Date.parse(head.dateTime ?? '')).toBe(outbound.dateTimeMs);
        expect([...content]).toEqual([...(outbound.content as Uint8Array)]);
      }),
      { numRuns: 500 },
    );
  });
});
