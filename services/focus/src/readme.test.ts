import { readFileSync } from 'node:fs';
import { settingsTable } from '@plenary/config';
import { expect, it } from 'vitest';
import { focusSettings } from './config.js';

it('the README lists every setting as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(settingsTable(focusSettings));
});
