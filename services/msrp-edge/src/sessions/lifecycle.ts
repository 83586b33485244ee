import { LeaveCause, type EndpointCapabilities, type StateEvent } from '@plenary/proto/chat';
import type { Clock, Timer } from '@plenary/service';
import type { EdgeEvents } from '../events.js';
import type { EdgeLimits } from '../limits.js';
import type { RoomState } from '../room-state.interface.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { Room } from '../rooms/room.js';
import { StateFollower, type StateOutput } from '../rooms/state-events.js';
import type { Backpressure } from '../switch/backpressure.js';
import type { Flusher } from '../switch/flush.js';
import { SessionInbound } from '../switch/inbound.js';
import type { Ingress } from '../switch/ingress.js';
import { HOLE_NOTICE, loggingNotice, renderNotice } from '../switch/notice.js';
import type { CapabilityClasses } from './capability-class.js';
import type { Connection } from './connection.js';
import { retryUntilDone } from './retry.js';
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
  readonly nextId: () => string;
  readonly events: EdgeEvents;
}

/**
 * The life of sessions: reserved, bound, joined, lost, closed; and what the room's state events do to them.
 *
 * A session is joined when its `joined` event was seen, and out with its `left` event: nothing is taken from it or written to it
 * before the one and after the other.
 *
 * Req: TRN-009, TRN-013 to TRN-015, ROOM-011 to ROOM-013, SIP-024, CHAT-029, CHAT-031.
 */
export class Lifecycle {
  readonly #timers = new Map<EdgeSession, Timer>();
  readonly #followers = new WeakMap<Room, StateFollower>();
  readonly #fetching = new WeakSet<Room>();

