import { describe, expect, it } from 'vitest';
import { IMDN_NAMESPACE } from './imdn.js';
import { serializeMessage, type OutboundMessage } from './serializer.js';

const NOTICE: OutboundMessage = {
  from: { name: 'Minutes', uri: 'sip:minutes@localhost' },
  to: [{ uri: 'sip:minutes@localhost' }],
  dateTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  contentType: 'text/plain;charset=utf-8',
  content: 'This room is recorded. – €',
};

function written(message: OutboundMessage): string {
  return new TextDecoder().decode(serializeMessage(message));
}

describe('serializeMessage', () => {
  it('CPIM-002 CPIM-004 CPIM-007 writes a notice in the layout of RFC 3862', () => {
    expect(written(NOTICE)).toBe(
      [
        'From: Minutes <sip:minutes@localhost>',
        'To: <sip:minutes@localhost>',
        'DateTime: 2026-01-02T03:04:05.006Z',
        '',
        'Content-Type: text/plain;charset=utf-8',
        '',
        'This room is recorded. – €',
      ].join('\r\n'),
    );
  });

  it('CPIM-009 declares namespaces before it uses their prefixes', () => {
    const text = written({
      ...NOTICE,
      namespaces: [{ prefix: 'imdn', uri: IMDN_NAMESPACE }],
      require: ['imdn.Message-ID'],
      extensions: [{ prefix: 'imdn', name: 'Message-ID', value: 'a1' }],
      contentHeaders: [{ name: 'Content-ID', value: '<1@x>' }],
    });
    expect(text).toContain(
      'NS: imdn <urn:ietf:params:imdn>\r\nRequire: imdn.Message-ID\r\nimdn.Message-ID: a1\r\n\r\nContent-Type',
    );
    expect(text).toContain('utf-8\r\nContent-ID: <1@x>\r\n\r\nThis');
  });

  it('CPIM-010 a name cannot break out of its header', () => {
    const text = written({ ...NOTICE, from: { name: 'Eve"\r\nTo: <sip:x@y>', uri: 'sip:eve@example.com' } });
    expect(text.split('\r\n')[0]).toBe('From: "Eve\\"\\r\\nTo: <sip:x@y>" <sip:eve@example.com>');
  });

  it.each<[string, Partial<OutboundMessage>]>([
    ['no To', { to: [] }],
    ['a URI with a space', { to: [{ uri: 'sip:a b' }] }],
    ['a URI that ends its brackets', { from: { uri: 'sip:a>\r\nX: <b' } }],
    ['a type with a line break', { contentType: 'text/plain\r\nX: y' }],
    ['a media type that is none', { contentType: { mediaType: 'text', params: new Map() } }],
    ['a MIME header with a line break', { contentHeaders: [{ name: 'X', value: 'a\r\nb' }] }],
    ['a second Content-Type', { contentHeaders: [{ name: 'content-type', value: 'x/y' }] }],
    ['a prefix nobody declared', { extensions: [{ prefix: 'x', name: 'y', value: 'z' }] }],
    ['another default namespace', { namespaces: [{ prefix: '', uri: 'urn:x:y' }] }],
    ['a malformed Require', { require: ['a b'] }],
    ['a malformed language', { subjects: [{ text: 'x', lang: 'f r' }] }],
    ['a year of five digits', { dateTimeMs: Date.UTC(12_000, 0) }],
  ])('CPIM-004 refuses to write %s', (_title, part) => {
    expect(() => serializeMessage({ ...NOTICE, ...part })).toThrow(RangeError);
  });
});
