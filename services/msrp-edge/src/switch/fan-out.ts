import { Part } from '@plenary/proto/chat';
import type { EdgeCounters } from '../counters.js';
import type { Room } from '../rooms/room.js';
import type { RoomMessage } from '../rooms/room-message.js';
import type { CapabilityClass } from '../sessions/capability-class.js';
import type { Connection } from '../sessions/connection.js';
import type { EdgeSession, OpenCopy } from '../sessions/session.js';
import type { Flusher } from './flush.js';
import { Copy, outboundMessageId } from './leg.js';
import type { SentCopies } from './sent-copies.js';

export interface FanOutOptions {
  readonly textBodyBytes: number;
  readonly markerEvery: number;
  readonly markerIntervalMs: number;
  readonly markerMinIntervalMs: number;
}

/** Which count a copy belongs to. */
export type DeliveryKind = 'live' | 'replay';

const NOTHING = Buffer.alloc(0);
/** What a copy is longer than its body, about. */
const COPY_HEAD_BYTES = 320;
/** Copies until a session that could not be tracked just now is looked at again. */
const LOOK_AGAIN_AFTER = 8;
/** Messages in several chunks that one session may have under way. */
const MAX_OPEN_COPIES = 1024;

/**
 * Copies a message to the sessions it is for.
 *
 * `deliver` is the hot path: per recipient some comparisons of fields and one concatenation (or three references), no parsing,
 * lookup, closure, promise or log line. Whatever differs between sessions was settled before: the paths are rendered,
 * capabilities are judged once per class, and a countdown leads the few copies that need more to `#closeLook`.
 *
 * Spec: RFC 7701 section 6.1, 6.2; RFC 4975 section 7.1.   Req: CHAT-008 to CHAT-015, CHAT-022, PRIV-004, PRIV-007.
 */
export class FanOut {
  constructor(
    private readonly options: FanOutOptions,
    private readonly nextId: () => string,
    private readonly nowMs: () => number,
    private readonly flusher: Flusher,
    private readonly sent: SentCopies,
    private readonly counters: EdgeCounters,
  ) {}

  /**
   * Copies a live event to every live session it is for. Returns the number of copies. `isLate`: what comes after it has been shown
   * already; whoever joined before it gets it all the same.
   */
  deliver(room: Room, message: RoomMessage, isLate = false): number {
    let copies: number;
    if (isLate) copies = this.#late(room, message);
    else if (message.isPrivate) copies = this.#toAudience(room, message);
    else if (message.part === Part.WHOLE) copies = this.#toAll(room, message);
    else copies = this.#chunkToAll(room, message);
    if (copies === 0) return 0;
    room.copies += copies;
    room.copiedBytes += copies * (message.octets.length + COPY_HEAD_BYTES);
    if (message.isPrivate && !message.isNotice) this.counters.deliveriesPrivate += copies;
    else if (message.isNotice) this.counters.deliveriesSystem += copies;
    else this.counters.deliveriesAll += copies;
    this.flusher.queued(message.octets.length + COPY_HEAD_BYTES);
    return copies;
  }

