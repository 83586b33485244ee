import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MediaType, parseMediaType } from './header/media-type.js';
import { maxBodyParts, splitMultipart } from './multipart.js';
import { parseMessage } from './parser.js';
import { textBody } from './serializer.js';
import { vector } from './vectors.test-data.js';

function type(text: string): MediaType {
  const parsed = parseMediaType(text);
  if (!parsed.ok) throw parsed.error;
  return parsed.value;
}

function split(text: string, boundary = 'b'): unknown {
  const parts = splitMultipart(textBody(text), type(`multipart/mixed;boundary="${boundary}"`));
  if (!parts.ok) return parts.error.code;
  return parts.value.map(({ headers, body }) => [[...headers], new TextDecoder().decode(body)]);
}

describe('multipart', () => {
  it('ROOM-006 splits SDP and recipient list of RFC 5366 figure 3', () => {
    const message = parseMessage(vector('rfc5366-fig3-invite-recipient-list.chat.sip'));
    if (!message.ok) throw message.error;
    const parts = splitMultipart(message.value.body, type(message.value.headers.get('Content-Type') ?? ''));
    expect(parts.ok && parts.value.map((part) => part.headers.get('Content-Type'))).toEqual([
      'application/sdp',
      'application/resource-lists+xml',
    ]);
  });

  it('SIP-003 the line end before a boundary belongs to the boundary; preamble and epilogue are nothing', () => {
    const text = 'preamble\r\n--b  \r\nc: a/b\r\n\r\nx\r\n\r\n--b\r\n\r\n--bb\r\n--b--\r\nepilogue';
    expect(split(text)).toEqual([
      [[['Content-Type', 'a/b']], 'x\r\n'],
      [[], '--bb'],
    ]);
  });

  it.each([
    ['no boundary in the body', 'x'],
    ['no last boundary', '--b\r\n\r\nx'],
    ['a part without empty line', '--b\r\nc: a/b\r\n--b--'],
    ['a part with a bad header line', '--b\r\nbad\r\n\r\nx\r\n--b--'],
    ['too many parts', `${'--b\r\n\r\nx\r\n'.repeat(maxBodyParts + 1)}--b--`],
  ])('SIP-003 refuses a body with %s', (_name, text) => {
    expect(split(text)).toBe('malformed-body');
  });

  it('SIP-003 refuses a missing or impossible boundary', () => {
    expect(splitMultipart(textBody('--b--'), type('multipart/mixed'))).toMatchObject({ ok: false });
    expect(split('--b--', 'b'.repeat(71))).toBe('malformed-body');
  });

  it('SIP-003 never throws on random octets', () => {
    assert(
      property(uint8Array({ maxLength: 200 }), (octets) => {
        splitMultipart(new Uint8Array([...textBody('--b\r\n'), ...octets]), type('multipart/mixed;boundary=b'));
      }),
    );
  });
});
