import { randomUUID } from 'node:crypto';
import type { RoomId, ShardId } from '@plenary/wire';
import {
  BusError,
  type Bucket,
  type Bus,
  type BusConsumer,
  type BusSubscription,
  type ConsumeOptions,
  type LogBatchHandler,
  type LogEvent,
  type LogPublish,
  type PublishResult,
  type RoomSubscription,
} from './interface.js';
import { MemoryBucket } from './memory-bucket.js';
import { MemoryDurable } from './memory-consumer.js';
import { MemoryLog, type MemoryLogLimits } from './memory-log.js';
import { publishFault } from './publish-check.js';
import { subjectMatches } from './subject-match.js';
import type { RoomSubjectKind } from './subjects.js';

/** Limits and test hooks of the in-memory engine. Every limit is per shard. */
export interface MemoryBusOptions extends Partial<MemoryLogLimits> {
  /** Largest payload taken; above it a publish is refused. Default 128 KiB. */
  readonly maxMessageBytes?: number;
  /** Clock for retention, de-duplication and time to live, ms. Default: monotonic. */
  readonly nowMs?: () => number;
  /** For tests of gap repair: false loses the live copy of this event; the log keeps it. */
  readonly keepLiveCopy?: (event: LogEvent) => boolean;
}

/** The in-memory engine, with what a test may do to it. */
export interface MemoryBus extends Bus {
  readonly engine: 'memory';
  /** Calls the `onReconnect` handlers, as if the connection had been lost and found. */
  signalReconnect(): void;
}

/**
 * The bus in one process: same contract as the broker, nothing kept over a restart. Results and live copies come in a
 * later turn of the event loop, live copies of an event before its publisher's result, all in log order.
 */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  return new InMemoryBus(options);
}

type Handler = (event: LogEvent) => void;

class InMemoryBus implements MemoryBus {
  readonly engine = 'memory';
  readonly connected = true;
  readonly #limits: MemoryLogLimits;
  readonly #maxMessageBytes: number;
  readonly #nowMs: () => number;
  readonly #keepLiveCopy: ((event: LogEvent) => boolean) | undefined;
  readonly #logs = new Map<ShardId, MemoryLog>();
  readonly #durables = new Map<string, MemoryDurable>();
  readonly #buckets = new Map<string, MemoryBucket>();
  readonly #rooms = new Map<string, Set<Handler>>();
  readonly #stateHandlers = new Set<Handler>();
  readonly #stateQueues = new Map<string, Handler[]>();
  readonly #core = new Set<{ pattern: string; handler: (payload: Uint8Array, subject: string) => void }>();
  readonly #reconnectHandlers: (() => void)[] = [];
  #unansweredBytes = 0;
  #tasks: (() => void)[] = [];
  #closed = false;

