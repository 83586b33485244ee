/**
 * Whom a certificate names in SIP (RFC 5922 section 7.1): domains, and users by a URI with a user part. Whether the certificate is to be
 * believed was asked before. Req: AUTH-010, AUTH-014, SIP-035.
 */
import { isIpv4, isIpv6, hostKey } from './header/host.js';
import { formatUri, parseUri } from './uri.js';

/** Who is at the other end of a TLS connection, by a certificate that was checked. */
export interface TlsPeer {
  /** SIP domains it stands for, lower case; the URI SANs without a user part, else the DNS SANs. A wildcard is a name like any other. */
  readonly domains: readonly string[];
  /** Addresses of record it stands for, `sip:alice@example.com`. */
  readonly users: readonly string[];
  /** IP addresses, in the spelling of `hostKey`. */
  readonly addresses: readonly string[];
}

/** Most alternative names that are looked at. */
const MAX_NAMES = 100;
const namePattern = /([A-Za-z ]+):(?:"((?:[^"\\]|\\.)*)"|([^,"]*))(?:, |$)/y;

/**
 * The identities in the alternative names of a certificate, given as Node prints them (`URI:sip:example.com, DNS:example.com`; values with
 * unusual characters are JSON strings). The subject's common name is not looked at.
 */
export function certificateIdentities(subjectAltName: string | undefined): TlsPeer {
  const names = alternativeNames(subjectAltName ?? '');
  const sipUris = names
    .filter(({ kind, value }) => kind === 'URI' && /^sip:/iu.test(value))
    .map(({ value }) => parseUri(value));
  const domains: string[] = [];
  const users: string[] = [];
  for (const uri of sipUris) {
    if (!uri.ok || uri.value.kind !== 'sip') continue;
    if (uri.value.user === undefined) domains.push(hostKey(uri.value.host));
    else users.push(formatUri({ ...uri.value, params: [], headers: [] }));
  }
  const dns = names.filter(({ kind }) => kind === 'DNS').map(({ value }) => hostKey(value));
  return {
    // "if and only if no other identity is found that matches the "sip" URI type".
    domains: domains.length > 0 ? domains : dns,
    users,
    addresses: names.filter(({ kind }) => kind === 'IP Address').map(({ value }) => hostKey(value)),
  };
}

/**
 * Whether the certificate stands for a host as it is named in a URI: whole names, without case, wildcards matching nothing but themselves
 * (section 7.2). An address, which the RFC leaves open, is matched with the IP address SANs.
 */
export function standsFor(peer: TlsPeer, host: string): boolean {
  const key = hostKey(host);
  return isIpv4(key) || isIpv6(key) ? peer.addresses.includes(key) : peer.domains.includes(key);
}

function alternativeNames(text: string): { readonly kind: string; readonly value: string }[] {
  const names: { kind: string; value: string }[] = [];
  namePattern.lastIndex = 0;
  for (let found = namePattern.exec(text); found !== null; found = namePattern.exec(text)) {
    const [whole, kind = '', quoted, plain = ''] = found;
    if (whole === '' || names.length >= MAX_NAMES) break;
    names.push({ kind: kind.trim(), value: quoted === undefined ? plain : unquoted(quoted) });
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return '';
  }
}
