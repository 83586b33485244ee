import { describe, expect, it } from 'vitest';
import { certificateIdentities, standsFor } from './certificate-identities.js';

describe('RFC 5922 section 7.1: whom a certificate names', () => {
  it('AUTH-010 URI SANs without a user are the domains, and DNS SANs then are not', () => {
    const peer = certificateIdentities('URI:sip:Example.com, DNS:www.example.org, URI:SIP:example.net');
    expect(peer.domains).toEqual(['example.com', 'example.net']);
  });

  it('AUTH-010 without such a URI the DNS SANs are', () => {
    expect(certificateIdentities('DNS:Proxy.Example.com, DNS:*.example.org').domains).toEqual([
      'proxy.example.com',
      '*.example.org',
    ]);
  });

  it('AUTH-010 other schemes name no SIP domain', () => {
    expect(certificateIdentities('URI:sips:example.com, URI:https://example.com/').domains).toEqual([]);
  });

  it('AUTH-014 a URI with a user is a user, and no domain', () => {
    expect(certificateIdentities('URI:sip:alice@example.com, URI:sip:alice%2Cx@example.com;transport=tls')).toEqual({
      domains: [],
      users: ['sip:alice@example.com', 'sip:alice%2Cx@example.com'],
      addresses: [],
    });
  });

  it('AUTH-014 a quoted value is one value, whatever stands in it', () => {
    const peer = certificateIdentities('DNS:"a.example, URI:sip:alice@example.com", DNS:b.example');
    expect(peer.users).toEqual([]);
    expect(peer.domains).toEqual(['a.example, uri:sip:alice@example.com', 'b.example']);
  });

  it.each([undefined, '', 'nonsense', 'DNS:"unfinished', ','])('AUTH-010 %j names nobody', (text) => {
    expect(certificateIdentities(text)).toEqual({ domains: [], users: [], addresses: [] });
  });

  it('SIP-033 only so many names are read', () => {
    const text = Array.from({ length: 500 }, (_, at) => `DNS:h${String(at)}.example`).join(', ');
    expect(certificateIdentities(text).domains).toHaveLength(100);
  });
});

describe('RFC 5922 section 7.2: comparing', () => {
  const peer = certificateIdentities(
    'DNS:example.com, DNS:*.wild.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1',
  );
  it.each([
    ['example.com', true],
    ['EXAMPLE.COM.', true],
    ['foo.example.com', false],
    ['a.wild.example', false],
    ['wild.example', false],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['[2001:db8::1]', true],
  ])('SIP-035 %s: %s', (host, expected) => {
    expect(standsFor(peer, host)).toBe(expected);
  });
});