  #toAll(room: Room, message: RoomMessage): number {
    const { live } = room;
    if (live.length === 0) return 0;
    const { event, seq } = message;
    const copy = this.#render(message);
    const { head, tail } = copy;
    const asText = message.octets.length <= this.options.textBodyBytes;
    const headOctets = asText ? NOTHING : copy.headOctets;
    const tailOctets = asText ? NOTHING : copy.tailOctets;
    // RFC 7701 section 6.1: "to each of the participants in the chat room except the sender".
    const sender = room.endpoints.get(event.senderChatId);
    const senderSeat = room.policy.copyToOwnSessions ? undefined : room.seats.get(event.senderPid);
    judge(room, message);
    let copies = 0;
    let skipped = 0;
    for (let i = 0; i < live.length; i++) {
      const session = live[i]!;
      if (session === sender || session.seat === senderSeat || seq <= session.queuedSeq) continue;
      if (!session.cls.admitted) {
        skipped++;
        continue;
      }
      session.queuedSeq = seq;
      const connection = session.connection!;
      if (!connection.dirty) this.flusher.mark(connection);
      if (--session.untilMarker < 0) this.#closeLook(session, connection, message, copy);
      else if (asText) connection.queueText(head, session.paths, tail);
      else connection.queueOctets(headOctets, session.pathOctets, tailOctets);
      copies++;
    }
    this.counters.skippedMediaType += skipped;
    return copies;
  }

  #late(room: Room, message: RoomMessage): number {
    let copies = 0;
    for (const session of room.live) {
      // What it has from the log does not come a second time.
      if (session.aheadNotices?.delete(message.seq) === true) continue;
      if (session.joinedSeq > message.seq || !this.#isFor(session, message)) continue;
      this.#one(session, message);
      copies++;
    }
    return copies;
  }

  #chunkToAll(room: Room, message: RoomMessage): number {
    let copies = 0;
    for (let i = 0; i < room.live.length; i++) if (this.offer(room.live[i]!, message)) copies++;
    return copies;
  }

  #toAudience(room: Room, message: RoomMessage): number {
    let copies = 0;
    for (const session of room.seats.get(message.event.audiencePid)?.sessions ?? [])
      if (session.liveIndex !== -1 && this.offer(session, message)) copies++;
    return copies;
  }

  /**
   * Judges one event for one session and queues the copy if it is for it. Also the way of everything out of the ordinary:
   * fragments, private messages, catching up. True when a copy was queued.
   */
  offer(session: EdgeSession, message: RoomMessage): boolean {
    if (message.seq <= session.queuedSeq) return false;
    session.queuedSeq = message.seq;
    if (!this.#isFor(session, message)) return false;
    if (message.part !== Part.WHOLE && !this.#follow(session, message)) return false;
    this.#one(session, message);
    return true;
  }

  /** May this session be shown a message from before its join (HIST-004)? Whoever sent it, also itself. */
  admits(session: EdgeSession, message: RoomMessage): boolean {
    return (
      isOnStream(session.room, session.label, message) &&
      session.cls.admits(message.event.wrappedType, message.total, false)
    );
  }

  /** Queues a copy of a message from before its join; its place in the room's order is not touched. */
  replay(session: EdgeSession, message: RoomMessage): void {
    const connection = session.connection!;
    this.flusher.mark(connection);
    const shared = this.#render(message);
    const copy = session.needsOwnIds ? shared.under(this.nextId) : shared;
    this.sent.remember(copy.transactionId, message);
    this.#queue(session, connection, message, copy, false);
    this.counters.deliveriesReplay++;
  }

  #one(session: EdgeSession, message: RoomMessage): void {
    const connection = session.connection!;
    this.flusher.mark(connection);
    const copy = this.#render(message);
    if (--session.untilMarker < 0) this.#closeLook(session, connection, message, copy);
    else this.#queue(session, connection, message, copy, false);
  }

  /** Ends everything this session has begun to receive: it may receive no more. */
  abortCopies(session: EdgeSession): void {
    for (const headSeq of session.openCopies?.keys() ?? []) this.abortCopy(session, headSeq);
  }

  /** Writes an abort chunk for a message this session has begun to receive; nothing more of it follows. */
  abortCopy(session: EdgeSession, headSeq: number): void {
    const open = session.openCopies?.get(headSeq);
    if (open === undefined || open.endedSeq !== 0 || session.connection === undefined) return;
    open.endedSeq = session.writtenSeq;
    const messageId = outboundMessageId(session.room.tag, headSeq);
    const copy = new Copy({ messageId, octets: NOTHING, offset: open.nextOffset, total: 0, flag: '#' }, this.nextId);
    session.connection.queueText(copy.head, session.paths, copy.tail);
    this.flusher.mark(session.connection);
  }

  #isFor(session: EdgeSession, message: RoomMessage): boolean {
    const { event } = message;
    if (event.senderChatId === session.chatId) return false;
    if (message.isPrivate) {
      if (event.audiencePid !== session.seat.pid || !isForStream(session, message)) return false;
    } else if (event.senderPid === session.seat.pid && !session.room.policy.copyToOwnSessions) return false;
    // RFC 7701 section 6.1: later chunks go "only to those recipients who were sent the initial chunks".
    if (!message.starts) return session.openCopies?.get(message.headSeq)?.endedSeq === 0;
    if (isAdmitted(session.room, session.cls, message)) return true;
    this.counters.skippedMediaType++;
    return false;
  }

  /** Keeps track of a message in several chunks; false when this chunk must not go out. */
  #follow(session: EdgeSession, message: RoomMessage): boolean {
    const length = message.octets.length;
    if (message.part === Part.HEAD) {
      const copies = (session.openCopies ??= new Map<number, OpenCopy>());
      for (const [headSeq, copy] of copies)
        if (copy.endedSeq !== 0 && copy.endedSeq <= session.writtenSeq) copies.delete(headSeq);
      if (copies.size >= MAX_OPEN_COPIES) return false;
      copies.set(message.seq, { endedSeq: 0, nextOffset: message.offset + length });
      return true;
    }
    const open = session.openCopies!.get(message.headSeq)!;
    const limit = session.cls.maxSizeBytes;
    if (limit !== 0 && message.offset + length - 1 > limit) {
      this.abortCopy(session, message.headSeq);
      return false;
    }
    open.nextOffset = message.offset + length;
    if (message.ends) open.endedSeq = message.seq;
    return true;
  }

  #render(message: RoomMessage): Copy {
    const copy = message.copy(this.nextId);
    this.sent.remember(copy.transactionId, message);
    return copy;
  }

  /** A copy that may have to be tracked, or needs a transaction id of its own. */
  #closeLook(session: EdgeSession, connection: Connection, message: RoomMessage, shared: Copy): void {
    const nowMs = this.nowMs();
    const sinceMs = nowMs - session.lastMarkerAtMs;
    let copy = shared;
    if (session.needsOwnIds) {
      copy = shared.under(this.nextId);
      this.sent.remember(copy.transactionId, message);
    }
    const tracked =
      session.marker === undefined &&
      session.hearsFor === undefined &&
      sinceMs >= (session.needsOwnIds ? this.options.markerIntervalMs : this.options.markerMinIntervalMs);
    if (tracked) {
      session.marker = { transactionId: copy.transactionId, seq: message.seq, sentAtMs: nowMs };
      session.lastMarkerAtMs = nowMs;
    }
    session.untilMarker = session.needsOwnIds ? 0 : tracked ? this.options.markerEvery - 1 : LOOK_AGAIN_AFTER;
    this.#queue(session, connection, message, copy, tracked);
  }

  #queue(session: EdgeSession, connection: Connection, message: RoomMessage, copy: Copy, tracked: boolean): void {
    if (message.octets.length <= this.options.textBodyBytes)
      connection.queueText(copy.head, session.paths, tracked ? copy.trackedTail : copy.tail);
    else
      connection.queueOctets(copy.headOctets, session.pathOctets, tracked ? copy.trackedTailOctets : copy.tailOctets);
  }
}

/** Settles for every capability class of the room whether this message is for it. */
function judge(room: Room, message: RoomMessage): void {
  for (const cls of room.classes.keys()) cls.admitted = isAdmitted(room, cls, message);
}

function isAdmitted(room: Room, cls: CapabilityClass, message: RoomMessage): boolean {
  const { event, total, isPrivate, isNotice } = message;
  if (isNotice) return cls.admitsNotice(total);
  return (isPrivate || isOnStream(room, cls.label, message)) && cls.admits(event.wrappedType, total, isPrivate);
}

/** Was it said on the chat medium this label stands for? Req: XCON-023. */
function isOnStream(room: Room, label: string, { event }: RoomMessage): boolean {
  return !room.hasStreams || room.streamOf(label) === room.streamOf(event.mediaLabel);
}

/** A private message goes to those sessions of its addressee that are on its medium, and where there is none of these to all. */
function isForStream({ room, label, seat }: EdgeSession, message: RoomMessage): boolean {
  if (isOnStream(room, label, message)) return true;
  const endpoints = room.roster.get(seat.pid)?.endpoints ?? [];
  return !endpoints.some((endpoint) => isOnStream(room, endpoint.label, message));
}
