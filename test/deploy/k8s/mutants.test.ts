import { describe, expect, it } from 'vitest';
import { checks } from './checks/all.js';
import { mutantsOf } from './mutants.js';
import { readRendered, type RenderedSet } from './objects.js';
import { schemaProblems } from './schema.js';

/** Runs the checks, quick ones first, until one finds something; a check that breaks on a mutant has noticed it too. */
function noticed(before: RenderedSet, set: RenderedSet): boolean {
  const known = new Set(before.objects);
  try {
    if (checks.some((check) => check.run(set).length > 0)) return true;
    return set.objects.some((object) => !known.has(object) && schemaProblems(object).length > 0);
  } catch {
    return true;
  }
}

describe('every change of the manifests', () => {
  it('is found by some check', { timeout: 600_000 }, () => {
    const set = readRendered('prod');
    // Otherwise every mutant would seem to be found.
    expect(checks.flatMap((check) => check.run(set))).toEqual([]);
    const survivors: string[] = [];
    let count = 0;
    for (const mutant of mutantsOf(set)) {
      count++;
      if (!noticed(set, mutant.make())) survivors.push(mutant.name);
    }
    process.stdout.write(`manifests: ${String(count)} mutants, ${String(survivors.length)} not found\n`);
    expect(survivors).toEqual([]);
    expect(count).toBeGreaterThan(1_000);
  });
});
