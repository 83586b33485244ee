import { err, ok, type Result } from '@plenary/wire';
import { mirrored, narrowed, type Direction } from './attribute/direction.js';
import type { Fingerprint } from './attribute/fingerprint.js';
import { admits } from './attribute/format-list.js';
import { hasMsrpCema } from './attribute/msrp-cema.js';
import { parsePath } from './attribute/path.js';
import { parseSetup } from './attribute/setup.js';
import { peerCapabilities, type PeerCapabilities } from './capabilities.js';
import { fingerprintsOf, isSecure, readOffer, type OfferedStream, type OfferPolicy } from './offer.js';
import { currentStreamOf, describeSession, describeStream, directionOf, rejected, type OurSide } from './our-side.js';
import { refuse, type Refusal } from './refusal.js';
import { attributeOf, type SdpLine, type SessionDescription } from './session-description.js';

/** Our answer and what both sides agreed on with it. */
export interface Answer {
  readonly description: SessionDescription;
  readonly stream: OfferedStream;
  /** What the peer may do from now on, as it sees it; also in `capabilities.direction`. */
  readonly direction: Direction;
  /** The peer's capabilities with the agreed direction. */
  readonly capabilities: PeerCapabilities;
}

/** What the peer's answer to our offer agreed on. */
export interface AgreedStream {
  readonly index: number;
  readonly secure: boolean;
  /** `active`: we connect to the first URI of the path and send a SEND at once. */
  readonly role: 'active' | 'passive';
  readonly capabilities: PeerCapabilities;
  readonly fingerprints: readonly Fingerprint[];
  /** True when both sides said msrp-cema. */
  readonly cema: boolean;
}

/** RFC 4975 §14.5: an offer may aim us at a third party, so connecting has to be asked for. */
const DEFAULT_POLICY: OfferPolicy = { transports: { tcp: true, tls: true }, mayConnect: false, cema: false };

/**
 * Answers an offer: the chat stream as `readOffer` chooses it, every other stream with port 0, in the order of the offer. The
 * answer does not depend on the offer's chat tokens. `a=setup` is `passive` unless the offer says so itself.
 * `policy` defaults to either transport, no connecting of ours, no CEMA.
 *
 * Err: `Refusal`, always 488. Throws `RangeError` when `ours` is malformed or its path does not fit the chosen transport;
 * `readOffer` with the same policy tells the transport beforehand.
 *
 * Spec: RFC 3264 §6, §8; RFC 4975 §8; RFC 6135 §4.2; RFC 7701 §5.2, §8.   Req: SDP-001, SDP-005 to SDP-007, SDP-010,
 * SDP-013, SDP-014, SDP-019, SDP-022, D-07 to D-11.
 */
export function answerOffer(
  offer: SessionDescription,
  ours: OurSide,
  policy: OfferPolicy = DEFAULT_POLICY,
): Result<Answer, Refusal> {
  const current = ours.previous === undefined ? undefined : currentStreamOf(ours.previous);
  const chosen = readOffer(offer, current === undefined ? policy : { ...policy, currentStream: current });
  if (!chosen.ok) return chosen;
  const stream = chosen.value;
  const direction = narrowed(stream.capabilities.direction, ours.peerDirection ?? 'sendrecv');
  const described = describeStream(ours, {
    secure: stream.secure,
    setup: stream.role,
    direction: mirrored(direction),
    cema: stream.cema,
  });
  const media = offer.media.map((line, index) => (index === stream.index ? described : rejected(line)));
  const description = describeSession(ours, timesOf(offer), media);
  return ok({ description, stream, direction, capabilities: { ...stream.capabilities, direction } });
}

/**
 * Our offer: one chat stream with `a=setup:actpass`. In a dialog that has a description of ours already, the stream keeps its place
 * and every other one stays, with port 0 (RFC 3264 §8). Throws `RangeError` when `ours` is malformed.
 *
 * Spec: RFC 3264 §5, §8; RFC 4975 §8; RFC 6135 §4.2.1.   Req: SDP-001, SDP-006, SDP-010, SDP-013, SDP-019, SDP-020.
 */
export function makeOffer(ours: OurSide, options: { readonly cema?: boolean } = {}): SessionDescription {
  const described = describeStream(ours, {
    secure: /^msrps:/iu.test(ours.path),
    setup: 'actpass',
    direction: mirrored(ours.peerDirection ?? 'sendrecv'),
    cema: options.cema ?? false,
  });
  const earlier = ours.previous?.media ?? [];
  const place = ours.previous === undefined ? 0 : (currentStreamOf(ours.previous) ?? earlier.length);
  const media = earlier.map((line, index) => (index === place ? described : rejected(line)));
  if (place >= earlier.length) media.push(described);
  return describeSession(ours, [], media);
}

/**
 * Reads the answer to an offer of ours. Err when it has no usable chat stream: then the dialog is to be ended (SDP-020).
 * `active` in the answer: the peer connects; `passive` or no word: we do (SDP-015).
 *
 * Spec: RFC 3264 §6, §7; RFC 4975 §8; RFC 6135 §4.2.2.   Req: SDP-003, SDP-005, SDP-015.
 */
export function readAnswer(offer: SessionDescription, answer: SessionDescription): Result<AgreedStream, Refusal> {
  const index = currentStreamOf(offer) ?? -1;
  const asked = offer.media[index];
  if (asked === undefined) throw new RangeError('the offer has no chat stream');
  const media = answer.media[index];
  // RFC 3264 §6: "The answer to an offer ... MUST contain exactly the same number of 'm=' lines"; a longer one is not understood.
  if (media === undefined || answer.media.length !== offer.media.length || media.media !== 'message') {
    return err(refuse('answer-mismatch'));
  }
  if (media.port === 0) return err(refuse('stream-refused'));
  const secure = isSecure(media.proto);
  if (secure === undefined || secure !== isSecure(asked.proto)) return err(refuse('answer-mismatch'));
  const next = parsePath(attributeOf(media.lines, 'path') ?? '')?.[0];
  if (next === undefined) return err(refuse('no-path'));
  if (next.secure !== secure) return err(refuse('path-contradicts-transport'));
  const said = peerCapabilities(media, answer);
  if (!admits(said.acceptTypes, 'message/cpim')) return err(refuse('cpim-not-accepted'));
  return ok({
    index,
    secure,
    role: parseSetup(attributeOf(media.lines, 'setup')) === 'active' ? 'passive' : 'active',
    capabilities: { ...said, direction: narrowed(said.direction, mirrored(directionOf(asked))) },
    fingerprints: fingerprintsOf(answer, media),
    cema: hasMsrpCema(asked.lines) && hasMsrpCema(media.lines),
  });
}

/** RFC 3264 §6: "The "t=" line in the answer MUST be equal to that in the offer." One that cannot be read is left out. */
function timesOf(offer: SessionDescription): SdpLine[] {
  return offer.lines.filter((line) => line.type === 't' && /^\d{1,20} \d{1,20}$/u.test(line.value)).slice(0, 1);
}
