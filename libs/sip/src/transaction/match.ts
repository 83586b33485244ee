import { err, ok, type Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { parseCSeq } from '../header/cseq.js';
import { parseFromTo } from '../header/from-to.js';
import { hostKey } from '../header/host.js';
import { readRequired } from '../header/list.js';
import { formatVia, readTopVia, type Via } from '../header/via.js';
import type { SipMessage, SipRequest, SipResponse } from '../message.js';

/**
 * Which transaction a message belongs to (RFC 3261 sections 17.1.3 and 17.2.3). A transaction has a key, a string; two messages with
 * one key belong together. Req: SIP-013, SIP-026.
 */

/** "The branch ID inserted by an element compliant with this specification MUST always begin with the characters z9hG4bK". */
export const MAGIC_COOKIE = 'z9hG4bK';

/** What matching looks at, read once per message. */
export interface MatchFacts {
  readonly via: Via;
  readonly callId: string;
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  readonly sequence: number;
  readonly cseqMethod: string;
}

/** Reads what every message needs to be matched. Err: a header field is missing or malformed, 400. */
export function readMatchFacts(message: SipMessage): Result<MatchFacts, SipError> {
  const via = readTopVia(message.headers);
  if (!via.ok) return via;
  const from = readRequired(message.headers, 'From', parseFromTo);
  if (!from.ok) return from;
  const to = readRequired(message.headers, 'To', parseFromTo);
  if (!to.ok) return to;
  const cseq = readRequired(message.headers, 'CSeq', parseCSeq);
  if (!cseq.ok) return cseq;
  const callId = readRequired(message.headers, 'Call-ID', ok);
  if (!callId.ok) return err(callId.error);
  return ok({
    via: via.value,
    callId: callId.value,
    fromTag: from.value.tag,
    toTag: to.value.tag,
    sequence: cseq.value.sequence,
    cseqMethod: cseq.value.method,
  });
}

/**
 * Key of the server transaction a request belongs to; `method` is the request's own, except that an ACK belongs to its INVITE and a
 * CANCEL is asked for the INVITE it cancels by passing `INVITE`.
 *
 * With the cookie: branch, sent-by and method. Without (RFC 2543): Request-URI, From tag, Call-ID, CSeq number and the top Via. The To tag, which
 * the RFC lists too, is no part of the key: an ACK carries ours, its INVITE not. `legacyAckFits` compares it.
 */
export function serverKey(request: SipRequest, facts: MatchFacts, method: string = request.method): string {
  const matched = method === 'ACK' ? 'INVITE' : method;
  const { via } = facts;
  if (hasCookie(via)) {
    // "The sent-by value is used as part of the matching process because there could be accidental or malicious duplication of
    // branch parameters from different clients" (section 17.2.3).
    return ['b', via.branch, `${hostKey(via.host)}:${via.port ?? ''}`, matched].join('|');
  }
  const top = formatVia({ ...via, received: undefined, rport: undefined });
  return ['l', matched, facts.callId, facts.fromTag ?? '', facts.sequence, request.requestUri, top].join('|');
}

/** Whether the key of this message rests on a branch with the cookie. */
export function hasCookie(via: Via): boolean {
  const cookie = via.branch?.slice(0, MAGIC_COOKIE.length);
  return cookie?.toLowerCase() === MAGIC_COOKIE.toLowerCase() && (via.branch?.length ?? 0) > MAGIC_COOKIE.length;
}

/** For RFC 2543 peers: "the To tag of the ACK" must equal "the To tag of the response sent by the server transaction". */
export function legacyAckFits(facts: MatchFacts, response: SipResponse): boolean {
  const to = readRequired(response.headers, 'To', parseFromTo);
  return hasCookie(facts.via) || (to.ok && to.value.tag === facts.toTag);
}

/** Key of the client transaction a response belongs to: "the same value of the branch ... and the method ... in the CSeq" (section 17.1.3). */
export function clientKey(branch: string, method: string): string {
  return `${branch}|${method}`;
}

/**
 * Key under which the same request arriving over several ways is found (section 8.2.2.2): From tag, Call-ID and CSeq are the same, the
 * branch is not. Only requests without To tag can be merged; others give `undefined`.
 */
export function mergeKey(facts: MatchFacts): string | undefined {
  return facts.toTag === undefined
    ? `${facts.callId}|${facts.fromTag ?? ''}|${facts.sequence} ${facts.cseqMethod}`
    : undefined;
}
