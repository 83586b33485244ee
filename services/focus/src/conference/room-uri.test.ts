import { formatUri } from '@plenary/sip';
import { describe, expect, it } from 'vitest';
import { requestTarget, roomContactUri } from './room-uri.js';

const hosts = new Set(['example.com', '192.0.2.1', '[2001:db8::1]']);
const target = (uri: string): ReturnType<typeof requestTarget> => requestTarget(uri, 'example.com', hosts);

describe('what a Request-URI asks for', () => {
  it.each([
    'sip:lobby@example.com',
    'SIP:lobby@EXAMPLE.com:5070;transport=tcp?Subject=x',
    'sip:lobby@192.0.2.1',
    'sip:lobby@[2001:DB8::1]:5060',
  ])('CHAT-006 ROOM-001 %s is the room, in its one spelling', (uri) => {
    expect(target(uri)).toEqual({ kind: 'room', conferenceUri: 'sip:lobby@example.com', user: 'lobby' });
  });

  it('ROOM-001 a password in the userinfo is the conference password, and names no other room', () => {
    expect(target('sip:lobby:86%30%C3%A9@example.com')).toEqual({
      kind: 'room',
      conferenceUri: 'sip:lobby@example.com',
      user: 'lobby',
      password: '860é',
    });
  });

  it.each([
    ['SIP-030 no user: the service', 'sip:example.com', 'service'],
    ['SIP-017 another host', 'sip:lobby@example.org', 'elsewhere'],
    ['SIP-017 a host that only ends like ours', 'sip:lobby@evil-example.com', 'elsewhere'],
    ['SIP-017 tel', 'tel:+12015550123', 'unknown-scheme'],
    ['SIP-017 http', 'http://example.com/lobby', 'unknown-scheme'],
    ['SIP-017 no URI at all', 'lobby', 'unknown-scheme'],
  ])('%s', (_title, uri, kind) => {
    expect(target(uri).kind).toBe(kind);
  });
});

it('SIP-035 sips names the same room, and is served by TLS alone', () => {
  const [uri, domain] = ['sips:lobby@example.com:5061', 'example.com'];
  expect(requestTarget(uri, domain, hosts, 'TLS')).toEqual(target('sip:lobby@example.com'));
  for (const transport of ['UDP', 'TCP', 'WS'])
    expect(requestTarget(uri, domain, hosts, transport).kind).toBe('unknown-scheme');
});

describe('Contact of a room', () => {
  it.each([
    ['UDP', 5060, false, 'sip:lobby@example.com'],
    ['TCP', 5060, false, 'sip:lobby@example.com;transport=tcp'],
    ['TCP', 5070, false, 'sip:lobby@example.com:5070;transport=tcp'],
    ['TLS', 5061, false, 'sip:lobby@example.com;transport=tls'],
    ['TLS', 5061, true, 'sips:lobby@example.com'],
    ['TLS', 5071, true, 'sips:lobby@example.com:5071'],
    ['UDP', 5061, true, 'sips:lobby@example.com'],
  ])(
    'SIP-035 over %s at port %i (sips: %s): the room at the domain, not at a replica',
    (transport, port, sips, uri) => {
      expect(formatUri(roomContactUri('lobby', 'example.com', () => port, { transport, sips }))).toBe(uri);
    },
  );
});
