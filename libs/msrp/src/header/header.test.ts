import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAuthenticationInfo, parseAuthenticationInfo } from './authentication-info.js';
import { formatAuthorization, parseAuthorization } from './authorization.js';
import { formatByteRange, parseByteRange } from './byte-range.js';
import { formatContentType, mediaTypeName, parseContentType } from './content-type.js';
import { formatExpires, parseExpires } from './expires.js';
import { formatFailureReport, parseFailureReport } from './failure-report.js';
import { formatMessageId, parseMessageId } from './message-id.js';
import { formatPath, parsePath } from './path.js';
import { formatStatus, parseStatus } from './status.js';
import { formatSuccessReport, parseSuccessReport } from './success-report.js';
import { formatUseNickname, parseUseNickname } from './use-nickname.js';
import { formatWwwAuthenticate, parseWwwAuthenticate } from './www-authenticate.js';

describe('Byte-Range', () => {
  const ceiling = 2 ** 48;
  it.each([
    ['1-0/0', { start: 1, end: 0, total: 0 }],
    ['1-5/5', { start: 1, end: 5, total: 5 }],
    ['1-*/*', { start: 1, end: undefined, total: undefined }],
    ['5-*/8', { start: 5, end: undefined, total: 8 }],
    ['5-8/*', { start: 5, end: 8, total: undefined }],
    ['138-148/147', { start: 138, end: 148, total: 147 }],
    [`1-*/${ceiling}`, { start: 1, end: undefined, total: ceiling }],
  ])('MSRP-014 reads %s and writes it back', (text, range) => {
    expect(parseByteRange(text, ceiling)).toEqual({ ok: true, value: range });
    expect(formatByteRange(range)).toBe(text);
  });

  it.each([
    '',
    '*',
    '1',
    '1-2',
    '1/2',
    '0-1/1',
    '*-1/1',
    '-1-2/2',
    '5-3/9',
    '1-2/',
    '1-/2',
    '1-2/x',
    '1 -2/2',
    '1-2/2 ',
    '+1-2/2',
    '1-2/2/2',
    '0x1-2/2',
  ])('MSRP-014 refuses "%s"', (text) => {
    expect(parseByteRange(text, ceiling)).toMatchObject({ ok: false, error: { code: 'bad-byte-range' } });
  });

  it.each([`1-*/${ceiling + 1}`, `${ceiling + 1}-*/*`, `1-${ceiling + 1}/*`, `1-*/${'9'.repeat(400)}`])(
    'MSRP-016 refuses a number above the ceiling with 413: %s',
    (text) => {
      expect(parseByteRange(text, ceiling)).toMatchObject({
        ok: false,
        error: { code: 'number-too-large', status: 413 },
      });
    },
  );
});

describe('Success-Report, Failure-Report', () => {
  it('RPT-001 reads values in any case, and nothing else', () => {
    expect(parseSuccessReport('YES')).toEqual({ ok: true, value: true });
    expect(parseSuccessReport('no')).toEqual({ ok: true, value: false });
    expect(parseSuccessReport('partial').ok).toBe(false);
    for (const choice of ['yes', 'no', 'partial'] as const)
      expect(parseFailureReport(formatFailureReport(choice).toUpperCase())).toEqual({ ok: true, value: choice });
    expect(parseFailureReport('').ok).toBe(false);
    expect(formatSuccessReport(true)).toBe('yes');
  });
});

describe('Status', () => {
  it('RPT-006 reads any namespace', () => {
    for (const text of ['000 200 OK', '001 200', '000 413 Message too large'])
      expect(parseStatus(text)).toMatchObject({ ok: true });
    expect(parseStatus('000 404 a  b')).toEqual({ ok: true, value: { namespace: '000', code: 404, comment: 'a  b' } });
    expect(formatStatus({ namespace: '000', code: 200, comment: '' })).toBe('000 200');
  });

  it.each(['', '000', '000 20', '000 2000', '00 200 OK', '000  200', '0x0 200', '000 2a0 OK', '000 200OK'])(
    'RPT-005 refuses "%s"',
    (text) => {
      expect(parseStatus(text)).toMatchObject({ ok: false, error: { code: 'bad-status' } });
    },
  );
});

