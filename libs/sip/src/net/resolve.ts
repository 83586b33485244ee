/**
 * Where a request goes (RFC 3263 section 4): from the URI of the next hop to addresses in the order they are tried. DNS is an argument; so is
 * randomness, for the weights of RFC 2782. Req: SIP-012.
 */
import { bareHost, isAddress } from '../header/host.js';
import type { SipTransportName } from '../message.js';
import { uriParam, type SipUri } from '../uri.js';
import type { SipAddress } from '../user-agent/interface.js';

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/** The four questions. Each gives the empty list for "no such record" and rejects when the name servers cannot say. */
export interface SipDns {
  naptr(domain: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** A and AAAA together, in the order to try. */
  addresses(host: string): Promise<readonly string[]>;
}

export interface ResolveOptions {
  readonly dns: SipDns;
  /** Transports we can send over, most liked first; decides when DNS does not. */
  readonly transports: readonly SipTransportName[];
  /** Evenly distributed in [0, 1). */
  random(): number;
  /** Most addresses given back; default 16. */
  readonly limit?: number | undefined;
}

/** One NAPTR service field per transport (RFC 3263 section 4.1, RFC 7118 section 5.5 for WebSocket). */
const SERVICES: Readonly<Record<string, SipTransportName>> = {
  'SIP+D2U': 'UDP',
  'SIP+D2T': 'TCP',
  'SIPS+D2T': 'TLS',
  'SIP+D2W': 'WS',
  'SIPS+D2W': 'WSS',
};

/** SRV prefixes; WebSocket has no SRV of its own without NAPTR. */
const PREFIXES: Readonly<Record<SipTransportName, string>> = {
  UDP: '_sip._udp.',
  TCP: '_sip._tcp.',
  TLS: '_sips._tcp.',
  WS: '_sip._ws.',
  WSS: '_sips._ws.',
};

/** Default ports (RFC 3261 section 19.1.2, RFC 7118 section 5.4). */
export function defaultPort(transport: SipTransportName): number {
  switch (transport) {
    case 'TLS':
      return 5061;
    case 'WS':
      return 80;
    case 'WSS':
      return 443;
    case 'UDP':
    case 'TCP':
      return 5060;
  }
  return transport;
}

/**
 * The addresses for a sip or sips URI, first choice first; try the next when one times out, cannot be reached or answers 503 (section 4.3). Empty when there is no
 * way: a transport we do not speak, a name without records. Rejects as `dns` does.
 */
export async function resolveSipUri(uri: SipUri, options: ResolveOptions): Promise<SipAddress[]> {
  // "If the URI contains a maddr parameter, that is the TARGET" (section 4).
  const target = uriParam(uri, 'maddr')?.value ?? uri.host;
  const found = await placesOf(uri, target, options);
  // "the original domain portion ... used as input to the RFC 3263 server location procedures" (RFC 5922 section 7.3).
  const name = bareHost(target);
  return found.map((place) => (place.transport === 'TLS' || place.transport === 'WSS' ? { ...place, name } : place));
}

async function placesOf(uri: SipUri, target: string, options: ResolveOptions): Promise<SipAddress[]> {
  const limit = options.limit ?? 16;
  const isSecure = uri.scheme === 'sips';
  const named = namedTransport(uriParam(uri, 'transport')?.value, isSecure);
  if (named === null) return [];
  if (named !== undefined && !options.transports.includes(named)) return [];
  const fallback = named ?? (isSecure ? 'TLS' : 'UDP');
  const usable = (transport: SipTransportName): boolean =>
    options.transports.includes(transport) && (!isSecure || transport === 'TLS' || transport === 'WSS');
  if (isAddress(target)) {
    return usable(fallback)
      ? [{ transport: fallback, host: bareHost(target), port: uri.port ?? defaultPort(fallback) }]
      : [];
  }
  if (uri.port !== undefined) {
    return usable(fallback) ? byAddress(target, fallback, uri.port, options, limit) : [];
  }
  const services =
    named === undefined ? await byNaptr(target, usable, options) : [{ transport: named, name: srvName(named, target) }];
  const found: SipAddress[] = [];
  for (const { transport, name } of services) {
    const records = orderSrv(await options.dns.srv(name), options.random);
    for (const record of records) {
      if (found.length >= limit) return found;
      const addresses = await byAddress(record.name, transport, record.port, options, limit - found.length);
      found.push(...addresses);
    }
  }
  if (found.length > 0) return found;
  return usable(fallback) ? byAddress(target, fallback, defaultPort(fallback), options, limit) : [];
}

/** `undefined`: none named; `null`: one we do not know. */
function namedTransport(value: string | undefined, isSecure: boolean): SipTransportName | null | undefined {
  if (value === undefined) return undefined;
  switch (value.toLowerCase()) {
    case 'udp':
      return isSecure ? null : 'UDP';
    case 'tcp':
      // sips with transport=tcp is TLS over TCP (RFC 3261 section 26.2.2).
      return isSecure ? 'TLS' : 'TCP';
    case 'tls':
      return 'TLS';
    case 'ws':
      return isSecure ? 'WSS' : 'WS';
    case 'wss':
      return 'WSS';
    default:
      return null;
  }
}

function srvName(transport: SipTransportName, domain: string): string {
  return `${PREFIXES[transport]}${domain}`;
}

async function byNaptr(
  domain: string,
  usable: (transport: SipTransportName) => boolean,
  options: ResolveOptions,
): Promise<{ transport: SipTransportName; name: string }[]> {
  const records = await options.dns.naptr(domain);
  const services = records
    .filter((record) => record.flags.toLowerCase() === 's')
    .map((record) => ({ record, transport: SERVICES[record.service.toUpperCase()] }))
    .filter((entry): entry is { record: NaptrRecord; transport: SipTransportName } => entry.transport !== undefined)
    .filter(({ transport }) => usable(transport))
    .toSorted((a, b) => a.record.order - b.record.order || a.record.preference - b.record.preference)
    .map(({ record, transport }) => ({ transport, name: record.replacement }));
  if (services.length > 0) return services;
  // "If no NAPTR records are found, the client constructs SRV queries for those transport protocols it supports" (section 4.1).
  return options.transports.filter(usable).map((transport) => ({ transport, name: srvName(transport, domain) }));
}

async function byAddress(
  host: string,
  transport: SipTransportName,
  port: number,
  options: ResolveOptions,
  limit: number,
): Promise<SipAddress[]> {
  if (isAddress(host)) return [{ transport, host: bareHost(host), port }];
  const addresses = await options.dns.addresses(host);
  return addresses.slice(0, limit).map((address) => ({ transport, host: address, port }));
}

/**
 * SRV records in the order to try (RFC 2782, usage rules): by priority; within one, drawn by weight. A single record with the target `.` says
 * that there is no such service.
 */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const rest = records.filter((record) => record.name !== '.' && record.name !== '');
  const ordered: SrvRecord[] = [];
  for (const priority of [...new Set(rest.map((record) => record.priority))].toSorted((a, b) => a - b)) {
    // Weight 0 first, so that those "have a very small chance of being selected" (RFC 2782).
    const pool = rest.filter((record) => record.priority === priority).toSorted((a, b) => a.weight - b.weight);
    while (pool.length > 0) {
      const total = pool.reduce((sum, record) => sum + record.weight, 0);
      const drawn = random() * total;
      let sum = 0;
      let index = pool.findIndex((record) => (sum += record.weight) > drawn);
      if (index === -1) index = 0;
      ordered.push(...pool.splice(index, 1));
    }
  }
  return ordered;
}
