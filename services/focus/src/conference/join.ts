import type { RoomPolicy } from '@plenary/proto/chat';
import { SessionRecord } from '@plenary/proto/edge';
import type { Admitted, RoomView } from '@plenary/proto/roomstate';
import { createUasDialog, readTokens, type ServerTransaction } from '@plenary/sip';
import { ok, type ConferenceUri } from '@plenary/wire';
import type { AuthenticatedUser } from '../auth/authenticator.js';
import { NoEdgeError, type Reservation } from '../edges/interface.js';
import { accept, allow, allowEvents, roomContact, supported } from '../signalling/headers.js';
import { respond } from '../signalling/respond.js';
import { tracedAck } from '../signalling/traced.js';
import type { DialogRecord } from '../store/interface.js';
import { acknowledged, unacknowledged } from './acknowledge.js';
import { admitRequestOf, turnAway, type JoinRequest } from './admission.js';
import { capabilitiesOf, unknownCapabilities } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { answerTo, offerOf, ourSide, securedOffer } from './offer-answer.js';
import { offersTls } from './transports.js';
import { closeReservation, giveBack, giveBackSeat, idsOf } from './give-back.js';
import { waitForModerator, type Place } from './pending.js';
import { contactOf, roomContactUri } from './room-uri.js';
import { sessionTerms } from './session-terms.js';

/**
 * An INVITE to a room by an authenticated user (RFC 4579 section 5.1, RFC 7701 section 5): the offer is checked, room-state gives a seat, an edge a
 * path, the 2xx goes out; the ACK makes the participant joined. Whatever fails on the way gives back what was taken before.
 *
 * Req: ROOM-001, ROOM-002, SIP-019, SIP-023 to SIP-026, SDP-020, AUTH-016.
 */
export async function join(
  transaction: ServerTransaction,
  user: AuthenticatedUser,
  target: { readonly conferenceUri: ConferenceUri; readonly user: string; readonly password?: string },
  deps: ConferenceDependencies,
): Promise<void> {
  const { request } = transaction;
  const dialog = createUasDialog(request, {
    localTag: transaction.localTag,
    state: 'confirmed',
    secureTransport: transaction.flow.transport === 'TLS' || transaction.flow.transport === 'WSS',
  });
  if (!dialog.ok) {
    respond.refuse(transaction, dialog.error.status);
    return;
  }
  const terms = sessionTerms(transaction, deps);
  if (!terms) return;
  const { timer, offer } = terms;
  await admit(
    {
      transaction,
      user,
      conferenceUri: target.conferenceUri,
      roomUser: target.user,
      password: target.password,
      dialog: dialog.value,
      offer,
      timer,
      capabilities: offer ? capabilitiesOf(offer.peer) : unknownCapabilities(),
    },
    deps,
  );
}

/** Asks for a seat; `place` is that of who waits for a moderator. */
async function admit(joining: JoinRequest, deps: ConferenceDependencies, place?: Place): Promise<void> {
  const { transaction } = joining;
  const { result } = await deps.roomState.admit(admitRequestOf(joining, deps.newRequestId(), place?.chatId ?? ''));
  if (result?.$case === 'pending') {
    const waiting = await waitForModerator(transaction, result.value, place, deps);
    if (waiting !== undefined) await admit(joining, deps, waiting);
    return;
  }
  if (result?.$case !== 'admitted') {
    turnAway(joining, result, deps);
    return;
  }
  const admitted = result.value;
  try {
    await seat(joining, admitted, deps);
  } catch (error) {
    await giveBackSeat(admitted, deps);
    if (!(error instanceof NoEdgeError)) throw error;
    deps.events.failed('no edge', error, idsOf(admitted));
    respond.unavailable(transaction);
  }
}

