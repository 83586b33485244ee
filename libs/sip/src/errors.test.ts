import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sipErrors } from './errors.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('error codes', () => {
  it('ERR-004 the table of the README is the table of the code', () => {
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.+?) \| (RFC .+?) \|$/gm)].map((row) =>
      row.slice(1),
    );
    const codes = Object.entries(sipErrors).map(([code, { status, meaning, spec }]) => [
      code,
      String(status),
      meaning,
      spec,
    ]);
    expect(rows).toEqual(codes);
  });
});
