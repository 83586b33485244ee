import type { RoomPolicy } from '@plenary/proto/chat';
import {
  answerOffer,
  isUnchanged,
  makeOffer,
  parseSdp,
  readAnswer,
  readOffer,
  serializeSdp,
  type OfferPolicy,
  type OurSide,
  type PeerCapabilities,
  type Refusal,
  type SdpError,
  type SessionDescription,
} from '@plenary/sdp';
import { err, ok, type Result } from '@plenary/wire';

/** What the focus agrees to. Edges take connections and do not open any, so a peer that wants to be connected to is refused. */
const offerPolicy: OfferPolicy = { transports: { tcp: true, tls: false }, mayConnect: false, cema: false };

/** Why an offer or answer leads to no session; 488 carries a Warning. */
export type MediaFault =
  | { readonly status: 400 | 413; readonly text: string }
  | { readonly status: 488; readonly warning: { readonly code: number; readonly text: string } };

export interface AgreedMedia {
  readonly capabilities: PeerCapabilities;
  /** Our description, serialized. */
  readonly localSdp: string;
}

/** Reads a body as SDP and checks that a session can come of it, before anybody is asked for a seat. */
export function checkOffer(body: Uint8Array): Result<SessionDescription, MediaFault> {
  const offer = parseBody(body);
  if (!offer.ok) return offer;
  const stream = readOffer(offer.value, offerPolicy);
  return stream.ok ? offer : err(faultOf(stream.error));
}

/** What we say of a room, at this path (RFC 7701 section 5.2, 8). */
export function ourSide(room: {
  policy: RoomPolicy;
  path: string;
  sessionId: string;
  previousSdp?: string | undefined;
}): OurSide {
  const { policy, path, sessionId, previousSdp } = room;
  const previous = previousSdp === undefined ? undefined : parseSdp(previousSdp);
  return {
    path,
    wrappedTypes: policy.wrappedTypes.length > 0 ? policy.wrappedTypes : ['*'],
    ...(policy.maxSizeBytes > 0n ? { maxSizeBytes: Number(policy.maxSizeBytes) } : {}),
    chatTokens: { nickname: policy.nicknames, privateMessages: policy.privateMessages },
    origin: { username: '-', sessionId },
    ...(previous?.ok ? { previous: previous.value } : {}),
  };
}

/** Our answer to a checked offer. */
export function answerTo(offer: SessionDescription, ours: OurSide): Result<AgreedMedia, MediaFault> {
  const answer = answerOffer(offer, ours, offerPolicy);
  if (!answer.ok) return err(faultOf(answer.error));
  return ok({ capabilities: answer.value.capabilities, localSdp: serializeSdp(answer.value.description) });
}

/** Our offer, for an INVITE that came without one (SDP-020). */
export function offerOf(ours: OurSide): string {
  return serializeSdp(makeOffer(ours));
}

/** The answer in an ACK to `localSdp`, our offer. The peer has to be the one that connects. */
export function readAckAnswer(localSdp: string, body: Uint8Array): Result<PeerCapabilities, MediaFault> {
  const offer = parseText(localSdp);
  if (!offer.ok) return offer;
  const answer = parseBody(body);
  if (!answer.ok) return answer;
  const agreed = readAnswer(offer.value, answer.value);
  if (!agreed.ok) return err(faultOf(agreed.error));
  if (agreed.value.role === 'active') {
    return err({ status: 488, warning: { code: 399, text: 'The answerer has to connect' } });
  }
  return ok(agreed.value.capabilities);
}

/** What a later offer asks for, against what the peer said last. */
export type OfferChange = 'unchanged' | 'capabilities' | 'path';

/** "If the o= line is unchanged, nothing has changed" (RFC 3264 section 8; SDP-021). */
export function changeOf(
  earlierSdp: string | undefined,
  later: SessionDescription,
  laterPath: readonly string[],
): OfferChange {
  const earlier = earlierSdp === undefined ? undefined : parseSdp(earlierSdp);
  if (!earlier?.ok) return 'path';
  if (isUnchanged(earlier.value, later)) return 'unchanged';
  const before = readOffer(earlier.value, offerPolicy);
  if (!before.ok) return 'path';
  return before.value.capabilities.peerPath.join(' ') === laterPath.join(' ') ? 'capabilities' : 'path';
}

/** The path a checked offer names. */
export function peerPathOf(offer: SessionDescription): readonly string[] {
  const stream = readOffer(offer, offerPolicy);
  return stream.ok ? stream.value.capabilities.peerPath : [];
}

function parseBody(body: Uint8Array): Result<SessionDescription, MediaFault> {
  return parseText(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
}

function parseText(text: string): Result<SessionDescription, MediaFault> {
  const parsed: Result<SessionDescription, SdpError> = parseSdp(text);
  return parsed.ok ? parsed : err({ status: parsed.error.status, text: parsed.error.message });
}

function faultOf(refusal: Refusal): MediaFault {
  return { status: 488, warning: refusal.warning };
}
