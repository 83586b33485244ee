import type { Bus } from '@plenary/bus';
import type { DecoderEvent } from '@plenary/msrp';
import type { EndpointCapabilities } from '@plenary/proto/chat';
import type { SessionRecord } from '@plenary/proto/edge';
import type { Clock } from '@plenary/service';
import { noTracer, type Tracer } from '@plenary/telemetry';
import { EdgeCounters } from './counters.js';
import type { EdgeEvents } from './events.js';
import type { EdgeLimits } from './limits.js';
import type { History } from './history.interface.js';
import type { Entrances } from './listeners.js';
import type { RoomState } from './room-state.interface.js';
import { RoomDirectory } from './rooms/directory.js';
import { RoomFeed } from './rooms/feed.js';
import { lastWholeEvent } from './rooms/notice-message.js';
import { Past } from './rooms/past.js';
import { CapabilityClasses } from './sessions/capability-class.js';
import { Connection } from './sessions/connection.js';
import { Ears } from './sessions/ears.js';
import { Lifecycle } from './sessions/lifecycle.js';
import { ownUri } from './sessions/own-uri.js';
import { isPath } from './sessions/record.js';
import { Reservations, type Reserved, type ReserveRefusal } from './sessions/reservations.js';
import type { EdgeSession } from './sessions/session.js';
import type { OutSocket } from './sessions/socket.interface.js';
import { SessionTable } from './sessions/table.js';
import { Backpressure } from './switch/backpressure.js';
import { CatchUp } from './switch/catch-up.js';
import { FanOut } from './switch/fan-out.js';
import { FlushPace } from './switch/flush-pace.js';
import { Flusher } from './switch/flush.js';
import { Ingress } from './switch/ingress.js';
import { MessageTraces } from './switch/message-traces.js';
import { Nicknames } from './switch/nickname.js';
import { HOLE_NOTICE, renderNotice } from './switch/notice.js';
import { PagePace } from './switch/page-pace.js';
import { Publisher } from './switch/publisher.js';
import { RecipientAnswers } from './switch/recipient-answers.js';
import { Replay } from './switch/replay.js';
import { RequestCounts } from './switch/request-counts.js';
import { SentCopies } from './switch/sent-copies.js';
import { createTransactionIds } from './switch/transaction-id.js';

export interface EdgeOptions {
  readonly edgeId: string;
  /** Where clients reach us: the authorities of our MSRP URIs. */
  readonly entrances: Entrances;
  readonly bus: Bus;
  readonly roomState: RoomState;
  readonly history: History;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly events: EdgeEvents;
  /** Default: no traces. */
  readonly tracer?: Tracer | undefined;
  /** The name of a room in traces. Default: none. */
  readonly hashOf?: ((room: string) => string) | undefined;
  /** Fills the array with random octets fit for secrets. */
  readonly fillRandom: (octets: Uint8Array) => void;
  /** Runs at the end of this turn of the event loop (`setImmediate`). */
  readonly schedule: (fn: () => void) => void;
  /** Milliseconds of a monotonic clock, with fractions. Default: the clock's. */
  readonly monotonicMs?: (() => number) | undefined;
}

const SWEEP_MS = 1_000;

/**
 * The switch: sessions, rooms, ingress and fan-out put together, without listeners and servers. Sockets are handed to it
 * (`open`, `event`, …), and focus' calls (`reserve`, `update`, `close`).
 */
export class Edge {
  readonly counters = new EdgeCounters();
  readonly requests = new RequestCounts();
  readonly #options: EdgeOptions;
  readonly #connections = new Map<number, Connection>();
  readonly #table = new SessionTable();
  readonly #classes = new CapabilityClasses();
  readonly #rooms: RoomDirectory;
  readonly #flusher: Flusher;
  readonly #backpressure: Backpressure;
  readonly #answers: RecipientAnswers;
  readonly #ingress: Ingress;
  readonly #lifecycle: Lifecycle;
  readonly #reservations: Reservations;
  readonly #feed: RoomFeed;
  readonly #nextId: () => string;
  #draining = false;
  #stopped = false;

