import type { RoomId, ShardId } from '@plenary/wire';
import type { RoomSubjectKind } from './subjects.js';

/**
 * The bus as services see it. Two engines keep this contract, under one test: `nats-bus.ts` over nats-server with
 * JetStream, `memory-bus.ts` in one process. The log of a shard gives every room its order: the sequence number of the
 * stored copy. Live copies are at most once (a gap is seen by `lastSeq` and repaired with `readAfter`); consumers of the
 * log are at least once.
 */
export interface Bus {
  readonly engine: 'nats' | 'memory';
  /**
   * Tells one life of the logs from another: changes when a stream was made anew (the in-memory engine: every start).
   * Room-state starts a new epoch for every room of a shard whose incarnation it has not seen.
   */
  shardIncarnation(shard: ShardId): Promise<string>;
  /** Creates what is missing of the shards' streams and reads their settings back; throws `BusError` on drift. */
  ensureShards(shards: readonly ShardId[]): Promise<void>;

  /**
   * Stores one event in the log; the hot path. Never throws and makes no promise: `onResult` is called exactly once, in
   * a later turn. Retries with the same `msgId` (after 1 s without an answer, at once-with-backoff on "no responders")
   * until `timeoutMs` (default 25 s) is over. Publishes of one turn leave in one write.
   */
  publishToLog(message: LogPublish, onResult: (result: PublishResult) => void): void;
  /** The same for control traffic. */
  publishToLogAsync(message: LogPublish): Promise<PublishResult>;
  /** Octets of `publishToLog` payloads not yet answered: what ingress back-pressure looks at. */
  readonly unansweredBytes: number;

  /** Live copies of one room, both kinds, in log order. The handler runs synchronously and must not throw. */
  subscribeRoom(shard: ShardId, room: RoomId, handler: (event: LogEvent) => void): RoomSubscription;
  /** Live copies of the state changes of every room. With `queue`, one subscriber of that name gets each. */
  subscribeState(handler: (event: LogEvent) => void, queue?: string): BusSubscription;

  /**
   * Events of one room and kind with sequence > `afterSeq`, oldest first, at most `limit` (1..256); straight from the
   * log, answered by the leader or by a replica that has them.
   */
  readAfter(shard: ShardId, room: RoomId, kind: RoomSubjectKind, afterSeq: number, limit: number): Promise<LogEvent[]>;
  /** Both kinds of one room merged in log order; for catch-up. */
  readRoomAfter(shard: ShardId, room: RoomId, afterSeq: number, limit: number): Promise<LogEvent[]>;
  /** Sequence of the newest event of one room and kind; 0 when the log has none. */
  lastSeq(shard: ShardId, room: RoomId, kind: RoomSubjectKind): Promise<number>;
  /** First and last sequence a shard's log still holds. */
  shardBounds(shard: ShardId): Promise<{ firstSeq: number; lastSeq: number }>;

  /**
   * Durable consumption of a whole shard in log order: `handler` gets batches (1..`maxBatch` events, whatever is there
   * after at most `maxWaitMs`); when its promise resolves the batch is acknowledged, when it rejects the batch comes
   * again after a pause. One active consumer per `durable` name and shard handles a batch at a time; several processes
   * may offer themselves.
   */
  consumeShard(
    shard: ShardId,
    durable: string,
    options: ConsumeOptions,
    handler: LogBatchHandler,
  ): Promise<BusConsumer>;

  /** Plain, unstored publish and subscribe (head beacons). */
  publishCore(subject: string, payload: Uint8Array): void;
  subscribeCore(subject: string, handler: (payload: Uint8Array, subject: string) => void): BusSubscription;

  /** A key-value bucket whose entries vanish `ttlMs` after their last write: hints, never locks. */
  bucket(name: string, ttlMs: number): Promise<Bucket>;

  /** Called after the connection was lost and is back: rooms are suspect until reconciled. */
  onReconnect(handler: () => void): void;
  /** True while connected (always, in memory). */
  readonly connected: boolean;
  /** Sends what is pending, then closes. Unanswered publishes end with `closed`. */
  close(): Promise<void>;
}

export interface LogPublish {
  readonly shard: ShardId;
  readonly room: RoomId;
  readonly kind: RoomSubjectKind;
  /** De-duplicated over the whole shard for two minutes, so it starts with the room id. */
  readonly msgId: string;
  /** Kept, not copied, until the result is known: the caller must not change it. */
  readonly payload: Uint8Array;
  readonly timeoutMs?: number;
  /** W3C trace context, if this message is traced. */
  readonly traceparent?: string;
}

export type PublishResult =
  /** Stored. `duplicate`: an event with this id was stored before, as `seq`; perhaps by an earlier try of this publish. */
  | { readonly kind: 'stored'; readonly seq: number; readonly duplicate: boolean }
  /** Not answered in time: it may or may not be stored. */
  | { readonly kind: 'timeout' }
  /** Refused for good (too large, stream full or gone); `reason` for the log. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'closed' };

/** One stored event. */
export interface LogEvent {
  readonly shard: ShardId;
  readonly room: RoomId;
  readonly kind: RoomSubjectKind;
  /** Place in the shard's log: the room's order. */
  readonly seq: number;
  /** Sequence of the event before it on the same subject, 0 for the first; -1 where the source does not say (reads). */
  readonly lastSeq: number;
  readonly msgId: string;
  /** Read only, shared by every reader, and perhaps a view on a larger buffer: copy it to keep it for long. */
  readonly payload: Uint8Array;
  readonly traceparent?: string;
}

export interface ConsumeOptions {
  readonly maxBatch: number;
  readonly maxWaitMs: number;
}
export type LogBatchHandler = (events: readonly LogEvent[]) => Promise<void>;

export interface BusSubscription {
  unsubscribe(): void;
}
export interface RoomSubscription extends BusSubscription {
  /** Resolves once the broker knows of the subscription: what is stored after that comes live. Rejects when closed. */
  ready(): Promise<void>;
}
export interface BusConsumer {
  /** Finishes the batch in hand, then stops. */
  stop(): Promise<void>;
}

export interface Bucket {
  put(key: string, value: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
  /** Calls back with every present entry, then with each change; `undefined` when an entry went away or aged out. */
  watch(handler: (key: string, value: Uint8Array | undefined) => void): Promise<BusSubscription>;
}

export class BusError extends Error {
  override readonly name = 'BusError';
  constructor(
    readonly code: 'unreachable' | 'drift' | 'closed' | 'not-found' | 'refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
