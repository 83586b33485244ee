/**
 * Start line and header section of a message (RFC 3261 section 7), without a body.
 */
import { err, HeaderFields, ok, type Result } from '@plenary/wire';
import { SipError, type SipErrorCode } from './errors.js';
import { longName } from './header-names.js';
import { isToken } from './header/scan.js';
import type { SipLimits } from './limits.js';
import type { SipMessage, SipRequest, SipResponse } from './message.js';
import { parseUri } from './uri.js';

const noBody = new Uint8Array(0);

/** What a head held: the message without its body, and the first rule it broke. */
export interface Head {
  /** Absent when the start line is neither. */
  readonly message?: SipMessage | undefined;
  readonly error?: SipError | undefined;
}

/**
 * Reads a head, `octets` ending right before the empty line. Text is read as UTF-8; octets that are none become U+FFFD.
 *
 * Reading goes on after a fault, so that the header fields an answer needs are there if they can be read at all.
 */
export function readHead(octets: Uint8Array, limits: SipLimits): Head {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
  const lines = text.split('\r\n');
  const startLine = parseStartLine(lines[0] ?? '', limits);
  const { fields, error } = readFields(lines.slice(1), limits);
  if (startLine.message === undefined) return { error: startLine.error };
  const message = { ...startLine.message, headers: fields };
  const fault = startLine.error ?? error;
  if (fault === undefined) return { message };
  return { message, error: message.kind === 'request' ? fault.withRequest(message) : fault };
}

interface StartLine {
  readonly message?: Omit<SipRequest, 'headers'> | Omit<SipResponse, 'headers'> | undefined;
  readonly error?: SipError | undefined;
}

function parseStartLine(line: string, limits: SipLimits): StartLine {
  if (/^SIP\/\d+\.\d+ /i.test(line)) return parseStatusLine(line);
  return parseRequestLine(line, limits);
}

// Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
function parseStatusLine(line: string): StartLine {
  // The SP before an empty reason phrase is left out by some; nobody is harmed.
  const [, version, code, reason = ''] = /^SIP\/(\d+\.\d+) ([1-6]\d\d)(?: (.*))?$/i.exec(line) ?? [];
  if (code === undefined || /[\r\n]/.test(reason)) return { error: new SipError('malformed-start-line') };
  if (version !== '2.0') return { error: new SipError('unsupported-version') };
  return { message: { kind: 'response', status: Number(code), reason, body: noBody } };
}

// Request-Line = Method SP Request-URI SP SIP-Version CRLF; "Request-URI MUST NOT be enclosed in <>", no LWS in it
function parseRequestLine(line: string, limits: SipLimits): StartLine {
  const parts = line.split(' ');
  const [method = '', requestUri = ''] = parts;
  const version = /^SIP\/(\d+\.\d+)$/i.exec(parts.at(-1) ?? '')?.[1];
  // With too many spaces it is still known for a request, and its sender can be told.
  const isRequest = isToken(method) && parts.length >= 2 && /SIP\/\d+\.\d+\s*$/i.test(line) && !/[\r\n]/.test(line);
  if (!isRequest) return { error: new SipError('malformed-start-line') };
  const message = { kind: 'request', method, requestUri, body: noBody } as const;
  const fault = (code: SipErrorCode): StartLine => ({ message, error: new SipError(code) });
  if (parts.length !== 3 || version === undefined) return fault('malformed-start-line');
  if (version !== '2.0') return fault('unsupported-version');
  if (requestUri.length > limits.uriLength) return fault('uri-too-long');
  const uri = parseUri(requestUri);
  if (!uri.ok) return { message, error: uri.error };
  // "headers ... are not allowed in the Request-URI" (section 19.1.1, table 1)
  if (uri.value.kind === 'sip' && uri.value.headers.length > 0) return fault('malformed-uri');
  return { message };
}

/** Reads header fields, one per line, compact names written out; the first fault comes along with what could be read. */
export function readFields(
  lines: readonly string[],
  limits: SipLimits,
): { readonly fields: HeaderFields; readonly error: SipError | undefined } {
  const fields = new HeaderFields();
  let first: SipError | undefined;
  const fault = (code: SipErrorCode): void => {
    first ??= new SipError(code);
  };
  for (let i = 0; i < lines.length;) {
    let line = lines[i++] ?? '';
    // "Header fields can be extended over multiple lines by preceding each extra line with at least one SP or HTAB";
    // the fold and the space around it are one SP (section 7.3.1).
    const folded = [];
    while (/^[ \t]/.test(lines[i] ?? '')) folded.push((lines[i++] ?? '').trim());
    if (folded.length > 0) line = [line.trimEnd(), ...folded].join(' ');
    if (line.length > limits.lineLength) {
      fault('line-too-long');
      continue;
    }
    if (fields.size >= limits.headerCount) {
      fault('too-many-headers');
      break;
    }
    const field = parseField(line);
    if (field.ok) fields.append(...field.value);
    else first ??= field.error;
  }
  return { fields, error: first };
}

// header-field = field-name HCOLON field-value; HCOLON = *( SP / HTAB ) ":" SWS
function parseField(line: string): Result<[name: string, value: string], SipError> {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trimEnd();
  const value = trimSpaces(line.slice(colon + 1));
  // A CR or LF that is no line end would end the line for a laxer reader behind us.
  if (!isToken(name) || /[\r\n]/.test(value)) return err(new SipError('malformed-header-line'));
  return ok([longName(name), value]);
}

/** Cuts SP and HTAB at both ends, in one pass each: a pattern would try every run of spaces in between. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
