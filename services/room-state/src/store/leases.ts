import { sql } from 'kysely';
import type { Database } from '@plenary/db';
import type { LeaseStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';

/** Rows `leases(name, holder, fence, expires_at)`: the database's clock decides, so no replica's clock matters. */
export function postgresLeases(db: Database<RoomStateSchema>): LeaseStore {
  return {
    async takeLease(name, holder, ttlMs) {
      const { rows } = await sql<{ fence: string }>`insert into room_state.leases as l (name, holder, fence, expires_at)
        values (${name}, ${holder}, 1, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
        on conflict (name) do update set
          holder = excluded.holder, expires_at = excluded.expires_at,
          fence = case when l.holder = excluded.holder then l.fence else l.fence + 1 end
        where l.holder = excluded.holder or l.expires_at <= clock_timestamp()
        returning fence`.execute(db.kysely);
      const fence = rows[0]?.fence;
      return fence === undefined ? undefined : BigInt(fence);
    },
    async releaseLease(name, holder) {
      await db.kysely
        .updateTable('room_state.leases')
        .set({ expires_at: sql<Date>`clock_timestamp()` })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .execute();
    },
  };
}
