import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DIFF_FAULTS, PARTIAL_FAULTS } from './event/index.js';
import { XPATH_ERRORS } from './xpath/index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the README's table under that heading. */
function listed(heading: string): Record<string, string> {
  const table = readme.slice(readme.indexOf(`| ${heading} |`)).split('\n\n', 1)[0] ?? '';
  return Object.fromEntries(
    [...table.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gmu)].map(([, code, text]) => [code, text]),
  );
}

it('the README lists every fault, as the code has it', () => {
  expect(listed('fault of `applyDiff`')).toEqual(DIFF_FAULTS);
  expect(listed('fault of `applyPartial`')).toEqual(PARTIAL_FAULTS);
  const texts = Object.entries(XPATH_ERRORS).map(([code, { text }]) => [code, text]);
  expect(listed('refusal')).toEqual(Object.fromEntries(texts));
});

it('a filter is refused with 400, given up with 510', () => {
  const given = Object.entries(XPATH_ERRORS).filter(([, { status }]) => status !== 400);
  expect(given.map(([code, { status }]) => [code, status])).toEqual([['xpath-too-costly', 510]]);
});
