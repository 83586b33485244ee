import { describe, expect, it } from 'vitest';
import { acceptsCcmp, ccmpContentType, ccmpMediaType, isCcmpContent } from './media-type.js';

describe('CCMP-003 Content-Type', () => {
  it.each([
    ccmpMediaType,
    ccmpContentType,
    'APPLICATION/CCMP+XML ; charset = x'.replace(' = x', '="UTF-8"'),
    'application/ccmp+xml; a="b;c"',
  ])('%s is CCMP', (text) => {
    expect(isCcmpContent(text)).toBe(true);
  });
  it.each([
    undefined,
    '',
    'text/xml',
    'application/xml',
    'application/ccmp+xml; charset=latin1',
    'application/ccmp+xml, text/xml',
    'application/ccmp+xml;charset',
    'application/ccmp',
  ])('%s is not', (text) => {
    expect(isCcmpContent(text)).toBe(false);
  });
});

describe('CCMP-003 Accept', () => {
  it.each([
    undefined,
    '*/*',
    'application/*',
    ccmpMediaType,
    'text/html, application/ccmp+xml;q=0.1',
    'application/*;q=0, application/ccmp+xml',
    'application/ccmp+xml;charset="UTF-8"',
    'text/html;a="x,y", */*;q=0.5',
  ])('%s takes CCMP', (text) => {
    expect(acceptsCcmp(text)).toBe(true);
  });
  it.each([
    '',
    'text/html',
    'application/xml',
    'application/ccmp+xml;q=0',
    '*/*, application/ccmp+xml;q=0.0',
    'application/*;q=0, */*',
    'nonsense',
    'application/ccmp+xml;q=x',
  ])('%s excludes it', (text) => {
    expect(acceptsCcmp(text)).toBe(false);
  });
});
