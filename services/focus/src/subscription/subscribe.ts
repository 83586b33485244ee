import { createUasDialog, receiveRequest, type ServerTransaction } from '@plenary/sip';
import type { ConferenceUri } from '@plenary/wire';
import { respond } from '../signalling/respond.js';
import type { Sender } from '../signalling/senders.js';
import type { DialogRecord } from '../store/interface.js';
import type { SubscriptionDialog, Viewer } from '../store/subscription-store.js';
import { begin, refresh, type SubscribeContext, type SubscribedRoom } from './begin-or-refresh.js';
import { subscribeTerms, type SubscribeTerms } from './subscribe-terms.js';

/**
 * A SUBSCRIBE outside dialogs, by an authenticated user (RFC 6665 section 4.2.1, RFC 4575 section 3.5): room-state says what the user may see, the rows are
 * written, 200 goes out, and the first NOTIFY after it.
 *
 * Req: EVT-001, EVT-007, EVT-008, NOTIF-008.
 */
export async function subscribe(
  transaction: ServerTransaction,
  viewer: Viewer,
  room: SubscribedRoom,
  context: SubscribeContext,
): Promise<void> {
  const { deps } = context;
  const { request, flow, localTag } = transaction;
  const terms = subscribeTerms(transaction, deps);
  if (!terms) return;
  const dialog = createUasDialog(request, {
    localTag,
    state: 'confirmed',
    secureTransport: flow.transport === 'TLS' || flow.transport === 'WSS',
  });
  if (!dialog.ok) {
    respond.refuse(transaction, dialog.error.status);
    return;
  }
  const { callId } = dialog.value;
  const own: SubscriptionDialog = {
    callId,
    localTag,
    rv: 1,
    dialog: dialog.value,
    flow,
    replica: deps.replica,
    userUri: viewer.uri,
  };
  await begin(transaction, { callId, localTag, eventId: terms.eventId }, { viewer, room, terms, dialog: own }, context);
}

/** A SUBSCRIBE inside the dialog of an INVITE: a usage of its own in it (RFC 6665 section 4.5.2; EVT-007). The dialog's queue is the caller's. */
export async function subscribeInInvite(
  transaction: ServerTransaction,
  sender: Sender,
  record: DialogRecord,
  context: SubscribeContext,
): Promise<void> {
  const { deps } = context;
  const terms = subscribeTerms(transaction, deps);
  if (!terms) return;
  const received = receiveRequest(record.dialog, transaction.request);
  if (!received.ok) {
    respond.refuse(transaction, received.error.status);
    return;
  }
  const { flow } = transaction;
  const taken = await deps.dialogs.update({ ...record, dialog: received.value, flow, replica: deps.replica });
  if (!taken) {
    respond.later(transaction, deps.random());
    return;
  }
  const room = { conferenceUri: record.media.conferenceUri as ConferenceUri, user: record.media.roomUser };
  await inDialog(transaction, sender, { key: record, room, terms }, context);
}

/** A SUBSCRIBE in a dialog that carries subscriptions alone. The dialog's queue is the caller's. */
export async function subscribeInSubscription(
  transaction: ServerTransaction,
  sender: Sender,
  dialog: SubscriptionDialog,
  room: SubscribedRoom,
  context: SubscribeContext,
): Promise<void> {
  const { deps } = context;
  const terms = subscribeTerms(transaction, deps);
  if (!terms) return;
  const received = receiveRequest(dialog.dialog, transaction.request);
  if (!received.ok) {
    respond.refuse(transaction, received.error.status);
    return;
  }
  const { flow } = transaction;
  const taken = await deps.subscriptions.updateDialog({
    ...dialog,
    dialog: received.value,
    flow,
    replica: deps.replica,
  });
  if (!taken) {
    respond.later(transaction, deps.random());
    return;
  }
  await inDialog(transaction, sender, { key: dialog, room, terms }, context);
}

interface InDialog {
  readonly key: { readonly callId: string; readonly localTag: string };
  readonly room: SubscribedRoom;
  readonly terms: SubscribeTerms;
}

async function inDialog(
  transaction: ServerTransaction,
  sender: Sender,
  { key, room, terms }: InDialog,
  context: SubscribeContext,
): Promise<void> {
  const named = { callId: key.callId, localTag: key.localTag, eventId: terms.eventId };
  const current = await context.deps.subscriptions.find(named);
  if (current) {
    await refresh(transaction, sender.viewer ?? current.viewer, current, terms, context);
    return;
  }
  // What is new is authenticated, whatever the flow says (RFC 4575 section 3.5).
  const viewer = sender.viewer ?? (await sender.prove());
  if (viewer) await begin(transaction, named, { viewer, room, terms }, context);
}
