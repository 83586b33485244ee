import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatXconUri, normalizeXconUri, parseXconUri } from './xcon-uri.js';
import { formatXconUserId, normalizeXconUserId, parseXconUserId } from './xcon-userid.js';
import { unicodeVersion } from './precis/unicode-version.js';

describe('XCON-URI', () => {
  it.each([
    ['xcon:8977777@example.com', 'xcon:8977777@example.com'],
    ['XCON:AbC+/=x@Example.COM', 'xcon:abc+/=x@example.com'],
    ['xcon:example.com', 'xcon:example.com'],
    ['711331@example.com', 'xcon:711331@example.com'],
    ['xcon:a@[2001:DB8::1]', 'xcon:a@[2001:db8::1]'],
  ])('XCON-002 XCON-003 reads %s', (text, normal) => {
    expect(normalizeXconUri(text)).toEqual({ ok: true, value: normal });
  });

  it.each([
    '',
    'xcon:',
    'example.com',
    'xcon:@example.com',
    'xcon:a@',
    'xcon:a b@c',
    'xcon:a@b@c',
    'sip:a@b',
    'xcon:ä@b',
    'xcon:a@b:5060',
    `xcon:${'a'.repeat(600)}@b`,
  ])('XCON-002 refuses %j with 400', (text) => {
    expect(parseXconUri(text)).toMatchObject({ ok: false, error: { code: 'malformed-xcon-uri', status: 400 } });
  });
});

describe('XCON-USERID', () => {
  it.each([
    ['xcon-userid:Alice@example.com', 'xcon-userid:alice@example.com'],
    ['XCON-USERID:bob534', 'xcon-userid:bob534@localhost'],
    ['xcon-userid:AUTO_GENERATE_1@example.com', 'xcon-userid:auto_generate_1@example.com'],
  ])('XCON-008 %s is %s', (text, normal) => {
    expect(normalizeXconUserId(text, 'localhost')).toEqual({ ok: true, value: normal });
  });

  it.each([
    '',
    'alice',
    'xcon-userid:',
    'xcon-userid:@b',
    'xcon-userid:a@',
    'xcon-userid:a/b@c',
    'sip:alice@b',
    `xcon-userid:${'a'.repeat(600)}`,
  ])('XCON-008 refuses %j', (text) => {
    expect(parseXconUserId(text)).toMatchObject({ ok: false, error: { code: 'malformed-xcon-userid', status: 400 } });
  });
});

it('XCON-002 XCON-008 reading undoes writing', () => {
  const id = fc.stringMatching(/^[a-z0-9\-._~]{1,20}$/u);
  const host = fc.constantFrom('example.com', 'localhost', '[::1]', '192.0.2.1');
  fc.assert(
    fc.property(id, host, (name, domain) => {
      expect(parseXconUri(formatXconUri({ objectId: name, host: domain }))).toEqual({
        ok: true,
        value: { objectId: name, host: domain },
      });
      expect(parseXconUserId(formatXconUserId({ userId: name, host: domain }))).toEqual({
        ok: true,
        value: { userId: name, host: domain },
      });
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseXconUri(text);
      parseXconUserId(`xcon-userid:${text}`);
    }),
  );
});

it('writing refuses malformed parts', () => {
  expect(() => formatXconUri({ objectId: 'a b', host: 'c' })).toThrow(RangeError);
  expect(() => formatXconUserId({ userId: 'a', host: '' })).toThrow(RangeError);
});

it('NICK-X-002 the Unicode version names runtime and tables', () => {
  expect(unicodeVersion).toBe(`${process.versions['unicode'] ?? ''}+15.0.0`);
});
