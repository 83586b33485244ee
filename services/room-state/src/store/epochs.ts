import { inTransaction, type Database } from '@plenary/db';
import { StateEvent, type StateChange } from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';
import { commitChanges } from '../room/commit.js';
import type { EpochStore } from './interface.js';
import { lockRoom, type Queries } from './room-rows.js';
import { writeOutbox } from './room-writes.js';
import type { RoomStateSchema } from './schema.js';

/** Lives of the shards' logs. */
export function postgresEpochs(db: Database<RoomStateSchema>): EpochStore {
  return {
    async noteIncarnation(shard, incarnation, newTag) {
      return inTransaction(db, async (transaction) => {
        await transaction
          .insertInto('room_state.shards')
          .values({ shard, incarnation })
          .onConflict((conflict) => conflict.column('shard').doNothing())
          .execute();
        const noted = await transaction
          .selectFrom('room_state.shards')
          .select('incarnation')
          .where('shard', '=', shard)
          .forUpdate()
          .executeTakeFirstOrThrow();
        if (noted.incarnation === incarnation) return [];
        await transaction.updateTable('room_state.shards').set({ incarnation }).where('shard', '=', shard).execute();
        const rooms = await transaction
          .selectFrom('room_state.rooms')
          .select('id')
          .where('shard', '=', shard)
          .where('closed_at', 'is', null)
          .orderBy('id')
          .execute();
        const events: StateEvent[] = [];
        for (const { id } of rooms) events.push(...(await startEpoch(transaction, id as RoomId, newTag())));
        return events;
      });
    },
  };
}

/**
 * The first event of a room in a new log. What was committed and not yet published in the old one follows in the same
 * event: readers of the new log must meet `epoch_started` first, for it resets their place.
 */
async function startEpoch(db: Queries, room: RoomId, tag: string): Promise<StateEvent[]> {
  const locked = await lockRoom(db, room);
  if (locked === undefined) return [];
  const { version, nowMs } = locked;
  const row = await db
    .selectFrom('room_state.rooms')
    .select(['shard', 'epoch'])
    .where('id', '=', room)
    .executeTakeFirstOrThrow();
  const after = { id: room, shard: row.shard as ShardId, epoch: row.epoch + 1, tag, version };
  const started: StateChange = { change: { $case: 'epochStarted', value: { epoch: after.epoch, tag } } };
  const changes = [started, ...(await takeUnpublished(db, room))];
  const events = commitChanges(after, changes, BigInt(nowMs) * 1000n);
  await writeOutbox(db, after, events);
  return events;
}

async function takeUnpublished(db: Queries, room: RoomId): Promise<StateChange[]> {
  const rows = await db
    .deleteFrom('room_state.outbox')
    .where('room_id', '=', room)
    .returning(['version', 'event'])
    .execute();
  return rows
    .toSorted((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1))
    .flatMap(({ event }) => StateEvent.decode(event).changes);
}
