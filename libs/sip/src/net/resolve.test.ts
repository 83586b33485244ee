import { describe, expect, it } from 'vitest';
import type { SipTransportName } from '../message.js';
import { parseUri, type SipUri } from '../uri.js';
import { type NaptrRecord, orderSrv, resolveSipUri, type SipDns, type SrvRecord } from './resolve.js';

interface Zone {
  readonly naptr?: Record<string, NaptrRecord[]>;
  readonly srv?: Record<string, SrvRecord[]>;
  readonly addresses?: Record<string, string[]>;
}

function uri(text: string): SipUri {
  const parsed = parseUri(text);
  if (!parsed.ok || parsed.value.kind !== 'sip') throw new Error(text);
  return parsed.value;
}

/** Answers as `transport host:port`, and the questions asked. */
async function resolve(text: string, zone: Zone = {}, transports: SipTransportName[] = ['UDP', 'TCP', 'TLS']) {
  const asked: string[] = [];
  const dns: SipDns = {
    naptr: (domain) => (asked.push(`NAPTR ${domain}`), Promise.resolve(zone.naptr?.[domain] ?? [])),
    srv: (name) => (asked.push(`SRV ${name}`), Promise.resolve(zone.srv?.[name] ?? [])),
    addresses: (host) => (asked.push(`A ${host}`), Promise.resolve(zone.addresses?.[host] ?? [])),
  };
  const found = await resolveSipUri(uri(text), { dns, transports, random: () => 0.5 });
  return { found: found.map(({ transport, host, port }) => `${transport} ${host}:${port}`), asked };
}

const naptr = (order: number, service: string, replacement: string): NaptrRecord => ({
  order,
  preference: 50,
  flags: 's',
  service,
  replacement,
});
const srv = (name: string, priority = 0, weight = 1, port = 5060): SrvRecord => ({ priority, weight, port, name });

