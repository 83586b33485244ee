import type { Bus, BusConsumer, LogEvent } from '@plenary/bus';
import type { Tracer } from '@plenary/telemetry';
import type { ShardId } from '@plenary/wire';
import { readEntry } from '../entry.js';
import type { LogEntry } from '../record.types.js';
import type { Events } from '../events.js';
import type { HeadBeacons } from '../producers/head-beacon.js';
import type { RoomDirectory } from '../room-now.js';
import type { HistoryStore } from '../store/interface.js';
import { traceBatch } from './trace-batch.js';

export interface ShardLogOptions {
  readonly bus: Bus;
  readonly store: HistoryStore;
  readonly directory: RoomDirectory;
  readonly beacons: HeadBeacons;
  readonly events: Events;
  readonly maxBatch: number;
  readonly maxWaitMs: number;
  readonly nowMs: () => number;
  readonly tracer: Tracer;
  /** The name of a room in traces. */
  readonly hashOf: (room: string) => string;
  /** For fault tests: called between commit and acknowledgement; throwing is a crash there. */
  readonly beforeAck?: (() => void) | undefined;
}

/**
 * Reads one shard's log with the durable consumer `history`: each batch becomes one transaction, and is acknowledged after
 * its commit. A batch that fails comes again, and its entries count once however often they come.
 */
export async function consumeShardLog(shard: ShardId, options: ShardLogOptions): Promise<BusConsumer> {
  const { bus, store, directory, beacons, events, maxBatch, maxWaitMs } = options;
  let incarnation: string | undefined;
  let readUpTo = 0;
  return bus.consumeShard(shard, 'history', { maxBatch, maxWaitMs }, async (batch: readonly LogEvent[]) => {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    const entries = batch.flatMap((event) => readEntry(event) ?? []);
    const trace = traceBatch(batch, options);
    try {
      // A sequence not above the last one: the batch comes again, or the log is a new one.
      if (incarnation === undefined || first.seq <= readUpTo) incarnation = await bus.shardIncarnation(shard);
      const lastEventMs = writtenAtMs(entries.at(-1)) ?? options.nowMs();
      const result = await store.recordBatch({ shard, incarnation, entries, lastSeq: last.seq, lastEventMs }, (room) =>
        directory.now(room),
      );
      events.recorded(shard, result);
      trace?.end();
    } catch (error) {
      trace?.fail();
      beacons.silence(shard);
      incarnation = undefined;
      events.batchFailed(shard, error);
      throw error;
    }
    readUpTo = last.seq;
    events.malformed(shard, batch.length - entries.length);
    beacons.moved(shard, batch);
    options.beforeAck?.();
  });
}

function writtenAtMs(entry: LogEntry | undefined): number | undefined {
  if (entry === undefined) return undefined;
  const us = entry.kind === 'all' ? entry.event.ingressTimeUs : entry.event.committedAtUs;
  return Math.min(Number(us / 1000n), maxDateMs);
}

/** What a Date holds. */
const maxDateMs = 8_640_000_000_000_000;
