import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalUris, formatUri, msrpUri, parseUri, type MsrpUri } from './uri.js';

function read(text: string): MsrpUri {
  const uri = parseUri(text);
  if (!uri.ok) throw uri.error;
  return uri.value;
}

describe('parseUri', () => {
  it.each([
    'msrp://host.example.com:8493/asfd34;tcp',
    'msrps://host.example.com:8493;tcp',
    'msrp://host.example.com/a/b+c=d-._~;tcp',
    'msrp://alice@host.example.com:1;tcp',
    'msrp://10.0.0.1:2855/x;ws;a;b=c',
    'msrp://[2001:db8::1]:2855/x;tcp',
    'msrp://[::ffff:10.0.0.1]:2855/x;tcp',
    'msrp://df7jal23ls0d.invalid:2855/98cjs;ws',
    'msrp://h%41st.example:1/x;tcp',
  ])('TRN-001 reads %s and writes it back', (text) => {
    expect(formatUri(read(text))).toBe(text);
  });

  it('TRN-001 takes it apart', () => {
    expect(read('MSRPS://bob@[2001:db8::1]:65535/s/1;TCP;p=v;q')).toEqual({
      scheme: 'msrps',
      userinfo: 'bob',
      host: '2001:db8::1',
      port: 65_535,
      sessionId: 's/1',
      transport: 'TCP',
      params: [
        ['p', 'v'],
        ['q', undefined],
      ],
    });
  });

  it.each([
    ['nothing', ''],
    ['another scheme', 'sip://host:1/x;tcp'],
    ['no transport', 'msrp://host:1/x'],
    ['an empty transport', 'msrp://host:1/x;'],
    ['an empty session-id', 'msrp://host:1/;tcp'],
    ['a character no session-id has', 'msrp://host:1/x%41;tcp'],
    ['a password', 'msrp://bob:secret@host:1/x;tcp'],
    ['port 0', 'msrp://host:0/x;tcp'],
    ['port 65536', 'msrp://host:65536/x;tcp'],
    ['a port that is no number', 'msrp://host:12a/x;tcp'],
    ['an empty port', 'msrp://host:/x;tcp'],
    ['no host', 'msrp://:1/x;tcp'],
    ['an open bracket', 'msrp://[::1:2855/x;tcp'],
    ['no address in brackets', 'msrp://[host]:1/x;tcp'],
    ['nine groups', 'msrp://[1:2:3:4:5:6:7:8:9]:1/x;tcp'],
    ['two gaps', 'msrp://[1::2::3]:1/x;tcp'],
    ['half a percent-escape', 'msrp://h%4/x;tcp'],
    ['an empty parameter', 'msrp://host:1/x;tcp;'],
    ['a parameter that is no token', 'msrp://host:1/x;tcp;a=(b)'],
    ['a space', 'msrp://ho st:1/x;tcp'],
  ])('TRN-001 refuses %s', (_title, text) => {
    expect(parseUri(text)).toMatchObject({ ok: false, error: { code: 'bad-uri', status: 400 } });
  });

  it.each(['msrp://10.0.0.1/x;tcp', 'msrp://[::1]/x;tcp'])('TRN-003 refuses %s: an address needs a port', (text) => {
    expect(parseUri(text).ok).toBe(false);
  });

  it('TRN-001 never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => typeof parseUri(`msrp://${text}`).ok === 'boolean' && !parseUri(text).ok),
    );
  });

  it('TRN-001 reads every URI we make', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const id = fc.option(fc.stringMatching(/^[A-Za-z0-9._~+=/-]{1,40}$/), { nil: undefined });
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), id, fc.boolean(), (name, port, sessionId, secure) => {
        const uri = msrpUri({ host: name, port, sessionId, secure });
        expect(read(formatUri(uri))).toEqual(uri);
      }),
    );
  });
});

describe('equalUris', () => {
  it.each([
    ['scheme without case', 'msrp://a.example:1/x;tcp', 'MSRP://a.example:1/x;tcp', true],
    ['host without case', 'msrp://a.example:1/x;tcp', 'msrp://A.Example:1/x;tcp', true],
    ['transport without case', 'msrp://a.example:1/x;tcp', 'msrp://a.example:1/x;TCP', true],
    ['userinfo not looked at', 'msrp://bob@a.example:1/x;tcp', 'msrp://a.example:1/x;tcp', true],
    ['further parameters not looked at', 'msrp://a.example:1/x;tcp;p=1', 'msrp://a.example:1/x;tcp', true],
    ['percent-escapes of unreserved', 'msrp://%61.ex%2dample:1/x;tcp', 'msrp://a.ex-ample:1/x;tcp', true],
    ['IPv6 spellings', 'msrp://[2001:DB8:0:0::1]:1/x;tcp', 'msrp://[2001:db8::0:1]:1/x;tcp', true],
    ['IPv6 with IPv4 tail', 'msrp://[::ffff:10.0.0.1]:1/x;tcp', 'msrp://[::ffff:a00:1]:1/x;tcp', true],
    ['session-id with case', 'msrp://a.example:1/AbC;tcp', 'msrp://a.example:1/abc;tcp', false],
    ['session-id against none', 'msrp://a.example:1/x;tcp', 'msrp://a.example:1;tcp', false],
    ['another scheme', 'msrp://a.example:1/x;tcp', 'msrps://a.example:1/x;tcp', false],
    ['another port', 'msrp://a.example:1/x;tcp', 'msrp://a.example:2/x;tcp', false],
    ['a port against none', 'msrp://a.example:2855/x;tcp', 'msrp://a.example/x;tcp', false],
    ['another transport', 'msrp://a.example:1/x;tcp', 'msrp://a.example:1/x;ws', false],
    ['another address', 'msrp://[::1]:1/x;tcp', 'msrp://[::2]:1/x;tcp', false],
    ['escapes of reserved characters stay', 'msrp://a%21:1/x;tcp', 'msrp://a!:1/x;tcp', false],
  ])('TRN-002 %s', (_title, a, b, equal) => {
    expect(equalUris(read(a), read(b))).toBe(equal);
    expect(equalUris(read(b), read(a))).toBe(equal);
  });
});
