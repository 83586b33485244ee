/** Whole messages for those who do not forward while still receiving: both event forms of a request become the same request. */
import { copyOctets, joinOctets } from './bytes.js';
import type { DecoderEvent } from './decoder-events.js';
import { MsrpError } from './errors.js';
import type { MsrpRequestHead } from './message.js';

/** What is left of the decoder's events when no request comes in pieces. */
export type CollectedEvent = Exclude<DecoderEvent, { readonly type: 'head' | 'body' | 'end' }>;

/**
 * Takes events in their order; gives an event as soon as one is whole. A request whose body exceeds `bodyBytes` becomes a
 * `bad-request` with `message-too-large` (413) as soon as that is known, and the rest of it is dropped.
 *
 * Bodies that came in pieces are copies; a body that came whole is the view the decoder gave.
 */
export function createCollector(limits: {
  readonly bodyBytes: number;
}): (event: DecoderEvent) => CollectedEvent | undefined {
  let head: MsrpRequestHead | undefined;
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;

  const tooLarge = (of: MsrpRequestHead): CollectedEvent => ({
    type: 'bad-request',
    error: new MsrpError('message-too-large'),
    head: of,
  });

  return (event) => {
    switch (event.type) {
      case 'head':
        head = event.head;
        parts = [];
        sizeBytes = 0;
        return undefined;
      case 'body': {
        if (head === undefined) return undefined;
        sizeBytes += event.octets.byteLength;
        if (sizeBytes <= limits.bodyBytes) {
          parts.push(copyOctets(event.octets));
          return undefined;
        }
        const refused = tooLarge(head);
        head = undefined;
        parts = [];
        return refused;
      }
      case 'end': {
        if (head === undefined) return undefined;
        const request = { head, body: joinOctets(parts), flag: event.flag };
        head = undefined;
        parts = [];
        return { type: 'request', request };
      }
      case 'request': {
        const { body } = event.request;
        return body !== undefined && body.byteLength > limits.bodyBytes ? tooLarge(event.request.head) : event;
      }
      default:
        return event;
    }
  };
}
