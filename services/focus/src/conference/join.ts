import { LeaveCause } from '@plenary/proto/chat';
import { SessionRecord } from '@plenary/proto/edge';
import { Refusal, type Admitted } from '@plenary/proto/roomstate';
import {
  createUasDialog,
  parseFromTo,
  readTokens,
  type Dialog,
  type ServerTransaction,
  type SipRequest,
} from '@plenary/sip';
import type { SessionDescription } from '@plenary/sdp';
import type { ConferenceUri } from '@plenary/wire';
import type { AuthenticatedUser } from '../auth/authenticator.js';
import { NoEdgeError, type Reservation } from '../edges/interface.js';
import { accept, allow, roomContact, supported } from '../signalling/headers.js';
import { respond, type HeaderPair } from '../signalling/respond.js';
import type { DialogRecord, TimerRecord } from '../store/interface.js';
import { acknowledged, unacknowledged } from './acknowledge.js';
import { capabilitiesOf, unknownCapabilities } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { answerTo, checkOffer, offerOf, ourSide, peerPathOf } from './offer-answer.js';
import { answerToRefusal } from './refusal.js';
import { roomContactUri } from './room-uri.js';
import { answerTimer } from './session-timer.js';

/** What an INVITE to a room asks for, checked as far as that goes without asking anybody. */
interface JoinRequest {
  readonly transaction: ServerTransaction;
  readonly user: AuthenticatedUser;
  readonly conferenceUri: ConferenceUri;
  readonly roomUser: string;
  readonly dialog: Dialog;
  /** Undefined: the offer is ours to make. */
  readonly offer: SessionDescription | undefined;
  readonly timer: { readonly headers: readonly HeaderPair[]; readonly timer: TimerRecord };
}

/**
 * An INVITE to a room by an authenticated user (RFC 4579 section 5.1, RFC 7701 section 5): the offer is checked, room-state gives a seat, an edge a
 * path, the 2xx goes out; the ACK makes the participant joined. Whatever fails on the way gives back what was taken before.
 *
 * Req: ROOM-001, ROOM-002, SIP-019, SIP-023 to SIP-026, SDP-020, AUTH-016.
 */
export async function join(
  transaction: ServerTransaction,
  user: AuthenticatedUser,
  target: { readonly conferenceUri: ConferenceUri; readonly user: string },
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
  await admit(
    {
      transaction,
      user,
      conferenceUri: target.conferenceUri,
      roomUser: target.user,
      dialog: dialog.value,
      offer: offer?.value,
      timer,
    },
    deps,
  );
}

/** Asks for a seat. */
async function admit(joining: JoinRequest, deps: ConferenceDependencies): Promise<void> {
  const { transaction, user, conferenceUri, offer } = joining;
  const peer = offer && answerTo(offer, placeholderSide);
  const admission = await deps.roomState.admit({
    requestId: deps.newRequestId(),
    conferenceUri,
    userUri: user.uri,
    identities: [...user.identities],
    displayName: displayNameOf(transaction.request),
    capabilities: peer?.ok ? capabilitiesOf(peer.value.capabilities) : unknownCapabilities(),
    systemRoles: [...user.systemRoles],
  });
  if (admission.result?.$case !== 'admitted') {
    const { status, reason } = answerToRefusal(admission.result?.value ?? Refusal.UNSPECIFIED);
    deps.events.joinRefused(conferenceUri, status, reason);
    respond.refuse(transaction, status, reason);
    return;
  }
  const admitted = admission.result.value;
  try {
    await seat(joining, admitted, deps);
  } catch (error) {
    await giveBackSeat(admitted, deps);
    if (!(error instanceof NoEdgeError)) throw error;
    deps.events.failed('no edge', error, idsOf(admitted));
    respond.unavailable(transaction);
  }
}

