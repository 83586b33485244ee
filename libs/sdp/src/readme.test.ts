import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SDP_ERRORS } from './errors.js';
import { REFUSALS } from './refusal.js';

it('ERR-005 the README lists every error and refusal, as the code has them', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+) \|$/gmu)].map(([, code, number, text]) => [
    code,
    Number(number),
    text,
  ]);
  expect(listed).toEqual([
    ...Object.entries(SDP_ERRORS).map(([code, { status, text }]) => [code, status, text]),
    ...Object.entries(REFUSALS).map(([code, { warning, text }]) => [code, warning, text]),
  ]);
});
