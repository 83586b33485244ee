import { sql } from 'kysely';
import type { Database } from '@plenary/db';
import type { ChatId, RoomId } from '@plenary/wire';
import type { EdgeStore, LapseStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';

/** What lapses by itself. None of it shows in a conference object, so no version moves. */
export function postgresLapses(db: Database<RoomStateSchema>): LapseStore {
  const count = async (statement: ReturnType<typeof sql>): Promise<number> => {
    const { numAffectedRows } = await statement.execute(db.kysely);
    return Number(numAffectedRows ?? 0n);
  };
  return {
    async purgeLapsed(requestsOlderThanMs) {
      const seats = await count(
        sql`delete from room_state.endpoints where state = 'seat' and seat_expires_at <= clock_timestamp()`,
      );
      const nicknames = await count(sql`delete from room_state.nicknames where held_until <= clock_timestamp()`);
      await count(sql`delete from room_state.participants p where keep_until <= clock_timestamp()
        and not exists (select 1 from room_state.endpoints e where e.room_id = p.room_id and e.pid = p.pid)`);
      await count(sql`delete from room_state.requests
        where created_at < clock_timestamp() - ${requestsOlderThanMs} * interval '1 millisecond'`);
      return { seats, nicknames };
    },
  };
}

/** Which edges hold somebody. */
export function postgresEdges(db: Database<RoomStateSchema>): EdgeStore {
  return {
    async edgesInUse() {
      const rows = await db.kysely
        .selectFrom('room_state.endpoints')
        .select('edge_id')
        .distinct()
        .where('state', '=', 'joined')
        .execute();
      return rows.map((row) => row.edge_id);
    },
    async endpointsOfEdge(edgeId, limit) {
      const rows = await db.kysely
        .selectFrom('room_state.endpoints')
        .select(['room_id', 'chat_id'])
        .where('state', '=', 'joined')
        .where('edge_id', '=', edgeId)
        .orderBy('ordinal')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ room: row.room_id as RoomId, chatId: row.chat_id as ChatId }));
    },
  };
}
