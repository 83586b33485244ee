import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peerCapabilities } from './capabilities.js';
import { parseSdp } from './parser.js';
import { serializeSdp } from './serializer.js';
import { attributeOf, connectionOf, type SessionDescription } from './session-description.js';

const VECTORS = new URL('../../../test/vectors/sdp/', import.meta.url);
const NAMES = readdirSync(VECTORS).filter((file) => file.endsWith('.sdp'));

function read(text: string): SessionDescription {
  const description = parseSdp(text);
  if (!description.ok) throw description.error;
  return description.value;
}

function vector(name: string): string {
  return readFileSync(new URL(name, VECTORS), 'utf8');
}

describe('published descriptions', () => {
  it.each(NAMES)('SDP-022 %s is written as it was read', (name) => {
    expect(serializeSdp(read(vector(name)))).toBe(vector(name));
  });

  it.each(NAMES)('SDP-022 %s reads the same with LF and without a last line end', (name) => {
    expect(read(vector(name).replaceAll('\r\n', '\n').trimEnd())).toEqual(read(vector(name)));
  });

  it('SDP-003 SDP-008 SDP-009 SDP-010 reads the offer of RFC 7701 §9.1', () => {
    const offer = read(vector('rfc7701-s9.1-f1-invite.sdp'));
    const media = offer.media[0];
    if (media === undefined) throw new Error('no media');
    expect(offer.origin).toMatchObject({
      username: 'alice',
      sessionVersion: '2890844526',
      address: 'client.atlanta.example.com',
    });
    expect(media).toMatchObject({ media: 'message', port: 7654, proto: 'TCP/MSRP', formats: ['*'] });
    expect(connectionOf(offer, media)).toEqual({ addrType: 'IP4', address: 'client.atlanta.example.com' });
    expect(peerCapabilities(media)).toEqual({
      peerPath: ['msrp://client.atlanta.example.com:7654/jshA7weztas;tcp'],
      acceptTypes: ['message/cpim', 'text/plain', 'text/html'],
      acceptWrappedTypes: ['text/plain', 'text/html'],
      chatroom: true,
      nickname: true,
      privateMessages: true,
      direction: 'sendrecv',
    });
  });

  it('SDP-004 SDP-008 reads the relay answer of RFC 4976 §11 with its space after the colon', () => {
    const media = read(vector('rfc4976-s11-answer-relay.sdp')).media[0];
    if (media === undefined) throw new Error('no media');
    expect(peerCapabilities(media)).toMatchObject({
      peerPath: ['msrps://relay.example.com:9000/hjdhfha;tcp', 'msrps://bob.example.com:1234/fuige;tcp'],
      acceptTypes: ['message/cpim', 'text/plain'],
      chatroom: false,
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'malformed-line', 400],
    ['v=1\r\n', 'version-missing', 400],
    ['o=a 1 1 IN IP4 x\r\nv=0\r\n', 'version-missing', 400],
    ['v=0\r\ns=-\r\n', 'malformed-origin', 400],
    ['v=0\r\no=a b 1 IN IP4 x\r\n', 'malformed-origin', 400],
    ['v=0\r\no=a 1 1 IN IP4 x\r\nm=message TCP/MSRP *\r\n', 'malformed-media', 400],
    ['v=0\r\no=a 1 1 IN IP4 x\r\nm=message 65536 TCP/MSRP *\r\n', 'malformed-media', 400],
    ['v=0\r\no=a 1 1 IN IP4 x\r\nnonsense\r\n', 'malformed-line', 400],
    ['v=0\r\no=a 1 1 IN IP4 x\r\n\r\ns=-\r\n', 'malformed-line', 400],
    ['v=0\ro=a 1 1 IN IP4 x', 'malformed-line', 400],
    [`v=0\r\n${'a=x\r\n'.repeat(1000)}`, 'too-many-lines', 413],
    [`v=0\r\n${'m=audio 1 RTP/AVP 0\r\n'.repeat(33)}`, 'too-many-lines', 413],
    [`v=0\r\ni=${'x'.repeat(65_536)}`, 'too-large', 413],
  ])('SDP-022 %j', (text, code, status) => {
    expect(parseSdp(text)).toMatchObject({ ok: false, error: { code, status } });
  });

  it('does not write a line break into a line', () => {
    const description = read(vector('rfc7701-s9.1-f1-invite.sdp'));
    expect(() => serializeSdp({ ...description, lines: [{ type: 's', value: 'a\r\nb=c' }] })).toThrow(RangeError);
  });
});

it('SDP-008 attribute names match whole, with case', () => {
  const lines = [
    { type: 'a', value: 'pathology:1' },
    { type: 'a', value: 'Path:2' },
    { type: 'b', value: 'path:3' },
    { type: 'a', value: 'path: 4' },
    { type: 'a', value: 'chatroom' },
  ];
  expect(attributeOf(lines, 'path')).toBe('4');
  expect(attributeOf(lines, 'chatroom')).toBe('');
  expect(attributeOf(lines, 'chat')).toBeUndefined();
});
