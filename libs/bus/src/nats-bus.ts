import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomId, ShardId } from '@plenary/wire';
import { NatsBucket, openKv } from './bucket.js';
import { Connections } from './connections.js';
import { ConsumerOffer } from './consumer-offer.js';
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
import { LogPublisher } from './log-publisher.js';
import { LogReader } from './log-reader.js';
import { asBusError, messageOf } from './nats-errors.js';
import { natsSettings, type NatsBusOptions, type NatsSettings } from './nats-settings.js';
import { subscribeToRoom, subscribeToState } from './room-subscriptions.js';
import { ensureShardStream, retryPassing } from './streams.js';
import { streamName, subjects, type RoomSubjectKind } from './subjects.js';

/** Shards looked after at the same time when streams are made. */
const ENSURE_AT_ONCE = 8;
/** How long making streams and buckets waits for a broker that is electing its leaders. */
const ENSURE_TIMEOUT_MS = 20_000;
const LEASE_BUCKET = 'leases';

/** Connects to nats-server with JetStream (2.9 or later). Throws `BusError` `unreachable` if no server answers. */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const settings = natsSettings(options);
  const connections = await Connections.open(settings);
  const client = jetstream(connections.control, { timeout: settings.requestTimeoutMs });
  // Not asked whether JetStream is there: in a cluster that has just started it is not, yet.
  const manager = await jetstreamManager(connections.control, { timeout: settings.requestTimeoutMs, checkAPI: false });
  return new NatsBus(settings, connections, client, manager);
}

class NatsBus implements Bus {
  readonly engine = 'nats';
  readonly #publisher: LogPublisher;
  readonly #reader: LogReader;
  readonly #shards = new Set<ShardId>();
  readonly #incarnations = new Map<ShardId, string>();
  readonly #offers = new Set<ConsumerOffer>();
  readonly #buckets = new Map<string, { ttlMs: number; opened: Promise<NatsBucket> }>();
  #restoring = false;
  #closed = false;

