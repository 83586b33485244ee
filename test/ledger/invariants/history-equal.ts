import { outcomeOf, type LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/**
 * History holds every accepted room message of a logged room exactly once (one without an answer may be there). That its order
 * is everybody's order is the business of `one-order`, which reads history as one more line.
 */
export function historyEqual(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const history of index.history) {
    const held = new Set(history.digests);
    if (held.size !== history.digests.length) {
      violations.push({ invariant: 'history-equal', message: `history of ${history.room} holds a message twice` });
    }
    for (const message of index.sent.values()) {
      if (message.room !== history.room || message.audience !== undefined) continue;
      if (outcomeOf(index, message.digest).kind === 'accepted' && !held.has(message.digest)) {
        violations.push({
          invariant: 'history-equal',
          message: `history of ${history.room} lacks ${message.digest} of ${message.participant}`,
        });
      }
    }
    const seen = new Set(index.received.filter((entry) => entry.room === history.room).map((entry) => entry.digest));
    for (const digest of seen) {
      if (index.sent.get(digest)?.audience === undefined && index.sent.has(digest) && !held.has(digest)) {
        violations.push({
          invariant: 'history-equal',
          message: `history of ${history.room} lacks ${digest}, which was delivered`,
        });
      }
    }
  }
  return violations;
}
