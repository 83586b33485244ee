/** What the tests of this package share; not exported. */
import { copyOctets } from './bytes.js';
import { createCollector, type CollectedEvent } from './collect.js';
import type { DecoderEvent, DecoderLimits } from './decoder-events.js';
import { createDecoder, type Decoder } from './decoder.js';

/** Octets of a message written with `\n` for CRLF, one octet per character. */
export function wire(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}

/** Feeds the pieces to a new decoder. */
export function decode(
  pieces: Iterable<Uint8Array>,
  limits: Partial<DecoderLimits> = {},
): { readonly events: DecoderEvent[]; readonly decoder: Decoder; readonly maxHeldBytes: number } {
  const decoder = createDecoder(limits);
  const events: DecoderEvent[] = [];
  let maxHeldBytes = 0;
  for (const piece of pieces) {
    // The caller's octets may change after the push: a decoder that kept a view would show it.
    const lent = Buffer.from(piece);
    decoder.push(lent, (event) => events.push(copied(event)));
    lent.fill(0x3f);
    maxHeldBytes = Math.max(maxHeldBytes, decoder.heldBytes);
  }
  return { events, decoder, maxHeldBytes };
}

/** The events of `pieces` with every request whole, in a form that can be compared. */
export function collected(pieces: Iterable<Uint8Array>, limits: Partial<DecoderLimits> = {}): unknown[] {
  const collect = createCollector({ bodyBytes: Number.MAX_SAFE_INTEGER });
  return decode(pieces, limits)
    .events.map(collect)
    .filter((event) => event !== undefined)
    .map(plain);
}

/** Pieces of `octets` of one octet each. */
export function* octetByOctet(octets: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < octets.byteLength; i++) yield octets.subarray(i, i + 1);
}

/** Pieces of `octets` cut at the given places. */
export function* cutAt(octets: Uint8Array, places: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const place of [...places.toSorted((a, b) => a - b), octets.byteLength]) {
    yield octets.subarray(from, place);
    from = place;
  }
}

function copied(event: DecoderEvent): DecoderEvent {
  if (event.type === 'body') return { ...event, octets: copyOctets(event.octets) };
  if (event.type === 'request' && event.request.body !== undefined)
    return { ...event, request: { ...event.request, body: copyOctets(event.request.body) } };
  return event;
}

/** Bodies as latin1 text, errors as their code and status. */
function plain(event: CollectedEvent): unknown {
  if (event.type === 'request') {
    const { body } = event.request;
    return {
      ...event.request,
      type: 'request',
      body: body === undefined ? undefined : Buffer.from(body).toString('latin1'),
    };
  }
  if (event.type === 'bad-request' || event.type === 'fatal')
    return { type: event.type, code: event.error.code, status: event.error.status, head: event.head };
  return event;
}
