import { HeaderFields } from '@plenary/wire';
import { parseFromTo } from './header/from-to.js';
import type { SipRequest, SipResponse } from './message.js';
import { reasonPhrase } from './status.js';

/** What a response has beyond what it takes over from the request. */
export interface ResponseOptions {
  /** Added to To when the request has no To tag. Needed for every status but 100. */
  readonly toTag?: string | undefined;
  /** Default: the phrase of the status. */
  readonly reason?: string | undefined;
  /** Copies Record-Route, as every response that makes a dialog must (RFC 3261 section 12.1.1). Default false. */
  readonly copyRecordRoute?: boolean | undefined;
  /** Appended in this order. */
  readonly headers?: Iterable<readonly [name: string, value: string]> | undefined;
  readonly contentType?: string | undefined;
  readonly body?: Uint8Array | undefined;
}

/**
 * Makes the response to a request: From, Call-ID, CSeq and the Via list as they stood, To with a tag (RFC 3261 section
 * 8.2.6.2), Timestamp in a 100 (section 8.2.6.1).
 *
 * A To that cannot be read is copied as it is: that request was refused, and its sender knows its own To.
 * Throws when the status is above 100, To has no tag and none is given.
 *
 * Req: SIP-018.
 */
export function responseTo(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const headers = new HeaderFields();
  const copy = (name: string): void => {
    for (const value of request.headers.getAll(name)) headers.append(name, value);
  };
  // "The Via header field values in the response MUST equal the Via header field values in the request and MUST
  // maintain the same ordering"
  copy('Via');
  if (options.copyRecordRoute === true) copy('Record-Route');
  copy('From');
  for (const to of request.headers.getAll('To')) headers.append('To', taggedTo(to, status, options.toTag));
  copy('Call-ID');
  copy('CSeq');
  if (status === 100) copy('Timestamp');
  for (const [name, value] of options.headers ?? []) headers.append(name, value);
  if (options.contentType !== undefined) headers.append('Content-Type', options.contentType);
  return {
    kind: 'response',
    status,
    reason: options.reason ?? reasonPhrase(status),
    headers,
    body: options.body ?? new Uint8Array(0),
  };
}

function taggedTo(to: string, status: number, toTag: string | undefined): string {
  const parsed = parseFromTo(to);
  // "if the To header field in the request did not contain a tag, the URI in the To header field in the response MUST
  // equal [it]; additionally, the UAS MUST add a tag ... (with the exception of the 100 (Trying) response)"
  if (!parsed.ok || parsed.value.tag !== undefined || status === 100) return to;
  if (toTag === undefined) throw new TypeError('a response other than 100 needs a To tag');
  return `${to};tag=${toTag}`;
}
