import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ShardId } from '@plenary/wire';
import { BusError } from './interface.js';
import { isNotFound, isPassing, messageOf, pause } from './nats-errors.js';
import { streamName, subjects } from './subjects.js';

/** What may differ between installations in the streams of the shards. */
export interface StreamSettings {
  /** Copies of each log: 1, 3 or 5. */
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
  readonly maxAgeMs: number;
  /** Per shard; the broker reserves it. */
  readonly maxBytes: number;
  /** Largest message, headers included. */
  readonly maxMessageBytes: number;
  /** How long a message id is remembered. */
  readonly dedupWindowMs: number;
}

export const defaultStreamSettings: StreamSettings = {
  replicas: 1,
  storage: 'file',
  maxAgeMs: 3_600_000,
  maxBytes: 256 * 1024 * 1024,
  maxMessageBytes: 128 * 1024,
  dedupWindowMs: 120_000,
};

type ShardStream = Partial<StreamConfig> & { name: string };

/** The stream of one shard: what is stored of `chat.in.<shard>` comes out, in log order, on `chat.out.<shard>`. */
export function shardStream(shard: ShardId, settings: StreamSettings): ShardStream {
  return {
    name: streamName(shard),
    subjects: [subjects.shardIn(shard)],
    republish: { src: subjects.shardIn(shard), dest: subjects.shardOut(shard) },
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: settings.storage === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: settings.replicas,
    max_age: nanos(settings.maxAgeMs),
    max_bytes: settings.maxBytes,
    max_msg_size: settings.maxMessageBytes,
    duplicate_window: nanos(settings.dedupWindowMs),
    allow_direct: true,
  };
}

/**
 * Creates the stream if it is missing and reads it back. Throws `BusError` `drift` with every setting that is not as
 * wanted: nothing is changed under a running system.
 */
export async function ensureShardStream(
  manager: JetStreamManager,
  shard: ShardId,
  settings: StreamSettings,
  timeoutMs: number,
): Promise<void> {
  const wanted = shardStream(shard, settings);
  const found = await retryPassing(timeoutMs, async () => {
    try {
      return await manager.streams.info(wanted.name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return manager.streams.add(wanted);
    }
  });
  const drift = streamDrift(wanted, found.config);
  if (drift.length > 0) throw new BusError('drift', `stream ${wanted.name}: ${drift.join('; ')}`);
}

/** The settings in which a stream differs from the wanted one, each as a sentence. */
export function streamDrift(wanted: Partial<StreamConfig>, found: Partial<StreamConfig>): string[] {
  const drift: string[] = [];
  for (const key of Object.keys(wanted) as (keyof StreamConfig)[]) {
    const want = canonical(wanted[key]);
    const have = canonical(found[key]);
    if (want !== have) drift.push(`${key} is ${have}, not ${want}`);
  }
  return drift;
}

/** Runs `attempt` again while it fails with what passes (no leader yet, no peers yet), until `timeoutMs` is over. */
export async function retryPassing<T>(timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() + pauseMs > untilMs) {
        if (error instanceof BusError) throw error;
        const code = isNotFound(error) ? 'not-found' : isPassing(error) ? 'unreachable' : 'refused';
        throw new BusError(code, messageOf(error), { cause: error });
      }
    }
    await pause(pauseMs);
  }
}

/** The broker may leave out or add fields set to nothing. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== false && each !== '');
  return JSON.stringify(
    Array.isArray(value) ? value : Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
}
