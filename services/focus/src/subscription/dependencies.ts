import type { SubscriptionDurations } from '@plenary/sip';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import type { SubscriptionStore } from '../store/subscription-store.js';

/** What subscriptions may cost. */
export interface SubscriptionLimits {
  readonly perRoom: number;
  readonly perUser: number;
  /** At this replica. */
  readonly total: number;
  /** Documents above it have no users but their number (EVT-023), octets. */
  readonly bodyBytes: number;
  /** The same for a peer that takes UDP alone. */
  readonly datagramBytes: number;
}

/** What the parts of the conference event package work with. */
export interface SubscriptionDependencies extends ConferenceDependencies {
  readonly subscriptions: SubscriptionStore;
  readonly durations: SubscriptionDurations;
  /** Between two NOTIFYs of changes to one subscriber (EVT-014). */
  readonly paceMs: number;
  readonly limits: SubscriptionLimits;
}