/** With a seat in hand: a path at an edge, our description, the dialog's row, the 2xx. */
async function seat(joining: JoinRequest, admitted: Admitted, deps: ConferenceDependencies): Promise<void> {
  const { transaction, offer } = joining;
  const { room, participant } = admitted;
  if (!room?.policy || !participant) throw new Error('room-state admitted without a room or a participant');
  const capabilities = offer ? undefined : unknownCapabilities();
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
      capabilities: capabilities ?? participant.endpoints.find((end) => end.chatId === admitted.chatId)?.capabilities,
      policy: room.policy,
      peerPath: offer ? [...peerPathOf(offer)] : [],
      cursor: 0n,
      roomVersion: room.version,
      roster: room.roster,
    }),
  );
  const ours = ourSide({ policy: room.policy, path: reservation.path, sessionId: deps.newSdpSessionId() });
  const agreed = offer && answerTo(offer, ours);
  if (agreed && !agreed.ok) {
    await giveBack(admitted, reservation, deps);
    respond.mediaFault(transaction, agreed.error, deps.domain);
    return;
  }
  const allows = readTokens(transaction.request.headers, 'Allow');
  const record = await deps.dialogs.insert({
    callId: joining.dialog.callId,
    localTag: joining.dialog.localTag,
    state: offer ? 'awaiting-ack' : 'awaiting-answer',
    dialog: joining.dialog,
    media: {
      room: room.room,
      conferenceUri: room.conferenceUri,
      roomUser: joining.roomUser,
      chatId: admitted.chatId,
      pid: participant.pid,
      edgeId: reservation.edgeId,
      path: reservation.path,
      localSdp: agreed?.value.localSdp ?? offerOf(ours),
      remoteSdp: offer ? Buffer.from(transaction.request.body).toString('utf8') : undefined,
      capabilities: agreed ? capabilitiesOf(agreed.value.capabilities) : unknownCapabilities(),
    },
    timer: joining.timer.timer,
    peerAllows: allows.ok && allows.value.length > 0 ? allows.value : undefined,
    flow: transaction.flow,
    replica: deps.replica,
  });
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
  const contact = roomContactUri(joining.roomUser, deps.domain, deps.sipPort(), transaction.flow.transport);
  transaction.watch({
    onAcknowledged: (ack) => {
      acknowledged(record, ack, deps);
    },
    onUnacknowledged: () => {
      unacknowledged(record, deps);
    },
  });
  const sent = transaction.respond(200, {
    copyRecordRoute: true,
    headers: [roomContact(contact), allow, supported, accept, ...joining.timer.headers],
    contentType: 'application/sdp',
    body: Buffer.from(record.media.localSdp),
  });
  if (sent) return;
  // Cancelled while we were asking: the 487 has gone out, and nothing of the request takes effect.
  await deps.dialogs.take(record);
  await giveBack(admitted, reservation, deps);
}

async function giveBack(admitted: Admitted, reservation: Reservation, deps: ConferenceDependencies): Promise<void> {
  await Promise.all([
    giveBackSeat(admitted, deps),
    deps.edges
      .closeSession(deps.newRequestId(), reservation.edgeId, admitted.chatId, LeaveCause.DEPARTED)
      // An unbound reservation lapses by itself.
      .catch((error: unknown) => {
        deps.events.failed('closing a reservation', error, idsOf(admitted));
      }),
  ]);
}

async function giveBackSeat(admitted: Admitted, deps: ConferenceDependencies): Promise<void> {
  try {
    const room = admitted.room?.room ?? '';
    await deps.roomState.leave(deps.newRequestId(), room, admitted.chatId, LeaveCause.DEPARTED);
  } catch (error) {
    // A seat nobody takes lapses by itself.
    deps.events.failed('giving a seat back', error, idsOf(admitted));
  }
}

/** Stands in for our side while only the peer's is of interest: the answer it makes is thrown away. */
const placeholderSide = {
  path: 'msrp://127.0.0.1:2855/offer.check;tcp',
  wrappedTypes: [],
  chatTokens: { nickname: false, privateMessages: false },
  origin: { username: '-', sessionId: '0' },
};

function displayNameOf(request: SipRequest): string {
  const from = parseFromTo(request.headers.get('From') ?? '');
  return from.ok ? (from.value.displayName ?? '') : '';
}

function idsOf(admitted: Admitted): { room: string; pid: string; chatId: string } {
  return { room: admitted.room?.room ?? '', pid: admitted.participant?.pid ?? '', chatId: admitted.chatId };
}
