/** Every bound and time of the switch. `config.ts` fills it from the environment; tests override single values. */
export interface EdgeLimits {
  /** Octets queued for one connection before its sessions are dropped to their cursors. */
  readonly queueBytes: number;
  /** Octets of answers and REPORTs waiting for a socket that does not read, above which it is not read either. */
  readonly urgentBytes: number;
  /** Bodies up to this size are written as text, larger ones as octets through a slab. */
  readonly textBodyBytes: number;
  /** Pause after a round of writes, in multiples of what it cost, and its bound in ms: `FlushPace`. */
  readonly paceFactor: number;
  readonly paceMaxMs: number;
  /** Copies between two tracked ones of a session, and the longest time between two. */
  readonly markerEvery: number;
  readonly markerIntervalMs: number;
  /** A tracked copy is not followed by the next one sooner than this: at saturation an answer costs as much as a delivery. */
  readonly markerMinIntervalMs: number;
  /** An unanswered tracked copy means the session has failed (RFC 4975 section 7.1.1: 30 s). */
  readonly responseTimeoutMs: number;
  /** How long a session that takes nothing is kept. */
  readonly evictAfterMs: number;
  /** An unbound reservation is dropped after this. */
  readonly reservationMs: number;
  /** How long a session that was bound waits for the join its ACK brings, before the edge asks for it (SIP-024). */
  readonly joinWaitMs: number;
  /** Between the loss of a connection and the participant's leave. */
  readonly graceMs: number;
  /** A connection without a good request is closed after this. */
  readonly idleConnectionMs: number;
  /** Bad requests on one connection before it is closed. */
  readonly badRequests: number;
  readonly connections: number;
  readonly sessions: number;
  readonly sessionsPerConnection: number;
  /** Octets taken from one session and not yet stored, above which its socket is not read. */
  readonly sessionInboundBytes: number;
  /** Requests of one session waiting for their turn, above which its socket is not read. */
  readonly sessionInboundRequests: number;
  /** Octets published and not yet stored, over all sessions. */
  readonly unansweredBytes: number;
  /** Unfinished messages of one session (CHAT-018). */
  readonly openMessages: number;
  /** Octets of chunks that came ahead of their turn, per message, and how many pieces. */
  readonly aheadBytes: number;
  readonly aheadPieces: number;
  /** Octets of one fragment on the bus. */
  readonly fragmentBytes: number;
  /** Fragments of one message published and not yet stored. */
  readonly fragmentWindow: number;
  /** Chunk reception timer (RFC 7701 section 6.1). */
  readonly chunkTimerMs: number;
  /** CPIM and MIME headers of one object (CPIM-013). */
  readonly cpimHeadBytes: number;
  /** A publish is given up after this and the request left unanswered. */
  readonly publishTimeoutMs: number;
  /** isComposing messages let through per second and session (RCPT-001). */
  readonly composingPerSecond: number;
  /** NICKNAME requests of one session waiting for room-state. */
  readonly nicknamesWaiting: number;
  /** Live events held while a gap is repaired. */
  readonly holdEvents: number;
  readonly holdBytes: number;
  readonly holdMs: number;
  /** Recent events of a room kept for catching up. */
  readonly recentEvents: number;
  readonly recentBytes: number;
  /** Events read from the log at once, and pages per second over the edge. */
  readonly pageEvents: number;
  readonly pagesPerSecond: number;
  /** Octets of earlier messages shown to who joins, and how long one answer of history serves those who join. */
  readonly replayBytes: number;
  readonly replayReuseMs: number;
  /** Origins remembered per room against doubles, and for how long. */
  readonly origins: number;
  readonly originsMs: number;
  /** No head beacon for this long: the edge looks itself. */
  readonly beaconMs: number;
  /** The edge was away for longer than this: it writes nothing until its rooms are reconciled. */
  readonly fenceMs: number;
}

export const DEFAULT_LIMITS: EdgeLimits = {
  queueBytes: 256 * 1024,
  urgentBytes: 64 * 1024,
  textBodyBytes: 512,
  paceFactor: 3,
  paceMaxMs: 5,
  markerEvery: 32,
  markerIntervalMs: 5_000,
  markerMinIntervalMs: 1_000,
  responseTimeoutMs: 30_000,
  evictAfterMs: 120_000,
  reservationMs: 64_000,
  joinWaitMs: 100,
  graceMs: 30_000,
  idleConnectionMs: 30_000,
  badRequests: 5,
  connections: 20_000,
  sessions: 20_000,
  sessionsPerConnection: 64,
  sessionInboundBytes: 256 * 1024,
  sessionInboundRequests: 64,
  unansweredBytes: 32 * 1024 * 1024,
  openMessages: 16,
  aheadBytes: 256 * 1024,
  aheadPieces: 64,
  fragmentBytes: 64 * 1024,
  fragmentWindow: 4,
  chunkTimerMs: 540_000,
  cpimHeadBytes: 8 * 1024,
  publishTimeoutMs: 25_000,
  composingPerSecond: 1,
  nicknamesWaiting: 4,
  holdEvents: 256,
  holdBytes: 4 * 1024 * 1024,
  holdMs: 1_000,
  recentEvents: 512,
  recentBytes: 1024 * 1024,
  pageEvents: 64,
  pagesPerSecond: 500,
  replayBytes: 4 * 1024 * 1024,
  replayReuseMs: 1_000,
  origins: 16_384,
  originsMs: 600_000,
  beaconMs: 6_000,
  fenceMs: 15_000,
};
