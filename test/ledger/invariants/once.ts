import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/** None is shown twice: after dropping repeats by Message-ID, an endpoint has each message at most once. */
export function once(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const [key, list] of index.shown) {
    const seen = new Set<string>();
    for (const entry of list) {
      if (seen.has(entry.digest)) {
        violations.push({ invariant: 'once', message: `${entry.digest} was shown twice to ${key}` });
      }
      seen.add(entry.digest);
    }
  }
  return violations;
}
