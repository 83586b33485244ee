import type { RoomPolicy } from '@plenary/proto/chat';
import {
  answerOffer,
  attributeOf,
  currentStreamOf,
  formatOrigin,
  isUnchanged,
  makeOffer,
  parseFingerprint,
  parseSdp,
  readAnswer,
  readOffer,
  serializeSdp,
  type Fingerprint,
  type OfferPolicy,
  type OurSide,
  type PeerCapabilities,
  type Refusal,
  type SdpError,
  type SdpLine,
  type SessionDescription,
} from '@plenary/sdp';
import { err, ok, type Result } from '@plenary/wire';

/** Transports a stream may have: what some edge takes, and the room. */
export interface MediaTransports {
  readonly tcp: boolean;
  readonly tls: boolean;
}

/** For what was agreed on before. */
const anyTransport: MediaTransports = { tcp: true, tls: true };

/** What the focus agrees to. Edges take connections and do not open any, so a peer that wants to be connected to is refused. */
function offerPolicy(transports: MediaTransports): OfferPolicy {
  return { transports, mayConnect: false, cema: false };
}

/** Why an offer or answer leads to no session; 488 carries a Warning. */
export type MediaFault =
  | { readonly status: 400 | 413; readonly text: string }
  | { readonly status: 488; readonly warning: { readonly code: number; readonly text: string } };

export interface AgreedMedia {
  readonly capabilities: PeerCapabilities;
  /** Our description, serialized. */
  readonly localSdp: string;
}

/** An offer a session can come of. */
export interface CheckedOffer {
  readonly description: SessionDescription;
  readonly peer: PeerCapabilities;
  /** The peer's label of the stream (RFC 4574). */
  readonly label?: string;
  /** Over TLS, and what the peer's certificate is known by then. */
  readonly secure: boolean;
  readonly fingerprints: readonly string[];
  readonly transports: MediaTransports;
}

/** Reads a body as SDP and checks that a session can come of it, before anybody is asked for a seat. */
export function checkOffer(
  body: Uint8Array,
  transports: MediaTransports = anyTransport,
): Result<CheckedOffer, MediaFault> {
  const offer = parseBody(body);
  return offer.ok ? checkDescription(offer.value, transports) : offer;
}

/**
 * The same offer in a room that takes TLS alone: another of its streams may be the chat then. 488 with Warning 302 where it has none over TLS
 * (SDP-018; RFC 7701 section 4.1).
 */
export function securedOffer(offer: CheckedOffer): Result<CheckedOffer, MediaFault> {
  return offer.secure ? ok(offer) : checkDescription(offer.description, { ...offer.transports, tcp: false });
}

function checkDescription(
  description: SessionDescription,
  transports: MediaTransports,
): Result<CheckedOffer, MediaFault> {
  const stream = readOffer(description, offerPolicy(transports));
  if (!stream.ok) return err(faultOf(stream.error));
  const { capabilities: peer, label, secure } = stream.value;
  const fingerprints = secure ? fingerprintsIn(stream.value) : [];
  return ok({ description, peer, secure, fingerprints, transports, ...(label === undefined ? {} : { label }) });
}

function fingerprintsIn({ fingerprints }: { readonly fingerprints: readonly Fingerprint[] }): string[] {
  return fingerprints.map(({ hashFunction, digest }) => `${hashFunction} ${digest}`);
}

/** What we say of a room, at this path (RFC 7701 section 5.2, 8). */
export function ourSide(room: {
  policy: RoomPolicy;
  path: string;
  /** Of the certificate at that path, for TLS; empty: none. */
  fingerprint?: string;
  sessionId: string;
  previousSdp?: string | undefined;
}): OurSide {
  const { policy, path, sessionId, previousSdp } = room;
  const previous = previousSdp === undefined ? undefined : parseSdp(previousSdp);
  const fingerprint = parseFingerprint(room.fingerprint ?? '');
  return {
    path,
    wrappedTypes: policy.wrappedTypes.length > 0 ? policy.wrappedTypes : ['*'],
    ...(policy.maxSizeBytes > 0n ? { maxSizeBytes: Number(policy.maxSizeBytes) } : {}),
    chatTokens: { nickname: policy.nicknames, privateMessages: policy.privateMessages },
    origin: { username: '-', sessionId },
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(previous?.ok ? { previous: previous.value } : {}),
  };
}

