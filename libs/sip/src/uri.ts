/**
 * URIs in SIP: sip and sips (RFC 3261 sections 19.1, 25.1), tel (RFC 3966); others are kept as they are.
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from './errors.js';
import { isHost } from './header/host.js';

/** `name` or `name=value` after a URI's `;` or `?`, escapes as on the wire. */
export interface UriParam {
  readonly name: string;
  readonly value?: string | undefined;
}

/** sip or sips URI. `user`, `password`, parameters and headers keep their escapes; `decodeEscapes` undoes them. */
export interface SipUri {
  readonly kind: 'sip';
  readonly scheme: 'sip' | 'sips';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Name or address; IPv6 in brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: readonly UriParam[];
  /** What follows `?`: header fields for the request made from this URI. */
  readonly headers: readonly UriParam[];
}

/** tel URI: number as written, visual separators and all. */
export interface TelUri {
  readonly kind: 'tel';
  readonly scheme: 'tel';
  readonly number: string;
  readonly params: readonly UriParam[];
}

/** Any other absolute URI. */
export interface OtherUri {
  readonly kind: 'other';
  /** Lower case. */
  readonly scheme: string;
  /** What follows the colon. */
  readonly rest: string;
}

export type Uri = SipUri | TelUri | OtherUri;

const malformed = (detail: string): Result<never, SipError> => err(new SipError('malformed-uri', detail));

// user = 1*( unreserved / escaped / user-unreserved ), user-unreserved = & = + $ , ; ? /
const userOnly = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/;
// password = *( unreserved / escaped / & = + $ , )
const passwordOnly = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*$/;
// paramchar = unreserved / escaped / [ ] / : & + $
const paramOnly = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$]|%[0-9A-Fa-f]{2})+$/;
// hname = 1*( hnv-unreserved / unreserved / escaped ), hnv-unreserved = [ ] / ? : + $
const headerNameOnly = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$]|%[0-9A-Fa-f]{2})+$/;
// hvalue is the same, perhaps empty; `@`, `;` and `=` because RFC 3891 and 4579 print Replaces unescaped here and there
const headerValueOnly = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$@;=]|%[0-9A-Fa-f]{2})*$/;

/**
 * Parses an absolute URI. Scheme names have no case. Err `malformed-uri`, whose text names the part and not its value.
 *
 * A scheme we do not know is no error: `kind` is `other` (a Request-URI of such a scheme is answered 416 by the user).
 */
export function parseUri(text: string): Result<Uri, SipError> {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return malformed('No scheme.');
  const rest = text.slice(colon + 1);
  if (scheme === 'sip' || scheme === 'sips') return parseSip(scheme, rest);
  if (scheme === 'tel') return parseTel(rest);
  // RFC 3986: visible US-ASCII without the delimiters no URI may hold
  if (!/^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/.test(rest))
    return malformed('Character no URI may hold.');
  return ok({ kind: 'other', scheme, rest });
}

// SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ];  userinfo = user [ ":" password ] "@"
function parseSip(scheme: 'sip' | 'sips', rest: string): Result<SipUri, SipError> {
  // The user part may hold `?` and `;`, but no component may hold a bare `@`: the first one ends the userinfo.
  const at = rest.indexOf('@');
  const userinfo = at === -1 ? undefined : rest.slice(0, at);
  const [user, password] = userinfo === undefined ? [undefined, undefined] : cut(userinfo, ':');
  if (user !== undefined && !userOnly.test(user)) return malformed('User part.');
  if (password !== undefined && !passwordOnly.test(password)) return malformed('Password.');
  const [address, headerText] = cut(rest.slice(at + 1), '?');
  const [hostport, ...paramTexts] = address.split(';');
  const target = parseHostPort(hostport ?? '');
  if (target === undefined) return malformed('Host or port.');
  const params = parseParams(paramTexts);
  if (params === undefined) return malformed('URI parameter.');
  const headers = headerText === undefined ? [] : parseHeaders(headerText);
  if (headers === undefined) return malformed('URI header.');
  return ok({
    kind: 'sip',
    scheme,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...target,
    params,
    headers,
  });
}

