import { readFileSync } from 'node:fs';
import { readSettings, settingsTable } from '@plenary/config';
import { describe, expect, it } from 'vitest';
import { limitsOf, msrpEdgeSettings } from './config.js';
import { DEFAULT_LIMITS } from './limits.js';

describe('settings', () => {
  it('stand in the README as they are', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const squeeze = (text: string): string => text.replaceAll(/[ -]+/g, ' ');
    expect(squeeze(readme)).toContain(squeeze(settingsTable(msrpEdgeSettings)).trim());
  });

  it('have the defaults of the switch', () => {
    const read = readSettings(msrpEdgeSettings, {});
    expect(read.ok && limitsOf(read.value)).toEqual(DEFAULT_LIMITS);
  });
});
