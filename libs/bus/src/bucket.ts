import { StorageType, type JetStreamClient } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import { BucketWatch } from './bucket-watch.js';
import { assertBucketKey } from './bucket-key.js';
import { BusError, type Bucket, type BusSubscription } from './interface.js';
import type { BusLogger } from './logger.js';
import { asBusError } from './nats-errors.js';
import { retryPassing, streamDrift, type StreamSettings } from './streams.js';

/** Opens a key-value bucket, or makes it. Throws `BusError` `drift` if it keeps its entries another time. */
export async function openKv(
  client: JetStreamClient,
  name: string,
  ttlMs: number,
  streams: StreamSettings,
  timeoutMs: number,
): Promise<KV> {
  return retryPassing(timeoutMs, async () => {
    const kv = await new Kvm(client).create(name, {
      ttl: ttlMs,
      history: 1,
      replicas: streams.replicas,
      storage: streams.storage === 'file' ? StorageType.File : StorageType.Memory,
    });
    const { streamInfo } = await kv.status();
    const drift = streamDrift({ max_age: nanos(ttlMs), num_replicas: streams.replicas }, streamInfo.config);
    if (drift.length > 0) throw new BusError('drift', `bucket ${name}: ${drift.join('; ')}`);
    return kv;
  });
}

/** A bucket over the broker's key-value store. */
export class NatsBucket implements Bucket {
  readonly #watches = new Set<BucketWatch>();

  constructor(
    private kv: KV,
    private readonly ttlMs: number,
    private readonly reopenKv: () => Promise<KV>,
    private readonly logger: BusLogger,
  ) {}

  async put(key: string, value: Uint8Array): Promise<void> {
    assertBucketKey(key);
    await this.#attempt(() => this.kv.put(key, value));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    assertBucketKey(key);
    const entry = await this.#attempt(() => this.kv.get(key));
    return entry === null || entry.operation !== 'PUT' ? undefined : entry.value;
  }

  async delete(key: string): Promise<void> {
    assertBucketKey(key);
    await this.#attempt(() => this.kv.delete(key));
  }

  async keys(): Promise<string[]> {
    return this.#attempt(async () => {
      const keys: string[] = [];
      for await (const key of await this.kv.keys()) keys.push(key);
      return keys;
    });
  }

  async watch(handler: (key: string, value: Uint8Array | undefined) => void): Promise<BusSubscription> {
    const watch = new BucketWatch(() => this.kv, this.ttlMs, handler, this.logger);
    await this.#attempt(() => watch.start());
    this.#watches.add(watch);
    return {
      unsubscribe: () => {
        watch.stop();
        this.#watches.delete(watch);
      },
    };
  }

  /** After a reconnect: the bucket may have gone with the broker's data, and watches with their consumers. */
  async reopen(): Promise<void> {
    this.kv = await this.reopenKv();
    for (const watch of this.#watches) await watch.start();
  }

  close(): void {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw asBusError(error);
    }
  }
}
