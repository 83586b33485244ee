import type { Bus } from '@plenary/bus';
import type { ShardId } from '@plenary/wire';
import type { Events } from './events.js';
import type { HistoryStore } from './store/interface.js';

/** Compares where each shard's log ends with where it was read up to, by whichever replica. */
export async function measureLag(
  bus: Bus,
  store: HistoryStore,
  events: Events,
  shards: readonly ShardId[],
  nowMs: number,
): Promise<void> {
  const positions = await store.positions();
  for (const shard of shards) {
    const { lastSeq } = await bus.shardBounds(shard);
    const position = positions.get(shard);
    const readUpTo = position?.lastSeq ?? 0;
    if (lastSeq < readUpTo && position?.incarnation === (await bus.shardIncarnation(shard)))
      events.rewound(shard, lastSeq, readUpTo);
    const messages = Math.max(0, lastSeq - readUpTo);
    const lastEventMs = position?.lastEventMs ?? nowMs;
    events.lag(shard, messages, messages === 0 ? 0 : Math.max(0, (nowMs - lastEventMs) / 1000));
  }
}
