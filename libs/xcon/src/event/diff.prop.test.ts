import { readXml } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { schemaFaults } from '../testing.js';
import { applyDiff, diffDocuments, formatDiff } from './index.js';
import { canonical, counted, crowd, documents } from './testing.js';

it('NOTIF-004 NOTIF-007 the diff of two documents, applied to the first, gives the second', () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      const diff = diffDocuments(before, after);
      const applied = diff === undefined ? { ok: true as const, value: before } : applyDiff(before, diff);
      expect(applied.ok && canonical(applied.value)).toEqual(canonical(after));
      expect(diffDocuments(after, after)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

it('NOTIF-004 every diff is valid, and says the same after writing and reading', () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      const diff = diffDocuments(before, after);
      if (diff === undefined) return;
      const written = formatDiff(diff);
      expect(schemaFaults(written, 'rfc6502.xsd')).toEqual([]);
      const read = readXml(written);
      if (!read.ok) throw read.error;
      const applied = applyDiff(before, read.value.root, { prefixes: read.value.prefixes });
      expect(applied.ok && canonical(applied.value)).toEqual(canonical(after));
    }),
    { numRuns: 150 },
  );
});

it('a diff is applied whole or not at all, whatever it says', () => {
  fc.assert(
    fc.property(documents, documents, documents, (before, after, other) => {
      const diff = diffDocuments(before, after);
      if (diff === undefined) return;
      const text = JSON.stringify(other);
      applyDiff(other, diff);
      expect(JSON.stringify(other)).toBe(text);
    }),
  );
});

it('the cost of a diff grows with the document, not with its square', () => {
  const cost = (users: number): number => {
    let reads = 0;
    const before = counted(crowd(users), () => (reads += 1));
    const after = counted(crowd(users + 1), () => (reads += 1));
    expect(diffDocuments(before, after)?.children).toHaveLength(2);
    return reads;
  };
  const small = cost(1_000);
  const large = cost(10_000);
  expect(large / small).toBeLessThan(10.5);
  // Two documents, and few looks at each element of each.
  expect(large).toBeLessThan(10_000 * 4 * 2 * 10);
});
