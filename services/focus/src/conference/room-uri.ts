import { asksForSips, decodeEscapes, parseUri, type ServerTransaction, type SipUri } from '@plenary/sip';
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
 * addresses, lower case, that mean this installation; ports, parameters, headers and whether it is sips do not name another room (CHAT-006).
 * `transport` is that of a request received with it.
 */
export function requestTarget(
  requestUri: string,
  domain: string,
  hosts: ReadonlySet<string>,
  transport: string = 'TLS',
): RequestTarget {
  const uri = parseUri(requestUri);
  if (!uri.ok || uri.value.kind !== 'sip') return { kind: 'unknown-scheme' };
  // sips asks for TLS on every hop (RFC 3261 section 26.2.2): what came otherwise is not served.
  if (uri.value.scheme === 'sips' && !isSecure(transport)) return { kind: 'unknown-scheme' };
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

/** How our Contact is reached. */
export interface ContactForm {
  readonly transport: string;
  /** The dialog has to stay on TLS (RFC 3261 section 12.1.1). */
  readonly sips: boolean;
}

/** The form of our Contact in the answer to a request. */
export function contactOf({ request, flow }: Pick<ServerTransaction, 'request' | 'flow'>): ContactForm {
  return { transport: flow.transport, sips: asksForSips(request) };
}

/**
 * A room's Contact: its URI with the port and transport by which any replica serves it; sips where the dialog has to stay on TLS, which then is
 * its transport whatever `transport` says (SIP-035).
 */
export function roomContactUri(
  user: string,
  domain: string,
  sipPort: (transport: string) => number,
  { transport, sips }: ContactForm,
): SipUri {
  const port = sipPort(sips ? 'TLS' : transport);
  const usualPort = sips || transport === 'TLS' ? 5061 : 5060;
  return {
    kind: 'sip',
    scheme: sips ? 'sips' : 'sip',
    user,
    host: domain,
    ...(port === usualPort ? {} : { port }),
    params: sips || transport === 'UDP' ? [] : [{ name: 'transport', value: transport.toLowerCase() }],
    headers: [],
  };
}

function isSecure(transport: string): boolean {
  return transport === 'TLS' || transport === 'WSS';
}
