import { readFileSync } from 'node:fs';
import { settingsTable } from '@plenary/config';
import { responseCodes } from '@plenary/xcon';
import { expect, it } from 'vitest';
import { ccmpSettings } from './config.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README lists every setting as it is', () => {
  expect(readme).toContain(settingsTable(ccmpSettings));
});

it('the README lists every response code by its registered text', () => {
  for (const [code, { text }] of Object.entries(responseCodes)) expect(readme).toContain(`| ${code} | ${text} |`);
});
