import { isFlow, type SipTarget } from './interface.js';

/**
 * "If a request is within 200 bytes of the path MTU, or if it is larger than 1300 bytes and the path MTU is unknown, the request MUST be sent using
 * an RFC 2914 congestion controlled transport protocol, such as TCP" (RFC 3261 section 18.1.1). We never know the path MTU.
 */
export const MAX_UDP_REQUEST_BYTES = 1_300;

/** One place to try, and when. */
export interface Attempt {
  readonly target: SipTarget;
  /** Only when the attempt before could not even be sent, as opposed to not answered or refused. */
  readonly onlyAfterTransportFailure: boolean;
}

/**
 * The attempts for a request of that size over its targets, in order. One too large for UDP goes over TCP to the same place first; if no
 * connection can be made there, "the element SHOULD retry the request, using UDP" (section 18.1.1). Req: SIP-011, SIP-012.
 */
export function attemptsFor(targets: readonly SipTarget[], sizeBytes: number): Attempt[] {
  const attempts: Attempt[] = [];
  for (const target of targets) {
    const tooLarge = target.transport === 'UDP' && sizeBytes > MAX_UDP_REQUEST_BYTES;
    if (tooLarge) {
      const place = isFlow(target) ? { host: target.remoteAddress, port: target.remotePort } : target;
      attempts.push({
        target: { transport: 'TCP', host: place.host, port: place.port },
        onlyAfterTransportFailure: false,
      });
    }
    attempts.push({ target, onlyAfterTransportFailure: tooLarge });
  }
  return attempts;
}
