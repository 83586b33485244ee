/**
 * States of one subscription as its notifier sees it (RFC 6665 section 4.2.2, with `resp_wait` folded into the answer to the SUBSCRIBE: the
 * notifier knows then whether it has decided).
 *
 * - `init`: the SUBSCRIBE is unanswered. - `pending`: answered, and somebody has yet to decide. - `active`. - `terminated`: the last NOTIFY
 * is out, or nobody is there to take one.
 */
export const SUBSCRIBE_USAGE_STATES = ['init', 'pending', 'active', 'terminated'] as const;
export type SubscribeUsageState = (typeof SUBSCRIBE_USAGE_STATES)[number];

export const SUBSCRIBE_USAGE_INPUTS = [
  'accepted',
  'undecided',
  'fetched',
  'granted',
  'denied',
  'changed',
  'refreshed',
  'unsubscribed',
  'expired',
  'resource-gone',
  'deactivated',
  'notify-answered',
  'notify-failed',
] as const;
export type SubscribeUsageInputName = (typeof SUBSCRIBE_USAGE_INPUTS)[number];

export type SubscribeUsageAction =
  | 'set-expiry'
  | 'notify-full'
  | 'notify-change'
  | 'notify-neutral'
  | 'refuse-gone'
  | 'end-timeout'
  | 'end-rejected'
  | 'end-noresource'
  | 'end-deactivated'
  | 'tell-ended';

export interface SubscribeUsageTransition {
  readonly next: SubscribeUsageState;
  readonly actions: readonly SubscribeUsageAction[];
}

const TIME_OUT = { next: 'terminated', actions: ['end-timeout', 'tell-ended'] } as const;
const REJECT = { next: 'terminated', actions: ['end-rejected', 'tell-ended'] } as const;
const NO_RESOURCE = { next: 'terminated', actions: ['end-noresource', 'tell-ended'] } as const;
const DEACTIVATE = { next: 'terminated', actions: ['end-deactivated', 'tell-ended'] } as const;
const FAIL = { next: 'terminated', actions: ['tell-ended'] } as const;
const STAY_TERMINATED = { next: 'terminated', actions: [] } as const;

/** Req: EVT-001, EVT-003, EVT-005, EVT-006, EVT-015. */
export const subscribeUsageTable: Readonly<
  Record<SubscribeUsageState, Readonly<Partial<Record<SubscribeUsageInputName, SubscribeUsageTransition>>>>
> = {
  init: {
    // "the notifier MUST immediately construct and send a NOTIFY request to the subscriber" (section 4.2.2).
    accepted: { next: 'active', actions: ['set-expiry', 'notify-full'] },
    undecided: { next: 'pending', actions: ['set-expiry', 'notify-neutral'] },
    // "an immediate fetch without a persistent subscription may be effected by sending a SUBSCRIBE with an "Expires" of 0" (section 4.4.3).
    fetched: TIME_OUT,
  },
  pending: {
    granted: { next: 'active', actions: ['notify-full'] },
    denied: REJECT,
    changed: { next: 'pending', actions: [] },
    refreshed: { next: 'pending', actions: ['set-expiry', 'notify-neutral'] },
    unsubscribed: TIME_OUT,
    expired: TIME_OUT,
    'resource-gone': NO_RESOURCE,
    deactivated: DEACTIVATE,
    'notify-answered': { next: 'pending', actions: [] },
    'notify-failed': FAIL,
  },
  active: {
    changed: { next: 'active', actions: ['notify-change'] },
    // "Upon successfully accepting or refreshing a subscription, notifiers MUST send a NOTIFY request immediately" (section 4.2.1.2).
    refreshed: { next: 'active', actions: ['set-expiry', 'notify-full'] },
    unsubscribed: TIME_OUT,
    expired: TIME_OUT,
    denied: REJECT,
    'resource-gone': NO_RESOURCE,
    deactivated: DEACTIVATE,
    'notify-answered': { next: 'active', actions: [] },
    // "the notifier MUST remove the corresponding subscription" (section 4.2.2).
    'notify-failed': FAIL,
  },
  terminated: {
    changed: STAY_TERMINATED,
    granted: STAY_TERMINATED,
    denied: STAY_TERMINATED,
    refreshed: { next: 'terminated', actions: ['refuse-gone'] },
    unsubscribed: { next: 'terminated', actions: ['refuse-gone'] },
    expired: STAY_TERMINATED,
    'resource-gone': STAY_TERMINATED,
    deactivated: STAY_TERMINATED,
    'notify-answered': STAY_TERMINATED,
    'notify-failed': STAY_TERMINATED,
  },
};
