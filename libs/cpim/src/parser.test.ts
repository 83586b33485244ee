import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contentKind, imdnOf } from './imdn.js';
import { createHeadReader, parseMessage, readHead } from './parser.js';
import type { CpimErrorCode } from './errors.js';
import type { CpimHead } from './message.js';

const VECTORS = new URL('../../../test/vectors/cpim/', import.meta.url);

function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.cpim`, VECTORS)));
}

function octets(...lines: string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\r\n'));
}

const FROM = 'From: Alice <sip:alice@example.com>';
const TO = 'To: <sip:room@example.com>';
const TYPE = 'Content-Type: text/plain';

function withHeaders(...headers: string[]): Uint8Array {
  return octets(...headers, '', TYPE, '', 'hello');
}

function headOf(object: Uint8Array): CpimHead {
  const head = readHead(object);
  if (!head.ok) throw head.error;
  return head.value;
}

function refusalOf(object: Uint8Array): [CpimErrorCode, number] | 'accepted' {
  const head = readHead(object);
  return head.ok ? 'accepted' : [head.error.code, head.error.status];
}

function textOf(object: Uint8Array): string {
  return new TextDecoder().decode(object.subarray(headOf(object).contentOffset));
}

describe('published objects', () => {
  const names = readdirSync(VECTORS)
    .filter((file) => file.endsWith('.cpim') && !file.includes('s9.5-chunk'))
    .map((file) => file.slice(0, -5));

  it.each(names)('CPIM-002 CPIM-003 reads %s', (name) => {
    const head = headOf(vector(name));
    expect(head.from.uri).toMatch(/^(?:sip|im):/u);
    expect(head.to).toHaveLength(1);
    expect(head.layout).toBe(/cpim-strict|rfc3862|rfc5438-s7\.2/u.test(name) ? 'separate' : 'joined');
  });

  it.each(names.filter((name) => name.endsWith('.cpim-strict')))(
    'CPIM-003 %s says the same as its joined twin',
    (name) => {
      const strict = vector(name);
      const plain = name.replace(/\.cpim-strict$/u, '');
      const joined = vector(names.includes(plain) ? plain : `${plain}.resolved`);
      // The strict form of RFC 7701 §9.4 also mends the From that its figures disagree on.
      if (!plain.includes('s9.4')) expect(headOf(strict).from).toEqual(headOf(joined).from);
      expect(headOf(strict).to).toEqual(headOf(joined).to);
      expect(headOf(strict).contentType).toEqual(headOf(joined).contentType);
      if (!plain.includes('fig10')) expect(textOf(strict)).toBe(textOf(joined));
    },
  );

  it('CPIM-007 CPIM-010 CPIM-012 reads every header of RFC 3862 §5.1', () => {
    const head = headOf(vector('rfc3862-s5.1'));
    expect(head.from).toEqual({ name: 'MR SANDERS', uri: 'im:piglet@100akerwood.com' });
    expect(head.to).toEqual([{ name: 'Depressed Donkey', uri: 'im:eeyore@100akerwood.com' }]);
    expect(head.dateTime).toBe('2000-12-13T13:40:00-08:00');
    expect(head.subjects).toEqual([
      { text: 'the weather will be fine today' },
      { text: "beau temps prevu pour aujourd'hui", lang: 'fr' },
    ]);
    expect(head.require).toEqual(['MyFeatures.VitalMessageOption']);
    expect(head.extensions).toEqual([
      { namespace: 'mid:MessageFeatures@id.foo.com', name: 'VitalMessageOption', value: 'Confirmation-requested' },
      { namespace: 'mid:MessageFeatures@id.foo.com', name: 'WackyMessageOption', value: 'Use-silly-font' },
    ]);
    expect(head.contentType.mediaType).toBe('text/xml');
    expect(head.contentType.params.get('charset')).toBe('utf-8');
    expect(head.contentHeaders.map((header) => header.name)).toEqual(['content-type', 'content-id']);
  });

  it('CPIM-013 CPIM-014 RFC 7701 §9.5: the first chunk alone is incomplete, both together are an object', () => {
    const first = vector('rfc7701-s9.5-chunk1.corrected');
    const second = vector('rfc7701-s9.5-chunk2.corrected');
    expect(refusalOf(first)).toEqual(['head-incomplete', 400]);
    const reader = createHeadReader();
    expect(reader.feed(first)).toEqual({ kind: 'need-more' });
    const step = reader.feed(second);
    expect(step).toMatchObject({ kind: 'head', head: { from: { uri: 'sip:alice@atlanta.example.com' } } });
    if (step.kind !== 'head') throw new Error(step.kind);
    expect(new TextDecoder().decode(second.subarray(step.head.contentOffset - first.length))).toBe('Hello Bob');
  });

  it('CPIM-009 RCPT-003 knows requests for receipts and receipts', () => {
    const request = headOf(vector('rfc5438-s7.1.1.3-im'));
    expect(imdnOf(request)).toEqual({
      messageId: '34jk324j',
      dispositionNotification: ['positive-delivery', 'negative-delivery'],
    });
    expect(contentKind(request)).toBe('message');
    expect(contentKind(headOf(vector('rfc5438-s7.2.1.2-displayed')))).toBe('receipt');
  });
});

describe('layout', () => {
  it('CPIM-003 any Content-* header of any case in the first block joins the blocks', () => {
    const head = headOf(
      octets(FROM, 'CONTENT-Disposition: render', TO, 'content-TYPE: Text/Plain', '', 'a: b', '', 'c'),
    );
    expect(head.layout).toBe('joined');
    expect(head.contentType.mediaType).toBe('text/plain');
    expect(textOf(octets(FROM, TO, TYPE, '', 'a: b', '', 'c'))).toBe('a: b\r\n\r\nc');
  });

  it('CPIM-003 a prefixed Content-* header is a message header', () => {
    const head = headOf(octets('NS: Content-x <urn:x:y>', FROM, TO, 'Content-x.Type: 1', '', TYPE, '', 'text'));
    expect(head.layout).toBe('separate');
    expect(head.extensions).toEqual([{ namespace: 'urn:x:y', name: 'Type', value: '1' }]);
  });

  it('CPIM-004 tolerates no space or many after the colon, and spaces at the end', () => {
    const head = headOf(octets('From:<sip:a@b>', 'To: \t <sip:c@d>  ', '', 'content-type:text/plain ', '', ''));
    expect([head.from.uri, head.to[0]?.uri, head.contentType.mediaType]).toEqual(['sip:a@b', 'sip:c@d', 'text/plain']);
  });

  it('CPIM-005 MIME headers have no case and may be folded', () => {
    const head = headOf(octets(FROM, TO, '', 'CONTENT-type: text/html;', '\tcharset="utf-8"', 'X-Y: 1', '', ''));
    expect(head.contentType.params.get('charset')).toBe('utf-8');
    const joined = headOf(octets(FROM, TO, 'Content-Disposition: render;', ' filename="a b"', TYPE, '', ''));
    expect(joined.contentHeaders[0]?.value).toBe('render; filename="a b"');
  });

  it('CPIM-011 a CPIM object inside is content', () => {
    const object = octets(FROM, TO, '', 'Content-Type: message/cpim', '', 'From: no one', '', '');
    expect(textOf(object)).toBe('From: no one\r\n\r\n');
  });

  it('CPIM-002 the content is a view on the octets read, and may be empty', () => {
    const object = withHeaders(FROM, TO);
    const message = parseMessage(object);
    if (!message.ok) throw message.error;
    expect(message.value.content.buffer).toBe(object.buffer);
    expect(headOf(octets(FROM, TO, '', TYPE, '', '')).contentOffset).toBe(octets(FROM, TO, '', TYPE, '', '').length);
  });
});

describe('what is refused', () => {
  const cases: [string, Uint8Array, CpimErrorCode, number][] = [
    ['CPIM-014 no From', withHeaders(TO), 'from-missing', 400],
    ['CPIM-014 no To', withHeaders(FROM), 'to-missing', 400],
    ['CPIM-005 `from` is another header', withHeaders('from: <sip:a@b>', TO), 'from-missing', 400],
    ['CPIM-014 nothing at all', octets(''), 'head-incomplete', 400],
    ['CPIM-014 only text', octets('Hello', '', ''), 'head-incomplete', 400],
    [
      'CPIM-014 text where MIME headers should be',
      octets(FROM, TO, '', 'Hello', '', ''),
      'malformed-content-header',
      400,
    ],
    ['CPIM-014 no Content-Type', octets(FROM, TO, '', 'Content-ID: <a@b>', '', ''), 'content-type-missing', 400],
    ['CPIM-014 no MIME headers', octets(FROM, TO, '', '', ''), 'content-type-missing', 400],
    [
      'CPIM-014 a type that is none',
      octets(FROM, TO, '', 'Content-Type: text', '', ''),
      'malformed-content-header',
      400,
    ],
    ['CPIM-014 two types', octets(FROM, TO, '', TYPE, TYPE, '', ''), 'repeated-header', 400],
    ['CPIM-008 a second From', withHeaders(FROM, FROM, TO), 'repeated-header', 400],
    [
      'CPIM-008 a second From behind a prefix',
      withHeaders('NS: c <urn:ietf:params:cpim-headers:>', FROM, 'c.From: <sip:x@y>', TO),
      'repeated-header',
      400,
    ],
    ['CPIM-008 a second DateTime', withHeaders(FROM, TO, 'DateTime: x', 'DateTime: y'), 'repeated-header', 400],
    [
      'CPIM-008 a second Subject in one language',
      withHeaders(FROM, TO, 'Subject: x', 'Subject: y'),
      'repeated-header',
      400,
    ],
    ['CPIM-008 a second Require', withHeaders(FROM, TO, 'Require: x', 'Require: y'), 'repeated-header', 400],
    ['CPIM-006 no angle brackets', withHeaders('From: sip:a@b', TO), 'malformed-address', 400],
    ['CPIM-006 PRIV-012 a name only', withHeaders(FROM, 'To: Bobby'), 'malformed-address', 400],
    ['CPIM-006 two URIs', withHeaders(FROM, 'To: <sip:a@b> <sip:c@d>'), 'malformed-address', 400],
    ['CPIM-006 text behind the URI', withHeaders(FROM, 'To: <sip:a@b>;x=y'), 'malformed-address', 400],
    ['CPIM-006 no scheme', withHeaders(FROM, 'To: <bob@example.com>'), 'malformed-address', 400],
    ['CPIM-006 an unclosed quote', withHeaders(FROM, 'To: "Bob <sip:a@b>'), 'malformed-address', 400],
    ['CPIM-006 a space in the URI', withHeaders(FROM, 'To: <sip:a b@c>'), 'malformed-address', 400],
    ['CPIM-009 a prefix nobody declared', withHeaders(FROM, TO, 'imdn.Message-ID: 1'), 'malformed-namespace', 400],
    [
      'CPIM-009 a prefix before its declaration',
      withHeaders(FROM, TO, 'x.y: 1', 'NS: x <urn:x:y>'),
      'malformed-namespace',
      400,
    ],
    ['CPIM-009 an NS without URI', withHeaders(FROM, TO, 'NS: x'), 'malformed-namespace', 400],
    ['CPIM-009 a From of another namespace', withHeaders('NS: <urn:x:y>', FROM, TO), 'from-missing', 400],
    ['CPIM-004 a folded message header', withHeaders(FROM, ' x', TO), 'malformed-header', 400],
    ['CPIM-004 a fold at the start', withHeaders(' x', FROM, TO), 'malformed-header', 400],
    ['CPIM-004 a line without colon', withHeaders(FROM, TO, 'what'), 'malformed-header', 400],
    ['CPIM-004 a name with a space', withHeaders(FROM, TO, 'X Y: z'), 'malformed-header', 400],
    ['CPIM-010 an unclosed parameter', withHeaders(FROM, TO, 'Subject:;lang="fr x'), 'malformed-header', 400],
    ['CPIM-004 a bare LF', octets(`${FROM}\nTo: <sip:x@y>`, TO, '', TYPE, '', ''), 'control-character', 400],
    ['CPIM-004 a bare CR', octets(`${FROM}\rTo: <sip:x@y>`, TO, '', TYPE, '', ''), 'control-character', 400],
    ['CPIM-004 NUL', octets(`${FROM}\0`, TO, '', TYPE, '', ''), 'control-character', 400],
    ['CPIM-004 DEL', octets(`${FROM}\x7f`, TO, '', TYPE, '', ''), 'control-character', 400],
  ];

  it.each(cases)('%s', (_title, object, code, status) => {
    expect(refusalOf(object)).toEqual([code, status]);
  });

  it('CPIM-004 octets that are no UTF-8', () => {
    const object = withHeaders('From: X <sip:a@b>', TO);
    object[6] = 0xff;
    expect(refusalOf(object)).toEqual(['not-utf-8', 400]);
  });

  it('CPIM-013 a head of more than 8 KiB is 413, one of exactly 8 KiB is read', () => {
    const room = 8192 - octets(FROM, TO, 'Subject: ', '', TYPE, '', '').length;
    const fits = octets(FROM, TO, `Subject: ${'x'.repeat(room)}`, '', TYPE, '', 'content');
    expect(headOf(fits).contentOffset).toBe(8192);
    const tooLarge = octets(FROM, TO, `Subject: ${'x'.repeat(room + 1)}`, '', TYPE, '', 'content');
    expect(refusalOf(tooLarge)).toEqual(['head-too-large', 413]);
    expect(refusalOf(withHeaders(FROM, TO, ...Array.from({ length: 130 }, () => 'X: y')))).toEqual([
      'too-many-headers',
      413,
    ]);
  });
});

describe('headers', () => {
  it('CPIM-008 To, cc and NS repeat', () => {
    const head = headOf(
      withHeaders(FROM, TO, 'To: <sip:b@c>', 'cc: <sip:d@e>', 'cc: F <sip:f@g>', 'NS: a <urn:a:1>', 'NS: b <urn:b:1>'),
    );
    expect(head.to).toHaveLength(2);
    expect(head.cc).toEqual([{ uri: 'sip:d@e' }, { name: 'F', uri: 'sip:f@g' }]);
  });

  it('CPIM-009 IMDN headers are found by URI, whatever the prefix, and not without it', () => {
    expect(
      imdnOf(headOf(withHeaders(FROM, TO, 'NS: foo <urn:ietf:params:imdn>', 'foo.Message-ID: 7')))?.messageId,
    ).toBe('7');
    expect(imdnOf(headOf(withHeaders(FROM, TO, 'NS: imdn <urn:x:y>', 'imdn.Message-ID: 7')))).toBeUndefined();
    expect(imdnOf(headOf(withHeaders(FROM, TO, 'NS: <urn:ietf:params:imdn>', 'Message-ID: 7')))?.messageId).toBe('7');
  });

  it('CPIM-009 a core header behind a prefix counts', () => {
    const head = headOf(
      withHeaders(
        'NS: c <urn:ietf:params:cpim-headers:>',
        'NS: <urn:x:y>',
        'c.From: <sip:a@b>',
        'c.To: <sip:c@d>',
        'X: 1',
      ),
    );
    expect(head.from.uri).toBe('sip:a@b');
    expect(head.extensions).toEqual([{ namespace: 'urn:x:y', name: 'X', value: '1' }]);
  });

  it('CPIM-004 reads UTF-8 and counts the content offset in octets', () => {
    const object = withHeaders('From: Zoë 😀 <sip:a@b>', TO);
    expect(headOf(object).from.name).toBe('Zoë 😀');
    expect(textOf(object)).toBe('hello');
  });

  it('RFC 3994: a composing indication is no message', () => {
    const head = headOf(octets(FROM, TO, '', 'Content-Type: application/im-iscomposing+xml', '', ''));
    expect(contentKind(head)).toBe('composing');
  });
});

describe('the reader in pieces', () => {
  it('throws when it is fed after its end', () => {
    const reader = createHeadReader();
    expect(reader.feed(withHeaders(FROM, TO)).kind).toBe('head');
    expect(() => reader.feed(octets('x'))).toThrow('already');
    expect(() => reader.end()).toThrow('already');
  });

  it('CPIM-014 says what is missing when the object ends', () => {
    const reader = createHeadReader();
    expect(reader.feed(octets(FROM, TO))).toEqual({ kind: 'need-more' });
    expect(reader.end()).toMatchObject({ code: 'head-incomplete', status: 400 });
  });

  it('keeps its own copy of a piece', () => {
    const object = withHeaders(FROM, TO);
    const reader = createHeadReader();
    const piece = object.slice(0, 20);
    reader.feed(piece);
    piece.fill(0);
    expect(reader.feed(object.subarray(20))).toMatchObject({ kind: 'head', head: { from: { name: 'Alice' } } });
  });
});
