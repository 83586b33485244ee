import {
  buildDialogRequest,
  endsSubscription,
  formatEvent,
  formatSubscriptionState,
  isFlow,
  needsSips,
  subscriptionStateOf,
  type SipTarget,
  type SubscribeUsage,
} from '@plenary/sip';
import { allow, allowEvents, roomContact } from '../signalling/headers.js';
import type { HeaderPair } from '../signalling/respond.js';
import type { PeerPath, SubscriptionRecord } from '../store/subscription-store.js';
import { subscriptionContactUri } from './contact.js';
import type { SubscriptionDependencies } from './dependencies.js';
import type { Rendition } from './rendition.js';

export interface Notification {
  readonly record: SubscriptionRecord;
  readonly usage: SubscribeUsage;
  readonly path: PeerPath;
  /** Undefined: the NOTIFY says no more than that the subscription ended. */
  readonly rendition: Rendition | undefined;
  /** A body too large for UDP goes over TCP or not at all; else UDP is tried where TCP cannot be (RFC 3261 section 18.1.1; SIP-011). */
  readonly needsTcp: boolean;
}

export type NotifyOutcome =
  | 'delivered'
  /** The peer says, by its answer or by giving none, that nobody is there to be told (EVT-005). */
  | 'ended'
  /** It did not get through this time. */
  | 'failed'
  /** No TCP connection to a peer that was heard by UDP. */
  | 'no-tcp';

/** Where NOTIFYs of a dialog go; empty: nowhere. */
export async function notifyTargets(path: PeerPath, deps: SubscriptionDependencies): Promise<readonly SipTarget[]> {
  const { nextHop } = buildDialogRequest(path.dialog, 'NOTIFY');
  return deps.targetsFor(path, nextHop);
}

/** Sends one NOTIFY (EVT-004) and waits for what becomes of it. */
export async function sendNotify(
  notification: Notification,
  targets: readonly SipTarget[],
  deps: SubscriptionDependencies,
): Promise<NotifyOutcome> {
  if (targets.length === 0) return 'failed';
  const { record, usage, path, rendition, needsTcp } = notification;
  const [first] = targets;
  const contact = subscriptionContactUri(record, deps, {
    transport: first?.transport ?? path.flow.transport,
    sips: needsSips(path.dialog),
  });
  const headers: HeaderPair[] = [
    roomContact(contact),
    [
      'Event',
      formatEvent({ type: 'conference', params: [], ...(record.eventId === '' ? {} : { id: record.eventId }) }),
    ],
    ['Subscription-State', formatSubscriptionState(subscriptionStateOf(usage, deps.clock.nowMs()))],
    allow,
    allowEvents,
    ...(rendition ? ([['Content-Type', rendition.contentType]] as const) : []),
  ];
  const { request } = buildDialogRequest(path.dialog, 'NOTIFY', {
    headers,
    ...(rendition ? { body: rendition.body(record.version) } : {}),
  });
  const tried = needsTcp ? targets.map(overTcp) : targets;
  const outcome = await new Promise<NotifyOutcome>((resolve) => {
    deps.userAgent().request(request, tried, {
      onFinal: ({ status }, origin) => {
        // Whether it could not be sent or nobody answered: UDP, by which the peer was heard, will tell.
        if (needsTcp && origin !== 'peer') resolve('no-tcp');
        else if (status < 300) resolve('delivered');
        else resolve(endsSubscription(status, origin === 'timeout') ? 'ended' : 'failed');
      },
    });
  });
  deps.events.notified(rendition?.kind ?? 'empty', outcome);
  return outcome;
}

/** The same place by TCP, where UDP was meant. */
function overTcp(target: SipTarget): SipTarget {
  if (target.transport !== 'UDP') return target;
  const place = isFlow(target) ? { host: target.remoteAddress, port: target.remotePort } : target;
  return { transport: 'TCP', host: place.host, port: place.port };
}
