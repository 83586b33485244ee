import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ShardId } from '@plenary/wire';
import { openKv } from './bucket.js';
import { Connections } from './connections.js';
import { asBusError, isNotFound } from './nats-errors.js';
import { natsSettings, type NatsBusOptions, type NatsSettings } from './nats-settings.js';
import { retryPassing, shardStream, streamDrift } from './streams.js';
import { streamName } from './subjects.js';

/** How a stream or bucket stands beside what is wanted; each difference is a sentence. */
export type StoreState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'as-wanted' }
  | { readonly kind: 'drift'; readonly differences: readonly string[] };

/** One thing the broker keeps for us. */
export type Store =
  | { readonly kind: 'stream'; readonly shard: ShardId }
  | { readonly kind: 'bucket'; readonly name: string; readonly ttlMs: number };

/** Every bucket services open, with the time to live of its entries in milliseconds. */
export const wellKnownBuckets = { edges: 6_000, leases: 6_000 } as const;

/** Looks after what the broker keeps, for an operator: services only make what is missing, and change nothing. */
export interface BusAdmin {
  inspect(store: Store): Promise<StoreState>;
  /** Makes it where it is missing; what is there stays as it is. */
  make(store: Store): Promise<void>;
  /** Brings a stream to what is wanted. The broker refuses what cannot be changed (storage): `BusError` `refused`. */
  update(store: Store): Promise<void>;
  close(): Promise<void>;
}

/** How long an operation waits for a broker that is electing its leaders. */
const OPERATION_TIMEOUT_MS = 20_000;

/** Connects for administration. Throws `BusError` `unreachable` if no server answers. */
export async function connectBusAdmin(options: NatsBusOptions): Promise<BusAdmin> {
  const settings = natsSettings({ ...options, roomConnections: 0 });
  const connections = await Connections.open(settings);
  const timeout = settings.requestTimeoutMs;
  const manager = await jetstreamManager(connections.control, { timeout, checkAPI: false });
  return new NatsAdmin(settings, connections, jetstream(connections.control, { timeout }), manager);
}

/** What the stream behind a bucket is called, and what of it is ours to want. */
function bucketStream(name: string, ttlMs: number, settings: NatsSettings) {
  return { name: `KV_${name}`, max_age: nanos(ttlMs), num_replicas: settings.streams.replicas };
}

class NatsAdmin implements BusAdmin {
  constructor(
    private readonly settings: NatsSettings,
    private readonly connections: Connections,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
  ) {}

  async inspect(store: Store): Promise<StoreState> {
    const wanted = this.#wanted(store);
    return retryPassing(OPERATION_TIMEOUT_MS, async () => {
      try {
        const { config, cluster } = await this.manager.streams.info(wanted.name);
        const differences = [...streamDrift(wanted, config), ...this.#missingCopies(cluster?.replicas?.length ?? 0)];
        return differences.length === 0 ? { kind: 'as-wanted' } : { kind: 'drift', differences };
      } catch (error) {
        if (isNotFound(error)) return { kind: 'missing' };
        throw error;
      }
    });
  }

  async make(store: Store): Promise<void> {
    if (store.kind === 'bucket') {
      await openKv(this.client, store.name, store.ttlMs, this.settings.streams, OPERATION_TIMEOUT_MS);
      return;
    }
    await retryPassing(OPERATION_TIMEOUT_MS, async () => {
      try {
        await this.manager.streams.info(streamName(store.shard));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await this.manager.streams.add(shardStream(store.shard, this.settings.streams));
      }
    });
  }

  async update(store: Store): Promise<void> {
    const { name, ...wanted } = this.#wanted(store);
    try {
      const { config } = await this.manager.streams.info(name);
      await this.manager.streams.update(name, { ...config, ...wanted });
    } catch (error) {
      throw asBusError(error);
    }
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  /** A single server takes any number of replicas for its word. */
  #missingCopies(others: number): string[] {
    const wanted = this.settings.streams.replicas;
    return others + 1 >= wanted ? [] : [`${String(others + 1)} of ${String(wanted)} copies have a server`];
  }

  #wanted(store: Store) {
    return store.kind === 'stream'
      ? shardStream(store.shard, this.settings.streams)
      : bucketStream(store.name, store.ttlMs, this.settings);
  }
}
