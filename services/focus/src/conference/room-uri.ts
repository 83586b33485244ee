import { decodeEscapes, parseUri, type SipUri } from '@plenary/sip';
import type { ConferenceUri } from '@plenary/wire';

/** What a Request-URI asks for. */
export type RequestTarget =
  | {
      readonly kind: 'room';
      readonly conferenceUri: ConferenceUri;
      readonly user: string;
      /** Conference password, in the userinfo (RFC 3261 section 19.1.1), escapes undone. */
      readonly password?: string;
    }
  /** The service itself: `sip:host` without a user. */
  | { readonly kind: 'service' }
  | { readonly kind: 'unknown-scheme' }
  /** Not a host of ours. */
  | { readonly kind: 'elsewhere' };

/**
 * The conference URI a Request-URI names, in the one spelling the conference has: `sip:` + user + `@` + domain. `hosts` are the names and
 * addresses, lower case, that mean this installation; ports, parameters and headers do not name another room (CHAT-006).
 */
export function requestTarget(requestUri: string, domain: string, hosts: ReadonlySet<string>): RequestTarget {
  const uri = parseUri(requestUri);
  // sips asks for TLS on every hop, which is not spoken here.
  if (!uri.ok || uri.value.kind !== 'sip' || uri.value.scheme === 'sips') return { kind: 'unknown-scheme' };
  const { user, password, host } = uri.value;
  if (!hosts.has(host.toLowerCase())) return { kind: 'elsewhere' };
  if (user === undefined) return { kind: 'service' };
  return {
    kind: 'room',
    conferenceUri: `sip:${user}@${domain}` as ConferenceUri,
    user,
    ...(password === undefined ? {} : { password: decodeEscapes(password) }),
  };
}

/** A room's Contact: its URI with the port and transport by which any replica serves it (SIP-035). */
export function roomContactUri(user: string, domain: string, port: number, transport: string): SipUri {
  return {
    kind: 'sip',
    scheme: 'sip',
    user,
    host: domain,
    ...(port === 5060 ? {} : { port }),
    params: transport === 'UDP' ? [] : [{ name: 'transport', value: transport.toLowerCase() }],
    headers: [],
  };
}
