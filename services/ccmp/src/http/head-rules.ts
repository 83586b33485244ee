import type { IncomingHttpHeaders } from 'node:http';
import { acceptsCcmp, isCcmpContent } from './media-type.js';

/** Why a request never reaches CCMP: a bare HTTP answer without a body. */
export interface HttpRefusal {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, if any, is not read: the connection ends with the answer. */
  readonly close: boolean;
}

/** What is known of a request before its body has come. */
export interface RequestHead {
  readonly method: string;
  /** Request target as it stands in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** Conditions RFC 9110 §13.1 knows; CCMP has no use for any. */
const conditional = /^if-/;

/**
 * Judges the head of a request by RFC 6503 §9; undefined: its body is to be read. A broken head is refused by
 * the HTTP parser, and so is a missing Host from HTTP/1.1 on. Req: CCMP-003, CCMP-006, CCMP-008.
 */
export function refusalOf(
  head: RequestHead,
  rules: { readonly path: string; readonly maxBodyBytes: number },
): HttpRefusal | undefined {
  const { method, headers } = head;
  if (headers.host === undefined) return refusal(400, 'host');
  if (pathOf(head.target) !== rules.path) return refusal(404, 'not-here');
  if (method !== 'POST') return refusal(405, 'method', { allow: 'POST' });
  // "Conferencing clients MUST NOT use the Expect header or the Range header": RFC 6503 §9
  if (headers.expect !== undefined || headers.range !== undefined) return refusal(501, 'expect-or-range');
  if (Object.keys(headers).some((name) => conditional.test(name))) return refusal(412, 'conditional');
  if (headers['content-encoding'] !== undefined && headers['content-encoding'].toLowerCase() !== 'identity')
    return refusal(415, 'content-encoding');
  if (!isCcmpContent(headers['content-type'])) return refusal(406, 'content-type');
  if (!acceptsCcmp(headers.accept)) return refusal(406, 'accept');
  if (Number(headers['content-length'] ?? 0) > rules.maxBodyBytes) return tooLarge;
  return undefined;
}

/** The body is longer than it may be. */
export const tooLarge: HttpRefusal = { status: 413, reason: 'body-size', headers: {}, close: true };

/** Too many requests from one address. Req: SEC-013. */
export const tooMany: HttpRefusal = { status: 429, reason: 'rate', headers: { 'retry-after': '1' }, close: true };

function refusal(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): HttpRefusal {
  return { status, reason, headers, close: true };
}

/** Path of an origin-form or absolute-form target, without query; undefined when there is none. */
function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target.split('?', 1)[0];
  return URL.canParse(target) ? new URL(target).pathname : undefined;
}
