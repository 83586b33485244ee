import { readFileSync } from 'node:fs';
import { settingsTable } from '@plenary/config';
import { expect, it } from 'vitest';
import { roomStateSettings } from './config.js';

/** Cells without the blanks that align columns. */
const rows = (table: string): string[] =>
  table
    .trim()
    .split('\n')
    .map((row) => row.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---'));

it('the README lists every setting as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, listed = ''] = /<!-- settings -->([^]*)<!-- \/settings -->/.exec(readme) ?? [];
  expect(rows(listed)).toEqual(rows(settingsTable(roomStateSettings)));
});
