import { parseUri, uriParam, type SipTarget, type SipTransportName, type SipUri } from '@plenary/sip';
import { resolveSipUri, systemDns } from '@plenary/sip/net';

/** Where an INVITE of ours to `uri` goes. Empty: there is no way there. */
export type CallTargets = (uri: SipUri) => Promise<readonly SipTarget[]>;

export interface CallTargetsOptions {
  /** SIP URI of the proxy or registrar all calls go through. */
  readonly proxy: SipUri | undefined;
  /** Hosts, lower case, that mean this installation: nobody is reached there without a proxy, for we are no registrar. */
  readonly hosts: ReadonlySet<string>;
  /** Ports we listen on. */
  readonly ports: () => readonly number[];
  /** Transports we can call over. */
  readonly transports: () => readonly SipTransportName[];
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** By way of the proxy where there is one, else what the URI resolves to (RFC 3263). */
export function callTargets({ proxy, hosts, ports, transports, random }: CallTargetsOptions): CallTargets {
  return async (uri) => {
    const hop = proxy ?? uri;
    if (proxy === undefined && isOurselves(uri, hosts, ports())) return [];
    const found = await resolveSipUri(hop, { dns: systemDns, transports: transports(), random });
    // "sips" is for the whole way, and the first hop of it is ours (RFC 3261 section 26.2.2).
    return uri.scheme === 'sips' ? found.filter(({ transport }) => transport === 'TLS') : found;
  };
}

/** A device on one of our hosts has a port of its own; an address of record there has none, or ours. */
function isOurselves(uri: SipUri, hosts: ReadonlySet<string>, ports: readonly number[]): boolean {
  const host = uriParam(uri, 'maddr')?.value ?? uri.host;
  return hosts.has(host.toLowerCase()) && (uri.port === undefined || ports.includes(uri.port));
}

/**
 * The URI somebody is to be called at; undefined for what is no SIP URI with a user. Headers and the method parameter are left out: they would
 * be put into the request (RFC 3261 section 19.1.5).
 */
export function callableUri(text: string): SipUri | undefined {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.kind !== 'sip' || uri.value.user === undefined) return undefined;
  const params = uri.value.params.filter(({ name }) => name.toLowerCase() !== 'method');
  return { ...uri.value, params, headers: [] };
}
