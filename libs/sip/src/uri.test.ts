import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uriEquals } from './uri-compare.js';
import { decodeEscapes, escapeHeaderValue, escapeUser, formatUri, parseUri, type Uri, uriParam } from './uri.js';

function uri(text: string): Uri {
  const parsed = parseUri(text);
  if (!parsed.ok) throw parsed.error;
  return parsed.value;
}

describe('URI', () => {
  it.each([
    [
      'sip:alice@example.com',
      { kind: 'sip', scheme: 'sip', user: 'alice', host: 'example.com', params: [], headers: [] },
    ],
    ['sips:example.com:5061', { scheme: 'sips', host: 'example.com', port: 5061 }],
    ['sip:alice:pw@[2001:db8::1]:5070;transport=tcp;lr', { password: 'pw', host: '[2001:db8::1]', port: 5070 }],
    ['sip:user;par=u%40example.net@example.com', { user: 'user;par=u%40example.net', host: 'example.com' }],
    ['sip:a@h?Replaces=c%40h%3Bto-tag%3D1&Require=replaces', { headers: [{ name: 'Replaces' }, { name: 'Require' }] }],
    [
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
      { host: 'example.com' },
    ],
    ['tel:+1-201-555-0123;phone-context=example.com', { kind: 'tel', number: '+1-201-555-0123' }],
    ['cid:cn35t8jf02@example.com', { kind: 'other', scheme: 'cid', rest: 'cn35t8jf02@example.com' }],
    ['nobodyKnowsThisScheme:totallyopaquecontent', { kind: 'other', scheme: 'nobodyknowsthisscheme' }],
  ])('SIP-003 reads and writes %s', (text, parts) => {
    expect(uri(text)).toMatchObject(parts);
    expect(formatUri(uri(text)).toLowerCase()).toBe(text.toLowerCase());
  });

  it.each([
    '',
    'alice@example.com',
    'sip:',
    'sip:@example.com',
    'sip:alice@',
    'sip:alice@exa mple.com',
    'sip:alice@-example.com',
    'sip:alice@example..com',
    'sip:alice@example.com:99999',
    'sip:alice@example.com:',
    'sip:alice@[2001:db8::1',
    'sip:alice@[::1::2]',
    'sip:al%zice@example.com',
    'sip:a@example.com;lr;LR',
    'sip:a@example.com;;lr',
    'sip:a@example.com?x',
    '<sip:alice@example.com>',
    'sip:alice@example.com>',
    'tel:',
    'tel:+',
    'x:a b',
    'x:"',
  ])('SIP-003 refuses "%s"', (text) => {
    expect(parseUri(text)).toMatchObject({ ok: false, error: { code: 'malformed-uri', status: 400 } });
  });

  it('SIP-003 finds parameters without case, and undoes escapes once', () => {
    expect(uriParam(uri('sip:a@h;%4Cr;Transport=TCP'), 'LR')).toEqual({ name: '%4Cr' });
    expect(uriParam(uri('sip:a@h;Transport=TCP'), 'transport')?.value).toBe('TCP');
    expect(uriParam(uri('x:y;lr'), 'lr')).toBeUndefined();
    expect(decodeEscapes('%25%34%31')).toBe('%41');
    expect(decodeEscapes('%C3%A4%00')).toBe('ä\u0000');
    expect(decodeEscapes('%FF')).toBe('\ufffd');
  });

  it('SIP-003 escaped text comes back, and stands in a URI', () => {
    assert(
      property(string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(decodeEscapes(escapeUser(text))).toBe(text);
        expect(decodeEscapes(escapeHeaderValue(text))).toBe(text);
        expect(uri(`sip:${escapeUser(text)}@h?x=${escapeHeaderValue(text)}`)).toMatchObject({ host: 'h' });
      }),
    );
  });

  it('SIP-003 never throws on random text, and what it reads it writes the same', () => {
    assert(
      property(string(), (text) => {
        for (const full of [text, `sip:${text}`, `sip:a@h${text}`, `tel:${text}`]) {
          const parsed = parseUri(full);
          if (parsed.ok) expect(parseUri(formatUri(parsed.value))).toEqual(parsed);
        }
      }),
    );
  });
});

describe('URI comparison', () => {
  // the lists of RFC 3261 section 19.1.4
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=off'],
    // ours
    ['sip:a@[2001:DB8::1]', 'sip:a@[2001:db8:0:0:0:0:0:1]'],
    ['sip:a@h.', 'sip:a@h'],
    ['tel:+1-201-555-0123;a=1;b=2', 'tel:+12015550123;B=2;A=1'],
    ['urn:x:y', 'URN:x:y'],
  ])('SIP-034 %s equals %s', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(true);
    expect(uriEquals(uri(b), uri(a))).toBe(true);
  });

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    // ours
    ['sip:a@h', 'sips:a@h'],
    ['sip:a@h', 'sip:h'],
    ['sip:a@h', 'sip:a:pw@h'],
    ['sip:a%3Bb@h', 'sip:a;b@h'],
    ['sip:a@h;maddr=1', 'sip:a@h'],
    ['sip:a@h;ttl=1', 'sip:a@h'],
    ['sip:a@h;method=BYE', 'sip:a@h'],
    ['sip:a@h;user=phone', 'sip:a@h'],
    ['sip:a@h?x=1&y=2', 'sip:a@h?x=1&y=3'],
    ['tel:+1201', 'tel:1201'],
    ['tel:+1201', 'tel:+1201;ext=5'],
    ['tel:+1201', 'sip:+1201@h;user=phone'],
    ['urn:x:y', 'urn:x:Y'],
  ])('SIP-034 %s does not equal %s', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(false);
    expect(uriEquals(uri(b), uri(a))).toBe(false);
  });
});
