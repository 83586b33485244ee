import type { ConferenceView } from '@plenary/xcon';
import { refused, type Decision } from '../decision.js';

/** Bans of one conference that names no number. */
const defaultMaxBans = 1_000;

/** Limits on lists of the document beside its own: a conference keeps so many bans out. Req: CCMP-056, SEC-006. */
export function listFaults(before: ConferenceView, after: ConferenceView): Decision | undefined {
  const bans = after.denied.length + after.banned.length;
  const grown = bans > before.denied.length + before.banned.length;
  const maximum = after.policy.maxBans ?? defaultMaxBans;
  return grown && bans > maximum ? refused('limit', `no more than ${String(maximum)} bans`) : undefined;
}
