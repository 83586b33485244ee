/** Whether a request is answered, and by what (RFC 4975 sections 7.1.4 and 7.2). */
import { encodeResponse } from './encoder.js';
import type { MsrpRequestHead } from './message.js';
import type { MsrpUri } from './uri.js';

/**
 * True when a response with this status goes out. "no": nothing at all; "partial": errors only; a REPORT is never answered.
 * Failure-Report belongs to SEND: other methods are answered whatever it says.
 *
 * Req: RPT-002, RPT-006.
 */
export function mustRespond(head: Pick<MsrpRequestHead, 'method' | 'failureReport'>, status: number): boolean {
  if (head.method === 'REPORT') return false;
  if (head.method !== 'SEND') return true;
  // "then it MUST NOT send a failure REPORT request, and MUST NOT send a transaction response" (section 7.1.4).
  if (head.failureReport === 'no') return false;
  return head.failureReport === 'yes' || status >= 300;
}

/**
 * The response to a request as text to be written as latin1; undefined when none goes out. To-Path is the leftmost URI of From-Path
 * for SEND and the whole list for any other method; From-Path is the URI the request was sent to.
 *
 * Takes what a `bad-request` or `fatal` event could read: undefined also when that is too little to answer. A request without a readable
 * To-Path is answered from `own`, the URI of the answering side without session-id; one without a readable From-Path never, for
 * nobody can be addressed.
 *
 * Req: RPT-003, MSRP-020, MSRP-022.
 */
export function respondTo(
  head: Partial<MsrpRequestHead>,
  status: number,
  headers?: Iterable<readonly [name: string, value: string]>,
  own?: MsrpUri,
): string | undefined {
  const { transactionId, toPath, fromPath, messageId, method, failureReport = 'yes' } = head;
  const answering = toPath?.at(-1) ?? own;
  if (transactionId === undefined || answering === undefined || fromPath === undefined || fromPath.length === 0)
    return undefined;
  // An unreadable method leaves Failure-Report to decide, as for SEND.
  if (!mustRespond({ method: method ?? 'SEND', failureReport }, status)) return undefined;
  return encodeResponse({
    transactionId,
    status,
    toPath: method === 'SEND' ? fromPath.slice(0, 1) : fromPath,
    fromPath: [answering],
    messageId: method === 'SEND' ? messageId : undefined,
    headers,
  });
}
