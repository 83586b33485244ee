import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/** Messages of one sending endpoint reach every receiver in the order they were sent (CHAT-023). */
export function senderOrder(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const [key, list] of index.shown) {
    const lastSent = new Map<string, number>();
    for (const entry of list) {
      const sent = index.sent.get(entry.digest);
      if (!sent) continue;
      const sender = `${sent.participant} ${sent.endpoint}`;
      const last = lastSent.get(sender);
      if (last !== undefined && sent.at < last) {
        violations.push({ invariant: 'sender-order', message: `${entry.digest} of ${sender} came late to ${key}` });
      }
      lastSent.set(sender, Math.max(last ?? -1, sent.at));
    }
  }
  return violations;
}
