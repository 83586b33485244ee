import { hostKey } from './header/host.js';
import { decodeEscapes, normalizeEscapes, type SipUri, type TelUri, type Uri, type UriParam } from './uri.js';

/** URI parameters whose presence in one URI only makes it another URI (RFC 3261 section 19.1.4). */
const neverIgnored = ['transport', 'user', 'ttl', 'method', 'maddr'];

/**
 * Whether two URIs are equivalent by RFC 3261 section 19.1.4 (sip, sips), RFC 3966 section 5 (tel), or, for other
 * schemes, by their text. Symmetric, not transitive: unknown parameters in one URI only are ignored.
 *
 * Chat identities are compared otherwise: `identityEquals` of `@plenary/wire`.
 */
export function uriEquals(a: Uri, b: Uri): boolean {
  if (a.kind === 'sip' && b.kind === 'sip') return sipEquals(a, b);
  if (a.kind === 'tel' && b.kind === 'tel') return telEquals(a, b);
  return a.kind === 'other' && b.kind === 'other' && a.scheme === b.scheme && a.rest === b.rest;
}

function sipEquals(a: SipUri, b: SipUri): boolean {
  return (
    // "A SIP and SIPS URI are never equivalent."
    a.scheme === b.scheme &&
    escapesEqual(a.user, b.user) &&
    escapesEqual(a.password, b.password) &&
    hostKey(a.host) === hostKey(b.host) &&
    // "a URI omitting the optional port component will not match a URI explicitly declaring port 5060"
    a.port === b.port &&
    paramsMatch(a.params, b.params) &&
    headersMatch(a.headers, b.headers)
  );
}

function escapesEqual(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return normalizeEscapes(a) === normalizeEscapes(b);
}

function paramsMatch(a: readonly UriParam[], b: readonly UriParam[]): boolean {
  const left = new Map(a.map((param) => [paramKey(param.name), param]));
  const right = new Map(b.map((param) => [paramKey(param.name), param]));
  for (const [key, param] of left) {
    const other = right.get(key);
    // "Any uri-parameter appearing in both URIs must match."
    if (other !== undefined && valueKey(param) !== valueKey(other)) return false;
  }
  return neverIgnored.every((name) => left.has(name) === right.has(name));
}

function paramKey(name: string): string {
  return normalizeEscapes(name).toLowerCase();
}

function valueKey(param: UriParam): string | undefined {
  return param.value === undefined ? undefined : normalizeEscapes(param.value).toLowerCase();
}

/** "URI header components are never ignored": the same fields with the same values, in any order. */
function headersMatch(a: readonly UriParam[], b: readonly UriParam[]): boolean {
  const right = headerKeys(b);
  return a.length === b.length && headerKeys(a).every((key, i) => key === right[i]);
}

function headerKeys(headers: readonly UriParam[]): string[] {
  return headers.map(({ name, value }) => `${paramKey(name)}=${decodeEscapes(value ?? '')}`).toSorted();
}

/** RFC 3966 section 5: separators do not count, parameters are compared in any order, all of them count. */
function telEquals(a: TelUri, b: TelUri): boolean {
  return telKey(a) === telKey(b);
}

function telKey(uri: TelUri): string {
  const params = uri.params.map((param) => `${paramKey(param.name)}=${valueKey(param) ?? ''}`).toSorted();
  return [uri.number.replace(/[-.()]/g, '').toLowerCase(), ...params].join(';');
}
