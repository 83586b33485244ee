import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { XCON_ERRORS } from './errors.js';

it('the README lists every refusal, as the code has it', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+) \|$/gmu)].map(([, code, status, text]) => [
    code,
    Number(status),
    text,
  ]);
  expect(listed).toEqual(Object.entries(XCON_ERRORS).map(([code, { status, text }]) => [code, status, text]));
});
