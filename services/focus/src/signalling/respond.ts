import { formatReason, formatRetryAfter, formatWarning, type ServerTransaction } from '@plenary/sip';
import type { MediaFault } from '../conference/offer-answer.js';

export type HeaderPair = readonly [name: string, value: string];

/** The one place where faults of the conference become SIP answers. */
export const respond = {
  /** 401 and 403 by policy carry no dialog, so nothing of them is kept (AUTH-008). */
  challenge(transaction: ServerTransaction, challenges: readonly string[], toTag: string): void {
    const headers: HeaderPair[] = challenges.map((value) => ['WWW-Authenticate', value]);
    transaction.respondStatelessly(401, { toTag, headers });
  },

  refuse(transaction: ServerTransaction, status: number, reason?: string): void {
    const headers: HeaderPair[] =
      reason === undefined
        ? []
        : [['Reason', formatReason({ protocol: 'SIP', cause: status, text: reason, params: [] })]];
    transaction.respond(status, { headers });
  },

  /** 488 with its Warning (ERR-005), or 400 or 413 for a body that is no SDP. */
  mediaFault(transaction: ServerTransaction, fault: MediaFault, agent: string): void {
    if (fault.status !== 488) {
      transaction.respond(fault.status);
      return;
    }
    const warning = formatWarning({ code: fault.warning.code, agent, text: fault.warning.text });
    transaction.respond(488, { headers: [['Warning', warning]] });
  },

  /** What cannot be served now; nothing of the request took effect (ERR-006). */
  unavailable(transaction: ServerTransaction, retryAfterSeconds = 5): void {
    const retryAfter = formatRetryAfter({ seconds: retryAfterSeconds, params: [] });
    transaction.respond(503, { headers: [['Retry-After', retryAfter]] });
  },

  /** "MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds" (RFC 3261 section 14.2). */
  later(transaction: ServerTransaction, random: number): void {
    const retryAfter = formatRetryAfter({ seconds: Math.floor(random * 11), params: [] });
    transaction.respond(500, { headers: [['Retry-After', retryAfter]] });
  },
} as const;