  constructor(options: MemoryBusOptions) {
    this.#limits = {
      maxEvents: options.maxEvents ?? 100_000,
      maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
      maxAgeMs: options.maxAgeMs ?? 3_600_000,
      dedupWindowMs: options.dedupWindowMs ?? 120_000,
    };
    this.#maxMessageBytes = options.maxMessageBytes ?? 128 * 1024;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#keepLiveCopy = options.keepLiveCopy;
  }

  async shardIncarnation(shard: ShardId): Promise<string> {
    return this.#log(shard).incarnation;
  }

  async ensureShards(shards: readonly ShardId[]): Promise<void> {
    this.#assertOpen();
    for (const shard of shards) {
      if (!this.#logs.has(shard)) this.#logs.set(shard, new MemoryLog(shard, randomUUID(), this.#limits));
    }
  }

  publishToLog(message: LogPublish, onResult: (result: PublishResult) => void): void {
    if (this.#closed) {
      setImmediate(onResult, { kind: 'closed' });
      return;
    }
    this.#unansweredBytes += message.payload.byteLength;
    this.#later(() => {
      this.#unansweredBytes -= message.payload.byteLength;
      onResult(this.#store(message));
    });
  }

  publishToLogAsync(message: LogPublish): Promise<PublishResult> {
    return new Promise((resolve) => this.publishToLog(message, resolve));
  }

  get unansweredBytes(): number {
    return this.#unansweredBytes;
  }

  subscribeRoom(shard: ShardId, room: RoomId, handler: Handler): RoomSubscription {
    this.#assertOpen();
    const key = `${shard}.${room}`;
    const handlers = this.#rooms.get(key) ?? new Set();
    this.#rooms.set(key, handlers);
    const entry: Handler = (event) => handler(event);
    handlers.add(entry);
    return {
      ready: async () => this.#assertOpen(),
      unsubscribe: () => {
        handlers.delete(entry);
        if (handlers.size === 0 && this.#rooms.get(key) === handlers) this.#rooms.delete(key);
      },
    };
  }

  subscribeState(handler: Handler, queue?: string): BusSubscription {
    this.#assertOpen();
    const entry: Handler = (event) => handler(event);
    if (queue === undefined) {
      this.#stateHandlers.add(entry);
      return { unsubscribe: () => void this.#stateHandlers.delete(entry) };
    }
    const members = this.#stateQueues.get(queue) ?? [];
    this.#stateQueues.set(queue, members);
    members.push(entry);
    return {
      unsubscribe: () => {
        const index = members.indexOf(entry);
        if (index >= 0) members.splice(index, 1);
      },
    };
  }

  async readAfter(
    shard: ShardId,
    room: RoomId,
    kind: RoomSubjectKind,
    afterSeq: number,
    limit: number,
  ): Promise<LogEvent[]> {
    return this.#log(shard).readAfter(afterSeq, limit, this.#nowMs(), { room, kind });
  }

  async readRoomAfter(shard: ShardId, room: RoomId, afterSeq: number, limit: number): Promise<LogEvent[]> {
    return this.#log(shard).readAfter(afterSeq, limit, this.#nowMs(), { room });
  }

  async lastSeq(shard: ShardId, room: RoomId, kind: RoomSubjectKind): Promise<number> {
    return this.#log(shard).lastSeq(room, kind, this.#nowMs());
  }

  async shardBounds(shard: ShardId): Promise<{ firstSeq: number; lastSeq: number }> {
    const log = this.#log(shard);
    log.trim(this.#nowMs());
    return log.bounds;
  }

  async consumeShard(
    shard: ShardId,
    durable: string,
    options: ConsumeOptions,
    handler: LogBatchHandler,
  ): Promise<BusConsumer> {
    const log = this.#log(shard);
    const key = `${shard}.${durable}`;
    const consumer = this.#durables.get(key) ?? new MemoryDurable(log, this.#nowMs);
    this.#durables.set(key, consumer);
    return consumer.offer(options, handler);
  }

  publishCore(subject: string, payload: Uint8Array): void {
    if (this.#closed) return;
    const kept = new Uint8Array(payload);
    this.#later(() => {
      for (const subscriber of this.#core) {
        if (subjectMatches(subscriber.pattern, subject)) subscriber.handler(kept, subject);
      }
    });
  }

  subscribeCore(subject: string, handler: (payload: Uint8Array, subject: string) => void): BusSubscription {
    this.#assertOpen();
    const entry = { pattern: subject, handler };
    this.#core.add(entry);
    return { unsubscribe: () => void this.#core.delete(entry) };
  }

  async bucket(name: string, ttlMs: number): Promise<Bucket> {
    this.#assertOpen();
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      if (known.ttlMs !== ttlMs) throw new BusError('drift', `bucket ${name} keeps entries ${known.ttlMs} ms`);
      return known;
    }
    const bucket = new MemoryBucket(ttlMs, this.#nowMs, (task) => this.#later(task));
    this.#buckets.set(name, bucket);
    return bucket;
  }

  onReconnect(handler: () => void): void {
    this.#reconnectHandlers.push(handler);
  }

  signalReconnect(): void {
    for (const handler of this.#reconnectHandlers) this.#later(handler);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#runTasks();
    this.#closed = true;
    for (const durable of this.#durables.values()) durable.close();
    for (const bucket of this.#buckets.values()) bucket.close();
    this.#rooms.clear();
    this.#stateHandlers.clear();
    this.#stateQueues.clear();
    this.#core.clear();
  }

  #store(message: LogPublish): PublishResult {
    if (this.#closed) return { kind: 'closed' };
    const log = this.#logs.get(message.shard);
    if (log === undefined) return { kind: 'refused', reason: `shard ${message.shard} has no log` };
    const fault = publishFault(message);
    if (fault !== undefined) return { kind: 'refused', reason: fault };
    if (message.payload.byteLength > this.#maxMessageBytes) return { kind: 'refused', reason: 'message too large' };
    const { seq, event } = log.append(message, this.#nowMs());
    if (event !== undefined) {
      if (this.#keepLiveCopy?.(event) ?? true) this.#deliver(event);
      for (const [key, durable] of this.#durables) {
        if (key.startsWith(message.shard)) durable.notify();
      }
    }
    return { kind: 'stored', seq, duplicate: event === undefined };
  }

  #deliver(event: LogEvent): void {
    for (const handler of this.#rooms.get(`${event.shard}.${event.room}`) ?? []) handler(event);
    if (event.kind !== 'st') return;
    for (const handler of this.#stateHandlers) handler(event);
    for (const members of this.#stateQueues.values()) {
      // Turn by turn: the member served goes to the end.
      const member = members.shift();
      if (member === undefined) continue;
      members.push(member);
      member(event);
    }
  }

  #later(task: () => void): void {
    this.#tasks.push(task);
    if (this.#tasks.length === 1) setImmediate(() => this.#runTasks());
  }

  #runTasks(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        // A handler that throws breaks its contract: loudly, but not at the cost of the tasks behind it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #log(shard: ShardId): MemoryLog {
    this.#assertOpen();
    const log = this.#logs.get(shard);
    if (log === undefined) throw new BusError('not-found', `shard ${shard} has no log`);
    return log;
  }

  #assertOpen(): void {
    if (this.#closed) throw new BusError('closed', 'the bus is closed');
  }
}