describe('RFC 3263', () => {
  it.each([
    ['sip:a@192.0.2.1', 'UDP 192.0.2.1:5060'],
    ['sip:a@192.0.2.1:5070;transport=tcp', 'TCP 192.0.2.1:5070'],
    ['sip:a@[2001:db8::1]', 'UDP 2001:db8::1:5060'],
    ['sips:a@192.0.2.1', 'TLS 192.0.2.1:5061'],
    ['sips:a@192.0.2.1;transport=tcp', 'TLS 192.0.2.1:5061'],
    ['sip:a@192.0.2.1;transport=tls', 'TLS 192.0.2.1:5061'],
    ['sip:a@example.com;maddr=192.0.2.9', 'UDP 192.0.2.9:5060'],
  ])('SIP-012 %s needs no DNS: %s', async (text, expected) => {
    expect(await resolve(text)).toEqual({ found: [expected], asked: [] });
  });

  it('SIP-012 a name with a port is looked up by address only, every address a target', async () => {
    const addresses = { 'example.com': ['192.0.2.1', '2001:db8::1'] };
    expect(await resolve('sip:a@example.com:5062', { addresses })).toEqual({
      found: ['UDP 192.0.2.1:5062', 'UDP 2001:db8::1:5062'],
      asked: ['A example.com'],
    });
  });

  it('SIP-012 the example of section 4.1: NAPTR by order, what we cannot speak left out, then SRV by priority', async () => {
    const zone: Zone = {
      naptr: {
        'example.com': [
          naptr(100, 'SIP+D2U', '_sip._udp.example.com'),
          naptr(50, 'SIPS+D2T', '_sips._tcp.example.com'),
          naptr(90, 'SIP+D2T', '_sip._tcp.example.com'),
          naptr(10, 'SIP+D2S', '_sip._sctp.example.com'),
        ],
      },
      srv: {
        '_sip._tcp.example.com': [srv('s2.example.com', 1), srv('s1.example.com', 0, 1, 5080)],
        '_sip._udp.example.com': [srv('s1.example.com')],
      },
      addresses: { 's1.example.com': ['192.0.2.1'], 's2.example.com': ['192.0.2.2', '192.0.2.3'] },
    };
    const { found } = await resolve('sip:a@example.com', zone, ['UDP', 'TCP']);
    expect(found).toEqual(['TCP 192.0.2.1:5080', 'TCP 192.0.2.2:5060', 'TCP 192.0.2.3:5060', 'UDP 192.0.2.1:5060']);
  });

  it('SIP-012 a sips URI keeps to secure services', async () => {
    const zone: Zone = {
      naptr: {
        'example.com': [naptr(1, 'SIP+D2T', '_sip._tcp.example.com'), naptr(2, 'SIPS+D2T', '_sips._tcp.example.com')],
      },
      srv: {
        '_sips._tcp.example.com': [srv('s.example.com', 0, 0, 5061)],
        '_sip._tcp.example.com': [srv('s.example.com')],
      },
      addresses: { 's.example.com': ['192.0.2.1'] },
    };
    expect((await resolve('sips:a@example.com', zone)).found).toEqual(['TLS 192.0.2.1:5061']);
  });

  it('SIP-035 what goes over TLS keeps the name of the URI, which the certificate has to have', async () => {
    const zone: Zone = {
      srv: { '_sips._tcp.example.com': [srv('edge.hosting.example', 0, 0, 5061)] },
      addresses: { 'edge.hosting.example': ['192.0.2.1'] },
    };
    const dns: SipDns = {
      naptr: () => Promise.resolve([]),
      srv: (name) => Promise.resolve(zone.srv?.[name] ?? []),
      addresses: (host) => Promise.resolve(zone.addresses?.[host] ?? []),
    };
    const options = { dns, transports: ['UDP', 'TCP', 'TLS'], random: () => 0 } as const;
    expect(await resolveSipUri(uri('sips:a@example.com'), options)).toEqual([
      { transport: 'TLS', host: '192.0.2.1', port: 5061, name: 'example.com' },
    ]);
    expect(await resolveSipUri(uri('sip:a@192.0.2.1'), options)).toEqual([
      { transport: 'UDP', host: '192.0.2.1', port: 5060 },
    ]);
  });

  it('SIP-012 no NAPTR: SRV of each transport we speak, in our order; no SRV: addresses and the default port', async () => {
    const { found, asked } = await resolve('sip:a@example.com', { addresses: { 'example.com': ['192.0.2.1'] } }, [
      'UDP',
      'TCP',
    ]);
    expect(asked).toEqual([
      'NAPTR example.com',
      'SRV _sip._udp.example.com',
      'SRV _sip._tcp.example.com',
      'A example.com',
    ]);
    expect(found).toEqual(['UDP 192.0.2.1:5060']);
  });

  it('SIP-012 a transport in the URI skips NAPTR', async () => {
    const zone: Zone = { srv: { '_sip._tcp.example.com': [srv('s')] }, addresses: { s: ['192.0.2.1'] } };
    expect(await resolve('sip:a@example.com;transport=tcp', zone)).toEqual({
      found: ['TCP 192.0.2.1:5060'],
      asked: ['SRV _sip._tcp.example.com', 'A s'],
    });
  });

  it.each([
    'sip:a@192.0.2.1;transport=sctp',
    'sip:a@192.0.2.1;transport=ws',
    'sips:a@192.0.2.1;transport=udp',
    'sip:a@nowhere',
  ])('SIP-012 no way to %s', async (text) => {
    expect((await resolve(text)).found).toEqual([]);
  });

  it('SIP-012 many records give no more targets than the limit', async () => {
    const records = Array.from({ length: 50 }, (_, i) => srv(`s${i}`));
    const addresses = Object.fromEntries(records.map(({ name }) => [name, ['192.0.2.1', '192.0.2.2', '192.0.2.3']]));
    const { found } = await resolve('sip:a@e.org;transport=udp', { srv: { '_sip._udp.e.org': records }, addresses });
    expect(found).toHaveLength(16);
  });
});

describe('RFC 2782 order', () => {
  it('SIP-012 draws by weight within a priority', () => {
    const records = [srv('c', 1, 100), srv('a', 0, 1), srv('b', 0, 3)];
    const order = (random: number): string[] => orderSrv(records, () => random).map(({ name }) => name);
    expect(order(0)).toEqual(['a', 'b', 'c']);
    expect(order(0.24)).toEqual(['a', 'b', 'c']);
    expect(order(0.26)).toEqual(['b', 'a', 'c']);
    expect(order(0.99)).toEqual(['b', 'a', 'c']);
  });

  it('SIP-012 weights of 0 do, and a lone "." is no service', () => {
    expect(orderSrv([srv('a', 0, 0), srv('b', 0, 0)], () => 0.9).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(orderSrv([srv('.', 0, 0)], () => 0)).toEqual([]);
  });
});
