import type { Bus } from '@plenary/bus';
import type { ShardId } from '@plenary/wire';
import type { ShardReading } from './consumers/shard-log.js';
import type { Events } from './events.js';

/** Compares where each shard read here ends with where it was read up to. */
export async function measureLag(
  bus: Bus,
  readings: ReadonlyMap<ShardId, ShardReading>,
  events: Events,
  nowMs: number,
): Promise<void> {
  for (const [shard, reading] of readings) {
    const { lastSeq } = await bus.shardBounds(shard);
    if (lastSeq < reading.lastSeq) events.rewound(shard, lastSeq, reading.lastSeq);
    const messages = Math.max(0, lastSeq - reading.lastSeq);
    events.lag(shard, messages, messages === 0 ? 0 : Math.max(0, (nowMs - reading.lastEventMs) / 1000));
  }
}
