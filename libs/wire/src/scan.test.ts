import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALPHA, DIGIT, octetSet, Scanner, SIP_TOKEN } from './scan.js';

const scan = (text: string): Scanner => new Scanner(new TextEncoder().encode(text));

describe('Scanner', () => {
  it('MSRP-013 reads tokens and knows where it is', () => {
    const scanner = scan('abc12 x');
    expect(scanner.token(ALPHA)).toBe('abc');
    expect(scanner.token(ALPHA)).toBeUndefined();
    expect(scanner.offset).toBe(3);
    expect(scanner.token(DIGIT)).toBe('12');
    expect(scanner.skip(' y')).toBe(false);
    expect(scanner.skip(' x')).toBe(true);
    expect([scanner.atEnd, scanner.peek(), scanner.token(SIP_TOKEN)]).toEqual([true, -1, undefined]);
  });

  it('MSRP-016 reads numbers up to a ceiling', () => {
    expect(scan('0042x').number()).toBe(42);
    expect(scan('1001').number(1000)).toBeUndefined();
    expect(scan('9'.repeat(400)).number()).toBeUndefined();
    expect(scan('-1').number()).toBeUndefined();
  });

  it.each([
    ['"a b"', 'a b'],
    ['""', ''],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['"é🦉\t"', 'é🦉\t'],
  ])('MSRP-013 reads the quoted-string %s', (text, value) => {
    const scanner = scan(`${text}rest`);
    expect(scanner.quotedString()).toBe(value);
    expect(scanner.token(ALPHA)).toBe('rest');
  });

  it.each(['', 'a', '"a', String.raw`"a\"`, '"a\r\n"', '"\u0000"', '"a\\', '"a\\é"'])(
    'MSRP-013 finds no quoted-string in "%s" and stays',
    (text) => {
      const scanner = scan(text);
      expect(scanner.quotedString()).toBeUndefined();
      expect(scanner.offset).toBe(0);
    },
  );

  it('MSRP-013 can be told what may be escaped', () => {
    expect(scan(String.raw`"a\nb"`).quotedString()).toBe('anb');
    expect(scan(String.raw`"a\nb"`).quotedString(octetSet('"\\'))).toBeUndefined();
  });

  it('MSRP-013 refuses text that is not UTF-8', () => {
    expect(new Scanner(Uint8Array.of(0x22, 0xff, 0x22)).quotedString()).toBeUndefined();
  });

  it('MSRP-004 tells a fold from the end of a line', () => {
    for (const text of [' ', '\t ', '\r\n ', '  \r\n\t']) {
      const scanner = scan(`${text}x`);
      expect(scanner.lws()).toBe(true);
      expect(scanner.skip('x')).toBe(true);
    }
    const scanner = scan(' \r\nx');
    expect(scanner.lws()).toBe(true);
    expect(scanner.crlf()).toBe(true);
    expect(scanner.lws()).toBe(false);
    expect(scan('\r\nx').lws()).toBe(false);
    expect(scan('\nx').crlf()).toBe(false);
  });

  it('MSRP-010 reads within its bounds only', () => {
    const octets = new TextEncoder().encode('xxabcdyy');
    const scanner = new Scanner(octets, 2, 6);
    expect(scanner.skip('abcdy')).toBe(false);
    expect(new TextDecoder().decode(scanner.until(0x63))).toBe('ab');
    expect(new TextDecoder().decode(scanner.until(0x79))).toBe('cd');
    expect(scanner.atEnd).toBe(true);
    expect(new Scanner(octets, 0, 100).token(ALPHA)).toBe('xxabcdyy');
  });

  it('MSRP-020 never throws, never goes back or beyond its end', () => {
    const calls = fc.constantFrom(
      (s: Scanner) => s.token(SIP_TOKEN),
      (s: Scanner) => s.quotedString(),
      (s: Scanner) => s.lws(),
      (s: Scanner) => s.crlf(),
      (s: Scanner) => s.number(),
      (s: Scanner) => s.skip('a'),
      (s: Scanner) => s.until(0x20),
    );
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(calls), (octets, list) => {
        const scanner = new Scanner(octets);
        let before = 0;
        for (const call of list) {
          call(scanner);
          expect(scanner.offset).toBeGreaterThanOrEqual(before);
          before = scanner.offset;
        }
        expect(before).toBeLessThanOrEqual(octets.byteLength);
      }),
    );
  });
});

describe('octetSet', () => {
  it('MSRP-013 is made of ASCII', () => {
    expect(() => octetSet('é')).toThrow(RangeError);
  });
});
