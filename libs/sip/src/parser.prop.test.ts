import { array, assert, constantFrom, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAnswerable } from './needed-headers.js';
import { parseMessage } from './parser.js';
import { responseTo } from './response-to.js';
import { serializeMessage } from './serializer.js';
import { vector, vectorNames } from './vectors.test-data.js';

const samples = [
  ...vectorNames(),
  'torture/valid/wsinv.sip',
  'torture/valid/intmeth.sip',
  'torture/valid/longreq.sip',
].map(vector);

/** What must hold for any octets: a value comes back, and what is taken or answered can be written. */
function takesAnything(octets: Uint8Array): void {
  const result = parseMessage(octets);
  if (result.ok) {
    const written = serializeMessage(result.value);
    const again = parseMessage(written);
    expect(again.ok).toBe(true);
    if (again.ok) expect(serializeMessage(again.value)).toEqual(written);
  } else if (result.error.request !== undefined && isAnswerable(result.error)) {
    serializeMessage(responseTo(result.error.request, result.error.status, { toTag: 't' }));
  }
}

describe('parser', () => {
  it('SIP-003 never throws on random octets', () => {
    assert(property(uint8Array({ maxLength: 400 }), takesAnything));
  });

  it('SIP-003 never throws on a message with octets changed, left out or put in', () => {
    const edit = property(
      constantFrom(...samples),
      array(integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 4 }),
      uint8Array({ minLength: 1, maxLength: 8 }),
      integer({ min: 0, max: 8 }),
      (sample, places, insert, drop) => {
        let octets = sample;
        for (const place of places) {
          const at = place % (octets.length + 1);
          octets = new Uint8Array([...octets.subarray(0, at), ...insert, ...octets.subarray(at + drop)]);
        }
        takesAnything(octets);
      },
    );
    assert(edit, { numRuns: 500 });
  });
});
