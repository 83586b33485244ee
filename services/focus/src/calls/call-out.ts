import type { CallWanted } from '@plenary/proto/chat';
import { SessionRecord } from '@plenary/proto/edge';
import { AdmitRequest, CallFailure, type Admitted, type RoomView } from '@plenary/proto/roomstate';
import {
  formatUri,
  offerSessionTimer,
  parseSessionExpires,
  readOptional,
  readSessionTimerAnswer,
  readTokens,
  type SipResponse,
  type SipUri,
} from '@plenary/sip';
import type { Reservation } from '../edges/interface.js';
import { capabilitiesOf, unknownCapabilities } from '../conference/capabilities.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { sendBye } from '../conference/end-dialog.js';
import { giveBack, giveBackSeat, idsOf } from '../conference/give-back.js';
import { inPart, offerOf, ourSide, readAckAnswer } from '../conference/offer-answer.js';
import { requestTarget, roomContactUri } from '../conference/room-uri.js';
import { takeSeat } from '../conference/seat.js';
import { offersTls } from '../conference/transports.js';
import { timerFrom } from '../conference/session-timer.js';
import { allow, allowEvents, roomContact, supported } from '../signalling/headers.js';
import type { DialogRecord, TimerRecord } from '../store/interface.js';
import { callableUri, type CallTargets } from './call-target.js';
import { callTag, invite, type InviteOutcome } from './invite.js';
import type { OpenCall, OpenCalls } from './open-calls.js';

/** What calling somebody needs beside what every join needs. */
export interface CallDependencies {
  readonly conference: ConferenceDependencies;
  readonly targets: CallTargets;
  readonly open: OpenCalls;
  readonly ringMs: number;
  /** Hears of a call that came to nothing before room-state does: its document does not say why. */
  readonly onFailed: (room: string, uri: string, failure: CallFailure) => void;
  /** `length` octets nobody can guess. */
  readonly randomBytes: (length: number) => Uint8Array;
}

type Answered = Extract<InviteOutcome, { kind: 'answered' }>;

/**
 * Calls somebody into a room, as room-state asked for: a seat (of several replicas one gets it), a path at an edge, INVITE with our offer; an
 * answer makes the dialog and the participant joined. What comes to nothing is given back and reported. Never rejects.
 *
 * Spec: RFC 4579 §5.6; RFC 6503 §5.3.6; RFC 7701 §5.   Req: CONF-019, CHAT-X-005.
 */
export async function callOut(roomId: string, call: CallWanted, deps: CallDependencies): Promise<void> {
  const { conference, open } = deps;
  const opened = open.opened(roomId, call.callId);
  try {
    const failure = await ring(roomId, call, opened, deps).finally(() => open.ended(opened));
    if (failure === undefined || opened.isRevoked) return;
    deps.onFailed(roomId, call.uri, failure);
    await conference.retries.run(() =>
      conference.roomState.reportCall(conference.newRequestId(), roomId, call.callId, failure),
    );
  } catch (error) {
    // Room-state asks again, or gives the call up after its time.
    conference.events.failed('calling a participant', error, { room: roomId });
  }
}

/** Undefined: it was answered, or is another replica's. */
async function ring(
  roomId: string,
  call: CallWanted,
  opened: OpenCall,
  deps: CallDependencies,
): Promise<CallFailure | undefined> {
  const { conference } = deps;
  const room = await conference.roomState.roomById(roomId);
  if (room === undefined) return undefined;
  const { result } = await conference.roomState.admit(
    AdmitRequest.fromPartial({
      requestId: conference.newRequestId(),
      conferenceUri: room.conferenceUri,
      userUri: call.uri,
      capabilities: unknownCapabilities(),
      contact: call.uri,
      callId: call.callId,
    }),
  );
  // Refused: another replica has it, or nobody wants it any more.
  if (result?.$case !== 'admitted') return undefined;
  const admitted = result.value;
  opened.chatId = admitted.chatId;
  const uri = callableUri(call.uri);
  const targets = uri === undefined ? [] : await deps.targets(uri).catch(() => []);
  if (uri === undefined || targets.length === 0) {
    await giveBackSeat(admitted, conference);
    return CallFailure.FAILED;
  }
  return ringAt(uri, targets, { admitted, opened }, deps);
}

async function ringAt(
  uri: SipUri,
  targets: Awaited<ReturnType<CallTargets>>,
  { admitted, opened }: { admitted: Admitted; opened: OpenCall },
  deps: CallDependencies,
): Promise<CallFailure | undefined> {
  const { conference } = deps;
  const { room } = admitted;
  if (room?.policy === undefined) throw new Error('room-state admitted without a room or its policy');
  let reservation: Reservation;
  try {
    reservation = await reserve(admitted, room, uri, conference);
  } catch (error) {
    conference.events.failed('no edge for a call', error, idsOf(admitted));
    await giveBackSeat(admitted, conference);
    return CallFailure.FAILED;
  }
  const { path, fingerprint } = reservation;
  const ours = ourSide({ policy: room.policy, path, fingerprint, sessionId: conference.newSdpSessionId() });
  // Edges take connections and open none: who answers has to connect (RFC 6135 section 4.2).
  const sdp = inPart(offerOf(ours), 'passive');
  const outcome = await inviteTo(uri, targets, { opened, room, sdp }, deps);
  if (outcome.kind === 'refused') {
    await giveBack(admitted, reservation, conference);
    return failureOf(outcome.status);
  }
  return seat(outcome, { admitted, room, reservation, sdp, uri }, deps);
}

