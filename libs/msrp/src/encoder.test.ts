import { describe, expect, it } from 'vitest';
import { containsEndLine, encodeReport, encodeRequest, encodeResponse, transactionIdFor } from './encoder.js';
import { randomIdent } from './ident.js';
import { respondTo } from './response.js';
import { collected, wire } from './testing.js';
import { msrpUri, parseUri, type MsrpUri } from './uri.js';
import type { MsrpRequestHead } from './message.js';

const toPath = [msrpUri({ host: 'a.example', port: 2855, sessionId: 'one' })];
const fromPath = [msrpUri({ host: 'b.example', port: 2856, sessionId: 'two', secure: true, transport: 'ws' })];
const base = { transactionId: 'abcd1234', method: 'SEND', toPath, fromPath, messageId: 'm123' };
const text = (octets: Uint8Array): string => Buffer.from(octets).toString('utf8').replaceAll('\r\n', '\n');

describe('encodeRequest', () => {
  it('MSRP-004 MSRP-007 MSRP-008 writes a SEND', () => {
    const octets = encodeRequest({
      ...base,
      byteRange: { start: 1, end: undefined, total: 5 },
      successReport: true,
      failureReport: 'partial',
      headers: [['X-Foo', 'é']],
      contentType: 'text/plain',
      body: Buffer.from('hello'),
      flag: '+',
    });
    expect(text(octets)).toBe(
      'MSRP abcd1234 SEND\nTo-Path: msrp://a.example:2855/one;tcp\nFrom-Path: msrps://b.example:2856/two;ws\n' +
        'Message-ID: m123\nByte-Range: 1-*/5\nSuccess-Report: yes\nFailure-Report: partial\nX-Foo: é\n' +
        'Content-Type: text/plain\n\nhello\n-------abcd1234+\n',
    );
  });

  it('MSRP-006 writes a keep-alive without blank line', () => {
    expect(text(encodeRequest(base))).toMatch(/Message-ID: m123\n-------abcd1234\$\n$/);
  });

  it('MSRP-013 writes a NICKNAME with escapes and UTF-8, which reads back', () => {
    const octets = encodeRequest({ ...base, method: 'NICKNAME', useNickname: 'Zoë "\\" 🦉' });
    expect(text(octets)).toContain(String.raw`Use-Nickname: "Zoë \"\\\" 🦉"`);
    expect(collected([octets])).toMatchObject([{ head: { useNickname: 'Zoë "\\" 🦉' } }]);
  });

  it.each([
    ['a body without Content-Type', { body: Buffer.from('x') }],
    ['a Content-Type without body', { contentType: 'text/plain' }],
    ['a bad transaction id', { transactionId: 'a b' }],
    ['a bad Message-ID', { messageId: 'a\r\nX: y' }],
    ['a method in lower case', { method: 'send' }],
    ['an empty path', { toPath: [] }],
    ['a header with CRLF', { headers: [['X', 'a\r\nY: b']] as [string, string][] }],
    ['a nickname with a control character', { useNickname: 'a\nb' }],
    ['a body with the end-line', { contentType: 'a/b', body: Buffer.from('-------abcd1234$') }],
  ])('MSRP-011 MSRP-012 throws at %s: that is our own mistake', (_title, fields) => {
    expect(() => encodeRequest({ ...base, ...fields })).toThrow(RangeError);
  });

  it('MSRP-019 never writes more than 10240 octets of body but in a SEND', () => {
    const body = new Uint8Array(10_241);
    expect(() => encodeRequest({ ...base, method: 'NICKNAME', contentType: 'a/b', body })).toThrow(RangeError);
    expect(() => encodeRequest({ ...base, contentType: 'a/b', body })).not.toThrow();
  });
});

