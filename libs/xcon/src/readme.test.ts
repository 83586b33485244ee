import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DOCUMENT_ERRORS, XCON_ERRORS } from './errors.js';

it('the README lists every refusal, as the code has it', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+) \|$/gmu)].map(([, code, status, text]) => [
    code,
    Number(status),
    text,
  ]);
  const errors = Object.entries({ ...XCON_ERRORS, ...DOCUMENT_ERRORS });
  expect(listed).toEqual(errors.map(([code, { status, text }]) => [code, status, text]));
});
