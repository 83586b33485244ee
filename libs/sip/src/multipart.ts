/**
 * Multipart bodies (RFC 2046 section 5.1; RFC 5621): SDP beside a recipient list, for instance.
 *
 * multipart-body = dash-boundary CRLF body-part *( CRLF dash-boundary CRLF body-part ) CRLF dash-boundary "--"
 */
import { err, type HeaderFields, ok, type Result } from '@plenary/wire';
import { SipError } from './errors.js';
import { readFields } from './head.js';
import type { MediaType } from './header/media-type.js';
import { paramValue } from './header/params.js';
import type { SipLimits } from './limits.js';
import { defaultSipLimits } from './limits.js';

export interface BodyPart {
  readonly headers: HeaderFields;
  /** A view on the whole body. */
  readonly body: Uint8Array;
}

/** More parts than that are refused. */
export const maxBodyParts = 16;

const malformed = (detail: string): Result<never, SipError> => err(new SipError('malformed-body', detail));

/**
 * Splits a multipart body. What stands before the first boundary and after the last is ignored; a part without header
 * fields is text/plain. The last boundary must be there: a body cut short is not half understood.
 *
 * Parts are not opened further; a part that is itself multipart goes through here again, at the caller's risk.
 */
export function splitMultipart(
  body: Uint8Array,
  contentType: MediaType,
  limits: SipLimits = defaultSipLimits,
): Result<BodyPart[], SipError> {
  const boundary = paramValue(contentType.params, 'boundary');
  // boundary := 0*69<bchars> bcharsnospace
  if (boundary === undefined || !/^[A-Za-z0-9'()+_,\-./:=? ]{0,69}[A-Za-z0-9'()+_,\-./:=?]$/.test(boundary)) {
    return malformed('No boundary.');
  }
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  const parts: BodyPart[] = [];
  // The first boundary has no line end before it when nothing precedes it.
  let from = startsWith(body, 0, delimiter.subarray(2)) ? -2 : nextDelimiter(body, delimiter, 0);
  while (from !== -1) {
    const after = from + delimiter.length;
    // close-delimiter := delimiter "--"
    if (body[after] === 0x2d && body[after + 1] === 0x2d) return ok(parts);
    const start = lineEnd(body, after);
    if (start === undefined) return malformed('Boundary line.');
    const next = nextDelimiter(body, delimiter, start - 2);
    if (next === -1) return malformed('The last boundary is missing.');
    if (parts.length === maxBodyParts) return malformed('Too many parts.');
    const part = readPart(body.subarray(start, Math.max(start, next)), limits);
    if (!part.ok) return part;
    parts.push(part.value);
    from = next;
  }
  return malformed('No boundary in the body.');
}

/** The next delimiter that is one: a longer boundary that begins like ours belongs to somebody else. */
function nextDelimiter(body: Uint8Array, delimiter: Uint8Array, from: number): number {
  for (let at = indexOf(body, delimiter, from); at !== -1; at = indexOf(body, delimiter, at + 1)) {
    const after = at + delimiter.length;
    const isLast = body[after] === 0x2d && body[after + 1] === 0x2d;
    if (isLast || lineEnd(body, after) !== undefined) return at;
  }
  return -1;
}

/** Skips transport-padding and CRLF after a boundary. */
function lineEnd(body: Uint8Array, from: number): number | undefined {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  return body[at] === 0x0d && body[at + 1] === 0x0a ? at + 2 : undefined;
}

function readPart(octets: Uint8Array, limits: SipLimits): Result<BodyPart, SipError> {
  const hasHeaders = !startsWith(octets, 0, lineBreak);
  const end = hasHeaders ? indexOf(octets, emptyLine, 0) : 0;
  if (end === -1) return malformed('A part has no empty line.');
  if (end > limits.headBytes) return malformed('The header section of a part is too large.');
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets.subarray(0, end));
  const { fields, error } = readFields(text === '' ? [] : text.split('\r\n'), limits);
  if (error !== undefined) return malformed('A header line of a part.');
  return ok({ headers: fields, body: octets.subarray(end + (hasHeaders ? 4 : 2)) });
}

const lineBreak = Uint8Array.of(0x0d, 0x0a);
const emptyLine = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a);

function startsWith(octets: Uint8Array, at: number, pattern: Uint8Array): boolean {
  if (at + pattern.length > octets.length) return false;
  return pattern.every((octet, i) => octets[at + i] === octet);
}

function indexOf(octets: Uint8Array, pattern: Uint8Array, from: number): number {
  const first = pattern[0] ?? 0;
  for (let at = octets.indexOf(first, Math.max(0, from)); at !== -1; at = octets.indexOf(first, at + 1)) {
    if (startsWith(octets, at, pattern)) return at;
  }
  return -1;
}