describe('Use-Nickname', () => {
  it.each([
    ['"Alice the great"', 'Alice the great'],
    ['""', ''],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['"Zoë 🦉"', 'Zoë 🦉'],
    ['" "', ' '],
  ])('MSRP-013 reads %s and writes it back', (text, nickname) => {
    expect(parseUseNickname(text)).toEqual({ ok: true, value: nickname });
    expect(formatUseNickname(nickname)).toBe(text);
  });

  it.each(['', 'Alice', '"Alice', 'Alice"', '"', String.raw`"a\nb"`, String.raw`"a\"`, '"a"b"', '"a" ', '"a\u0007"'])(
    'MSRP-013 refuses %s with 424',
    (text) => {
      expect(parseUseNickname(text)).toMatchObject({ ok: false, error: { code: 'bad-nickname', status: 424 } });
    },
  );

  it('MSRP-013 takes 1023 octets after unescaping, counted in UTF-8', () => {
    expect(parseUseNickname(`"${'a'.repeat(1023)}"`).ok).toBe(true);
    expect(parseUseNickname(`"${'a'.repeat(1024)}"`).ok).toBe(false);
    expect(parseUseNickname(`"${String.raw`\"`.repeat(1023)}"`).ok).toBe(true);
    expect(parseUseNickname(`"${'é'.repeat(512)}"`).ok).toBe(false);
    expect(() => formatUseNickname('a'.repeat(1024))).toThrow(RangeError);
    expect(() => formatUseNickname('a\nb')).toThrow(RangeError);
  });
});

describe('Content-Type', () => {
  it.each([
    ['text/plain', 'text/plain', []],
    ['Message/CPIM', 'message/cpim', []],
    ['text/plain; charset=utf-8', 'text/plain', [['charset', 'utf-8']]],
    [
      'multipart/mixed;boundary="a;b\\"c";x',
      'multipart/mixed',
      [
        ['boundary', 'a;b"c'],
        ['x', undefined],
      ],
    ],
  ])('MSRP-007 reads %s', (text, name, params) => {
    const read = parseContentType(text);
    expect(read).toEqual({ ok: true, value: { name, params } });
    expect(mediaTypeName(text)).toBe(name);
    if (read.ok) expect(parseContentType(formatContentType(read.value))).toEqual(read);
  });

  it.each([
    '',
    'text',
    'text/',
    '/plain',
    'text/plain;',
    'text/plain; a="b',
    'text/pl ain',
    'text/plain; =b',
    'text/plain; a=(b)',
  ])('MSRP-007 refuses "%s"', (text) => {
    expect(parseContentType(text)).toMatchObject({ ok: false, error: { code: 'bad-content-type' } });
  });
});

describe('paths, Message-ID, Expires', () => {
  it('TRN-001 reads and writes lists of URIs', () => {
    const text = 'msrp://a.example:1/x;tcp msrps://b.example:2/y;tcp';
    const path = parsePath(text.replace(' ', '   '));
    expect(path.ok && formatPath(path.value)).toBe(text);
    expect(parsePath('').ok).toBe(false);
    expect(parsePath('msrp://a.example:1/x;tcp sip:b').ok).toBe(false);
  });

  it('MSRP-002 MSRP-003 reads idents of 4 to 32 octets', () => {
    for (const id of ['abcd', `a${'.-+%='.repeat(6)}z`]) {
      const read = parseMessageId(id);
      expect(read.ok && formatMessageId(read.value)).toBe(id);
    }
    for (const id of ['abc', 'a'.repeat(33), '-abcd', 'ab cd', 'ab_cd', '', 'abcé'])
      expect(parseMessageId(id).ok).toBe(false);
  });

  it('MSRP-016 reads seconds up to a ceiling', () => {
    expect(parseExpires(formatExpires(900), 1000)).toEqual({ ok: true, value: 900 });
    for (const text of ['', '-1', '1001', '99999999999999999999', '1.5'])
      expect(parseExpires(text, 1000).ok).toBe(false);
  });
});

describe('digest headers of RFC 4976', () => {
  const challenge = {
    realm: 'intra.example.com',
    nonce: 'dcd98b7102dd',
    qop: ['auth'],
    algorithm: 'SHA-256',
    opaque: 'x',
    stale: true,
  };
  const credentials = {
    username: 'Al"ice',
    realm: 'intra.example.com',
    nonce: 'dcd98b',
    response: '6629fae49393a05397450978507c4ef1',
    cnonce: '0a4f113b',
    nonceCount: '00000001',
    qop: 'auth',
    algorithm: undefined,
    opaque: undefined,
    uri: 'msrps://alice@intra.example.com;tcp',
  };

  it('TRN-022 writes qop quoted in a challenge, bare elsewhere, and reads both', () => {
    expect(formatWwwAuthenticate(challenge)).toContain('qop="auth"');
    expect(parseWwwAuthenticate(formatWwwAuthenticate(challenge))).toEqual({ ok: true, value: challenge });
    expect(formatAuthorization(credentials)).toContain('qop=auth, nc=00000001, ');
    expect(parseAuthorization(formatAuthorization(credentials))).toEqual({ ok: true, value: credentials });
    const info = { nextNonce: 'n', responseAuth: 'abc', cnonce: 'c', nonceCount: '00000001', qop: 'auth' };
    expect(parseAuthenticationInfo(formatAuthenticationInfo(info))).toEqual({ ok: true, value: info });
  });

  it.each([
    'Basic YWxhZGRpbjpvcGVuc2VzYW1l',
    'Digest',
    'Digest username="a"',
    'Digest username="a", realm="r", nonce="n", response="6629fae49393a05397450978507c4ef1"',
    formatAuthorization({ ...credentials, nonceCount: '1' }),
    formatAuthorization({ ...credentials, response: 'XYZ' }),
    `${formatAuthorization(credentials)}, realm="again"`,
    'Digest username="a',
  ])('TRN-022 refuses the credentials %s', (text) => {
    expect(parseAuthorization(text)).toMatchObject({ ok: false, error: { code: 'bad-digest' } });
  });

  it('TRN-022 refuses a challenge without qop', () => {
    expect(parseWwwAuthenticate('Digest realm="r", nonce="n"').ok).toBe(false);
  });

  it.each([
    ['rfc4976-s5.1-03-auth-credentials.msrp', 'Authorization', parseAuthorization],
    ['rfc4976-s5.1-02-401.msrp', 'WWW-Authenticate', parseWwwAuthenticate],
    ['rfc4976-s5.1-04-200-use-path.msrp', 'Authentication-Info', parseAuthenticationInfo],
    ['rfc4976-s5.1-04-200-use-path.msrp', 'Use-Path', parsePath],
  ] as const)('TRN-022 reads what %s says in %s', (file, name, parse) => {
    expect(parse(printed(file, name))).toMatchObject({ ok: true });
  });
});

/** The value of a header in one of the examples. */
function printed(file: string, name: string): string {
  const text = readFileSync(new URL(`../../../../test/vectors/msrp/${file}`, import.meta.url), 'latin1');
  const line = text.split('\r\n').find((each) => each.startsWith(`${name}: `));
  return line?.slice(name.length + 2) ?? '';
}
