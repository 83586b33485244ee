/**
 * MSRP URIs: parse, format, compare (RFC 4975 sections 6, 6.1 and 9).
 *
 * ```abnf
 * MSRP-URI      = msrp-scheme "://" authority ["/" session-id] ";" transport *( ";" URI-parameter)
 * msrp-scheme   = "msrp" / "msrps"
 * session-id    = 1*( unreserved / "+" / "=" / "/" )
 * transport     = "tcp" / 1*ALPHANUM
 * URI-parameter = token ["=" token]
 * ```
 * `authority` is the one of RFC 3986, except that it ends at the first `;`.
 */
import { err, ok, type Result } from '@plenary/wire';
import { digits, isAlphanum, isHostText, isSessionId, isToken } from './characters.js';
import { MsrpError } from './errors.js';
import { ipKey } from './ip-address.js';

export interface MsrpUri {
  readonly scheme: 'msrp' | 'msrps';
  /** Account for which the session is valid; not compared. */
  readonly userinfo: string | undefined;
  /** As written; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly sessionId: string | undefined;
  /** As written, `tcp` or `ws` as a rule. */
  readonly transport: string;
  /** URI parameters after the transport, in order. */
  readonly params: readonly (readonly [name: string, value: string | undefined])[];
}

/** RFC 4975 section 15.4: recommended, never a default. */
export const MSRP_PORT = 2855;

const NO_PARAMS: MsrpUri['params'] = [];

/**
 * Reads one URI. Err `bad-uri` on anything the grammar does not make, on a password in the userinfo, on port 0 or above
 * 65535, and on a numeric address without port ("it MUST also contain a port", section 6).
 *
 * Req: TRN-001, TRN-003.
 */
export function parseUri(text: string): Result<MsrpUri, MsrpError> {
  const colon = text.indexOf('://');
  if (colon !== 4 && colon !== 5) return bad('scheme');
  const written = text.slice(0, colon).toLowerCase();
  if (written !== 'msrp' && written !== 'msrps') return bad('scheme');

  const authorityAt = colon + 3;
  const semicolon = text.indexOf(';', authorityAt);
  if (semicolon === -1) return bad('transport');
  const slash = text.indexOf('/', authorityAt);
  const authorityEnd = slash === -1 || slash > semicolon ? semicolon : slash;

  let hostAt = authorityAt;
  let userinfo: string | undefined;
  const at = text.indexOf('@', authorityAt);
  if (at !== -1 && at < authorityEnd) {
    userinfo = text.slice(authorityAt, at);
    // "A userinfo part MUST NOT contain password information" (section 6): no `:`, which isHostText refuses.
    if (userinfo !== '' && (!isHostText(userinfo) || !percentEscapesAreWhole(userinfo))) return bad('userinfo');
    hostAt = at + 1;
  }

  let host: string;
  let portAt: number;
  let numeric: boolean;
  if (text[hostAt] === '[') {
    const bracket = text.indexOf(']', hostAt);
    if (bracket === -1 || bracket >= authorityEnd) return bad('host');
    host = text.slice(hostAt + 1, bracket);
    if (!host.includes(':') || ipKey(host) === undefined) return bad('host');
    numeric = true;
    portAt = bracket + 1;
  } else {
    const portColon = text.indexOf(':', hostAt);
    portAt = portColon === -1 || portColon > authorityEnd ? authorityEnd : portColon;
    host = text.slice(hostAt, portAt);
    if (!isHostText(host) || !percentEscapesAreWhole(host)) return bad('host');
    numeric = ipKey(host) !== undefined;
  }

  let port: number | undefined;
  if (portAt < authorityEnd) {
    if (text[portAt] !== ':') return bad('port');
    port = digits(text.slice(portAt + 1, authorityEnd), 65_535);
    if (port < 1 || port > 65_535) return bad('port');
  } else if (numeric) return bad('port');

  let sessionId: string | undefined;
  if (authorityEnd !== semicolon) {
    sessionId = text.slice(authorityEnd + 1, semicolon);
    if (!isSessionId(sessionId)) return bad('session-id');
  }

  const next = text.indexOf(';', semicolon + 1);
  const transport = text.slice(semicolon + 1, next === -1 ? text.length : next);
  if (!isAlphanum(transport)) return bad('transport');
  let params = NO_PARAMS;
  if (next !== -1) {
    const read = parseParams(text, next);
    if (read === undefined) return bad('parameter');
    params = read;
  }
  return ok({ scheme: written, userinfo, host, port, sessionId, transport, params });
}

/** Writes what {@link parseUri} reads. The fields are trusted to obey the grammar. */
export function formatUri(uri: MsrpUri): string {
  let text = `${uri.scheme}://`;
  if (uri.userinfo !== undefined) text += `${uri.userinfo}@`;
  text += uri.host.includes(':') ? `[${uri.host}]` : uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  if (uri.sessionId !== undefined) text += `/${uri.sessionId}`;
  text += `;${uri.transport}`;
  for (const [name, value] of uri.params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** A URI of our own making: port always explicit (TRN-003), no userinfo, no parameters. */
export function msrpUri(fields: {
  readonly host: string;
  readonly port: number;
  readonly sessionId?: string | undefined;
  readonly secure?: boolean;
  readonly transport?: string;
}): MsrpUri {
  return {
    scheme: fields.secure === true ? 'msrps' : 'msrp',
    userinfo: undefined,
    host: fields.host,
    port: fields.port,
    sessionId: fields.sessionId,
    transport: fields.transport ?? 'tcp',
    params: NO_PARAMS,
  };
}

/**
 * A string that two URIs share exactly when they are equal by RFC 4975 section 6.1, so that a Map can look sessions up:
 * scheme, host and transport without case, session-id with case, an absent port unequal to any, userinfo and further
 * parameters not looked at, percent-escapes of unreserved characters decoded, IP addresses by value.
 *
 * Req: TRN-002.
 */
export function uriKey(uri: MsrpUri): string {
  const session = uri.sessionId === undefined ? '' : `/${uri.sessionId}`;
  return `${uri.scheme}://${hostKey(uri.host)}:${uri.port ?? ''}${session};${uri.transport.toLowerCase()}`;
}

/** Equality of RFC 4975 section 6.1; see {@link uriKey}. */
export function equalUris(a: MsrpUri, b: MsrpUri): boolean {
  return a === b || uriKey(a) === uriKey(b);
}

function hostKey(host: string): string {
  const plain = host.includes('%') ? decodeUnreserved(host) : host;
  return ipKey(plain) ?? plain.toLowerCase();
}

function decodeUnreserved(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /^[A-Za-z0-9\-._~]$/.test(character) ? character : escape;
  });
}

function percentEscapesAreWhole(text: string): boolean {
  return !text.includes('%') || !/%(?![0-9A-Fa-f]{2})/.test(text);
}

function parseParams(text: string, from: number): MsrpUri['params'] | undefined {
  const params: (readonly [string, string | undefined])[] = [];
  for (const part of text.slice(from + 1).split(';')) {
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? undefined : part.slice(equals + 1);
    if (!isToken(name) || (value !== undefined && !isToken(value))) return undefined;
    params.push([name, value]);
  }
  return params;
}

function bad(part: string): { readonly ok: false; readonly error: MsrpError } {
  return err(new MsrpError('bad-uri', part));
}
