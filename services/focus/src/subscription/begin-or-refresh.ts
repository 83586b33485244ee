import {
  createSubscribeUsage,
  formatExpires,
  formatTokens,
  stepSubscribeUsage,
  type ServerTransaction,
} from '@plenary/sip';
import type { ConferenceUri } from '@plenary/wire';
import { answerToRefusal } from '../conference/refusal.js';
import { contactOf } from '../conference/room-uri.js';
import { allow, allowEvents, roomContact, supportedInSubscribe, supportedOptions } from '../signalling/headers.js';
import { respond } from '../signalling/respond.js';
import type { SubscriptionDialog, SubscriptionKey, SubscriptionRecord, Viewer } from '../store/subscription-store.js';
import { subscriptionContactUri } from './contact.js';
import type { SubscriptionDependencies } from './dependencies.js';
import type { Notifier } from './notifier.js';
import type { SubscribeTerms } from './subscribe-terms.js';
import type { ViewDocument } from './view-document.js';
import { askForView } from './views.js';

/** A room a SUBSCRIBE is about. */
export interface SubscribedRoom {
  readonly conferenceUri: ConferenceUri;
  readonly user: string;
}

export interface SubscribeContext {
  readonly deps: SubscriptionDependencies;
  readonly notifier: Notifier;
}

/** What a subscription begins with. */
export interface NewSubscription {
  readonly viewer: Viewer;
  readonly room: SubscribedRoom;
  readonly terms: SubscribeTerms;
  /** Present where the SUBSCRIBE makes it. */
  readonly dialog?: SubscriptionDialog;
}

/** Begins a subscription: room-state says what the user may see, the rows are written, 200 goes out, and the first NOTIFY after it. */
export async function begin(
  transaction: ServerTransaction,
  key: SubscriptionKey,
  { viewer, room, terms, dialog }: NewSubscription,
  { deps, notifier }: SubscribeContext,
): Promise<void> {
  const document = await seen(transaction, room.conferenceUri, viewer, deps);
  if (!document) return;
  if (!(await withinLimits(transaction, document.room, viewer, { deps, notifier }))) return;
  const nowMs = deps.clock.nowMs();
  const init = { ...createSubscribeUsage(), expiresAtMs: nowMs };
  const { usage } =
    terms.seconds === 0
      ? { usage: init }
      : stepSubscribeUsage(init, { type: 'accepted', nowMs, expiresSeconds: terms.seconds });
  const record = await deps.subscriptions.insert(
    {
      ...key,
      usage,
      room: document.room,
      conferenceUri: document.conferenceUri,
      roomUser: room.user,
      viewer,
      form: terms.form,
      gruu: terms.gruu,
      version: 0,
      notifier: deps.replica,
    },
    dialog,
  );
  accept(transaction, record, terms, deps);
  deps.events.subscribed(record.room, record.form);
  if (terms.seconds === 0) notifier.end(record, 'fetched', document);
  else notifier.serve(record, document);
}

/** A SUBSCRIBE to a subscription there is: it goes on, with the whole state anew, or ends. */
export async function refresh(
  transaction: ServerTransaction,
  viewer: Viewer,
  current: SubscriptionRecord,
  terms: SubscribeTerms,
  { deps, notifier }: SubscribeContext,
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const { usage } =
    terms.seconds === 0
      ? current
      : stepSubscribeUsage(current.usage, { type: 'refreshed', nowMs, expiresSeconds: terms.seconds });
  // "assuming that the subscriber is still authorized" (RFC 6665 section 4.2.1.4).
  const document = await seen(transaction, current.conferenceUri, viewer, deps);
  const updated = await deps.subscriptions.update({
    ...current,
    usage: document ? usage : current.usage,
    viewer,
    form: terms.namesForm ? terms.form : current.form,
    gruu: terms.gruu,
    notifier: deps.replica,
  });
  if (!updated) {
    respond.later(transaction, deps.random());
    return;
  }
  if (!document) {
    notifier.end(updated, 'denied');
    return;
  }
  accept(transaction, updated, terms, deps);
  if (terms.seconds === 0) notifier.end(updated, 'unsubscribed', document);
  else notifier.serve(updated, document);
}

/** What the user may see of the room; undefined: nothing, and the request has been answered (403, 404). Rejects when room-state does not answer. */
async function seen(
  transaction: ServerTransaction,
  conferenceUri: string,
  viewer: Viewer,
  deps: SubscriptionDependencies,
): Promise<ViewDocument | undefined> {
  const answer = await askForView({ $case: 'conferenceUri', value: conferenceUri }, viewer, deps);
  if (answer.kind === 'view') return answer.document;
  const { status, reason } = answerToRefusal(answer.refusal);
  deps.events.subscriptionRefused(conferenceUri, status, reason);
  respond.refuse(transaction, status, reason);
  return undefined;
}

async function withinLimits(
  transaction: ServerTransaction,
  room: string,
  viewer: Viewer,
  { deps, notifier }: SubscribeContext,
): Promise<boolean> {
  const { limits, subscriptions } = deps;
  if (notifier.size >= limits.total) {
    respond.unavailable(transaction);
    return false;
  }
  const counts = await subscriptions.counts(room, viewer.uri);
  if (counts.room < limits.perRoom && counts.user < limits.perUser) return true;
  const reason =
    counts.user >= limits.perUser ? 'too many subscriptions of this user' : 'too many subscriptions to this room';
  deps.events.subscriptionRefused(room, 403, reason);
  respond.refuse(transaction, 403, reason);
  return false;
}

/** 200, never 202 (RFC 6665 section 8.3.1). */
function accept(
  transaction: ServerTransaction,
  record: SubscriptionRecord,
  terms: SubscribeTerms,
  deps: SubscriptionDependencies,
): void {
  const contact = subscriptionContactUri(record, deps, contactOf(transaction));
  const supported = formatTokens(record.gruu ? supportedInSubscribe : supportedOptions);
  transaction.respond(200, {
    headers: [
      roomContact(contact),
      ['Expires', formatExpires(terms.seconds)],
      allow,
      allowEvents,
      ['Supported', supported],
    ],
  });
}