/** host [ ":" port ] (`undefined` when malformed). */
export function parseHostPort(text: string): { host: string; port?: number } | undefined {
  const found = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(text);
  const host = found?.[1];
  if (host === undefined || !isHost(host)) return undefined;
  if (found?.[2] === undefined) return { host };
  const port = Number(found[2]);
  return port > 65535 ? undefined : { host, port };
}

function parseParams(texts: readonly string[]): UriParam[] | undefined {
  const params: UriParam[] = [];
  const seen = new Set<string>();
  for (const text of texts) {
    const [name, value] = cut(text, '=');
    if (!paramOnly.test(name) || (value !== undefined && !paramOnly.test(value))) return undefined;
    // "any given parameter-name MUST NOT appear more than once" (section 19.1.1)
    const key = normalizeEscapes(name).toLowerCase();
    if (seen.has(key)) return undefined;
    seen.add(key);
    params.push(value === undefined ? { name } : { name, value });
  }
  return params;
}

function parseHeaders(text: string): UriParam[] | undefined {
  const headers: UriParam[] = [];
  for (const part of text.split('&')) {
    const [name, value] = cut(part, '=');
    if (!headerNameOnly.test(name) || value === undefined || !headerValueOnly.test(value)) return undefined;
    headers.push({ name, value });
  }
  return headers;
}

// telephone-uri = "tel:" ( global-number / local-number ) *par (RFC 3966 section 3)
function parseTel(rest: string): Result<TelUri, SipError> {
  const [number = '', ...paramTexts] = rest.split(';');
  // global-number = "+" *phonedigit DIGIT *phonedigit; local-number = *phonedigit-hex (HEXDIG / "*" / "#") *phonedigit-hex
  const isGlobal = /^\+[0-9\-.()]+$/.test(number) && /[0-9]/.test(number);
  const isLocal = /^[0-9A-Fa-f*#\-.()]+$/.test(number) && /[0-9A-Fa-f*#]/.test(number);
  if (!isGlobal && !isLocal) return malformed('Telephone number.');
  const params = parseParams(paramTexts);
  return params === undefined ? malformed('URI parameter.') : ok({ kind: 'tel', scheme: 'tel', number, params });
}

function cut(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Writes a URI; the inverse of `parseUri` but for the case of the scheme. */
export function formatUri(uri: Uri): string {
  if (uri.kind === 'other') return `${uri.scheme}:${uri.rest}`;
  const params = uri.params.map((param) => `;${formatPair(param)}`).join('');
  if (uri.kind === 'tel') return `tel:${uri.number}${params}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const userinfo = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers.length === 0 ? '' : `?${uri.headers.map(formatPair).join('&')}`;
  return `${uri.scheme}:${userinfo}${uri.host}${port}${params}${headers}`;
}

function formatPair({ name, value }: UriParam): string {
  return value === undefined ? name : `${name}=${value}`;
}

/** The parameter of that name (names have no case). */
export function uriParam(uri: Uri, name: string): UriParam | undefined {
  if (uri.kind === 'other') return undefined;
  const key = name.toLowerCase();
  return uri.params.find((param) => normalizeEscapes(param.name).toLowerCase() === key);
}

/**
 * The text behind `%HH` escapes, read as UTF-8. Not recursive: `%2541` gives `%41` (RFC 3986 section 2.4).
 * Octets that are no UTF-8 become U+FFFD.
 */
export function decodeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const octets = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
  });
}

/** Escapes text for the user part of a URI: everything but unreserved characters and `& = + $ ,` becomes `%HH`. */
export function escapeUser(text: string): string {
  return escape(text, /[A-Za-z0-9\-_.!~*'()&=+$,]/);
}

/** Escapes text for the value of a URI header, for instance Replaces in a Refer-To (RFC 3261 section 19.1.5). */
export function escapeHeaderValue(text: string): string {
  return escape(text, /[A-Za-z0-9\-_.!~*'()]/);
}

function escape(text: string, plain: RegExp): string {
  let escaped = '';
  for (const octet of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(octet);
    const isPlain = octet < 0x80 && plain.test(char);
    escaped += isPlain ? char : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/**
 * One spelling for texts that differ in needless escapes only: escapes of unreserved characters are undone, the others
 * are in capitals. "Characters other than those in the reserved set are equivalent to their %HH encoding" (19.1.4).
 */
export function normalizeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (escaped, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-_.!~*'()]/.test(char) ? char : escaped.toUpperCase();
  });
}
