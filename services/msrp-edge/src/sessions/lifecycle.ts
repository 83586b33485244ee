import { LeaveCause, type Direction, type EndpointCapabilities, type StateEvent } from '@plenary/proto/chat';
import type { Clock, Timer } from '@plenary/service';
import { parseTraceparent } from '@plenary/telemetry';
import type { EdgeEvents } from '../events.js';
import type { EdgeLimits } from '../limits.js';
import type { RoomState } from '../room-state.interface.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { Room } from '../rooms/room.js';
import type { Backpressure } from '../switch/backpressure.js';
import type { FanOut } from '../switch/fan-out.js';
import type { Flusher } from '../switch/flush.js';
import { SessionInbound } from '../switch/inbound.js';
import type { Ingress } from '../switch/ingress.js';
import { showsAnother } from './admission.js';
import type { CapabilityClasses } from './capability-class.js';
import type { Connection } from './connection.js';
import type { Ears } from './ears.js';
import { retryUntilDone } from './retry.js';
import { RoomChanges } from './room-changes.js';
import { SessionNotices } from './session-notices.js';
import type { EdgeSession } from './session.js';
import type { SessionTable } from './table.js';

export interface LifecycleParts {
  readonly edgeId: string;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly table: SessionTable;
  readonly classes: CapabilityClasses;
  readonly rooms: RoomDirectory;
  readonly roomState: RoomState;
  readonly flusher: Flusher;
  readonly backpressure: Backpressure;
  readonly ingress: Ingress;
  readonly fanOut: FanOut;
  readonly ears: Ears;
  readonly nextId: () => string;
  readonly events: EdgeEvents;
}

/**
 * The life of sessions: reserved, bound, joined, lost, closed. What the room's state events do to them is in `RoomChanges`.
 *
 * A session is joined when its `joined` event was seen, and out with its `left` event: nothing is taken from it or written to it
 * before the one and after the other.
 *
 * Req: TRN-009, TRN-013 to TRN-015, ROOM-011 to ROOM-013, SIP-024, CHAT-029, CHAT-031, LOG-001 to LOG-003, VENUE-004, POL-018,
 * POL-020, SEC-002.
 */
export class Lifecycle {
  readonly #timers = new Map<EdgeSession, Timer>();
  readonly #notices: SessionNotices;
  readonly #changes: RoomChanges;

