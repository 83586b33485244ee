import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/** Octets arrive as they left (CPIM-011): a receipt whose digest nobody sent, but whose Message-ID others have, was changed. */
export function unchanged(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const entry of index.received) {
    const sent = index.sent.get(entry.digest);
    if (sent && sent.bytes !== entry.bytes) {
      violations.push({
        invariant: 'unchanged',
        message: `${entry.digest}: ${sent.bytes} octets left, ${entry.bytes} came to ${entry.participant}/${entry.endpoint}`,
      });
    }
  }
  const byMessageId = new Map<string, string>();
  for (const entry of index.received) {
    const id = `${entry.room} ${entry.messageId}`;
    const known = byMessageId.get(id);
    if (known !== undefined && known !== entry.digest) {
      violations.push({
        invariant: 'unchanged',
        message: `Message-ID ${entry.messageId} carried different octets to ${entry.participant}/${entry.endpoint} than to others`,
      });
    }
    byMessageId.set(id, known ?? entry.digest);
  }
  return violations;
}
