import { describe, expect, it } from 'vitest';
import { formatSubscriptionState } from '../header/subscription-state.js';
import {
  createSubscribeUsage,
  endsSubscription,
  grantedDuration,
  stepSubscribeUsage,
  subscriptionStateOf,
  type SubscribeUsage,
  type SubscribeUsageOutput,
} from './subscribe-usage.js';
import type { SubscribeUsageInputName } from './subscribe-usage.table.js';

function walk(...inputs: SubscribeUsageInputName[]): { usage: SubscribeUsage; last: SubscribeUsageOutput[] } {
  let usage = createSubscribeUsage();
  let last: SubscribeUsageOutput[] = [];
  for (const type of inputs)
    ({ usage, outputs: last } = stepSubscribeUsage(usage, { type, nowMs: 1_000, expiresSeconds: 600 }));
  return { usage, last };
}
const headerAt = (usage: SubscribeUsage, nowMs: number): string =>
  formatSubscriptionState(subscriptionStateOf(usage, nowMs));

describe('a subscription at its notifier', () => {
  it('EVT-001 an accepted SUBSCRIBE makes it active and owes the whole state at once', () => {
    const { usage, last } = walk('accepted');
    expect(usage).toEqual({ state: 'active', expiresAtMs: 601_000 });
    expect(last).toEqual([{ type: 'notify', content: 'full' }]);
  });

  it('EVT-004 Subscription-State says what is left, or why it ended', () => {
    expect(headerAt(walk('accepted').usage, 1_000)).toBe('active;expires=600');
    expect(headerAt(walk('accepted').usage, 31_500)).toBe('active;expires=569');
    expect(headerAt(walk('accepted').usage, 9_000_000)).toBe('active;expires=0');
    expect(headerAt(walk('undecided').usage, 1_000)).toBe('pending;expires=600');
    expect(headerAt(walk('accepted', 'expired').usage, 1_000)).toBe('terminated;reason=timeout');
    expect(headerAt(walk('accepted', 'notify-failed').usage, 1_000)).toBe('terminated');
  });

  it.each([
    ['expired', 'timeout'],
    ['unsubscribed', 'timeout'],
    ['denied', 'rejected'],
    ['resource-gone', 'noresource'],
    ['deactivated', 'deactivated'],
  ] as const)('EVT-006 %s ends it with one NOTIFY, reason %s', (input, end) => {
    const { usage, last } = walk('accepted', input);
    expect(usage).toMatchObject({ state: 'terminated', end });
    expect(last).toEqual([{ type: 'notify', content: end === 'timeout' ? 'full' : 'none' }, { type: 'ended' }]);
  });

  it('EVT-003 a fetch is one NOTIFY with the state and the end in it', () => {
    const { usage, last } = walk('fetched');
    expect(headerAt(usage, 0)).toBe('terminated;reason=timeout');
    expect(last).toEqual([{ type: 'notify', content: 'full' }, { type: 'ended' }]);
  });

  it('EVT-015 a refresh owes the whole state; a change only what changed', () => {
    expect(walk('accepted', 'refreshed').last).toEqual([{ type: 'notify', content: 'full' }]);
    expect(walk('accepted', 'changed').last).toEqual([{ type: 'notify', content: 'change' }]);
  });

  it('EVT-005 a failed NOTIFY ends it silently', () => {
    expect(walk('accepted', 'notify-failed').last).toEqual([{ type: 'ended' }]);
  });

  it('nothing is told before somebody decided; then everything', () => {
    expect(walk('undecided').last).toEqual([{ type: 'notify', content: 'none' }]);
    expect(walk('undecided', 'changed').last).toEqual([]);
    expect(walk('undecided', 'granted').last).toEqual([{ type: 'notify', content: 'full' }]);
    expect(walk('undecided', 'denied').usage.end).toBe('rejected');
  });

  it('a SUBSCRIBE to one that is over is 481; other late events have no effect', () => {
    expect(walk('accepted', 'expired', 'refreshed').last).toEqual([{ type: 'respond', status: 481 }]);
    expect(walk('accepted', 'expired', 'unsubscribed').last).toEqual([{ type: 'respond', status: 481 }]);
    expect(walk('accepted', 'expired', 'changed').last).toEqual([]);
    expect(walk('changed').last).toEqual([{ type: 'unexpected', state: 'init', input: 'changed' }]);
  });
});

describe('Expires of a SUBSCRIBE', () => {
  const durations = { defaultSeconds: 3_600, maximumSeconds: 3_600, minimumSeconds: 60 };
  it.each([
    [undefined, 3_600],
    [0, 0],
    [60, 60],
    [600, 600],
    [3_600, 3_600],
    [7_200, 3_600],
    [4_294_967_295, 3_600],
  ])('EVT-003 %s asked for: %i given', (asked, seconds) => {
    expect(grantedDuration(asked, durations)).toEqual({ kind: 'granted', seconds });
  });

  it('EVT-003 423 only above 0, below the minimum and below an hour', () => {
    expect(grantedDuration(59, durations)).toEqual({ kind: 'too-brief', minimumSeconds: 60 });
    const long = { ...durations, maximumSeconds: 9_000, minimumSeconds: 7_200 };
    expect(grantedDuration(3_599, long)).toEqual({ kind: 'too-brief', minimumSeconds: 7_200 });
    expect(grantedDuration(3_600, long)).toEqual({ kind: 'granted', seconds: 3_600 });
  });
});

describe('answers to a NOTIFY', () => {
  it('EVT-005 404 405 410 416 480-485 489 501 604 and silence end the subscription, others do not', () => {
    const ending = [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604];
    for (let status = 200; status < 700; status++) {
      expect(endsSubscription(status, false), String(status)).toBe(ending.includes(status));
    }
    expect(endsSubscription(408, true)).toBe(true);
  });
});
