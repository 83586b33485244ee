import { expect, it } from 'vitest';
import { asksForAnonymity } from './anonymity.js';
import { requestOf } from './testing.js';

it.each([
  [true, 'From without a name', { From: '"Anonymous" <sip:anonymous@Anonymous.Invalid>;tag=1' }],
  [true, 'Privacy: id', { Privacy: 'id' }],
  [true, 'one of several', { Privacy: 'critical; HEADER' }],
  [false, 'Privacy: none', { Privacy: 'none' }],
  [false, 'session privacy, which is not about names', { Privacy: 'session' }],
  [false, 'unreadable', { Privacy: '<>' }],
  [false, 'nothing said', {}],
])('AUTH-015 %s: %s', (expected, _what, headers) => {
  expect(asksForAnonymity(requestOf('INVITE', headers as Record<string, string>))).toBe(expected);
});
