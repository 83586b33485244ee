import { assert, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityEquals, identityKey, parseIdentity, roomEquals } from './identity.js';

describe('a room', () => {
  it('SIP-035 is the same by its SIPS form, and no other', () => {
    expect(roomEquals('sips:room@example.com', 'sip:room@example.com;transport=tls')).toBe(true);
    expect(roomEquals('SIPS:room@example.com', 'sip:room@example.com')).toBe(true);
    expect(roomEquals('sips:room@example.com', 'sip:other@example.com')).toBe(false);
    expect(roomEquals('sips:room@example.com', 'im:room@example.com')).toBe(false);
  });
});

describe('identity', () => {
  it.each([
    ['sip:chatroom22@chat.example.com', 'sip:chatroom22@chat.example.com;transport=tcp'],
    ['sip:alice@example.com', 'SIP:alice@EXAMPLE.com.'],
    ['sip:alice@example.com', 'sip:%61lice@example.com'],
    ['sip:alice@example.com', 'sip:alice:secret@example.com?Subject=x'],
    ['sip:alice@example.com', 'sip:alice@example.com:5060'],
    ['sip:alice@example.com:5060', 'sip:alice@example.com:5060;x=1'],
    ['sip:alice@example.com;gr=urn:uuid:F81D', 'sip:alice@example.com;transport=tcp;GR=urn:uuid:f81d'],
    ['sip:tok@example.com;gr', 'sip:tok@example.com;lr;gr'],
    ['tel:+1-201-555-0123', 'TEL:+1(201)5550123;x=y'],
    ['im:alice@example.com', 'im:alice@Example.Com'],
    ['sip:room@[2001:DB8::1]', 'sip:room@[2001:db8::1]:5060'],
  ])('CHAT-005 CHAT-006 %s is %s', (a, b) => {
    expect(identityEquals(a, b)).toBe(true);
    expect(identityEquals(b, a)).toBe(true);
    expect(identityKey(a)).toBe(identityKey(b));
  });

  it.each([
    ['sip:alice@example.com', 'sip:Alice@example.com'],
    ['sip:alice@example.com', 'sips:alice@example.com'],
    ['sip:alice@example.com', 'im:alice@example.com'],
    ['sip:alice@example.com', 'sip:alice@example.org'],
    ['sip:alice@example.com:5060', 'sip:alice@example.com:5070'],
    ['sip:alice@example.com', 'sip:alice@example.com;gr=urn:uuid:f81d'],
    ['sip:tok@example.com;gr', 'sip:tok@example.com;gr=1'],
    ['sip:example.com', 'sip:alice@example.com'],
    ['sip:null-%00@example.com', 'sip:null-@example.com'],
    ['tel:+12015550123', 'tel:12015550123'],
  ])('CHAT-005 ANON-011 %s is not %s', (a, b) => {
    expect(identityEquals(a, b)).toBe(false);
    expect(identityEquals(b, a)).toBe(false);
  });

  it.each([
    '',
    'alice',
    'http://example.com',
    'sip:',
    'sip:@example.com',
    'sip:a b@example.com',
    'sip:a%zz@h',
    'tel:abc.x',
  ])('CHAT-005 "%s" is no identity and equals nothing', (text) => {
    expect(parseIdentity(text)).toBeUndefined();
    expect(identityEquals(text, text)).toBe(false);
  });

  it('CHAT-005 an escaped "@" in the user part does not move the host', () => {
    expect(parseIdentity('sip:sips%3Auser%40example.com@example.net')).toMatchObject({
      user: 'sips:user@example.com',
      host: 'example.net',
    });
  });

  it('CHAT-005 never throws, and every identity equals itself', () => {
    assert(
      property(
        oneof(
          string(),
          string().map((text) => `sip:${text}@h`),
        ),
        (text) => {
          expect(identityEquals(text, text)).toBe(parseIdentity(text) !== undefined);
        },
      ),
    );
  });
});
