import { FakeClock } from '@plenary/service';
import type { Dialog, FinalOrigin, SipRequest, SipTarget } from '@plenary/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { flowOf } from '../signalling/testing.js';
import type { SubscriptionDependencies } from './dependencies.js';
import { fullRendition } from './rendition.js';
import { notifyTargets, sendNotify, type Notification } from './send-notify.js';
import { documentOf, recordOf } from './testing.js';

const dialog: Dialog = {
  callId: 'call-1',
  localTag: 'focus.1',
  remoteTag: 'a1',
  state: 'confirmed',
  localAddress: '<sip:lobby@example.com>;tag=focus.1',
  remoteAddress: '<sip:alice@example.com>;tag=a1',
  localSequence: 4,
  remoteSequence: 1,
  remoteTarget: 'sip:alice@192.0.2.7:5060',
  routeSet: [],
  secure: false,
};
let sent: { request: SipRequest; targets: readonly SipTarget[] }[];
let answer: { status: number; origin: FinalOrigin };
let told: string[];
let deps: SubscriptionDependencies;

beforeEach(() => {
  sent = [];
  told = [];
  answer = { status: 200, origin: 'peer' };
  deps = {
    clock: new FakeClock(0),
    domain: 'example.com',
    sipPort: () => 5060,
    events: { notified: (kind: string, outcome: string) => told.push(`${kind} ${outcome}`) },
    targetsFor: () => Promise.resolve([flowOf()]),
    userAgent: () => ({
      request(
        request: SipRequest,
        targets: readonly SipTarget[],
        handlers: { onFinal(response: { status: number }, origin: FinalOrigin): void },
      ) {
        sent.push({ request, targets });
        handlers.onFinal({ status: answer.status }, answer.origin);
      },
    }),
  } as unknown as SubscriptionDependencies;
});

const notification = (change: Partial<Notification> = {}): Notification => ({
  record: recordOf({ version: 9, eventId: 'x1' }),
  usage: recordOf().usage,
  path: { dialog, flow: flowOf(), replica: 'focus' },
  rendition: fullRendition(documentOf(['ann']), 'legacy', 'whole'),
  needsTcp: false,
  ...change,
});

describe('a NOTIFY', () => {
  it('EVT-004 EVT-007 says which subscription, its state, and what the body is', async () => {
    const targets = await notifyTargets(notification().path, deps);
    expect(await sendNotify(notification(), targets, deps)).toBe('delivered');
    const headers = sent[0]?.request.headers;
    expect(headers?.get('CSeq')).toBe('5 NOTIFY');
    expect(headers?.get('Event')).toBe('conference;id=x1');
    expect(headers?.get('Subscription-State')).toBe('active;expires=3600');
    expect(headers?.get('Contact')).toMatch(/^<sip:lobby@example\.com>;isfocus/u);
    expect(headers?.get('Content-Type')).toBe('application/conference-info+xml');
    expect(headers?.get('Allow-Events')).toBe('conference');
    expect(Buffer.from(sent[0]?.request.body ?? []).toString('utf8')).toContain('version="9"');
    expect(told).toEqual(['full delivered']);
  });

  it('EVT-006 the last may be empty', async () => {
    const usage = { state: 'terminated', expiresAtMs: 0, end: 'rejected' } as const;
    await sendNotify(notification({ rendition: undefined, usage }), [flowOf()], deps);
    const [one] = sent;
    expect(one?.request.headers.get('Subscription-State')).toBe('terminated;reason=rejected');
    expect(one?.request.headers.has('Content-Type')).toBe(false);
    expect(one?.request.body).toHaveLength(0);
  });

  it.each([
    [200, 'peer', 'delivered'],
    [481, 'peer', 'ended'],
    [500, 'peer', 'failed'],
    [408, 'peer', 'failed'],
    [408, 'timeout', 'ended'],
    [503, 'transport-failure', 'failed'],
  ] as const)('EVT-005 %i from %s: %s', async (status, origin, outcome) => {
    answer = { status, origin };
    expect(await sendNotify(notification(), [flowOf()], deps)).toBe(outcome);
  });

  it('SIP-011 what needs TCP goes by TCP to where the device was heard, or not at all', async () => {
    answer = { status: 503, origin: 'transport-failure' };
    expect(await sendNotify(notification({ needsTcp: true }), [flowOf()], deps)).toBe('no-tcp');
    expect(sent[0]?.targets).toEqual([{ transport: 'TCP', host: '192.0.2.7', port: 5060 }]);
  });

  it('nowhere to send it: failed', async () => {
    expect(await sendNotify(notification(), [], deps)).toBe('failed');
    expect(sent).toEqual([]);
  });
});
