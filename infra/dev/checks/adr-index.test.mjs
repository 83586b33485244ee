import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { adrIndex, folder } from './adr-index.mjs';

it('the index of the decision records is what their heads give', () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(adrIndex());
});
