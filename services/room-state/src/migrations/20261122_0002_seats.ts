import { sql, type Kysely, type Migration } from 'kysely';

/** Seats of a room are counted without a look at everybody who has joined it. */
export const seats: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index endpoints_room_seats on room_state.endpoints (room_id) where state = 'seat'`.execute(db);
  },
};
