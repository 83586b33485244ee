import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNameAddr, type NameAddr, parseNameAddr } from './name-addr.js';

function address(text: string): NameAddr {
  const parsed = parseNameAddr(text);
  if (!parsed.ok) throw parsed.error;
  return parsed.value;
}

describe('name-addr', () => {
  it.each([
    ['sip:alice@example.com', '<sip:alice@example.com>', undefined],
    ['sip:a@h;tag=1 ; x', '<sip:a@h>;tag=1;x', undefined],
    ['<sip:a@h;lr>;tag=1', '<sip:a@h;lr>;tag=1', undefined],
    ['Alice Smith   <sip:a@h>', '"Alice Smith" <sip:a@h>', 'Alice Smith'],
    ['caller<sip:a@h>', '"caller" <sip:a@h>', 'caller'],
    ['"J \\"R\\" \\\\" <sip:a@h> ; methods="A,B"', '"J \\"R\\" \\\\" <sip:a@h>;methods="A,B"', 'J "R" \\'],
    ['"<not>, this" <tel:+1201>', '"<not>, this" <tel:+1201>', '<not>, this'],
    ['"" <sip:a@h>', '<sip:a@h>', undefined],
    ['"Zoë" <sip:a@h>;x=[::1]', '"Zoë" <sip:a@h>;x=[::1]', 'Zoë'],
  ])('SIP-003 reads %s', (text, written, displayName) => {
    expect(address(text).displayName).toBe(displayName);
    expect(formatNameAddr(address(text))).toBe(written);
    expect(address(written)).toEqual(address(text));
  });

  it('SIP-003 parameters belong to the URI within < >, else to the header field', () => {
    expect(address('<sip:a@h;x=1>;y=2')).toMatchObject({ uri: { params: [{ name: 'x' }] }, params: [{ name: 'y' }] });
    expect(address('sip:a@h;x=1')).toMatchObject({ uri: { params: [] }, params: [{ name: 'x', value: '1' }] });
  });

  it.each([
    '',
    '<sip:a@h',
    '"A <sip:a@h>',
    '"A" sip:a@h',
    'A, B <sip:a@h>',
    'sip:a@h?x=1',
    'sip:a,b@h',
    '<sip:a@h> x',
    '<sip:a@h>;',
    '<sip:a@h>;;x',
    '<sip:a@h>;x=',
    '<sip:a@h>;x=1;X=2',
    '<sip:a@h>;x="1',
    '< sip:a@h >',
    '*',
  ])('SIP-003 refuses %s', (text) => {
    expect(parseNameAddr(text)).toMatchObject({ ok: false, error: { status: 400 } });
  });

  it('SIP-003 any display name without line ends comes back', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const displayName = text.replace(/[\r\n]/g, '');
        const { uri, params } = address('<sip:a@h>');
        expect(address(formatNameAddr({ displayName, uri, params })).displayName ?? '').toBe(displayName);
      }),
    );
  });

  it('SIP-003 a display name with a line end is refused before it is written', () => {
    expect(() => formatNameAddr({ ...address('<sip:a@h>'), displayName: 'a\r\nVia: x' })).toThrow(TypeError);
  });
});
