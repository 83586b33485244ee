import { LeaveCause } from '@plenary/proto/chat';
import { SessionRecord } from '@plenary/proto/edge';
import type { RoomView } from '@plenary/proto/roomstate';
import { receiveRequest, type ServerTransaction } from '@plenary/sip';
import type { SessionDescription } from '@plenary/sdp';
import { NoEdgeError } from '../edges/interface.js';
import { allow, roomContact, supported } from '../signalling/headers.js';
import { respond, type HeaderPair } from '../signalling/respond.js';
import type { DialogRecord, MediaRecord } from '../store/interface.js';
import { queueKey } from './acknowledge.js';
import { capabilitiesOf } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { answerTo, changeOf, checkOffer, ourSide, peerPathOf, readAckAnswer, type MediaFault } from './offer-answer.js';
import { roomContactUri } from './room-uri.js';
import { answerTimer } from './session-timer.js';

/**
 * A re-INVITE or UPDATE (RFC 3261 section 14, RFC 3311): refreshes the session timer, and changes what its offer changes: nothing, what the
 * device can do, or the path, which moves the session to a new URI of ours. A refused change leaves everything as it was.
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
  const timer = answerTimer(request, deps.timerPolicy, deps.clock.nowMs());
  if (timer.kind === 'malformed') {
    respond.refuse(transaction, 400);
    return;
  }
  if (timer.kind === 'too-small') {
    transaction.respond(422, { headers: timer.headers });
    return;
  }
  const offer = request.body.length === 0 ? undefined : checkOffer(request.body);
  if (offer?.ok === false) {
    respond.mediaFault(transaction, offer.error, deps.domain);
    return;
  }
  const media = offer ? await applyOffer(found, offer.value, request.body, deps) : found.media;
  if ('status' in media) {
    respond.mediaFault(transaction, media, deps.domain);
    return;
  }
  const updated = await deps.dialogs.update({
    ...found,
    dialog: received.value,
    media,
    timer: timer.timer,
    flow: transaction.flow,
    replica: deps.replica,
  });
  if (!updated) {
    // Another replica changed the dialog meanwhile: nothing of ours holds, the peer tries again.
    transaction.respond(500, { headers: [['Retry-After', '1']] });
    return;
  }
  accepted(transaction, updated, offer !== undefined, timer.headers, deps);
}

function accepted(
  transaction: ServerTransaction,
  record: DialogRecord,
  answersOffer: boolean,
  timerHeaders: readonly HeaderPair[],
  deps: ConferenceDependencies,
): void {
  const { request, flow } = transaction;
  const isInvite = request.method === 'INVITE';
  const contact = roomContactUri(record.media.roomUser, deps.domain, deps.sipPort(), flow.transport);
  if (isInvite) {
    const key = queueKey(record);
    transaction.watch({
      onAcknowledged: (ack) => {
        deps.queue.inviteEnded(key);
        if (!answersOffer && !readAckAnswer(record.media.localSdp, ack.body).ok) unusable(record, deps);
      },
      onUnacknowledged: () => {
        deps.queue.inviteEnded(key);
        unusable(record, deps);
      },
    });
  }
  // An INVITE without an offer gets the session as it stands for an offer; an UPDATE without one just refreshes.
  const withBody = answersOffer || isInvite;
  transaction.respond(200, {
    headers: [roomContact(contact), allow, supported, ...timerHeaders],
    ...(withBody ? { contentType: 'application/sdp', body: Buffer.from(record.media.localSdp) } : {}),
  });
}

/** No ACK for the 2xx, or no answer in it: the dialog ends (RFC 3261 section 13.3.1.4). */
function unusable(record: DialogRecord, deps: ConferenceDependencies): void {
  deps.queue
    .run(queueKey(record), () =>
      endDialog(record, { cause: 'failed', byeReason: { cause: 408, text: 'no ACK' } }, deps),
    )
    .catch((error: unknown) => {
      deps.events.failed('ending a session', error, record.media);
    });
}

/** Our media after a later offer; a fault where the offer is refused. */
async function applyOffer(
  record: DialogRecord,
  offer: SessionDescription,
  body: Uint8Array,
  deps: ConferenceDependencies,
): Promise<MediaRecord | MediaFault> {
  const { media } = record;
  const kind = changeOf(media.remoteSdp, offer, peerPathOf(offer));
  if (kind === 'unchanged') return media;
  const room = await deps.roomState.roomByUri(media.conferenceUri);
  if (!room?.policy) return { status: 488, warning: { code: 399, text: 'The room is gone' } };
  const ours = (path: string): ReturnType<typeof ourSide> =>
    ourSide({ policy: room.policy!, path, sessionId: sdpSessionIdOf(media.localSdp), previousSdp: media.localSdp });
  const agreed = answerTo(offer, ours(media.path));
  if (!agreed.ok) return agreed.error;
  const capabilities = capabilitiesOf(agreed.value.capabilities);
  const remoteSdp = Buffer.from(body).toString('utf8');
  await deps.roomState.updateCapabilities(deps.newRequestId(), media.room, media.chatId, capabilities);
  if (kind === 'capabilities') {
    await deps.edges.update(deps.newRequestId(), media.edgeId, media.chatId, capabilities);
    return { ...media, capabilities, remoteSdp, localSdp: agreed.value.localSdp };
  }
  const moved = await move({ ...media, capabilities }, room, peerPathOf(offer), deps).catch(async (error: unknown) => {
    await endDialog(record, { cause: 'failed', byeReason: { cause: 503, text: 'session could not be moved' } }, deps);
    throw error;
  });
  const answer = answerTo(offer, ours(moved.path));
  if (!answer.ok) return answer.error;
  return { ...moved, remoteSdp, localSdp: answer.value.localSdp };
}

/** The session gets a new URI of ours, at the edge chosen now; what was not delivered yet is replayed there. */
async function move(
  media: MediaRecord,
  room: RoomView,
  peerPath: readonly string[],
  deps: ConferenceDependencies,
): Promise<MediaRecord> {
  const participant = room.roster.find(({ pid }) => pid === media.pid);
  if (!participant) throw new NoEdgeError('the participant is no longer in the room');
  const cursor = await deps.edges.closeSession(deps.newRequestId(), media.edgeId, media.chatId, LeaveCause.UNSPECIFIED);
  // From here on the old URI is dead: without a new one the caller ends the dialog.
  const reservation = await deps.edges.reserve(
    deps.newRequestId(),
    SessionRecord.fromPartial({
      chatId: media.chatId,
      room: room.room,
      shard: room.shard,
      epoch: room.epoch,
      tag: room.tag,
      conferenceUri: room.conferenceUri,
      participant,
      capabilities: media.capabilities,
      ...(room.policy ? { policy: room.policy } : {}),
      peerPath: [...peerPath],
      cursor: BigInt(cursor),
      roomVersion: room.version,
      roster: room.roster,
    }),
  );
  const { joined } = await deps.roomState.join(deps.newRequestId(), media.room, media.chatId, reservation.edgeId);
  if (!joined) throw new NoEdgeError('the endpoint is no longer in the room');
  const moved = { ...media, edgeId: reservation.edgeId, path: reservation.path };
  deps.events.moved(moved, reservation.edgeId);
  return moved;
}

/** The id in our `o=`, which stays the same for all descriptions of a dialog. */
function sdpSessionIdOf(localSdp: string): string {
  return /^o=\S+ (\d+) /mu.exec(localSdp)?.[1] ?? '0';
}