function reserve(admitted: Admitted, room: RoomView, uri: SipUri, deps: ConferenceDependencies): Promise<Reservation> {
  return deps.edges.reserve(
    deps.newRequestId(),
    SessionRecord.fromPartial({
      chatId: admitted.chatId,
      room: room.room,
      shard: room.shard,
      epoch: room.epoch,
      tag: room.tag,
      conferenceUri: room.conferenceUri,
      ...(admitted.participant === undefined ? {} : { participant: admitted.participant }),
      capabilities: unknownCapabilities(),
      ...(room.policy === undefined ? {} : { policy: room.policy }),
      roomVersion: room.version,
      secure: offersTls(deps.edges, room.policy, uri.scheme === 'sips'),
    }),
  );
}

async function inviteTo(
  uri: SipUri,
  targets: Awaited<ReturnType<CallTargets>>,
  { opened, room, sdp }: { opened: OpenCall; room: RoomView; sdp: string },
  deps: CallDependencies,
): Promise<InviteOutcome> {
  const { conference, randomBytes, ringMs } = deps;
  const transport = targets[0]?.transport ?? 'UDP';
  const contact = roomContactUri(roomUserOf(room, conference), conference.domain, conference.sipPort, {
    transport,
    sips: uri.scheme === 'sips',
  });
  const timer = offerSessionTimer(conference.timerPolicy, undefined, undefined);
  return invite(
    {
      uri: formatUri(uri),
      from: room.conferenceUri,
      localTag: callTag(conference.replica, randomBytes),
      headers: [
        roomContact(contact),
        allow,
        allowEvents,
        supported,
        ['Session-Expires', String(timer.intervalS)],
        ...(room.displayText === '' ? [] : ([['Subject', oneLine(room.displayText)]] as const)),
      ],
      sdp,
    },
    targets,
    {
      userAgent: conference.userAgent(),
      clock: conference.clock,
      random: randomBytes,
      ringMs,
      onStarted: (cancel) => {
        opened.rings(cancel);
      },
    },
  );
}

/** The answer makes a session, or is ended by BYE. */
async function seat(
  { dialog, response, flow, acknowledge }: Answered,
  made: { admitted: Admitted; room: RoomView; reservation: Reservation; sdp: string; uri: SipUri },
  deps: CallDependencies,
): Promise<CallFailure | undefined> {
  const { conference } = deps;
  const { admitted, room, reservation, sdp, uri } = made;
  acknowledge();
  const answer = readAckAnswer(sdp, response.body);
  const capabilities = answer.ok ? capabilitiesOf(answer.value.peer) : unknownCapabilities();
  const allows = readTokens(response.headers, 'Allow');
  const row: Omit<DialogRecord, 'rv'> = {
    callId: dialog.callId,
    localTag: dialog.localTag,
    state: 'awaiting-ack',
    dialog,
    media: {
      room: room.room,
      conferenceUri: room.conferenceUri,
      roomUser: roomUserOf(room, conference),
      chatId: admitted.chatId,
      pid: admitted.participant?.pid ?? '',
      userUri: admitted.participant?.identities[0] ?? formatUri(uri),
      edgeId: reservation.edgeId,
      path: reservation.path,
      localSdp: sdp,
      remoteSdp: Buffer.from(response.body).toString('utf8'),
      capabilities,
    },
    timer: timerOf(response, conference.clock.nowMs()),
    peerAllows: allows.ok && allows.value.length > 0 ? allows.value : undefined,
    flow,
    replica: conference.replica,
  };
  if (!answer.ok) {
    sendBye({ ...row, rv: 0 }, { cause: 488, text: 'no usable answer' }, conference);
    await giveBack(admitted, reservation, conference);
    return CallFailure.FAILED;
  }
  try {
    const { edgeId } = reservation;
    await conference.edges.update(conference.newRequestId(), edgeId, admitted.chatId, capabilities, {
      peerPath: answer.value.peer.peerPath,
      peerFingerprints: answer.value.fingerprints,
    });
    await conference.roomState.updateCapabilities(conference.newRequestId(), room.room, admitted.chatId, capabilities);
    const inserted = await conference.dialogs.insert(row, conference.clock.nowMs() + conference.ackDueMs);
    const confirmed = (await conference.dialogs.confirm(inserted)) ?? inserted;
    await takeSeat(confirmed, conference);
    return undefined;
  } catch (error) {
    conference.events.failed('seating a called participant', error, idsOf(admitted));
    sendBye({ ...row, rv: 0 }, { cause: 503, text: 'session could not be set up' }, conference);
    await giveBack(admitted, reservation, conference);
    return CallFailure.FAILED;
  }
}

/** RFC 4028 section 7.2: without Session-Expires in the answer there is no timer. */
function timerOf(response: SipResponse, nowMs: number): TimerRecord | undefined {
  const expires = readOptional(response.headers, 'Session-Expires', parseSessionExpires);
  if (!expires.ok || expires.value === undefined) return undefined;
  const agreed = readSessionTimerAnswer({ intervalS: expires.value.seconds, refresher: expires.value.refresher });
  return agreed && timerFrom(agreed.intervalS, agreed.weRefresh, nowMs);
}

function roomUserOf({ conferenceUri }: RoomView, { domain, hosts }: ConferenceDependencies): string {
  const target = requestTarget(conferenceUri, domain, hosts);
  if (target.kind !== 'room') throw new Error('room-state told of a room that is not ours');
  return target.user;
}

/** What the roster says of a call that failed (RFC 4575 section 5.7.6; EVT-019). */
function failureOf(status: number): CallFailure {
  switch (status) {
    case 486:
    case 600:
      return CallFailure.BUSY;
    case 403:
    case 603:
      return CallFailure.DECLINED;
    default:
      return CallFailure.FAILED;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').slice(0, 128);
}
