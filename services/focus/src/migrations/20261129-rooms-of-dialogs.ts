import { sql, type Kysely } from 'kysely';

/** Dialogs are found by their conference, to be ended with it. */
export const roomsOfDialogs = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index dialog_room on focus.dialog ((media->>'room'))`.execute(db);
  },
};
