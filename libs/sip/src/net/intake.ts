import { createHmac, randomBytes } from 'node:crypto';
import type { SipError } from '../errors.js';
import { readTopVia, replaceTopVia, stampVia } from '../header/via.js';
import type { SipFlow, SipMessage, SipRequest, SipResponse } from '../message.js';
import { isAnswerable } from '../needed-headers.js';
import { responseTo } from '../response-to.js';

/**
 * What happens to every message between socket and user: the source goes into the top Via of a request (RFC 3261 section 18.2.1, RFC 3581 section 4),
 * and a request nobody can read is answered. Req: SIP-007.
 */
export class Intake {
  readonly #secret = randomBytes(16);

  /** Writes `received` and `rport` into a request; a response stays as it is. */
  stamp(message: SipMessage, flow: SipFlow): SipMessage {
    if (message.kind === 'request') stampRequest(message, flow);
    return message;
  }

  /** The answer to a message that broke a rule, `undefined` when there can be none. */
  answer(error: SipError, flow: SipFlow): SipResponse | undefined {
    const { request } = error;
    if (request === undefined || !isAnswerable(error)) return undefined;
    stampRequest(request, flow);
    return responseTo(request, error.status, { toTag: this.#tagFor(request) });
  }

  /** "A stateless UAS MUST ... generate the same To tag for identical requests" (section 8.2.7). */
  #tagFor(request: SipRequest): string {
    const hash = createHmac('sha256', this.#secret);
    for (const name of ['Call-ID', 'From', 'CSeq']) hash.update(`${request.headers.get(name) ?? ''}\n`);
    return hash.digest('hex').slice(0, 32);
  }
}

function stampRequest(request: SipRequest, flow: SipFlow): void {
  const via = readTopVia(request.headers);
  if (via.ok) replaceTopVia(request.headers, stampVia(via.value, flow.remoteAddress, flow.remotePort));
}

/** An address as we write it: an IPv4 address that an IPv6 socket saw loses its prefix. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/iu, '').replace(/%.*$/u, '');
}
