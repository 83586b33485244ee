import { expect, it } from 'vitest';
import { bearerToken, tokenCheck } from './token.js';

it.each([
  ['Bearer abc.def-_~+/==', 'abc.def-_~+/=='],
  ['bearer  abc ', 'abc'],
  ['Basic YWxpY2U6eA==', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
])('%j holds %j', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

it('what is no token, or is endless, proves nothing', async () => {
  const check = tokenCheck({ issuer: 'i', audience: 'a', claim: 'sub', keys: { secret: 'x'.repeat(32) } });
  expect(await check('x')).toBeUndefined();
  expect(await check('a'.repeat(20_000))).toBeUndefined();
});

it('issuer’s keys that cannot be had are a failure, not a refusal', async () => {
  const check = tokenCheck({ issuer: 'i', audience: 'a', claim: 'sub', keys: { url: 'http://127.0.0.1:9/keys' } });
  const header = Buffer.from('{"alg":"ES256","kid":"one"}').toString('base64url');
  await expect(check(`${header}.e30.c2ln`)).rejects.toThrow();
});
