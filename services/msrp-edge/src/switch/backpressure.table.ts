/**
 * How a session takes what is written to it (RFC 7701 section 6.4). The log is the queue: a session that cannot keep up
 * loses its queue, keeps its cursor and is served from the log when its socket has drained.   Req: CHAT-025 to CHAT-027.
 */
export type FlowState =
  /** Not bound, or its join is not confirmed: nothing is queued for it. */
  | 'waiting'
  /** It came anew and is shown the room's earlier messages first. */
  | 'replaying'
  | 'live'
  /** More than 80 % of the bound is queued; still live. */
  | 'congested'
  /** The bound was reached: its queue was dropped, its cursor kept. */
  | 'lagging'
  /** Served from the log until it is at the head. */
  | 'catching-up'
  /** Given up. */
  | 'evicted';

export type FlowInput =
  /** Bound, and its `joined` event was seen. */
  | 'ready'
  /** The same, and the room shows its earlier messages. */
  | 'ready-to-replay'
  /** It has the earlier messages. */
  | 'replayed'
  | 'queue-high'
  | 'queue-low'
  | 'queue-full'
  /** The socket took everything. */
  | 'drained'
  /** It has everything the room has. */
  | 'caught-up'
  /** It took nothing for too long, or the log no longer holds what it lacks. */
  | 'overdue'
  /** Its connection is gone. */
  | 'unbound';

/** What a transition asks of the session's owner. */
export type FlowAction =
  'none' | 'start-replay' | 'start-catch-up' | 'join-live' | 'leave-live' | 'drop-queue' | 'evict';

export type FlowTable = Readonly<
  Record<FlowState, Readonly<Partial<Record<FlowInput, readonly [FlowState, ...FlowAction[]]>>>>
>;

/** A pair that is not here changes nothing. */
export const FLOW_TABLE: FlowTable = {
  waiting: {
    ready: ['catching-up', 'start-catch-up'],
    'ready-to-replay': ['replaying', 'start-replay'],
    overdue: ['evicted', 'evict'],
  },
  replaying: {
    drained: ['replaying', 'start-replay'],
    replayed: ['catching-up', 'start-catch-up'],
    overdue: ['evicted', 'evict'],
    unbound: ['waiting'],
  },
  live: {
    'queue-high': ['congested'],
    'queue-full': ['lagging', 'leave-live', 'drop-queue'],
    overdue: ['evicted', 'leave-live', 'evict'],
    unbound: ['waiting', 'leave-live', 'drop-queue'],
  },
  congested: {
    'queue-low': ['live'],
    'queue-full': ['lagging', 'leave-live', 'drop-queue'],
    overdue: ['evicted', 'leave-live', 'evict'],
    unbound: ['waiting', 'leave-live', 'drop-queue'],
  },
  lagging: {
    drained: ['catching-up', 'start-catch-up'],
    overdue: ['evicted', 'evict'],
    unbound: ['waiting'],
  },
  'catching-up': {
    drained: ['catching-up', 'start-catch-up'],
    'queue-full': ['lagging', 'drop-queue'],
    'caught-up': ['live', 'join-live'],
    overdue: ['evicted', 'evict'],
    unbound: ['waiting', 'drop-queue'],
  },
  evicted: {},
};
