import type { Bus } from '@plenary/bus';
import type { ShardId } from '@plenary/wire';
import type { Events } from '../events.js';
import type { StatePublisher } from '../producers/state-events.js';
import type { EpochStore } from '../store/interface.js';

/**
 * Makes sure of the shards' logs and compares each log's life with the one last seen. In a new log sequence numbers begin
 * again, so every room of the shard gets a new epoch and a new tag first. Resolves when those events are committed and
 * handed to the publisher.
 */
export async function checkEpochs(
  bus: Bus,
  store: EpochStore,
  publisher: StatePublisher,
  events: Events,
  shards: readonly ShardId[],
  newTag: () => string,
): Promise<void> {
  await bus.ensureShards(shards);
  for (const shard of shards) {
    const started = await store.noteIncarnation(shard, await bus.shardIncarnation(shard), newTag);
    if (started.length === 0) continue;
    events.epochStarted(shard, new Set(started.map(({ room }) => room)).size);
    await publisher.publish(shard, started);
  }
}
