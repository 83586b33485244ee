import { sql, type Kysely, type Migration } from 'kysely';

/** On which of a room's chat media a message was said. */
export const mediaLabels: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['message', 'open_message'])
      await sql.raw(`alter table history.${table} add column media_label text not null default ''`).execute(db);
  },
};
