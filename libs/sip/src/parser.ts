import { err, ok, type Result } from '@plenary/wire';
import { readContentLength } from './content-length.js';
import { SipError, type SipErrorCode } from './errors.js';
import { readHead } from './head.js';
import { defaultSipLimits, type SipLimits } from './limits.js';
import type { SipMessage } from './message.js';
import { checkNeededHeaders } from './needed-headers.js';

/**
 * Parses one message that came whole: a UDP datagram or a WebSocket message.
 *
 * Line ends before the start line are skipped (section 7.5). "If there are additional bytes in the transport packet
 * beyond the end of the body, they MUST be discarded"; a body shorter than Content-Length is `body-truncated`; without
 * Content-Length the body goes to the end of the packet (section 18.3). The body is a view on `octets`, not a copy.
 *
 * A fault of a request carries the request as far as it could be read; see `isAnswerable`. Never throws on any octets.
 *
 * Spec: RFC 3261 §7, §18.3; RFC 7118 §5.   Req: SIP-002, SIP-003.
 */
export function parseMessage(octets: Uint8Array, limits: SipLimits = defaultSipLimits): Result<SipMessage, SipError> {
  const start = skipLineEnds(octets, 0);
  if (start === octets.length) return err(new SipError('empty-message'));
  const end = headEnd(octets, start);
  const isUnterminated = end === -1;
  const headOctets = octets.subarray(start, isUnterminated ? endOfText(octets, start) : end);
  if (headOctets.length > limits.headBytes) return err(oversizedHead(headOctets, limits));
  const { message, error } = readHead(headOctets, limits);
  if (message === undefined) return err(error ?? new SipError('malformed-start-line'));
  const fault = (code: SipErrorCode): Result<never, SipError> => err(about(message, new SipError(code)));
  if (error !== undefined) return err(error);
  if (isUnterminated) return fault('head-unterminated');
  if (octets.length - start > limits.messageBytes) return fault('message-too-large');
  const length = readContentLength(message.headers);
  if (!length.ok) return err(about(message, length.error));
  const rest = octets.subarray(end + 4);
  if (length.value !== undefined && length.value > rest.length) return fault('body-truncated');
  const missing = checkNeededHeaders(message);
  if (missing !== undefined) return err(about(message, missing));
  return ok({ ...message, body: rest.subarray(0, length.value ?? rest.length) });
}

/** The error for a head above the limit, with what its first part says about who sent it. */
export function oversizedHead(octets: Uint8Array, limits: SipLimits): SipError {
  const { message } = readHead(octets.subarray(0, limits.headBytes), limits);
  const error = new SipError('head-too-large');
  return message === undefined ? error : about(message, error);
}

/** The error with the request it is about. */
export function about(message: SipMessage, error: SipError): SipError {
  return message.kind === 'request' ? error.withRequest(message) : error;
}

/** Where the first octet is that belongs to no line end. */
export function skipLineEnds(octets: Uint8Array, from: number): number {
  let at = from;
  while (octets[at] === 0x0d && octets[at + 1] === 0x0a) at += 2;
  return at;
}

/** The end of an unfinished head without its last line end. */
function endOfText(octets: Uint8Array, start: number): number {
  const end = octets.length;
  return end - 2 >= start && octets[end - 2] === 0x0d && octets[end - 1] === 0x0a ? end - 2 : end;
}

/** Where the CRLF CRLF after the header section begins, -1 when it is not there. */
export function headEnd(octets: Uint8Array, from: number): number {
  for (let lf = octets.indexOf(0x0a, from + 3); lf !== -1; lf = octets.indexOf(0x0a, lf + 1)) {
    if (octets[lf - 1] === 0x0d && octets[lf - 2] === 0x0a && octets[lf - 3] === 0x0d) return lf - 3;
  }
  return -1;
}
