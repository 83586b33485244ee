import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CPIM_ERRORS } from './errors.js';
import { DEFAULT_CPIM_LIMITS } from './limits.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README lists every refusal, as the code has it', () => {
  const listed = [...README.matchAll(/^\| `([a-z0-9-]+)` \| (\d+) \| (.+) \|$/gmu)].map(([, code, status, text]) => [
    code,
    Number(status),
    text,
  ]);
  expect(listed).toEqual(Object.entries(CPIM_ERRORS).map(([code, { status, text }]) => [code, status, text]));
});

it('CPIM-013 the README names the limits', () => {
  expect(README).toContain(
    `\`headBytes\` ${DEFAULT_CPIM_LIMITS.headBytes}, \`headers\` ${DEFAULT_CPIM_LIMITS.headers}`,
  );
});
