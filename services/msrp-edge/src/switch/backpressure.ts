import type { EdgeCounters } from '../counters.js';
import type { Connection } from '../sessions/connection.js';
import type { EdgeSession } from '../sessions/session.js';
import { FLOW_TABLE, type FlowAction, type FlowInput } from './backpressure.table.js';
import type { FlushListener } from './flush.js';

const CONGESTED_ABOVE = 0.8;
const CONGESTED_BELOW = 0.5;

/** What the flow of a session asks of others. */
export interface FlowListener {
  startReplay(session: EdgeSession): void;
  startCatchUp(session: EdgeSession): void;
  evict(session: EdgeSession): void;
}

export interface BackpressureOptions {
  readonly queueBytes: number;
  readonly urgentBytes: number;
  readonly evictAfterMs: number;
}

/**
 * Keeps a slow receiver's cost to itself: watches how much waits for each socket and moves its sessions through the states of
 * `backpressure.table.ts`. The bound is per connection, so a client with two rooms cannot hold twice as much.
 *
 * Spec: RFC 7701 section 6.4.   Req: CHAT-025, CHAT-026, CHAT-027.
 */
export class Backpressure implements FlushListener {
  /** Connections whose sockets are full. */
  readonly #blocked = new Set<Connection>();

  constructor(
    private readonly options: BackpressureOptions,
    private readonly nowMs: () => number,
    private readonly listener: FlowListener,
    private readonly counters: EdgeCounters,
  ) {}

  /** Moves one session by one input. */
  apply(session: EdgeSession, input: FlowInput): void {
    const next = FLOW_TABLE[session.flow][input];
    if (next === undefined) return;
    const [state, ...actions] = next;
    session.flow = state;
    for (const action of actions) this.#act(session, action);
  }

  blocked(connection: Connection): void {
    connection.blockedSinceMs = this.nowMs();
    this.#blocked.add(connection);
    this.held(connection);
  }

  held(connection: Connection): void {
    const waiting = connection.queuedBytes + connection.socket.queuedBytes;
    if (connection.queuedBytes !== 0 && waiting > this.options.queueBytes) this.#dropQueue(connection);
    else if (!connection.congested && waiting > this.options.queueBytes * CONGESTED_ABOVE) {
      connection.congested = true;
      for (const session of connection.sessions) this.apply(session, 'queue-high');
    }
    // A peer that sends but does not read its answers is not read either.
    if (connection.urgent.length > this.options.urgentBytes && !connection.pausedForAnswers) {
      connection.pausedForAnswers = true;
      connection.pause();
    }
  }

  /** The socket drained and was handed what waited: its sessions go on. */
  drained(connection: Connection): void {
    if (connection.blocked) return;
    this.#blocked.delete(connection);
    if (connection.pausedForAnswers) {
      connection.pausedForAnswers = false;
      connection.resume();
    }
    if (connection.congested && connection.socket.queuedBytes < this.options.queueBytes * CONGESTED_BELOW) {
      connection.congested = false;
      for (const session of connection.sessions) this.apply(session, 'queue-low');
    }
    for (const session of connection.sessions.slice()) this.apply(session, 'drained');
  }

  /** Forgets a connection that is gone. */
  closed(connection: Connection): void {
    this.#blocked.delete(connection);
  }

  /** Gives up the sessions of connections that took nothing for too long. Call about once a second. */
  sweep(): void {
    const limitMs = this.nowMs() - this.options.evictAfterMs;
    for (const connection of this.#blocked)
      if (connection.blockedSinceMs < limitMs)
        for (const session of connection.sessions.slice()) this.apply(session, 'overdue');
  }

  #dropQueue(connection: Connection): void {
    connection.dropQueue();
    connection.congested = false;
    this.counters.lagged++;
    for (const session of connection.sessions) this.apply(session, 'queue-full');
  }

  #act(session: EdgeSession, action: FlowAction): void {
    switch (action) {
      case 'start-replay':
        this.listener.startReplay(session);
        break;
      case 'start-catch-up':
        this.listener.startCatchUp(session);
        break;
      case 'join-live':
        session.room.joinLive(session);
        break;
      case 'leave-live':
        session.room.leaveLive(session);
        break;
      case 'drop-queue':
        rewindToWritten(session);
        break;
      case 'evict':
        this.counters.evictions++;
        this.listener.evict(session);
        break;
      case 'none':
    }
  }
}

/** What was queued and not handed to the socket has not happened. */
function rewindToWritten(session: EdgeSession): void {
  const { writtenSeq } = session;
  session.queuedSeq = writtenSeq;
  if (session.marker !== undefined && session.marker.seq > writtenSeq) session.marker = undefined;
  for (const place of session.aheadNotices ?? []) if (place > writtenSeq) session.aheadNotices?.delete(place);
  for (const [headSeq, copy] of session.openCopies ?? []) {
    if (headSeq > writtenSeq) session.openCopies?.delete(headSeq);
    else if (copy.endedSeq > writtenSeq) copy.endedSeq = 0;
  }
}
