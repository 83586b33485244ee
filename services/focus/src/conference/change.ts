import { receiveRequest, type ServerTransaction } from '@plenary/sip';
import { allow, allowEvents, roomContact, supported } from '../signalling/headers.js';
import { respond, type HeaderPair } from '../signalling/respond.js';
import type { DialogRecord } from '../store/interface.js';
import { answered, unanswered } from './acknowledge.js';
import { applyOffer, withdrawOffer, type AppliedOffer } from './apply-offer.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { inPart } from './offer-answer.js';
import { contactOf, roomContactUri } from './room-uri.js';
import { checkSeat } from './seat.js';
import { sessionTerms } from './session-terms.js';

/**
 * A re-INVITE or UPDATE (RFC 3261 section 14, RFC 3311): refreshes the session timer, and changes what its offer changes: nothing, what the
 * device can do, or the path, which moves the session to a new URI of ours. A refused change leaves everything as it was but for the CSeq.
 *
 * Req: SIP-020, SIP-021, SIP-028, SIP-031, SDP-012, SDP-019 to SDP-021, TRN-014.
 */
export async function change(
  transaction: ServerTransaction,
  found: DialogRecord,
  deps: ConferenceDependencies,
): Promise<void> {
  const { request } = transaction;
  const received = receiveRequest(found.dialog, request);
  if (!received.ok) {
    respond.refuse(transaction, received.error.status);
    return;
  }
  // Taking the CSeq first makes the row ours: of two replicas that change one dialog, one gets no further.
  const { remoteSequence } = received.value;
  const claimed = await deps.dialogs.update({ ...found, dialog: { ...found.dialog, remoteSequence } });
  if (!claimed) {
    respond.later(transaction, deps.random());
    return;
  }
  const terms = sessionTerms(transaction, deps);
  if (!terms) return;
  const { timer, offer } = terms;
  if (offer && claimed.state !== 'confirmed') {
    // An offer crosses the one whose answer, or ACK, is still to come (RFC 3311 section 5.2).
    respond.refuse(transaction, 491);
    return;
  }
  const applied = offer ? await applyOffer(claimed, offer, request.body, deps) : withoutOffer(claimed, request);
  if ('status' in applied) {
    respond.mediaFault(transaction, applied, deps.domain);
    return;
  }
  const updated = await deps.dialogs.update({
    ...claimed,
    dialog: received.value,
    media: applied.media,
    timer: timer.timer,
    flow: transaction.flow,
    replica: deps.replica,
  });
  if (!updated) {
    await conflict(transaction, claimed, applied, deps);
    return;
  }
  if (accepted(transaction, updated, offer !== undefined, timer.headers, deps)) {
    checkSeat(updated, deps);
    return;
  }
  // Cancelled, or ended by a BYE, which comes after us in the queue: what took effect has to be undone.
  if (transaction.isCancelled) await withdrawOffer(updated, claimed.media, applied, deps);
}

/** An INVITE without an offer gets the session as it stands for one. */
function withoutOffer({ media }: DialogRecord, { method }: { readonly method: string }): AppliedOffer {
  if (method !== 'INVITE') return { kind: 'unchanged', media };
  return { kind: 'unchanged', media: { ...media, localSdp: inPart(media.localSdp, 'actpass') } };
}

/** Another replica changed the dialog after us. A session that has moved cannot be brought back, so it ends; anything else is tried again. */
async function conflict(
  transaction: ServerTransaction,
  record: DialogRecord,
  applied: AppliedOffer,
  deps: ConferenceDependencies,
): Promise<void> {
  respond.later(transaction, deps.random());
  if (applied.kind !== 'path') return;
  const end = { cause: 'failed', byeReason: { cause: 500, text: 'session could not be moved' } } as const;
  await endDialog({ ...record, media: applied.media }, end, deps);
}

/** Answers 200; false when there is an answer already. */
function accepted(
  transaction: ServerTransaction,
  record: DialogRecord,
  answersOffer: boolean,
  timerHeaders: readonly HeaderPair[],
  deps: ConferenceDependencies,
): boolean {
  const { request } = transaction;
  const isInvite = request.method === 'INVITE';
  const contact = roomContactUri(record.media.roomUser, deps.domain, deps.sipPort, contactOf(transaction));
  if (isInvite) {
    transaction.watch({
      onAcknowledged: (ack) => {
        if (!answersOffer) answered(record, ack, deps);
      },
      onUnacknowledged: () => {
        unanswered(record, deps);
      },
    });
  }
  // An UPDATE without an offer just refreshes.
  const withBody = answersOffer || isInvite;
  return transaction.respond(200, {
    headers: [roomContact(contact), allow, allowEvents, supported, ...timerHeaders],
    ...(withBody ? { contentType: 'application/sdp', body: Buffer.from(record.media.localSdp) } : {}),
  });
}
