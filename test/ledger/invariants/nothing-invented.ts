import { outcomeOf, type LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/** Nobody receives, and history does not hold, what nobody sent to that room. */
export function nothingInvented(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const entry of index.received) {
    if (index.sent.get(entry.digest)?.room !== entry.room) {
      violations.push({
        invariant: 'nothing-invented',
        message: `${entry.participant}/${entry.endpoint} received ${entry.digest} in ${entry.room}, which nobody sent there`,
      });
    }
  }
  for (const history of index.history) {
    for (const digest of history.digests) {
      if (index.sent.get(digest)?.room !== history.room) {
        violations.push({
          invariant: 'nothing-invented',
          message: `history of ${history.room} holds ${digest}, which nobody sent there`,
        });
      }
    }
  }
  return violations;
}

/** Nothing of a refused message takes effect (ERR-007). */
export function refusedIsNothing(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const entry of index.received) {
    const outcome = outcomeOf(index, entry.digest);
    if (outcome.kind === 'refused') {
      violations.push({
        invariant: 'refused-is-nothing',
        message: `${entry.digest} was refused with ${outcome.status} but reached ${entry.participant}/${entry.endpoint}`,
      });
    }
  }
  for (const digest of index.history.flatMap((history) => history.digests)) {
    if (outcomeOf(index, digest).kind === 'refused') {
      violations.push({ invariant: 'refused-is-nothing', message: `${digest} was refused but stands in history` });
    }
  }
  return violations;
}
