import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/** A private message reaches its audience only, and never the readable history (PRIV-001, PRIV-011). */
export function privateStaysPrivate(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const entry of index.received) {
    const audience = index.sent.get(entry.digest)?.audience;
    if (audience !== undefined && audience !== entry.participant) {
      violations.push({
        invariant: 'private-stays-private',
        message: `${entry.digest} was for ${audience} but came to ${entry.participant}/${entry.endpoint}`,
      });
    }
  }
  for (const digest of index.history.flatMap((history) => history.digests)) {
    const audience = index.sent.get(digest)?.audience;
    if (audience !== undefined) {
      violations.push({
        invariant: 'private-stays-private',
        message: `${digest} was for ${audience} but stands in history`,
      });
    }
  }
  return violations;
}
