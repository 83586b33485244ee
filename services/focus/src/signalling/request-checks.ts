import { formatTokens, parseMediaType, readTokens, type ServerTransaction } from '@plenary/sip';
import type { RequestTarget } from '../conference/room-uri.js';
import { allow, allowedMethods, supportedOptions } from './headers.js';
import { respond } from './respond.js';

// The checks of RFC 3261 section 8.2 that need nobody's word (SIP-017). Each answers the request itself when it says false.

/** Method (405), scheme (416), host (404) and merged requests (482), in this order. */
export function methodAndTargetServed(transaction: ServerTransaction, target: RequestTarget): boolean {
  const { method } = transaction.request;
  if (!allowedMethods.some((allowed) => allowed === method)) {
    transaction.respond(405, { headers: [allow] });
    return false;
  }
  if (target.kind === 'unknown-scheme') respond.refuse(transaction, 416);
  else if (target.kind !== 'room') respond.refuse(transaction, 404);
  else if (transaction.isMerged) respond.refuse(transaction, 482);
  else return true;
  return false;
}

/** "If a UAS does not understand an option-tag listed in a Require header field, it MUST respond ... with 420" (section 8.2.2.3). */
export function extensionsServed(
  transaction: ServerTransaction,
  served: readonly string[] = supportedOptions,
): boolean {
  const required = readTokens(transaction.request.headers, 'Require');
  if (!required.ok) {
    respond.refuse(transaction, 400);
    return false;
  }
  const unknown = required.value.filter((option) => !served.includes(option.toLowerCase()));
  if (unknown.length === 0) return true;
  transaction.respond(420, { headers: [['Unsupported', formatTokens(unknown)]] });
  return false;
}

/** A body is SDP, without an encoding; anything else is 415 (section 8.2.3). */
export function contentServed(transaction: ServerTransaction): boolean {
  const { headers, body } = transaction.request;
  if (body.length === 0) return true;
  const encoding = headers.get('Content-Encoding')?.toLowerCase() ?? 'identity';
  const type = parseMediaType(headers.get('Content-Type') ?? '');
  if (encoding === 'identity' && type.ok && type.value.type === 'application' && type.value.subtype === 'sdp')
    return true;
  transaction.respond(415, { headers: [['Accept', 'application/sdp']] });
  return false;
}

/** A SUBSCRIBE to a conference has no body: filters are not defined for it (RFC 4575 section 3.2). Any is 415. */
export function withoutContent(transaction: ServerTransaction): boolean {
  if (transaction.request.body.length === 0) return true;
  transaction.respond(415, { headers: [['Accept', '']] });
  return false;
}
