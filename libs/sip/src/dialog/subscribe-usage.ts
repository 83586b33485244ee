/**
 * One subscription at its notifier (RFC 6665 section 4.2) as plain JSON: how long it lasts, what a NOTIFY has to say, when it is over. When a
 * NOTIFY may go out, and what stands in it, is the event package's. Req: EVT-001, EVT-003, EVT-005, EVT-006.
 */
import type { SubscriptionState } from '../header/subscription-state.js';
import {
  subscribeUsageTable,
  type SubscribeUsageInputName,
  type SubscribeUsageState,
} from './subscribe-usage.table.js';

/** Why a subscription ended (RFC 6665 section 4.1.3). */
export type SubscriptionEnd = 'timeout' | 'rejected' | 'noresource' | 'deactivated';

export interface SubscribeUsage {
  readonly state: SubscribeUsageState;
  /** When it ends unless it is refreshed; 0 before it was accepted. */
  readonly expiresAtMs: number;
  /** Present once it ended with a NOTIFY that says so. */
  readonly end?: SubscriptionEnd | undefined;
}

export interface SubscribeUsageInput {
  readonly type: SubscribeUsageInputName;
  readonly nowMs: number;
  /** With `accepted`, `undecided` and `refreshed`: what the answer to the SUBSCRIBE says. */
  readonly expiresSeconds?: number | undefined;
}

export type SubscribeUsageOutput =
  /** A NOTIFY is owed: with the whole state, with what changed, or without any. The last one, when the usage has an `end` now. */
  | { readonly type: 'notify'; readonly content: 'full' | 'change' | 'none' }
  /** Answer the SUBSCRIBE with this. */
  | { readonly type: 'respond'; readonly status: 481 }
  /** Forget it: no further NOTIFY but one that is among these outputs. */
  | { readonly type: 'ended' }
  | { readonly type: 'unexpected'; readonly state: string; readonly input: string };

interface Step {
  readonly usage: SubscribeUsage;
  readonly outputs: SubscribeUsageOutput[];
}

/** A subscription whose SUBSCRIBE has just come. */
export function createSubscribeUsage(): SubscribeUsage {
  return { state: 'init', expiresAtMs: 0 };
}

/** Advances by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepSubscribeUsage(usage: SubscribeUsage, input: SubscribeUsageInput): Step {
  const row = subscribeUsageTable[usage.state];
  const transition = Object.hasOwn(row, input.type) ? row[input.type] : undefined;
  if (transition === undefined) {
    return { usage, outputs: [{ type: 'unexpected', state: usage.state, input: input.type }] };
  }
  const outputs: SubscribeUsageOutput[] = [];
  let next: SubscribeUsage = { ...usage, state: transition.next };
  const finish = (end: SubscriptionEnd): void => {
    next = { ...next, end };
    outputs.push({ type: 'notify', content: end === 'timeout' ? 'full' : 'none' });
  };
  for (const action of transition.actions) {
    switch (action) {
      case 'set-expiry':
        next = { ...next, expiresAtMs: input.nowMs + (input.expiresSeconds ?? 0) * 1_000 };
        break;
      case 'notify-full':
        outputs.push({ type: 'notify', content: 'full' });
        break;
      case 'notify-change':
        outputs.push({ type: 'notify', content: 'change' });
        break;
      case 'notify-neutral':
        outputs.push({ type: 'notify', content: 'none' });
        break;
      case 'refuse-gone':
        outputs.push({ type: 'respond', status: 481 });
        break;
      case 'end-timeout':
        finish('timeout');
        break;
      case 'end-rejected':
        finish('rejected');
        break;
      case 'end-noresource':
        finish('noresource');
        break;
      case 'end-deactivated':
        finish('deactivated');
        break;
      case 'tell-ended':
        outputs.push({ type: 'ended' });
        break;
    }
  }
  return { usage: next, outputs };
}

/**
 * Subscription-State of a NOTIFY sent now: `active` and `pending` say how many seconds are left, `terminated` says why (RFC 6665 section 4.2.2;
 * EVT-004).
 */
export function subscriptionStateOf(usage: SubscribeUsage, nowMs: number): SubscriptionState {
  if (usage.state === 'terminated') {
    return { state: 'terminated', ...(usage.end === undefined ? {} : { reason: usage.end }), params: [] };
  }
  const expiresSeconds = Math.max(0, Math.floor((usage.expiresAtMs - nowMs) / 1_000));
  return { state: usage.state === 'pending' ? 'pending' : 'active', expiresSeconds, params: [] };
}

/** What a notifier lets a subscription last, seconds. */
export interface SubscriptionDurations {
  /** Where the SUBSCRIBE says nothing. */
  readonly defaultSeconds: number;
  /** Longer ones are shortened to it. */
  readonly maximumSeconds: number;
  /** Shorter ones are refused, as far as RFC 6665 allows. */
  readonly minimumSeconds: number;
}

/** How long a subscription may last, or that it was asked for too briefly: 423 with Min-Expires. */
export type GrantedDuration =
  | { readonly kind: 'granted'; readonly seconds: number }
  | { readonly kind: 'too-brief'; readonly minimumSeconds: number };

/**
 * Answers the Expires of a SUBSCRIBE: it may be shortened and is never lengthened; 0 stays 0. "If and only if the expiration interval is greater than
 * zero AND smaller than one hour AND less than a notifier-configured minimum, the notifier MAY return a 423" (RFC 6665 section 4.2.1.1; EVT-003).
 */
export function grantedDuration(asked: number | undefined, durations: SubscriptionDurations): GrantedDuration {
  const seconds = asked ?? durations.defaultSeconds;
  const { minimumSeconds } = durations;
  if (seconds > 0 && seconds < 3_600 && seconds < minimumSeconds) return { kind: 'too-brief', minimumSeconds };
  return { kind: 'granted', seconds: Math.min(seconds, durations.maximumSeconds) };
}

const ENDING = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);

/**
 * Whether a final response to a NOTIFY ends the subscription: "404, 405, 410, 416, 480-485, 489, 501, or 604" or no answer at all, which counts as 408
 * (RFC 6665 section 4.2.2; EVT-005). `timedOut`: the 408 was made here, nothing came.
 */
export function endsSubscription(status: number, timedOut: boolean): boolean {
  return timedOut || ENDING.has(status);
}
