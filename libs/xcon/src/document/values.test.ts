import { describe, expect, it } from 'vitest';
import { defaultDocumentLimits } from './limits.js';
import type { ValueType } from './schema.js';
import { durationMs, readValue } from './values.js';

const read = (type: ValueType, text: string): string | undefined => {
  const result = readValue(type, text, defaultDocumentLimits);
  return 'value' in result ? result.value : undefined;
};

describe('readValue', () => {
  it.each<[ValueType, readonly string[], readonly string[]]>([
    ['boolean', ['true', '1', 'FALSE'], ['', 'yes', '2']],
    ['int', ['-2147483648', '2147483647', ' 1 '], ['2147483648', '1.0', '', 'x', '1e3']],
    ['count', ['0', '2147483647'], ['-1']],
    ['unsignedInt', ['4294967295'], ['4294967296']],
    ['unsignedLong', ['18446744073709551615'], ['18446744073709551616', '-1']],
    ['gain', ['-127', '127'], ['-128', '128']],
    ['anyURI', ['sip:a@b', 'a', 'http://[::1]/', '*@example.com', 'x:%41', 'sip:ü@b'], ['', 'a b', '%4', '<a>', 'a[b']],
    [
      'dateTime',
      ['2024-02-29T23:59:59Z', '2027-01-01T00:00:00', '2027-01-01T00:00:00.123+14:00'],
      [
        '2023-02-29T00:00:00Z',
        '2027-13-01T00:00:00Z',
        '2027-01-01',
        '2027-01-01T24:00:00Z',
        '2027-01-01T00:00:00+15:00',
        '0000-01-01T00:00:00Z',
      ],
    ],
    ['utcDateTime', ['2027-01-01T00:00:00Z'], ['2027-01-01T00:00:00', '2027-01-01T00:00:00+01:00']],
    ['language', ['en', 'de-AT-1996'], ['', 'toolonglanguage', 'a_b']],
    ['duration', ['PT0S', 'P1DT2H'], ['PT', 'P', 'P1M', '1D', '-P1D', 'PT1.5S']],
    ['mediaTypes', ['text/plain image/*', '*', ''], ['text', 'text/plain;x=y']],
    ['token', ['a'], ['', 'a b']],
    ['calendar', ['BEGIN:VEVENT\nDTSTART:20270101T000000Z\nEND:VEVENT'], ['', 'BEGIN:VEVENT\nEND:VEVENT']],
    [{ oneOf: ['a', 'b'] }, ['a', ' b '], ['', 'c', 'A']],
    [{ someOf: ['a', 'b'] }, ['a b', ''], ['a c']],
  ])('%j', (type, good, bad) => {
    for (const text of good) expect(read(type, text), text).toBeDefined();
    for (const text of bad) expect(read(type, text), text).toBeUndefined();
  });

  it('is done in time that grows with the text only', () => {
    expect(read('anyURI', `${'%41'.repeat(300)}%`)).toBeUndefined();
    expect(read('duration', `P${'1'.repeat(4000)}`)).toBeUndefined();
  });

  it('has a limit', () => {
    expect(readValue('string', 'a'.repeat(4097), defaultDocumentLimits)).toEqual({
      fault: 'more than 4096 characters',
      tooLarge: true,
    });
  });
});

it('durationMs counts milliseconds', () => {
  expect(durationMs('P1W')).toBe(604_800_000);
  expect(durationMs('P1DT1H1M1S')).toBe(90_061_000);
  expect(durationMs('PT5M')).toBe(300_000);
  expect(durationMs('P1Y')).toBeUndefined();
});