  constructor(
    private readonly settings: NatsSettings,
    private readonly connections: Connections,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
  ) {
    this.#publisher = new LogPublisher(
      connections.control,
      () => connections.controlConnected,
      settings.publish,
      settings.logger,
      settings.inboxPrefix,
    );
    this.#reader = new LogReader(connections.control, manager, {
      replicas: settings.streams.replicas,
      timeoutMs: settings.requestTimeoutMs,
    });
    connections.onControlReconnect(() => {
      this.#incarnations.clear();
      this.#publisher.resendAll();
      void this.#restore();
    });
  }

  async shardIncarnation(shard: ShardId): Promise<string> {
    const known = this.#incarnations.get(shard);
    if (known !== undefined) return known;
    this.#assertOpen();
    const { created } = await this.#ask(() => this.manager.streams.info(streamName(shard)));
    this.#incarnations.set(shard, created);
    return created;
  }

  async ensureShards(shards: readonly ShardId[]): Promise<void> {
    this.#assertOpen();
    const left = [...shards];
    const workers = Array.from({ length: Math.min(ENSURE_AT_ONCE, left.length) }, async () => {
      for (let shard = left.pop(); shard !== undefined; shard = left.pop()) {
        await ensureShardStream(this.manager, shard, this.settings.streams, ENSURE_TIMEOUT_MS);
        this.#shards.add(shard);
      }
    });
    await Promise.all(workers);
  }

  publishToLog(message: LogPublish, onResult: (result: PublishResult) => void): void {
    this.#publisher.publish(message, onResult);
  }

  publishToLogAsync(message: LogPublish): Promise<PublishResult> {
    return new Promise((resolve) => this.#publisher.publish(message, resolve));
  }

  get unansweredBytes(): number {
    return this.#publisher.unansweredBytes;
  }

  subscribeRoom(shard: ShardId, room: RoomId, handler: (event: LogEvent) => void): RoomSubscription {
    this.#assertOpen();
    return subscribeToRoom(this.connections.ofRoom(room), shard, room, handler, this.settings.logger);
  }

  subscribeState(handler: (event: LogEvent) => void, queue?: string): BusSubscription {
    this.#assertOpen();
    return subscribeToState(this.connections.control, handler, queue, this.settings.logger);
  }

  async readAfter(
    shard: ShardId,
    room: RoomId,
    kind: RoomSubjectKind,
    afterSeq: number,
    limit: number,
  ): Promise<LogEvent[]> {
    this.#assertOpen();
    return this.#reader.readAfter(shard, subjects.roomIn(shard, room, kind), afterSeq, limit);
  }

  async readRoomAfter(shard: ShardId, room: RoomId, afterSeq: number, limit: number): Promise<LogEvent[]> {
    this.#assertOpen();
    return this.#reader.readAfter(shard, subjects.roomInAllKinds(shard, room), afterSeq, limit);
  }

  async lastSeq(shard: ShardId, room: RoomId, kind: RoomSubjectKind): Promise<number> {
    this.#assertOpen();
    return this.#reader.lastSeq(shard, room, kind);
  }

  async shardBounds(shard: ShardId): Promise<{ firstSeq: number; lastSeq: number }> {
    this.#assertOpen();
    const { state } = await this.#ask(() => this.manager.streams.info(streamName(shard)));
    return { firstSeq: Math.max(state.first_seq, 1), lastSeq: state.last_seq };
  }

  async consumeShard(
    shard: ShardId,
    durable: string,
    options: ConsumeOptions,
    handler: LogBatchHandler,
  ): Promise<BusConsumer> {
    this.#assertOpen();
    await this.#ask(() => this.manager.streams.info(streamName(shard)));
    const { consume, streams, logger } = this.settings;
    const offer = new ConsumerOffer({
      shard,
      durable,
      options,
      handler,
      client: this.client,
      manager: this.manager,
      reader: this.#reader,
      ackWaitMs: consume.ackWaitMs,
      leaseTtlMs: consume.leaseTtlMs,
      leases: () => openKv(this.client, LEASE_BUCKET, consume.leaseTtlMs, streams, ENSURE_TIMEOUT_MS),
      logger,
    });
    this.#offers.add(offer);
    return {
      stop: async () => {
        await offer.stop();
        this.#offers.delete(offer);
      },
    };
  }

  publishCore(subject: string, payload: Uint8Array): void {
    if (this.#closed || !this.connections.controlConnected) return;
    this.connections.control.publish(subject, payload);
  }

  subscribeCore(subject: string, handler: (payload: Uint8Array, subject: string) => void): BusSubscription {
    this.#assertOpen();
    const subscription = this.connections.control.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) handler(message.data, message.subject);
        else this.settings.logger.error({ subject, error: messageOf(error) }, 'subject cannot be subscribed');
      },
    });
    return { unsubscribe: () => subscription.unsubscribe() };
  }

  async bucket(name: string, ttlMs: number): Promise<Bucket> {
    this.#assertOpen();
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      if (known.ttlMs !== ttlMs) throw new BusError('drift', `bucket ${name} keeps entries ${known.ttlMs} ms`);
      return known.opened;
    }
    const open = () => openKv(this.client, name, ttlMs, this.settings.streams, ENSURE_TIMEOUT_MS);
    const opened = open().then((kv) => new NatsBucket(kv, ttlMs, open, this.settings.logger));
    this.#buckets.set(name, { ttlMs, opened });
    try {
      return await opened;
    } catch (error) {
      this.#buckets.delete(name);
      throw error;
    }
  }

  onReconnect(handler: () => void): void {
    this.connections.onReconnect(handler);
  }

  get connected(): boolean {
    return this.connections.connected;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { closeTimeoutMs } = this.settings;
    const consumers = Promise.all([...this.#offers].map((offer) => offer.stop()));
    await Promise.all([
      Promise.race([consumers, sleep(closeTimeoutMs, undefined, { ref: false })]),
      this.#publisher.close(closeTimeoutMs),
    ]);
    for (const { opened } of this.#buckets.values()) (await opened.catch(() => undefined))?.close();
    await this.connections.close();
  }

  /** After a reconnect the broker may have lost its data: what this bus has made before is made again. */
  async #restore(): Promise<void> {
    if (this.#restoring) return;
    this.#restoring = true;
    try {
      await this.ensureShards([...this.#shards]);
      for (const { opened } of this.#buckets.values()) await (await opened).reopen();
    } catch (error) {
      if (!this.#closed) this.settings.logger.error({ error: messageOf(error) }, 'streams are not as they should be');
    } finally {
      this.#restoring = false;
    }
  }

  #ask<T>(request: () => Promise<T>): Promise<T> {
    return retryPassing(this.settings.requestTimeoutMs, request).catch((error: unknown) => {
      throw asBusError(error);
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new BusError('closed', 'the bus is closed');
  }
}
