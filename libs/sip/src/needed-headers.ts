import { SipError } from './errors.js';
import { parseCallId } from './header/call-id.js';
import { parseCSeq } from './header/cseq.js';
import { parseFromTo } from './header/from-to.js';
import { readOptional, readRequired } from './header/list.js';
import { parseMaxForwards } from './header/max-forwards.js';
import { readTopVia } from './header/via.js';
import type { SipMessage } from './message.js';

/**
 * Checks the header fields without which a message cannot be matched, answered or forwarded: Via (the topmost), From,
 * To, Call-ID, CSeq (RFC 3261 section 8.1.1), and Max-Forwards where it is there. All others wait until somebody asks.
 *
 * Max-Forwards may be missing, as in RFC 2543 (RFC 4475 section 3.4.1).
 */
export function checkNeededHeaders(message: SipMessage): SipError | undefined {
  const { headers } = message;
  const via = readTopVia(headers);
  if (!via.ok) return via.error;
  const from = readRequired(headers, 'From', parseFromTo);
  if (!from.ok) return from.error;
  const to = readRequired(headers, 'To', parseFromTo);
  if (!to.ok) return to.error;
  const callId = readRequired(headers, 'Call-ID', parseCallId);
  if (!callId.ok) return callId.error;
  const cseq = readRequired(headers, 'CSeq', parseCSeq);
  if (!cseq.ok) return cseq.error;
  if (message.kind === 'response') return undefined;
  // "The method part of CSeq MUST match the method of the request" (section 8.1.1.5)
  if (cseq.value.method !== message.method) return new SipError('method-mismatch');
  const maxForwards = readOptional(headers, 'Max-Forwards', parseMaxForwards);
  return maxForwards.ok ? undefined : maxForwards.error;
}

/**
 * Whether a refused message can be answered: it is a request other than ACK, its topmost Via says where to, and it has a
 * CSeq, without which nobody would take the answer for his. Otherwise it is dropped.
 */
export function isAnswerable(error: SipError): boolean {
  const request = error.request;
  if (request === undefined || request.method === 'ACK') return false;
  return request.headers.has('CSeq') && readTopVia(request.headers).ok;
}
