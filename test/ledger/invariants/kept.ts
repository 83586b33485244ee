import { endpointKey, outcomeOf, type LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/**
 * Accepted means kept: an accepted room message reaches every endpoint that had joined before it was sent and did not
 * begin to leave before the recording ended, except the endpoints of its sender. An accepted private message reaches
 * at least one endpoint of its audience, if one was there throughout.
 */
export function kept(index: LedgerIndex): Violation[] {
  const got = new Map<string, Set<string>>();
  for (const [key, list] of index.shown) got.set(key, new Set(list.map((entry) => entry.digest)));
  const violations: Violation[] = [];
  for (const message of index.sent.values()) {
    if (outcomeOf(index, message.digest).kind !== 'accepted') continue;
    const owed = index.stays.filter(
      (stay) =>
        stay.room === message.room &&
        stay.participant !== message.participant &&
        stay.from < message.at &&
        stay.until === Number.POSITIVE_INFINITY &&
        (message.audience === undefined || message.audience === stay.participant),
    );
    const without = owed.filter((stay) => !got.get(endpointKey(stay))?.has(message.digest));
    const missing = message.audience === undefined ? without : without.length === owed.length ? without : [];
    for (const stay of missing) {
      violations.push({
        invariant: 'kept',
        message: `${message.digest} of ${message.participant} was accepted in ${message.room} but never reached ${stay.participant}/${stay.endpoint}`,
      });
    }
  }
  return violations;
}