describe('encodeResponse, respondTo', () => {
  it('MSRP-021 MSRP-022 ERR-003 writes a response with its fixed phrase', () => {
    expect(encodeResponse({ transactionId: 'abcd1234', status: 425, toPath, fromPath, messageId: 'm123' })).toBe(
      'MSRP abcd1234 425 Nickname reserved or already in use\r\nTo-Path: msrp://a.example:2855/one;tcp\r\n' +
        'From-Path: msrps://b.example:2856/two;ws\r\nMessage-ID: m123\r\n-------abcd1234$\r\n',
    );
    expect(encodeResponse({ transactionId: 'abcd1234', status: 299, toPath, fromPath })).toMatch(
      /^MSRP abcd1234 299\r\n/,
    );
  });

  const uri = (written: string): MsrpUri => {
    const parsed = parseUri(written);
    if (!parsed.ok) throw parsed.error;
    return parsed.value;
  };
  const relayed = [uri('msrp://relay.example:1/r;tcp'), uri('msrp://far.example:1/f;tcp')];
  const head = (method: string, failureReport: MsrpRequestHead['failureReport']): Partial<MsrpRequestHead> => ({
    transactionId: 'abcd1234',
    method,
    toPath,
    fromPath: relayed,
    messageId: 'm123',
    failureReport,
  });

  it('RPT-003 answers a SEND to the previous hop, anything else along the whole path', () => {
    expect(respondTo(head('SEND', 'yes'), 200)).toContain(
      'To-Path: msrp://relay.example:1/r;tcp\r\nFrom-Path: msrp://a.example:2855/one;tcp\r\nMessage-ID: m123\r\n',
    );
    expect(respondTo(head('NICKNAME', 'yes'), 200)).toContain(
      'To-Path: msrp://relay.example:1/r;tcp msrp://far.example:1/f;tcp\r\n',
    );
    expect(respondTo(head('NICKNAME', 'yes'), 200)).not.toContain('Message-ID');
  });

  it.each([
    ['yes', 200, true],
    ['yes', 403, true],
    ['partial', 200, false],
    ['partial', 403, true],
    ['no', 200, false],
    ['no', 403, false],
  ] as const)('RPT-002 Failure-Report %s, %d: answered %s', (choice, status, isAnswered) => {
    expect(respondTo(head('SEND', choice), status) !== undefined).toBe(isAnswered);
    expect(respondTo(head('NICKNAME', choice), status)).toBeDefined();
    expect(respondTo(head('REPORT', choice), status)).toBeUndefined();
  });

  it('MSRP-020 answers no head that lacks what an answer needs', () => {
    expect(respondTo({ transactionId: 'abcd1234', fromPath: relayed }, 400)).toBeUndefined();
    expect(respondTo({ toPath, fromPath: relayed }, 400)).toBeUndefined();
  });

  it('MSRP-020 a request without a readable To-Path is answered from the URI of the answering side', () => {
    const own = uri('msrp://edge.example.com:2855;tcp');
    expect(respondTo({ transactionId: 'abcd1234', fromPath: relayed }, 400, undefined, own)).toContain(
      '\r\nFrom-Path: msrp://edge.example.com:2855;tcp\r\n',
    );
    expect(respondTo({ transactionId: 'abcd1234' }, 400, undefined, own)).toBeUndefined();
  });
});

describe('encodeReport', () => {
  it('RPT-005 writes the REPORT of RFC 4975 figure 17', () => {
    const report = encodeReport({
      transactionId: 'dkei38sd',
      toPath: [msrpUri({ host: 'alicepc.example.com', port: 7777, sessionId: 'iau39soe2843z' })],
      fromPath: [msrpUri({ host: 'bob.example.com', port: 8888, sessionId: '9di4eae923wzd' })],
      messageId: '12339sdqwer',
      byteRange: { start: 1, end: 106, total: 106 },
      status: 200,
    });
    expect(report.replaceAll('\r\n', '\n')).toBe(
      'MSRP dkei38sd REPORT\nTo-Path: msrp://alicepc.example.com:7777/iau39soe2843z;tcp\n' +
        'From-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\nMessage-ID: 12339sdqwer\nByte-Range: 1-106/106\n' +
        'Status: 000 200 OK\n-------dkei38sd$\n',
    );
    expect(report).not.toMatch(/Success-Report|Failure-Report/);
  });
});

describe('transaction ids', () => {
  it('MSRP-003 are idents of 71 random bits, none twice', () => {
    let seed = 1;
    const random = (sizeBytes: number): Uint8Array =>
      Uint8Array.from({ length: sizeBytes }, () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 16);
    const ids = new Set(Array.from({ length: 20_000 }, () => randomIdent(random)));
    expect(ids.size).toBe(20_000);
    for (const id of ids) if (!/^[A-Za-z][A-Za-z0-9+.]{11}$/.test(id)) expect.unreachable(id);
  });

  it('MSRP-011 MSRP-003 avoids an id that occurs in the body or is open', () => {
    let round = 0;
    const random = (sizeBytes: number): Uint8Array => new Uint8Array(sizeBytes).fill(round++);
    const [first, second, third] = [0, 1, 2].map((octet) => randomIdent((size) => new Uint8Array(size).fill(octet)));
    const body = Buffer.from(`x-------${first}$y`);
    expect(transactionIdFor(body, random, (id) => id === second)).toBe(third);
    const sent = encodeRequest({ ...base, transactionId: third ?? '', contentType: 'a/b', body });
    expect(Buffer.from((collected([sent])[0] as { body: string }).body, 'latin1').equals(body)).toBe(true);
  });

  it('MSRP-003 throws when the random source is broken', () => {
    expect(() =>
      transactionIdFor(
        undefined,
        (size) => new Uint8Array(size),
        () => true,
      ),
    ).toThrow(/random/);
  });

  it('MSRP-011 finds the end-line anywhere', () => {
    expect(containsEndLine(wire('-------abcd1234'), 'abcd1234')).toBe(true);
    expect(containsEndLine(wire('------abcd1234'), 'abcd1234')).toBe(false);
  });
});