/** Our answer to a checked offer. */
export function answerTo({ description, transports }: CheckedOffer, ours: OurSide): Result<AgreedMedia, MediaFault> {
  const answer = answerOffer(description, ours, offerPolicy(transports));
  if (!answer.ok) return err(faultOf(answer.error));
  return ok({ capabilities: answer.value.capabilities, localSdp: serializeSdp(answer.value.description) });
}

/** Our offer, for an INVITE that came without one (SDP-020). */
export function offerOf(ours: OurSide): string {
  return serializeSdp(makeOffer(ours));
}

/** What the peer says in an answer. */
export interface AnsweredMedia {
  readonly peer: PeerCapabilities;
  readonly fingerprints: readonly string[];
}

/** The answer in an ACK to `localSdp`, our offer. The peer has to be the one that connects. */
export function readAckAnswer(localSdp: string, body: Uint8Array): Result<AnsweredMedia, MediaFault> {
  const offer = parseText(localSdp);
  if (!offer.ok) return offer;
  const answer = parseBody(body);
  if (!answer.ok) return answer;
  const agreed = readAnswer(offer.value, answer.value);
  if (!agreed.ok) return err(faultOf(agreed.error));
  if (agreed.value.role === 'active') {
    return err({ status: 488, warning: { code: 399, text: 'The answerer has to connect' } });
  }
  const { capabilities: peer, secure } = agreed.value;
  return ok({ peer, fingerprints: secure ? fingerprintsIn(agreed.value) : [] });
}

/** What a later offer asks for, against what the peer said last. */
export type OfferChange = 'unchanged' | 'capabilities' | 'path';

/** "If the o= line is unchanged, nothing has changed" (RFC 3264 section 8; SDP-021). */
export function changeOf(earlierSdp: string | undefined, later: CheckedOffer): OfferChange {
  const earlier = earlierSdp === undefined ? undefined : parseSdp(earlierSdp);
  if (!earlier?.ok) return 'path';
  if (isUnchanged(earlier.value, later.description)) return 'unchanged';
  const before = readOffer(earlier.value, offerPolicy(anyTransport));
  if (!before.ok) return 'path';
  return before.value.capabilities.peerPath.join(' ') === later.peer.peerPath.join(' ') ? 'capabilities' : 'path';
}

/**
 * Our description as it stands, with the `a=setup` of the part it now plays: "actpass" in an offer, "passive" in an answer (RFC 6135 section 4.2;
 * SDP-013). The version in `o=` rises when that changes it.
 */
export function inPart(localSdp: string, setup: 'actpass' | 'passive'): string {
  const parsed = parseSdp(localSdp);
  const index = parsed.ok ? currentStreamOf(parsed.value) : undefined;
  const stream = parsed.ok && index !== undefined ? parsed.value.media[index] : undefined;
  if (!parsed.ok || !stream || attributeOf(stream.lines, 'setup') === setup) return localSdp;
  const { origin, lines, media } = parsed.value;
  const next = { ...origin, sessionVersion: String(BigInt(origin.sessionVersion) + 1n) };
  const isSetup = (line: SdpLine): boolean => line.type === 'a' && line.value.startsWith('setup:');
  return serializeSdp({
    origin: next,
    lines: lines.map((line) => (line.type === 'o' ? { ...line, value: formatOrigin(next) } : line)),
    media: media.map((one) =>
      one === stream
        ? { ...one, lines: one.lines.map((line) => (isSetup(line) ? { ...line, value: `setup:${setup}` } : line)) }
        : one,
    ),
  });
}

/** a=fingerprint of our certificate as our description has it; empty: none. */
export function ownFingerprint(localSdp: string): string {
  return /^a=fingerprint:(.*)$/mu.exec(localSdp)?.[1]?.trim() ?? '';
}

/** An answer that says what the peer said last (RFC 3264 section 8). */
export function isUnchangedAnswer(earlierSdp: string | undefined, body: Uint8Array): boolean {
  const [earlier, later] = [earlierSdp === undefined ? undefined : parseSdp(earlierSdp), parseBody(body)];
  return earlier?.ok === true && later.ok && isUnchanged(earlier.value, later.value);
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
