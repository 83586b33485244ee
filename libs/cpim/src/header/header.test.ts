import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.js';
import { formatContentType, isCpim, parseContentType } from './content-type.js';
import { formatDateTime, parseDateTime } from './datetime.js';
import { escapeText, unescapeText } from './escapes.js';
import { formatHeaderName, parseHeaderName } from './name.js';
import { formatNamespace, parseNamespace } from './ns.js';
import { formatRequire, parseRequire } from './require.js';

describe('escapes', () => {
  it.each([
    ['a\\\\b', 'a\\b'],
    ['\\"\\\'', '"\''],
    ['\\b\\t\\n\\r', '\b\t\n\r'],
    ['\\u00e9\\u00E9', 'éé'],
    ['\\ud83d\\ude00', '😀'],
    ['\\q\\x', 'qx'],
    ['\\u12', 'u12'],
    ['end\\', 'end'],
    ['end\\\\', 'end\\'],
    ['plain é', 'plain é'],
  ])('CPIM-010 reads %j as %j', (written, text) => {
    expect(unescapeText(written)).toBe(text);
  });

  it('CPIM-010 writes escapes only where they are due', () => {
    expect(escapeText('é "x" \\ \t\u0001\u007f')).toBe('é "x" \\\\ \\t\\u0001\\u007f');
    expect(escapeText('"x"', true)).toBe('\\"x\\"');
  });

  it('CPIM-010 reading undoes writing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, quoted) => {
        expect(unescapeText(escapeText(text, quoted))).toBe(text);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['<sip:b@x>', { uri: 'sip:b@x' }],
    ['"Bob, \\"B\\"" <sip:b@x>', { name: 'Bob, "B"', uri: 'sip:b@x' }],
    ['"Bob"<sip:b@x>', { name: 'Bob', uri: 'sip:b@x' }],
    ['Winnie the Pooh <im:pooh@100akerwood.com>', { name: 'Winnie the Pooh', uri: 'im:pooh@100akerwood.com' }],
    ["O'Brien (work) <tel:+1>", { name: "O'Brien (work)", uri: 'tel:+1' }],
    ['"" <sip:b@x>', { uri: 'sip:b@x' }],
    ['"<sip:evil@x>" <sip:b@x>', { name: '<sip:evil@x>', uri: 'sip:b@x' }],
  ])('CPIM-006 reads %s', (written, address) => {
    expect(parseAddress(written)).toEqual(address);
  });

  it.each([
    '',
    '<>',
    'Bob',
    '<sip:a',
    'sip:a>',
    'A <sip:a> <sip:b>',
    '<<sip:a>>',
    '<sip:é@x>',
    '"a"b <sip:a>',
    'a"b" <sip:a>',
  ])('CPIM-006 refuses %j', (written) => {
    expect(parseAddress(written)).toBeUndefined();
  });

  it('CPIM-006 quotes what is no token', () => {
    expect(formatAddress({ name: 'Dopey Donkey', uri: 'sip:a@b' })).toBe('Dopey Donkey <sip:a@b>');
    expect(formatAddress({ name: 'a, b', uri: 'sip:a@b' })).toBe('"a, b" <sip:a@b>');
    expect(formatAddress({ name: '', uri: 'sip:a@b' })).toBe('<sip:a@b>');
  });
});

describe('content type', () => {
  it('CPIM-001 message/cpim has no case and no parameters', () => {
    expect(['message/cpim', 'Message/CPIM', 'MESSAGE/cpim ; x=y'].every(isCpim)).toBe(true);
    expect(['message/cpimx', 'text/plain', ''].some(isCpim)).toBe(false);
  });

  it('reads and writes parameters', () => {
    const type = parseContentType('Text/HTML; Charset="u\\"8" ; a=b;');
    expect(type?.mediaType).toBe('text/html');
    expect([...(type?.params ?? [])]).toEqual([
      ['charset', 'u"8'],
      ['a', 'b'],
    ]);
    if (type === undefined) throw new Error('not read');
    expect(formatContentType(type)).toBe('text/html;charset="u\\"8";a=b');
  });

  it.each(['', 'text', '/plain', 'text/', 'text/plain x', 'text/plain; a=', 'text/plain; a="', 'te xt/plain'])(
    'refuses %j',
    (value) => {
      expect(parseContentType(value)).toBeUndefined();
    },
  );
});

describe('DateTime', () => {
  it.each([
    ['2009-03-02T15:02:31-03:00', Date.UTC(2009, 2, 2, 18, 2, 31)],
    ['2009-03-02t15:02:31.1239z', Date.UTC(2009, 2, 2, 15, 2, 31, 123)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2024-02-29T00:00:00+05:30', Date.UTC(2024, 1, 28, 18, 30)],
  ])('CPIM-015 reads %s', (written, instant) => {
    expect(parseDateTime(written)).toBe(instant);
  });

  it.each([
    '',
    'now',
    '2009-03-02',
    '2009-03-02 15:02:31Z',
    '2023-02-29T00:00:00Z',
    '2009-13-01T00:00:00Z',
    '2009-01-01T24:00:00Z',
    '2009-01-01T00:00:00',
  ])('CPIM-015 refuses %j', (written) => {
    expect(parseDateTime(written)).toBeUndefined();
  });

  it('CPIM-015 reading undoes writing', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (instant) => {
        expect(parseDateTime(formatDateTime(instant))).toBe(instant);
      }),
    );
  });
});

describe('names, NS, Require', () => {
  it('CPIM-009 reads NS with and without the space, with and without a prefix', () => {
    expect(parseNamespace('a <urn:x:y>')).toEqual({ prefix: 'a', uri: 'urn:x:y' });
    expect(parseNamespace('a<urn:x:y>')).toEqual({ prefix: 'a', uri: 'urn:x:y' });
    expect(parseNamespace('<urn:x:y>')).toEqual({ prefix: '', uri: 'urn:x:y' });
    expect(['a', 'a.b <urn:x:y>', 'a <x>', 'a <urn:x:y> b'].map(parseNamespace)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(formatNamespace({ prefix: 'a', uri: 'urn:x:y' })).toBe('a <urn:x:y>');
  });

  it('CPIM-005 header names have one dot at most', () => {
    expect(parseHeaderName('a.B')).toEqual({ prefix: 'a', name: 'B' });
    expect(formatHeaderName({ prefix: 'a', name: 'B' })).toBe('a.B');
    expect(['a.b.c', '.a', 'a.', '', 'a b', 'a@b', 'é'].map(parseHeaderName).every((name) => name === undefined)).toBe(
      true,
    );
  });

  it('CPIM-012 Require lists names', () => {
    expect(parseRequire('a.B,c , D')).toEqual(['a.B', 'c', 'D']);
    expect(parseRequire('a,,b')).toBeUndefined();
    expect(formatRequire(['a.B', 'c'])).toBe('a.B,c');
  });
});
