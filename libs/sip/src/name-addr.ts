/**
 * name-addr and addr-spec, the form of every header field that names somebody (RFC 3261 sections 20.10, 25.1).
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from './errors.js';
import { formatParams, type HeaderParams, scanParams } from './header/params.js';
import { quote, Scanner } from './header/scan.js';
import { formatUri, parseUri, type Uri } from './uri.js';

/** An address with its display name (without quotes and escapes) and the parameters of the header field. */
export interface NameAddr {
  readonly displayName?: string | undefined;
  readonly uri: Uri;
  readonly params: HeaderParams;
}

const malformed = (detail: string): Result<never, SipError> => err(new SipError('malformed-header', detail));

/**
 * Parses `( name-addr / addr-spec ) *( SEMI generic-param )`.
 *
 * name-addr = [ display-name ] LAQUOT addr-spec RAQUOT; display-name = *( token LWS ) / quoted-string.
 *
 * Accepted beyond the grammar: no space between a display name and `<` (RFC 4475 section 3.1.1.6).
 */
export function parseNameAddr(value: string): Result<NameAddr, SipError> {
  const scanner = new Scanner(value);
  const name = scanDisplayName(scanner.lws());
  if (name === undefined) return malformed('Display name.');
  const text = scanner.peek() === '<' ? scanBracketed(scanner) : scanBare(scanner);
  if (text === undefined) return malformed('No address, or one that must stand in < >.');
  const uri = parseUri(text);
  if (!uri.ok) return uri;
  const params = scanParams(scanner);
  if (params === undefined) return malformed('Header parameters.');
  return ok({ ...(name === '' ? {} : { displayName: name }), uri: uri.value, params });
}

/** The display name before a `<`, empty when there is none; `undefined` when what stands there is none. */
function scanDisplayName(scanner: Scanner): string | undefined {
  if (scanner.peek() === '"') {
    const text = scanner.quotedString();
    scanner.lws();
    return text !== undefined && scanner.peek() === '<' ? text : undefined;
  }
  const start = scanner.at;
  const tokens: string[] = [];
  for (let token = scanner.token(); token !== undefined; token = scanner.lws().token()) tokens.push(token);
  if (scanner.peek() === '<') return tokens.join(' ');
  // What was read as tokens is the begin of an addr-spec: its scheme.
  scanner.at = start;
  return '';
}

function scanBracketed(scanner: Scanner): string | undefined {
  const end = scanner.text.indexOf('>', scanner.at);
  if (end === -1) return undefined;
  const text = scanner.text.slice(scanner.at + 1, end);
  scanner.at = end + 1;
  return text;
}

/**
 * addr-spec without brackets. "If the URI contains a comma, question mark or semicolon, the URI MUST be enclosed in
 * angle brackets" (section 20): so every `;` here belongs to the header field.
 */
function scanBare(scanner: Scanner): string | undefined {
  return scanner.match(/[^\s;,?<>"]+(?=[ \t]*(?:;|$))/y);
}

/** Writes a name-addr, always with `<` `>`. Throws when the display name holds a line end. */
export function formatNameAddr(address: NameAddr): string {
  const name = address.displayName === undefined ? '' : `${quote(address.displayName)} `;
  return `${name}<${formatUri(address.uri)}>${formatParams(address.params)}`;
}