  constructor(options: EdgeOptions) {
    this.#options = options;
    const { bus, clock, limits, events, roomState, history, schedule } = options;
    const { counters } = this;
    const nowMs = (): number => clock.nowMs();
    const nextId = createTransactionIds(options.fillRandom);
    this.#nextId = nextId;
    const sent = new SentCopies();
    const traces = new MessageTraces({
      tracer: options.tracer ?? noTracer,
      nowMs,
      hashOf: options.hashOf ?? (() => ''),
      onLate: events.messageLate,
    });
    this.#backpressure = new Backpressure(
      limits,
      nowMs,
      {
        startReplay: (session) => replay.start(session),
        startCatchUp: (session) => catchUp.start(session),
        evict: (session) => {
          counters.skippedEvicted++;
          this.#lifecycle.fail(session, 'evicted');
        },
      },
      counters,
    );
    this.#flusher = new Flusher({
      schedule,
      after: (ms, fn) => void clock.setTimer(ms, fn),
      monotonicMs: options.monotonicMs ?? nowMs,
      pace: new FlushPace(limits),
      listener: this.#backpressure,
      counters,
      turnBytes: limits.queueBytes / 2,
    });
    const fanOut = new FanOut(limits, nextId, nowMs, this.#flusher, sent, counters);
    const pace = new PagePace(limits.pagesPerSecond, clock);
    const catchUp = new CatchUp(
      { ...limits, pace, stepBytes: limits.queueBytes / 2 },
      bus,
      clock,
      fanOut,
      this.#flusher,
      {
        caughtUp: (session) => this.#backpressure.apply(session, 'caught-up'),
        hole: (session) => this.#notify(session, HOLE_NOTICE),
      },
      counters,
      schedule,
    );
    const replay = new Replay(
      { stepBytes: limits.queueBytes / 2 },
      new Past(history, bus, clock, { ...limits, pace, pageBytes: limits.queueBytes }),
      clock,
      fanOut,
      this.#flusher,
      nextId,
      counters,
      schedule,
      (session) => this.#backpressure.apply(session, 'replayed'),
    );
    this.#feed = new RoomFeed(clock, fanOut, this.#flusher, counters, {
      state: (room, event, seq) => this.#lifecycle.state(room, event, seq),
      delivered: events.delivered,
      traces,
    });
    this.#rooms = new RoomDirectory(bus, clock, limits, counters, {
      load: (room) => this.#lifecycle.load(room),
      event: this.#feed.event,
      repaired: ({ id }, { cause, startedAtMs, seconds, events: read, traced }) => {
        events.gapRepaired(seconds);
        traces.repaired(id, cause, startedAtMs, read, traced);
      },
      hole: (room) => {
        for (const session of room.live) this.#notify(session, HOLE_NOTICE);
      },
    });
    this.#answers = new RecipientAnswers(
      sent,
      fanOut,
      {
        refuseType: (session, type) => this.#lifecycle.refuseType(session, type),
        failed: (session, reason) => this.#lifecycle.fail(session, reason),
      },
      limits.responseTimeoutMs,
    );
    const publisher = new Publisher(
      bus,
      limits.publishTimeoutMs,
      counters,
      nowMs,
      (result, seconds) => {
        events.publishAnswered(result, seconds);
        this.#ingress.published();
      },
      traces,
    );
    this.#ingress = new Ingress({
      table: this.#table,
      bus,
      clock,
      limits,
      flusher: this.#flusher,
      publisher,
      traces,
      nicknames: new Nicknames(roomState, clock, limits, nextId, (session, head, status) =>
        this.#ingress.answer(session, head, status),
      ),
      answers: this.#answers,
      roomState,
      counters,
      requests: this.requests,
      nextId,
      ownUri: (secure) => ownUri(secure, options.entrances),
      host: {
        bind: (session, connection, fromPath) => this.#lifecycle.bind(session, connection, fromPath),
        impostor: (session, connection) => this.#lifecycle.impostor(session, connection),
        closeConnection: (connection) => this.#lifecycle.closeConnection(connection),
        refused: events.requestRefused,
      },
    });
    this.#lifecycle = new Lifecycle({
      edgeId: options.edgeId,
      clock,
      limits,
      table: this.#table,
      classes: this.#classes,
      rooms: this.#rooms,
      roomState,
      flusher: this.#flusher,
      backpressure: this.#backpressure,
      ingress: this.#ingress,
      fanOut,
      ears: new Ears({
        rooms: this.#rooms,
        roomState,
        classes: this.#classes,
        backpressure: this.#backpressure,
        clock,
      }),
      nextId,
      events,
    });
    this.#reservations = new Reservations({
      table: this.#table,
      rooms: this.#rooms,
      classes: this.#classes,
      lifecycle: this.#lifecycle,
      limits,
      events,
      entrances: options.entrances,
      isDraining: () => this.#draining,
      fillRandom: options.fillRandom,
    });
    this.#sweepLater();
  }

  // --- sockets

  open(socket: OutSocket): void {
    if (this.#draining || this.#connections.size >= this.#options.limits.connections) {
      socket.destroy();
      return;
    }
    this.#connections.set(socket.id, new Connection(socket, this.#options.clock.nowMs()));
  }

  event(socket: OutSocket, event: DecoderEvent): void {
    const connection = this.#connections.get(socket.id);
    if (connection === undefined || connection.closed) return;
    if (event.type === 'request') this.counters.ingressBytes += event.request.body?.length ?? 0;
    else if (event.type === 'body') this.counters.ingressBytes += event.octets.length;
    this.#ingress.event(connection, event);
  }

  readEnd(socket: OutSocket): void {
    const connection = this.#connections.get(socket.id);
    if (connection !== undefined && !connection.closed) this.#ingress.readEnd(connection);
  }

  drained(socket: OutSocket): void {
    const connection = this.#connections.get(socket.id);
    if (connection === undefined) return;
    this.#flusher.drained(connection);
    this.#backpressure.drained(connection);
  }

  closed(socket: OutSocket): void {
    const connection = this.#connections.get(socket.id);
    if (connection === undefined) return;
    this.#connections.delete(socket.id);
    connection.closed = true;
    this.#backpressure.closed(connection);
    this.#ingress.connectionClosed(connection);
    if (!this.#stopped) this.#lifecycle.connectionLost(connection);
  }

  // --- control

  /** Puts a session here: see `Reservations`. */
  reserve(requestId: string, record: SessionRecord): Promise<Reserved | ReserveRefusal> {
    return this.#reservations.reserve(requestId, record);
  }

  /** New capabilities of an endpoint after a re-INVITE (SDP-012); its path and fingerprints where an answer told them (SDP-020). */
  update(
    chatId: string,
    capabilities: EndpointCapabilities,
    peerPath: readonly string[] = [],
    peerFingerprints: readonly string[] = [],
  ): 'updated' | 'no-such-session' | 'bad-peer-path' {
    if (!isPath(peerPath)) return 'bad-peer-path';
    const sessions = this.#table.ofEndpoint(chatId);
    for (const session of sessions) {
      if (peerPath.length > 0) session.setPeerPath(peerPath);
      this.#lifecycle.setCapabilities(session, capabilities);
      if (peerFingerprints.length > 0) this.#lifecycle.setFingerprints(session, peerFingerprints);
    }
    return sessions.length > 0 ? 'updated' : 'no-such-session';
  }

  /** Ends an endpoint's oldest session here; the cursor says up to which event it is known to have received everything. */
  close(chatId: string): { existed: boolean; cursor: number } {
    const [session] = this.#table.ofEndpoint(chatId);
    if (session === undefined) return { existed: false, cursor: 0 };
    session.leaveAsked = true;
    this.#options.events.sessionEnded(session, 'asked');
    const { cursor, joinedSeq } = session;
    this.#lifecycle.close(session);
    if (cursor === 0) return { existed: true, cursor };
    // Until something was received, its place is that of its join, a state event.
    return { existed: true, cursor: lastWholeEvent(cursor, cursor === joinedSeq) };
  }

  // --- figures

  get sessionCount(): number {
    return this.#table.size;
  }
  get connectionCount(): number {
    return this.#connections.size;
  }
  /** Open connections, by transport. */
  connectionCounts(): { readonly tcp: number; readonly tls: number } {
    let tls = 0;
    for (const { socket } of this.#connections.values()) if (socket.secure) tls++;
    return { tcp: this.#connections.size - tls, tls };
  }
  get roomCount(): number {
    return this.#rooms.size;
  }
  get draining(): boolean {
    return this.#draining;
  }

  queuedBytes(): number {
    let sum = 0;
    for (const connection of this.#connections.values())
      sum += connection.queuedBytes + connection.urgent.length + connection.socket.queuedBytes;
    return sum;
  }

  sessionStates(): Record<'waiting' | 'live' | 'congested' | 'lagging', number> {
    const states = { waiting: 0, live: 0, congested: 0, lagging: 0 };
    for (const { flow } of this.#table) {
      if (flow === 'live' || flow === 'congested' || flow === 'waiting') states[flow]++;
      else if (flow === 'replaying') states.waiting++;
      else states.lagging++;
    }
    return states;
  }

  /** The rooms served, for their figures. */
  rooms(): Iterable<{ readonly id: string; readonly copies: number; readonly copiedBytes: number }> {
    return this.#rooms;
  }

  /** Sessions by room, the fullest rooms first, at most `limit`. */
  roomSessions(limit: number): Record<string, number> {
    const rooms = [...this.#rooms].toSorted((a, b) => b.sessions.size - a.sessions.size).slice(0, limit);
    return Object.fromEntries(rooms.map((room) => [room.id, room.sessions.size]));
  }

  // --- life

  /**
   * This process was away for so long that it may have been declared dead: nothing is written until its rooms have been read up to
   * now, so that whoever was let go meanwhile gets nothing more from here (TRN-013).
   */
  async fence(): Promise<void> {
    if (this.#flusher.onHold) return;
    this.#flusher.hold();
    try {
      await this.#rooms.reconcileAll('reconnect');
    } finally {
      this.#flusher.release();
    }
  }

  /** Takes nothing new, tells everybody, lets what is on its way finish, ends the sessions. Resolves when that is done. */
  async drain(deadlineMs: number): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    const { clock, bus } = this.#options;
    for (const session of this.#table) this.#notify(session, 'This server is going down; please join again.');
    this.#flusher.flush();
    const untilMs = clock.nowMs() + deadlineMs;
    while (bus.unansweredBytes > 0 && clock.nowMs() < untilMs) await this.#pause(20);
    for (const session of this.#table.snapshot()) this.#lifecycle.fail(session, 'drained');
    const rest = Math.max(100, untilMs - clock.nowMs());
    await Promise.race([this.#lifecycle.leaving, this.#pause(rest)]);
  }

  stop(): void {
    this.#stopped = true;
    this.#draining = true;
    this.#lifecycle.stop();
    for (const connection of this.#connections.values()) connection.socket.destroy();
    this.#rooms.close();
  }

  #notify(session: EdgeSession, text: string): void {
    if (session.connection === undefined) return;
    const { clock } = this.#options;
    this.#flusher.writeUrgent(session.connection, renderNotice(session, text, clock.nowMs(), this.#nextId));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimer(ms, resolve));
  }

  #sweepLater(): void {
    this.#options.clock.setTimer(SWEEP_MS, () => {
      if (this.#stopped) return;
      this.#sweep();
      this.#sweepLater();
    });
  }

  #sweep(): void {
    const { clock, limits } = this.#options;
    const nowMs = clock.nowMs();
    this.#backpressure.sweep();
    this.#answers.sweep(this.#table.snapshot(), nowMs);
    this.#ingress.sweep();
    this.#rooms.sweep();
    for (const room of this.#rooms) this.#feed.sweep(room, limits.chunkTimerMs);
    for (const session of this.#table)
      if (session.queuedSeq > session.cursor && nowMs - session.lastMarkerAtMs >= limits.markerIntervalMs)
        session.untilMarker = 0;
    for (const connection of this.#connections.values())
      // TRN-010: "a connection without a good request in 30 s" is closed.
      if (!connection.proven && nowMs - connection.openedAtMs > limits.idleConnectionMs)
        this.#lifecycle.closeConnection(connection);
  }
}
