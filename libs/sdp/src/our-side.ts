import { ROOM_ACCEPT_TYPES } from './attribute/accept-types.js';
import { formatWrappedTypes } from './attribute/accept-wrapped-types.js';
import { formatChatroom, type ChatroomTokens } from './attribute/chatroom.js';
import { directionIn, type Direction } from './attribute/direction.js';
import { formatFingerprint, type Fingerprint } from './attribute/fingerprint.js';
import { formatLabel } from './attribute/label.js';
import { formatMaxSize } from './attribute/max-size.js';
import { MSRP_CEMA } from './attribute/msrp-cema.js';
import { formatPath, parsePathUri, type PathUri } from './attribute/path.js';
import { formatSetup, type Setup } from './attribute/setup.js';
import { formatOrigin, serializeSdp } from './serializer.js';
import type { MediaDescription, Origin, SdpLine, SessionDescription } from './session-description.js';

/** What we say of ourselves for one chat. */
export interface OurSide {
  /** Our MSRP URI in this session, port explicit. Host and port of `c=` and `m=` are taken from it (SDP-001). */
  readonly path: string;
  /** Types the room admits inside message/cpim; empty: no line about it. */
  readonly wrappedTypes: readonly string[];
  /** Largest message the room takes, octets; absent: no line about it. */
  readonly maxSizeBytes?: number;
  readonly chatTokens: ChatroomTokens;
  /** What the peer may do at most, as the peer sees it; `sendrecv` when absent. */
  readonly peerDirection?: Direction;
  /** Hash of our certificate, for TLS. */
  readonly fingerprint?: Fingerprint;
  /** Label of the stream, unique within the conference. */
  readonly label?: string;
  /** Names the SDP session: digits for the id, the same in every description of one dialog. */
  readonly origin: { readonly username: string; readonly sessionId: string };
  /** Our last description in the same dialog: decides version and, in an offer, the place of the stream. */
  readonly previous?: SessionDescription;
}

/** What one description of ours says of the stream beside `OurSide`. */
export interface StreamTerms {
  readonly secure: boolean;
  readonly setup: Setup;
  readonly direction: Direction;
  readonly cema: boolean;
}

/** The `m=` block of the chat. Throws `RangeError` when the path does not fit the transport or anything is malformed. */
export function describeStream(ours: OurSide, terms: StreamTerms): MediaDescription {
  const uri = pathUriOf(ours);
  if (uri.secure !== terms.secure) throw new RangeError('our path does not fit the transport of the stream');
  const wrapped = formatWrappedTypes(ours.wrappedTypes);
  const attributes = [
    ...(terms.direction === 'sendrecv' ? [] : [terms.direction]),
    `accept-types:${ROOM_ACCEPT_TYPES}`,
    ...(wrapped === undefined ? [] : [`accept-wrapped-types:${wrapped}`]),
    ...(ours.maxSizeBytes === undefined ? [] : [`max-size:${formatMaxSize(ours.maxSizeBytes)}`]),
    `path:${formatPath([ours.path])}`,
    formatSetup(terms.setup),
    formatChatroom(ours.chatTokens),
    ...(ours.fingerprint === undefined ? [] : [formatFingerprint(ours.fingerprint)]),
    ...(ours.label === undefined ? [] : [formatLabel(ours.label)]),
    ...(terms.cema ? [MSRP_CEMA] : []),
  ];
  return {
    media: 'message',
    // RFC 4145 §4.1: the port of an active side is 9.
    port: terms.setup === 'active' ? 9 : uri.port,
    proto: terms.secure ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    formats: ['*'],
    lines: attributes.map((value) => ({ type: 'a', value })),
  };
}

/**
 * A whole description of ours. Its `o=` is the previous one's when nothing else changed, and has a version one higher when
 * anything did: "the version in the origin field MUST increment by one" (RFC 3264 §8).   Req: SDP-019, SDP-022.
 */
export function describeSession(
  ours: OurSide,
  times: readonly SdpLine[],
  media: readonly MediaDescription[],
): SessionDescription {
  const { host } = pathUriOf(ours);
  const addrType = host.includes(':') ? 'IP6' : 'IP4';
  const earlier = ours.previous?.origin;
  const origin: Origin = {
    username: ours.origin.username,
    sessionId: ours.origin.sessionId,
    sessionVersion: earlier?.sessionVersion ?? '1',
    netType: 'IN',
    addrType: earlier?.addrType ?? addrType,
    address: earlier?.address ?? host,
  };
  if (!/^[^\s]+$/u.test(origin.username) || !/^\d{1,20}$/u.test(origin.sessionId))
    throw new RangeError('malformed origin');
  const same = build(origin, { addrType, host }, times, media);
  if (ours.previous === undefined || serializeSdp(same) === serializeSdp(ours.previous)) return same;
  return build(
    { ...origin, sessionVersion: String(BigInt(origin.sessionVersion) + 1n) },
    { addrType, host },
    times,
    media,
  );
}

/** A stream of the peer's offer, or one of our own that is over, with port 0. */
export function rejected(media: MediaDescription): MediaDescription {
  return {
    media: media.media,
    port: 0,
    proto: media.proto,
    formats: media.formats.length > 0 ? media.formats : ['*'],
    lines: [],
  };
}

/** Index of the stream that is alive in a description of ours; undefined when there is none. */
export function currentStreamOf(description: SessionDescription): number | undefined {
  const index = description.media.findIndex((media) => media.media === 'message' && media.port !== 0);
  return index === -1 ? undefined : index;
}

/** The direction of a stream of ours. */
export function directionOf(media: MediaDescription): Direction {
  return directionIn(media.lines) ?? 'sendrecv';
}

function build(
  origin: Origin,
  connection: { readonly addrType: string; readonly host: string },
  times: readonly SdpLine[],
  media: readonly MediaDescription[],
): SessionDescription {
  const lines: SdpLine[] = [
    { type: 'v', value: '0' },
    { type: 'o', value: formatOrigin(origin) },
    { type: 's', value: '-' },
    { type: 'c', value: `IN ${connection.addrType} ${connection.host}` },
    ...(times.length > 0 ? times : [{ type: 't', value: '0 0' }]),
  ];
  return { origin, lines, media };
}

function pathUriOf(ours: OurSide): PathUri {
  const uri = parsePathUri(ours.path);
  if (uri === undefined) throw new RangeError('our path is an MSRP URI with an explicit port');
  return uri;
}
