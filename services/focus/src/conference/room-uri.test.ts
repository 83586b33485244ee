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
    ['SIP-035 sips, which TLS would carry', 'sips:lobby@example.com', 'unknown-scheme'],
  ])('%s', (_title, uri, kind) => {
    expect(target(uri).kind).toBe(kind);
  });
});

describe('Contact of a room', () => {
  it.each([
    ['UDP', 5060, 'sip:lobby@example.com'],
    ['TCP', 5060, 'sip:lobby@example.com;transport=tcp'],
    ['TCP', 5070, 'sip:lobby@example.com:5070;transport=tcp'],
  ])('SIP-035 over %s at port %i: the room at the domain, not at a replica', (transport, port, uri) => {
    expect(formatUri(roomContactUri('lobby', 'example.com', port, transport))).toBe(uri);
  });
});
