import { type Migration, Migrator, sql } from 'kysely';
import { DatabaseError } from './errors.js';
import type { Database } from './pool.js';

export interface MigrateOptions {
  /** The PostgreSQL schema the service owns; made if missing. Its list of done migrations stands in it, too. */
  readonly schema: string;
  /** By name; they run in the order of their names, so a name begins with a time stamp: `20261005_rooms`. */
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Brings one schema up to date; all its open migrations run in one transaction, so a failed one leaves nothing behind.
 *
 * Replicas may start together: the work is done under an advisory lock of the schema, the others wait and find it done.
 * Throws `DatabaseError` `migration-failed` with the name of the migration.
 */
export async function migrate<Schema>(db: Database<Schema>, options: MigrateOptions): Promise<void> {
  const { schema, migrations } = options;
  await db.kysely.connection().execute(async (connection) => {
    const lock = sql`hashtext('plenary.migrate'), hashtext(${schema})`;
    await sql`select pg_advisory_lock(${lock})`.execute(connection);
    try {
      const migrator = new Migrator({
        db: connection,
        provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
        migrationTableSchema: schema,
        migrationTableName: 'migration',
        migrationLockTableName: 'migration_lock',
      });
      const { error, results } = await migrator.migrateToLatest();
      if (error === undefined) return;
      const failed = results?.find((result) => result.status === 'Error')?.migrationName;
      const reason = error instanceof Error ? error.message : JSON.stringify(error);
      const what = failed === undefined ? `The migrations of schema ${schema}` : `Migration ${schema}/${failed}`;
      throw new DatabaseError('migration-failed', `${what} failed: ${reason}`, { cause: error });
    } finally {
      await sql`select pg_advisory_unlock(${lock})`.execute(connection);
    }
  });
}
