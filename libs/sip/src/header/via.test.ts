import { HeaderFields } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../parser.js';
import { vector } from '../vectors.test-data.js';
import { formatVia, parseVia, readTopVia, readVias, replaceTopVia, stampVia, type Via } from './via.js';

function via(text: string): Via {
  const parsed = parseVia(text);
  if (!parsed.ok) throw parsed.error;
  return parsed.value;
}

describe('Via', () => {
  it.each([
    [
      'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
      { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: 'z9hG4bK1' },
    ],
    ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks', { transport: 'WSS', host: 'df7jal23ls0d.invalid' }],
    [
      'SIP/2.0/TCP [2001:db8::1]:5070;received=2001:db8::2;rport=9;maddr=h;ttl=1;x="a,b"',
      { ttl: 1, rport: 9, maddr: 'h' },
    ],
    ['SIP/2.0/TCP h;rport', { rport: true }],
    ['SIP/7.0/UDP h', { protocol: 'SIP/7.0', transport: 'UDP' }],
    ['SIP/2.0/UNKNOWN h', { transport: 'UNKNOWN' }],
  ])('SIP-007 reads and writes %s', (text, parts) => {
    expect(via(text)).toMatchObject(parts);
    expect(formatVia(via(text))).toBe(text);
  });

  it('SIP-003 takes LWS round every separator', () => {
    expect(formatVia(via('sip / 2.0 / udp   h : 5060 ; branch = z9hG4bK1 ; received = [2001:db8::2]'))).toBe(
      'SIP/2.0/UDP h:5060;branch=z9hG4bK1;received=2001:db8::2',
    );
  });

  it.each([
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDPh',
    'SIP/2.0 h',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:99999',
    'SIP/2.0/UDP h;;branch=1',
    'SIP/2.0/UDP h;branch=',
    'SIP/2.0/UDP h;branch="a b"',
    'SIP/2.0/UDP h;rport=x',
    'SIP/2.0/UDP h;ttl=256',
    'SIP/2.0/UDP h x',
    'SIP/2.0/UDP a_b',
  ])('SIP-003 refuses "%s"', (text) => {
    expect(parseVia(text)).toMatchObject({ ok: false, error: { code: 'malformed-header' } });
  });
});

describe('stamping', () => {
  it.each([
    [
      'a name gets received',
      'SIP/2.0/TCP host.example.com',
      '192.0.2.1',
      'SIP/2.0/TCP host.example.com;received=192.0.2.1',
    ],
    [
      'another address gets received',
      'SIP/2.0/UDP 10.1.1.1:4540',
      '192.0.2.1',
      'SIP/2.0/UDP 10.1.1.1:4540;received=192.0.2.1',
    ],
    ['the same address gets none', 'SIP/2.0/UDP 192.0.2.1', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1'],
    ['IPv6 compares as address', 'SIP/2.0/UDP [2001:DB8::1]', '2001:db8:0::1', 'SIP/2.0/UDP [2001:DB8::1]'],
    [
      'rport makes received certain',
      'SIP/2.0/UDP 192.0.2.1;rport',
      '192.0.2.1',
      'SIP/2.0/UDP 192.0.2.1;received=192.0.2.1;rport=9988',
    ],
    [
      'a claimed rport is overwritten',
      'SIP/2.0/UDP h;rport=1',
      '192.0.2.1',
      'SIP/2.0/UDP h;received=192.0.2.1;rport=9988',
    ],
    ['a claimed received is dropped', 'SIP/2.0/UDP 192.0.2.1;received=6.6.6.6', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1'],
  ])('SIP-007 %s', (_name, text, address, stamped) => {
    expect(formatVia(stampVia(via(text), address, 9988))).toBe(stamped);
  });

  it('SIP-007 the request of RFC 3581 section 6 becomes the Via of its 200', () => {
    const [request, response] = ['rfc3581-s6-1-invite-rport.sip', 'rfc3581-s6-2-200-rport.sip'].map((name) => {
      const parsed = parseMessage(vector(name));
      if (!parsed.ok) throw parsed.error;
      const top = readTopVia(parsed.value.headers);
      if (!top.ok) throw top.error;
      return top.value;
    });
    expect(request?.rport).toBe(true);
    expect(stampVia(request!, response!.received!, response!.rport as number)).toEqual(response);
  });

  it('SIP-018 replaces the topmost value only, in either list form', () => {
    const headers = new HeaderFields([
      ['Via', 'SIP/2.0/UDP a, SIP/2.0/UDP b'],
      ['From', 'x'],
      ['Via', 'SIP/2.0/UDP c'],
    ]);
    replaceTopVia(headers, via('SIP/2.0/UDP z'));
    const all = readVias(headers);
    expect(all.ok && all.value.map(({ host }) => host)).toEqual(['z', 'b', 'c']);
    expect([...headers][0]?.[0]).toBe('Via');
    expect(() => replaceTopVia(new HeaderFields(), via('SIP/2.0/UDP z'))).toThrow(TypeError);
  });
});