  constructor(private readonly parts: LifecycleParts) {
    const { flusher, clock, nextId, ingress } = parts;
    this.#notices = new SessionNotices(flusher, clock, nextId);
    this.#changes = new RoomChanges(parts, this.#notices, {
      joined: (session, seq) => this.#joined(session, seq),
      close: (session) => this.close(session),
      fail: (session, reason) => this.fail(session, reason),
      setCapabilities: (session, capabilities) => this.setCapabilities(session, capabilities),
      setAllowed: (session, allowed, version) => this.setAllowed(session, allowed, version),
      silence: (session) => ingress.silence(session),
    });
  }

  /** A session was reserved: it has this long to be bound. */
  reserved(session: EdgeSession): void {
    this.parts.table.add(session);
    session.room.add(session);
    this.#setTimer(session, this.parts.limits.reservationMs, () => {
      this.parts.events.sessionEnded(session, 'expired');
      // A session that moved here and was never taken up held a joined endpoint.
      if (session.joined) this.#leave(session, LeaveCause.FAILED);
      this.close(session);
    });
  }

  /** Its first request came, on this connection (TRN-009, NICK-014). */
  bind(session: EdgeSession, connection: Connection, fromPath: readonly string[]): void {
    const { limits, events } = this.parts;
    this.#clearTimer(session);
    // The offer was ours and its answer is still on the way (SDP-020).
    if (session.peerPath.length === 0) session.setPeerPath(fromPath);
    session.needsOwnIds = connection.sessions.some((other) => other.room === session.room);
    if (session.needsOwnIds) session.untilMarker = 0;
    connection.sessions.push(session);
    session.connection = connection;
    session.life = 'bound';
    session.inbound = new SessionInbound(limits, () => session.connection);
    events.sessionBound(session);
    // CHAT-031: told before anything it says can be recorded, and before anything else is written to it.
    if (session.room.policy.logged) this.#notices.logged(session);
    this.#notices.hole(session);
    if (session.joined) this.#ready(session);
    else this.#awaitJoin(session);
  }

  /** A certificate that is not the peer's: the session and the connection are torn down at once (TRN-008). */
  impostor(session: EdgeSession, connection: Connection): void {
    // Not to be answered, and not waited for.
    connection.closed = true;
    connection.socket.destroy();
    this.fail(session, 'fingerprint');
  }

  /** What the peer's answer says of its certificate; it may have connected before. */
  setFingerprints(session: EdgeSession, fingerprints: readonly string[]): void {
    session.peerFingerprints = fingerprints;
    const { connection } = session;
    if (connection !== undefined && showsAnother(session, connection)) this.impostor(session, connection);
  }

  /** The connection is gone, and with it all its sessions (TRN-014); their seats are kept for the grace time (TRN-015). */
  connectionLost(connection: Connection): void {
    const { limits, events } = this.parts;
    for (const session of connection.sessions.slice()) this.parts.ears.detach(session);
    for (const session of connection.sessions.splice(0)) {
      this.#unbind(session);
      session.life = 'lost';
      events.sessionEnded(session, 'connection-lost');
      this.#setTimer(session, limits.graceMs, () => this.fail(session, 'grace-over'));
    }
  }

  /** Ends a session that cannot go on, and tells room-state so. */
  fail(
    session: EdgeSession,
    reason: 'grace-over' | 'evicted' | 'peer' | 'timeout' | 'drained' | 'fingerprint' | 'tls-required',
  ): void {
    // An ear goes with the session that hears by it.
    if (session.hearsFor !== undefined) {
      this.fail(session.hearsFor, reason);
      return;
    }
    if (session.life === 'closed') return;
    this.parts.events.sessionEnded(session, reason);
    this.#leave(session, LeaveCause.FAILED);
    this.close(session);
  }

  /** Ends a session here: nothing comes in or goes out any more; its connection is closed when it was the last on it. */
  close(session: EdgeSession): void {
    if (session.life === 'closed') return;
    const { table, rooms, classes, flusher } = this.parts;
    this.#clearTimer(session);
    // What was due to it before this moment is its own.
    if (session.connection !== undefined) flusher.flushConnection(session.connection);
    this.parts.ears.detach(session);
    const { connection, inbound, room } = session;
    session.life = 'closed';
    for (const message of inbound?.open.values() ?? []) message.abort();
    this.#unbind(session);
    table.remove(session);
    room.remove(session);
    classes.release(session.cls);
    rooms.releaseIfEmpty(room);
    if (connection === undefined) return;
    const index = connection.sessions.indexOf(session);
    if (index !== -1) connection.sessions.splice(index, 1);
    if (connection.sessions.length === 0) this.closeConnection(connection);
  }

  /** Sends what is due and closes; a peer that does not close its side in time is cut off. */
  closeConnection(connection: Connection): void {
    const { flusher, clock } = this.parts;
    if (connection.closed) return;
    flusher.flushConnection(connection);
    connection.closed = true;
    connection.socket.end();
    clock.setTimer(2_000, () => connection.socket.destroy());
  }

  /** One change of a room. */
  state(room: Room, event: StateEvent, seq: number): void {
    this.#changes.state(room, event, seq);
  }

  /** See `RoomViews`. */
  load(room: Room): Promise<void> {
    return this.#changes.load(room);
  }

  setCapabilities(session: EdgeSession, capabilities: EndpointCapabilities): void {
    const { classes, ears, fanOut, ingress } = this.parts;
    const { cls: before, room } = session;
    session.capabilities = capabilities;
    const { refusedTypes, allowed, label } = session;
    room.changeClass(session, classes.acquire(capabilities, refusedTypes, allowed, label), classes);
    // What it has begun to say, or to receive, ends with the right to.
    if (before.sends && !session.cls.sends) ingress.silence(session);
    if (before.receives && !session.cls.receives) fanOut.abortCopies(session);
    ears.follow(session);
    if (session.flow === 'waiting' && session.life === 'bound' && session.joined) this.#ready(session);
  }

  /** What conference control lets a session do, by this version of the room; an older one says nothing new (POL-018, FLOOR-004). */
  setAllowed(session: EdgeSession, allowed: Direction, version: number): void {
    if (version < session.allowedVersion) return;
    session.allowedVersion = version;
    if (allowed === session.allowed) return;
    session.allowed = allowed;
    this.setCapabilities(session, session.capabilities);
  }

  /** RFC 4975 section 10.6: this type is not sent to it again. */
  refuseType(session: EdgeSession, type: string): void {
    if (session.refusedTypes.includes(type) || session.refusedTypes.length >= 16) return;
    session.refusedTypes = [...session.refusedTypes, type];
    this.setCapabilities(session, session.capabilities);
  }

  /** Ends the waiting for binds and returns: this process is going, and says nothing about its sessions any more. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** The leaves asked for and not yet answered. */
  get leaving(): Promise<unknown> {
    return Promise.all(this.#leaves);
  }

  readonly #leaves = new Set<Promise<void>>();

  #joined(session: EdgeSession, seq: number): void {
    const { ingress, events } = this.parts;
    session.owesHistory = true;
    session.joinedSeq = seq;
    session.cursor = Math.max(session.cursor, seq);
    session.queuedSeq = Math.max(session.queuedSeq, seq);
    session.writtenSeq = session.queuedSeq;
    events.sessionJoined(session);
    if (session.life !== 'bound' || session.connection === undefined) return;
    this.#clearTimer(session);
    this.#notices.unaware(session);
    this.#ready(session);
    ingress.joined(session);
  }

  /** Bound and joined: it is served from now on; one that came anew is shown what was said before it, if the room does so. */
  #ready(session: EdgeSession): void {
    const isShown = session.owesHistory && session.room.policy.historyOnJoin > 0;
    session.owesHistory = false;
    this.parts.backpressure.apply(session, isShown ? 'ready-to-replay' : 'ready');
    this.parts.ears.review(session);
  }

  /** The ACK mostly comes with the connection, and the focus joins with it: asking a second time would be in vain. */
  #awaitJoin(session: EdgeSession): void {
    const { joinWaitMs } = this.parts.limits;
    if (joinWaitMs === 0) this.#confirmJoin(session);
    else this.#setTimer(session, joinWaitMs, () => this.#confirmJoin(session));
  }

  /** SIP-024: joined "at ACK or at the first MSRP request, whichever is first". */
  #confirmJoin(session: EdgeSession): void {
    const { roomState, clock, edgeId } = this.parts;
    void retryUntilDone(clock, 10, async () => {
      if (session.joined || session.life !== 'bound') return;
      await roomState.join(session.room.id, session.chatId, edgeId, parseTraceparent(session.joinTraceparent));
    });
  }

  #leave(session: EdgeSession, cause: LeaveCause): void {
    if (session.leaveAsked) return;
    session.leaveAsked = true;
    const { roomState, clock } = this.parts;
    const leave = retryUntilDone(clock, 20, () => roomState.leave(session.room.id, session.chatId, cause)).then(
      () => void this.#leaves.delete(leave),
    );
    this.#leaves.add(leave);
  }

  #unbind(session: EdgeSession): void {
    if (session.connection === undefined) return;
    this.parts.backpressure.apply(session, 'unbound');
    session.room.leaveLive(session);
    session.inbound?.close();
    session.connection = undefined;
    session.marker = undefined;
  }

  #setTimer(session: EdgeSession, ms: number, fn: () => void): void {
    this.#clearTimer(session);
    this.#timers.set(session, this.parts.clock.setTimer(ms, fn));
  }

  #clearTimer(session: EdgeSession): void {
    this.#timers.get(session)?.cancel();
    this.#timers.delete(session);
  }
}
