import type { Direction, EndpointCapabilities, Participant } from '@plenary/proto/chat';
import type { Room, Seat } from '../rooms/room.js';
import type { FlowState } from '../switch/backpressure.table.js';
import { renderPaths } from '../switch/leg.js';
import type { SessionInbound } from '../switch/inbound.js';
import type { TokenBucket } from '../switch/token-bucket.js';
import type { CapabilityClass } from './capability-class.js';
import type { Connection } from './connection.js';

/** Where a session stands with its connection. */
export type SessionLife =
  /** The path went out in SDP; nobody has connected. */
  | 'reserved'
  | 'bound'
  /** Its connection failed; the old URI is dead (RFC 4975 section 5.4), the seat is kept for the grace time. */
  | 'lost'
  | 'closed';

/** A copy that asked for a 200: its answer moves the cursor. */
export interface Marker {
  readonly transactionId: string;
  readonly seq: number;
  readonly sentAtMs: number;
}

/** A message that is being copied in several chunks. */
export interface OpenCopy {
  /** Sequence of the event that ended it; 0 while it goes on. */
  endedSeq: number;
  /** Where the next octet belongs. */
  nextOffset: number;
}

export interface SessionInit {
  readonly chatId: string;
  readonly secret: Buffer;
  /** Our URI in this session. */
  readonly uri: string;
  readonly requestId: string;
  readonly room: Room;
  readonly seat: Seat;
  readonly participant: Pick<Participant, 'identities' | 'entity'>;
  readonly capabilities: EndpointCapabilities;
  /** What conference control lets it do. */
  readonly allowed: Direction;
  /** Of the media entry it carries. */
  readonly label: string;
  readonly cls: CapabilityClass;
  readonly peerPath: readonly string[];
  /** Over TLS; its URI is `msrps:`. */
  readonly secure: boolean;
  /** a=fingerprint of the peer. */
  readonly peerFingerprints: readonly string[];
  /** Highest sequence known to be delivered; 0: its `joined` event will say. */
  readonly cursor: number;
  /** W3C traceparent of the join, where that is traced. */
  readonly joinTraceparent: string | undefined;
  readonly markerEvery: number;
}

const NO_OCTETS = Buffer.alloc(0);

/**
 * One MSRP session: one endpoint of one participant in one room. Owned by the switch; all its fields are changed in one
 * turn of the event loop at a time.
 */
export class EdgeSession {
  readonly chatId: string;
  readonly secret: Buffer;
  readonly sessionId: string;
  readonly uri: string;
  readonly requestId: string;
  readonly room: Room;
  readonly seat: Seat;
  /** Of the media entry it carries; `Room.streamOf` says which stream that is. Req: XCON-023. */
  readonly label: string;
  /** URIs that may stand in its CPIM From (CHAT-003). */
  identities: readonly string[];
  /** The URI it is shown by. */
  entity: string;
  /** Empty until the peer's answer or its first request tells it; nothing is written before. */
  peerPath: readonly string[] = [];
  readonly joinTraceparent: string | undefined;
  readonly secure: boolean;
  /** A certificate the client shows has to be one of these; empty: it is not looked at. */
  peerFingerprints: readonly string[];
  /** `To-Path` and `From-Path` of everything written to it. */
  paths = '';
  pathOctets: Buffer = NO_OCTETS;
  capabilities: EndpointCapabilities;
  /** What conference control lets it do, and the version of the room that says so. */
  allowed: Direction;
  allowedVersion = 0;
  /** What it takes and may do, of both. */
  cls: CapabilityClass;
  refusedTypes: string[] = [];

  life: SessionLife = 'reserved';
  flow: FlowState = 'waiting';
  connection: Connection | undefined;
  inbound: SessionInbound | undefined;
  /** isComposing messages let through. */
  composing: TokenBucket | undefined;

  /** Sequence of its `joined` event: it receives what comes after. -1: not seen. */
  joinedSeq: number;
  /** Version of the room with that event: an older view of the room does not know it yet. */
  joinedVersion = 0;
  /** Highest sequence the recipient has answered for. */
  cursor: number;
  /** Highest sequence queued, and highest handed to the socket: equal when nothing is queued. */
  queuedSeq: number;
  writtenSeq: number;
  /** Place among the room's live sessions; -1: not there. */
  liveIndex = -1;
  /** Copies until the next one that is looked at closely; 0: the next. */
  untilMarker: number;
  lastMarkerAtMs = 0;
  marker: Marker | undefined;
  /** A second session of the room on one connection: its copies need transaction ids of their own. */
  needsOwnIds = false;
  openCopies: Map<number, OpenCopy> | undefined;
  /** Places of notices it has from the log, while the room itself has still to come to them. */
  aheadNotices: Set<number> | undefined;
  /** Set while the session is served from the log. */
  catchingUp = false;
  laggingSinceMs = 0;
  /** The logging notice was written, and nothing to the contrary since (CHAT-031, LOG-003). */
  noticed = false;
  /** It came anew: the room's earlier messages are still to be offered to it (HIST-004). */
  owesHistory = false;
  /** Of a session in a sidebar that hears another room: its ear there. Of an ear: the session it hears for. */
  ear: EdgeSession | undefined;
  hearsFor: EdgeSession | undefined;
  /** What it may have missed cannot be told any more: its recipient is told so when it binds. */
  hasHole = false;
  /** Its leave was asked of room-state, or is not needed. */
  leaveAsked = false;

  constructor(init: SessionInit) {
    this.chatId = init.chatId;
    this.secret = init.secret;
    this.sessionId = `${init.chatId}.${init.secret.toString('latin1')}`;
    this.uri = init.uri;
    this.requestId = init.requestId;
    this.room = init.room;
    this.seat = init.seat;
    this.label = init.label;
    this.identities = init.participant.identities;
    this.entity = init.participant.entity;
    this.joinTraceparent = init.joinTraceparent;
    this.secure = init.secure;
    this.peerFingerprints = init.peerFingerprints;
    if (init.peerPath.length > 0) this.setPeerPath(init.peerPath);
    this.capabilities = init.capabilities;
    this.allowed = init.allowed;
    this.cls = init.cls;
    this.joinedSeq = init.cursor > 0 ? init.cursor : -1;
    this.cursor = init.cursor;
    this.queuedSeq = init.cursor;
    this.writtenSeq = init.cursor;
    this.untilMarker = init.markerEvery;
  }

  get joined(): boolean {
    return this.joinedSeq >= 0;
  }

  /** It is in the room, but nobody knows how far it had got: it goes on from here, and its recipient is told of the hole. */
  takePlaceUnknown(seq: number): void {
    this.takePlace(seq);
    this.hasHole = true;
  }

  /** It is owed what comes after this place. */
  takePlace(seq: number): void {
    this.joinedSeq = seq;
    this.cursor = seq;
    this.queuedSeq = seq;
    this.writtenSeq = seq;
  }

  setPeerPath(path: readonly string[]): void {
    this.peerPath = path;
    this.paths = renderPaths(path, this.uri);
    this.pathOctets = Buffer.from(this.paths, 'latin1');
  }
}