/** With a seat in hand: a path at an edge. */
async function seat(joining: JoinRequest, admitted: Admitted, deps: ConferenceDependencies): Promise<void> {
  const { transaction } = joining;
  const { room, participant } = admitted;
  if (!room || !participant) throw new Error('room-state admitted without a room or a participant');
  // Which transports the room takes is known only now.
  const offer = joining.offer && policyOf(room).requireTls ? securedOffer(joining.offer) : ok(joining.offer);
  if (!offer.ok) {
    await giveBackSeat(admitted, deps);
    respond.mediaFault(transaction, offer.error, deps.domain);
    return;
  }
  const peer = offer.value;
  // Cancelled while we were asking: no edge needs to hear of it.
  if (transaction.isAnswered) {
    await giveBackSeat(admitted, deps);
    return;
  }
  const reservation = await deps.edges.reserve(
    deps.newRequestId(),
    SessionRecord.fromPartial({
      chatId: admitted.chatId,
      room: room.room,
      shard: room.shard,
      epoch: room.epoch,
      tag: room.tag,
      conferenceUri: room.conferenceUri,
      participant,
      capabilities: peer ? capabilitiesOf(peer.peer) : joining.capabilities,
      policy: policyOf(room),
      peerPath: peer ? [...peer.peer.peerPath] : [],
      secure: peer?.secure ?? offersTls(deps.edges, room.policy, joining.dialog.secure),
      peerFingerprints: [...(peer?.fingerprints ?? [])],
      cursor: 0n,
      roomVersion: room.version,
    }),
  );
  try {
    await describe({ ...joining, offer: peer }, admitted, room, reservation, deps);
  } catch (error) {
    await closeReservation(admitted, reservation, deps);
    throw error;
  }
}

/** With a path in hand: our description, the dialog's row, the 2xx. */
async function describe(
  joining: JoinRequest,
  admitted: Admitted,
  room: RoomView,
  reservation: Reservation,
  deps: ConferenceDependencies,
): Promise<void> {
  const { transaction, offer } = joining;
  const { path, fingerprint } = reservation;
  const ours = ourSide({ policy: policyOf(room), path, fingerprint, sessionId: deps.newSdpSessionId() });
  const agreed = offer && answerTo(offer, ours);
  if (agreed && !agreed.ok) {
    await giveBack(admitted, reservation, deps);
    respond.mediaFault(transaction, agreed.error, deps.domain);
    return;
  }
  const allows = readTokens(transaction.request.headers, 'Allow');
  const row = {
    callId: joining.dialog.callId,
    localTag: joining.dialog.localTag,
    state: offer ? ('awaiting-ack' as const) : ('awaiting-answer' as const),
    dialog: joining.dialog,
    media: {
      room: room.room,
      conferenceUri: room.conferenceUri,
      roomUser: joining.roomUser,
      chatId: admitted.chatId,
      pid: admitted.participant?.pid ?? '',
      userUri: joining.user.uri,
      edgeId: reservation.edgeId,
      path: reservation.path,
      localSdp: agreed?.value.localSdp ?? offerOf(ours),
      remoteSdp: offer ? Buffer.from(transaction.request.body).toString('utf8') : undefined,
      capabilities: joining.capabilities,
    },
    timer: joining.timer.timer,
    peerAllows: allows.ok && allows.value.length > 0 ? allows.value : undefined,
    flow: transaction.flow,
    replica: deps.replica,
  };
  const record = await deps.dialogs.insert(row, deps.clock.nowMs() + deps.ackDueMs);
  await answer(joining, record, admitted, reservation, deps);
}

async function answer(
  joining: JoinRequest,
  record: DialogRecord,
  admitted: Admitted,
  reservation: Reservation,
  deps: ConferenceDependencies,
): Promise<void> {
  const { transaction } = joining;
  const contact = roomContactUri(joining.roomUser, deps.domain, deps.sipPort, contactOf(transaction));
  const traceOfJoin = deps.tracer.active()?.context;
  transaction.watch({
    onAcknowledged: (ack) => {
      void tracedAck(deps.tracer, traceOfJoin, () => acknowledged(record, ack, deps));
    },
    onUnacknowledged: () => {
      unacknowledged(record, deps);
    },
  });
  const sent = transaction.respond(200, {
    copyRecordRoute: true,
    headers: [roomContact(contact), allow, allowEvents, supported, accept, ...joining.timer.headers],
    contentType: 'application/sdp',
    body: Buffer.from(record.media.localSdp),
  });
  if (sent) return;
  // Cancelled while we were asking: the 487 has gone out, and nothing of the request takes effect.
  await deps.dialogs.take(record);
  await giveBack(admitted, reservation, deps);
}

function policyOf({ policy }: RoomView): RoomPolicy {
  if (!policy) throw new Error('room-state told of a room without its policy');
  return policy;
}
