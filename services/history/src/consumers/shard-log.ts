import type { Bus, BusConsumer, LogEvent } from '@plenary/bus';
import type { ShardId } from '@plenary/wire';
import { readEntry } from '../entry.js';
import type { Events } from '../events.js';
import type { HeadBeacons } from '../producers/head-beacon.js';
import type { RoomDirectory } from '../room-now.js';
import type { HistoryStore } from '../store/interface.js';

export interface ShardLogOptions {
  readonly bus: Bus;
  readonly store: HistoryStore;
  readonly directory: RoomDirectory;
  readonly beacons: HeadBeacons;
  readonly events: Events;
  readonly maxBatch: number;
  readonly maxWaitMs: number;
  readonly nowMs: () => number;
  /** For fault tests: called between commit and acknowledgement; throwing is a crash there. */
  readonly beforeAck?: (() => void) | undefined;
}

/** When the last event of a shard that was read here had reached its ingress, and where it stands. */
export interface ShardReading {
  readonly lastSeq: number;
  readonly lastEventMs: number;
}

/**
 * Reads one shard's log with the durable consumer `history`: each batch becomes one transaction, and is acknowledged after
 * its commit. A batch that fails comes again, and its entries count once however often they come.
 */
export async function consumeShardLog(
  shard: ShardId,
  options: ShardLogOptions,
  onRead: (reading: ShardReading) => void,
): Promise<BusConsumer> {
  const { bus, store, directory, beacons, events, maxBatch, maxWaitMs } = options;
  let incarnation = await bus.shardIncarnation(shard);
  bus.onReconnect(() => {
    void bus.shardIncarnation(shard).then(
      (current) => {
        incarnation = current;
      },
      (error: unknown) => events.taskFailed('incarnation', error),
    );
  });
  return bus.consumeShard(shard, 'history', { maxBatch, maxWaitMs }, async (batch: readonly LogEvent[]) => {
    const last = batch.at(-1);
    if (last === undefined) return;
    const entries = batch.flatMap((event) => readEntry(event) ?? []);
    try {
      const result = await store.recordBatch({ shard, incarnation, entries, lastSeq: last.seq }, (room) =>
        directory.now(room),
      );
      events.recorded(shard, result);
    } catch (error) {
      beacons.silence(shard);
      events.batchFailed(shard, error);
      throw error;
    }
    events.malformed(shard, batch.length - entries.length);
    beacons.moved(shard, batch);
    onRead({ lastSeq: last.seq, lastEventMs: ingressMs(entries.at(-1)) ?? options.nowMs() });
    options.beforeAck?.();
  });
}

function ingressMs(entry: ReturnType<typeof readEntry>): number | undefined {
  if (entry === undefined) return undefined;
  return Number(entry.kind === 'all' ? entry.event.ingressTimeUs : entry.event.committedAtUs) / 1000;
}