  constructor(private readonly parts: LifecycleParts) {}

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
    const { limits, backpressure, events } = this.parts;
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
    this.#tellLogged(session);
    this.#tellHole(session);
    if (session.joined) backpressure.apply(session, 'ready');
    else this.#awaitJoin(session);
  }

  /** The connection is gone, and with it all its sessions (TRN-014); their seats are kept for the grace time (TRN-015). */
  connectionLost(connection: Connection): void {
    const { limits, events } = this.parts;
    for (const session of connection.sessions.splice(0)) {
      this.#unbind(session);
      session.life = 'lost';
      events.sessionEnded(session, 'connection-lost');
      this.#setTimer(session, limits.graceMs, () => this.fail(session, 'grace-over'));
    }
  }

  /** Ends a session that cannot go on, and tells room-state so. */
  fail(session: EdgeSession, reason: 'grace-over' | 'evicted' | 'peer' | 'timeout' | 'drained'): void {
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
    this.#apply(room, this.#follower(room).apply(event, seq));
  }

  setCapabilities(session: EdgeSession, capabilities: EndpointCapabilities): void {
    const { classes, backpressure } = this.parts;
    const cls = classes.acquire(capabilities, session.refusedTypes);
    session.room.countClass(session.cls, -1);
    session.room.countClass(cls, 1);
    classes.release(session.cls);
    session.capabilities = capabilities;
    session.cls = cls;
    if (session.flow === 'waiting' && session.life === 'bound' && session.joined) backpressure.apply(session, 'ready');
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
    const { backpressure, ingress, flusher, clock, nextId, events } = this.parts;
    session.joinedSeq = seq;
    session.cursor = Math.max(session.cursor, seq);
    session.queuedSeq = Math.max(session.queuedSeq, seq);
    session.writtenSeq = session.queuedSeq;
    events.sessionJoined(session);
    if (session.life !== 'bound' || session.connection === undefined) return;
    this.#clearTimer(session);
    // CHAT-029: a client that knows nothing of chat rooms is told what this is.
    if (!session.cls.chatroom)
      for (const text of unawareNotices(session))
        flusher.writeUrgent(session.connection, renderNotice(session, text, clock.nowMs(), nextId));
    backpressure.apply(session, 'ready');
    ingress.joined(session);
  }

  #apply(room: Room, outputs: readonly StateOutput[]): void {
    for (const output of outputs) {
      switch (output.kind) {
        case 'joined':
          output.session.joinedVersion = output.version;
          this.#joined(output.session, output.seq);
          break;
        case 'left':
          this.parts.events.sessionEnded(output.session, 'left');
          this.close(output.session);
          break;
        case 'capabilities':
          this.setCapabilities(output.session, output.capabilities);
          break;
        case 'logging-on':
          for (const session of room.sessions) this.#tellLogged(session);
          break;
        case 'closed':
          room.closed = true;
          for (const session of room.sessions) {
            this.parts.events.sessionEnded(session, 'room-closed');
            this.close(session);
          }
          break;
        case 'stale':
          void this.#fetch(room);
      }
    }
  }

  /** A room that is served from now on, once its events come in: who is in it. Where no answer comes, its next event asks again. */
  async load(room: Room): Promise<void> {
    this.#fetching.add(room);
    try {
      await this.#take(room);
    } catch {
      // Without the roster only private messages cost more: room-state is asked whom they are for.
    } finally {
      this.#fetching.delete(room);
    }
    if (this.#follower(room).behind) void this.#fetch(room);
  }

  /** An event of the room is missing: takes the room as room-state has it. */
  async #fetch(room: Room): Promise<void> {
    if (this.#fetching.has(room)) return;
    this.#fetching.add(room);
    try {
      await retryUntilDone(this.parts.clock, 20, async () => {
        if (this.parts.rooms.get(room.id) !== room) return;
        await this.#take(room);
        if (this.#follower(room).behind) throw new Error('room-state is behind its own events');
      });
    } finally {
      this.#fetching.delete(room);
    }
  }

  async #take(room: Room): Promise<void> {
    const view = await this.parts.roomState.getRoom(room.id);
    if (view === undefined) return;
    this.#apply(room, this.#follower(room).adopt(view));
    const present = new Set(view.roster.flatMap((one) => one.endpoints.map((endpoint) => endpoint.chatId)));
    // Whoever is no longer in it has left, though the event that said so is lost. An older view does not know who joined after it.
    const version = Number(view.version);
    for (const session of room.sessions)
      if (session.joined && session.joinedVersion <= version && !present.has(session.chatId)) this.close(session);
  }

  #follower(room: Room): StateFollower {
    let follower = this.#followers.get(room);
    if (follower === undefined) {
      follower = new StateFollower(room);
      this.#followers.set(room, follower);
    }
    return follower;
  }

  #tellLogged(session: EdgeSession): void {
    const { flusher, clock, nextId } = this.parts;
    if (!session.room.policy.logged || session.noticed || session.connection === undefined) return;
    session.noticed = true;
    flusher.writeUrgent(session.connection, renderNotice(session, loggingNotice(session), clock.nowMs(), nextId));
  }

  /** The ACK mostly comes with the connection, and the focus joins with it: asking a second time would be in vain. */
  #awaitJoin(session: EdgeSession): void {
    const { joinWaitMs } = this.parts.limits;
    if (joinWaitMs === 0) this.#confirmJoin(session);
    else this.#setTimer(session, joinWaitMs, () => this.#confirmJoin(session));
  }

  #tellHole(session: EdgeSession): void {
    const { flusher, clock, nextId } = this.parts;
    if (!session.hasHole || session.connection === undefined) return;
    session.hasHole = false;
    flusher.writeUrgent(session.connection, renderNotice(session, HOLE_NOTICE, clock.nowMs(), nextId));
  }

  /** SIP-024: joined "at ACK or at the first MSRP request, whichever is first". */
  #confirmJoin(session: EdgeSession): void {
    const { roomState, clock, edgeId } = this.parts;
    void retryUntilDone(clock, 10, async () => {
      if (session.joined || session.life !== 'bound') return;
      await roomState.join(session.room.id, session.chatId, edgeId);
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

const MAX_NAMES = 32;

function unawareNotices(session: EdgeSession): string[] {
  const { conferenceUri, roster } = session.room;
  const names: string[] = [];
  for (const one of roster) {
    if (names.length === MAX_NAMES) break;
    names.push(one.nickname || one.entity);
  }
  const more = roster.size > names.length ? ` and ${roster.size - names.length} more` : '';
  return [`You are in the chat room ${conferenceUri}.`, `In the room: ${names.join(', ')}${more}.`];
}
