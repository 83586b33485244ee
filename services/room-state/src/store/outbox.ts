import { sql } from 'kysely';
import { inTransaction, type Database } from '@plenary/db';
import type { RoomId, ShardId } from '@plenary/wire';
import type { OutboxRow, OutboxStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';

/** Rooms one sweep takes in hand, and events of a room it reads at once. */
const roomsPerSweep = 64;
const eventsPerRead = 256;

/** Events between commit and publication. */
export function postgresOutbox(db: Database<RoomStateSchema>): OutboxStore {
  return {
    async outboxBefore(room, version) {
      const rows = await db.kysely
        .selectFrom('room_state.outbox')
        .select(['room_id', 'shard', 'version', 'event'])
        .where('room_id', '=', room)
        .where('version', '<', version.toString())
        .orderBy('version')
        .limit(eventsPerRead)
        .execute();
      return rows.map(outboxRowOf);
    },
    async deleteOutbox(rows) {
      const rooms = rows.map(({ room }) => room);
      const versions = rows.map(({ version }) => version.toString());
      await sql`delete from room_state.outbox o using (
          select room_id, version from room_state.outbox
          where (room_id, version) in (select * from unnest(${rooms}::text[], ${versions}::bigint[]))
          for update skip locked) published
        where o.room_id = published.room_id and o.version = published.version`.execute(db.kysely);
    },
    async sweepOutbox(olderThanMs, publish) {
      return inTransaction(db, async (transaction) => {
        // The oldest row of a room is the lock on its sweep: whoever has it may publish the room's rows in order.
        const { rows: heads } = await sql<{ room_id: string }>`select room_id from room_state.outbox o
          where committed_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
            and not exists (select 1 from room_state.outbox e where e.room_id = o.room_id and e.version < o.version)
          order by committed_at limit ${roomsPerSweep} for update skip locked`.execute(transaction);
        const sweepRoom = async (room: string): Promise<number> => {
          const rows = await transaction
            .selectFrom('room_state.outbox')
            .select(['room_id', 'shard', 'version', 'event'])
            .where('room_id', '=', room)
            .orderBy('version')
            .limit(eventsPerRead)
            .execute();
          let published = 0;
          for (const row of rows.map(outboxRowOf)) {
            if (!(await publish(row))) break;
            await transaction
              .deleteFrom('room_state.outbox')
              .where('room_id', '=', row.room)
              .where('version', '=', row.version.toString())
              .execute();
            published += 1;
          }
          return published;
        };
        let published = 0;
        for (const { room_id } of heads) published += await sweepRoom(room_id);
        return published;
      });
    },
    async outboxBacklog() {
      const { rows } = await sql<{ pending: string; oldest: string }>`select count(*) as pending,
          coalesce(extract(epoch from clock_timestamp() - min(committed_at)), 0) as oldest
        from room_state.outbox`.execute(db.kysely);
      return { pending: Number(rows[0]?.pending ?? 0), oldestSeconds: Number(rows[0]?.oldest ?? 0) };
    },
  };
}

function outboxRowOf(row: { room_id: string; shard: string; version: string; event: Uint8Array }): OutboxRow {
  return {
    room: row.room_id as RoomId,
    shard: row.shard as ShardId,
    version: BigInt(row.version),
    event: row.event,
  };
}
