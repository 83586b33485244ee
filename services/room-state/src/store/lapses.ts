import { sql } from 'kysely';
import type { Database } from '@plenary/db';
import { LeaveCause } from '@plenary/proto/chat';
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
    async callsToRepeat(repeatMs, expireMs, limit) {
      const { rows } = await sql<{ room_id: string; call_id: string }>`select room_id, call_id from room_state.calls
        where (state = 'wanted' and told_at <= clock_timestamp() - ${repeatMs} * interval '1 millisecond')
          or asked_at <= clock_timestamp() - ${expireMs} * interval '1 millisecond'
        order by told_at limit ${limit}`.execute(db.kysely);
      return rows.map((row) => ({ room: row.room_id as RoomId, callId: row.call_id }));
    },
    async lapsedPending(limit) {
      const rows = await db.kysely
        .selectFrom('room_state.endpoints')
        .select(['room_id', 'chat_id'])
        .where('state', '=', 'pending')
        .where('seat_expires_at', '<=', sql<Date>`clock_timestamp()`)
        .orderBy('seat_expires_at')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        room: row.room_id as RoomId,
        chatId: row.chat_id as ChatId,
        cause: LeaveCause.FAILED,
      }));
    },
    async purgeTombstones(olderThanMs, limit) {
      return count(sql`with gone as (
          select id from room_state.rooms r
          where closed_at <= clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
            and not exists (select 1 from room_state.outbox o where o.room_id = r.id)
            and not exists (select 1 from room_state.rooms c where c.parent_id = r.id)
          order by closed_at limit ${limit} for update skip locked
        ), uris as (
          delete from room_state.room_uris u using gone where u.room_id = gone.id
        )
        delete from room_state.rooms r using gone where r.id = gone.id`);
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
