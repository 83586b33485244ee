import { err, ok, type Result } from '@plenary/wire';
import { hasMsrpCema } from './attribute/msrp-cema.js';
import { admits } from './attribute/format-list.js';
import { parseFingerprint, type Fingerprint } from './attribute/fingerprint.js';
import { parseLabel } from './attribute/label.js';
import { parsePath, type PathUri } from './attribute/path.js';
import { parseSetup, type Setup } from './attribute/setup.js';
import { peerCapabilities, type PeerCapabilities } from './capabilities.js';
import { refuse, type Refusal, type RefusalCode } from './refusal.js';
import {
  attributeOf,
  attributesOf,
  connectionOf,
  type MediaDescription,
  type SessionDescription,
} from './session-description.js';

/** What we are ready to take in an offer. */
export interface OfferPolicy {
  /** Transports we can serve; at least one true. Only `tls`: the room forces TLS (SDP-018). */
  readonly transports: { readonly tcp: boolean; readonly tls: boolean };
  /** May we connect to the offerer when it says `passive`? */
  readonly mayConnect: boolean;
  /** Apply RFC 6714: answer msrp-cema, and refuse connection data that contradict the path without it. */
  readonly cema: boolean;
  /** Index of the stream already in use for the chat, in a later offer of the same session. */
  readonly currentStream?: number;
}

/** The stream of an offer that will carry the chat, and what it says. */
export interface OfferedStream {
  /** Index among the `m=` lines. */
  readonly index: number;
  readonly media: MediaDescription;
  readonly secure: boolean;
  /** Our part: who opens the connection. */
  readonly role: 'active' | 'passive';
  readonly setup: Setup | undefined;
  readonly capabilities: PeerCapabilities;
  /** Hashes of the certificate the peer will show, of its stream or else of its session. */
  readonly fingerprints: readonly Fingerprint[];
  /** True when our answer says msrp-cema, too. */
  readonly cema: boolean;
  /** The peer's label of the stream. */
  readonly label?: string;
}

/**
 * Chooses the stream that carries the chat: the one in use, else the first message stream that can. A refusal names what was wrong
 * with the first message stream. Every other stream is to be answered with port 0.
 *
 * Spec: RFC 4975 §8, RFC 6135 §4.2, RFC 7701 §5.2.   Req: SDP-002 to SDP-005, SDP-014, SDP-016, SDP-018, D-21, D-32.
 */
export function readOffer(offer: SessionDescription, policy: OfferPolicy): Result<OfferedStream, Refusal> {
  let first: RefusalCode | undefined;
  for (const [index, media] of offer.media.entries()) {
    if (policy.currentStream !== undefined && index !== policy.currentStream) continue;
    if (media.media !== 'message' || media.port === 0) continue;
    const stream = readStream(offer, index, media, policy);
    if (typeof stream !== 'string') return ok(stream);
    first ??= stream;
  }
  return err(refuse(first ?? 'no-message-stream'));
}

/** True when both have the same `o=`: then a later offer changes nothing (RFC 3264 §8).   Req: SDP-021. */
export function isUnchanged(earlier: SessionDescription, later: SessionDescription): boolean {
  return (
    earlier.origin.sessionId === later.origin.sessionId && earlier.origin.sessionVersion === later.origin.sessionVersion
  );
}

function readStream(
  offer: SessionDescription,
  index: number,
  media: MediaDescription,
  policy: OfferPolicy,
): OfferedStream | RefusalCode {
  const secure = isSecure(media.proto);
  if (secure === undefined) return 'transport-not-supported';
  if (!(secure ? policy.transports.tls : policy.transports.tcp)) {
    return secure ? 'transport-not-supported' : 'no-secure-transport';
  }
  // RFC 5547 §8.7: a stream with a file-selector is about one file, never a chat.
  if (attributeOf(media.lines, 'file-selector') !== undefined) return 'file-transfer-only';
  const path = parsePath(attributeOf(media.lines, 'path') ?? '');
  const next = path?.[0];
  if (path === undefined || next === undefined) return 'no-path';
  if (next.secure !== secure) return 'path-contradicts-transport';
  const capabilities = peerCapabilities(media, offer);
  if (!admits(capabilities.acceptTypes, 'message/cpim')) return 'cpim-not-accepted';
  const setup = parseSetup(attributeOf(media.lines, 'setup'));
  if (setup === 'passive' && !policy.mayConnect) return 'passive-offer';
  const cema = policy.cema && path.length === 1 && hasMsrpCema(media.lines);
  if (policy.cema && !cema && contradicts(offer, media, path, setup)) return 'path-contradicts-address';
  const label = parseLabel(attributeOf(media.lines, 'label') ?? '');
  return {
    index,
    media,
    secure,
    role: setup === 'passive' ? 'active' : 'passive',
    setup,
    capabilities,
    fingerprints: fingerprintsOf(offer, media),
    cema,
    ...(label === undefined ? {} : { label }),
  };
}

/** True for TCP/TLS/MSRP, false for TCP/MSRP, undefined for anything else. */
export function isSecure(proto: string): boolean | undefined {
  const upper = proto.toUpperCase();
  if (upper === 'TCP/MSRP') return false;
  return upper === 'TCP/TLS/MSRP' ? true : undefined;
}

/** The hashes of a stream, or of the session when the stream has none (RFC 8122 §5). Malformed ones are left out. */
export function fingerprintsOf(session: SessionDescription, media: MediaDescription): Fingerprint[] {
  const own = attributesOf(media.lines, 'fingerprint');
  return (own.length > 0 ? own : attributesOf(session.lines, 'fingerprint')).flatMap(
    (value) => parseFingerprint(value) ?? [],
  );
}

/**
 * RFC 6714 §4.3: connection data that differ from the path tell of a middlebox. Names are not looked up here, so only a name
 * against a name, or a number against a number, can differ. Behind a relay both differ by design.
 */
function contradicts(
  offer: SessionDescription,
  media: MediaDescription,
  path: readonly PathUri[],
  setup: Setup | undefined,
): boolean {
  const [uri] = path;
  // RFC 4145 §4.1: with `active` the port is 9 and says nothing.
  if (uri === undefined || path.length > 1 || setup === 'active') return false;
  if (media.port !== uri.port) return true;
  const address = connectionOf(offer, media)?.address.toLowerCase();
  const host = uri.host.toLowerCase();
  return address !== undefined && isNumeric(address) === isNumeric(host) && address !== host;
}

/** An address as opposed to a name. */
function isNumeric(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(host);
}
