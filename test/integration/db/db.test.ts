import { DatabaseError, inTransaction, isUniqueViolation, migrate, openDatabase, type Database } from '@plenary/db';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../setup/database.js';

interface Schema {
  'a.thing': { id: number; name: string };
}

let place: FreshDatabase;
let db: Database<Schema>;
beforeAll(async () => {
  place = await freshDatabase();
  db = openDatabase<Schema>(place.url, { max: 4, applicationName: 'db-test' });
});
afterAll(async () => {
  await db.close();
  await place.drop();
});

const migrations = {
  '20260101_thing': {
    up: (kysely: Kysely<never>) =>
      sql`create table a.thing (id int primary key, name text constraint thing_name unique)`
        .execute(kysely)
        .then(() => undefined),
  },
};

describe('migrate', () => {
  it('runs once, also when several replicas start together, and again does nothing', async () => {
    const others = [1, 2, 3].map(() => openDatabase<Schema>(place.url, { max: 1, applicationName: 'replica' }));
    await Promise.all([db, ...others].map((one) => migrate(one, { schema: 'a', migrations })));
    await Promise.all(others.map((one) => one.close()));
    await migrate(db, { schema: 'a', migrations });
    const { rows } = await db.pool.query('select name from a.migration');
    expect(rows).toEqual([{ name: '20260101_thing' }]);
  });

  it('names the migration that failed, and leaves nothing of it behind', async () => {
    const broken = {
      '1_good': {
        up: (kysely: Kysely<never>) => sql`create table b.good (n int)`.execute(kysely).then(() => undefined),
      },
      '2_bad': { up: (kysely: Kysely<never>) => sql`create table nonsense`.execute(kysely).then(() => undefined) },
    };
    const attempt = migrate(db, { schema: 'b', migrations: broken });
    await expect(attempt).rejects.toThrow(/^Migration b\/2_bad failed: syntax error/);
    await expect(attempt).rejects.toBeInstanceOf(DatabaseError);
    const { rows } = await db.pool.query(`select to_regclass('b.good') as found`);
    expect(rows).toEqual([{ found: null }]);
  });
});

describe('inTransaction', () => {
  it('commits what it did, and rolls back when it throws', async () => {
    await inTransaction(db, (trx) => trx.insertInto('a.thing').values({ id: 1, name: 'one' }).execute());
    const failed = inTransaction(db, async (trx) => {
      await trx.insertInto('a.thing').values({ id: 2, name: 'two' }).execute();
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await db.kysely.selectFrom('a.thing').select('id').execute()).toEqual([{ id: 1 }]);
  });

  it('tries again after a deadlock', async () => {
    await db.kysely
      .insertInto('a.thing')
      .values([
        { id: 10, name: 'ten' },
        { id: 11, name: 'eleven' },
      ])
      .execute();
    let attempts = 0;
    let arrived = 0;
    let bothIn: (() => void) | undefined;
    const both = new Promise<void>((resolve) => (bothIn = resolve));
    const touch = (first: number, second: number): Promise<void> =>
      inTransaction(db, async (trx) => {
        attempts++;
        await trx
          .updateTable('a.thing')
          .set({ name: `x${String(first)}` })
          .where('id', '=', first)
          .execute();
        if (++arrived === 2) bothIn?.();
        await both;
        await trx
          .updateTable('a.thing')
          .set({ name: `x${String(second)}` })
          .where('id', '=', second)
          .execute();
      });
    await Promise.all([touch(10, 11), touch(11, 10)]);
    expect(attempts).toBe(3);
  });

  it('gives up after its retries', async () => {
    let attempts = 0;
    const never = inTransaction(
      db,
      () => {
        attempts++;
        return Promise.reject(Object.assign(new Error('could not serialize'), { code: '40001' }));
      },
      { retries: 2 },
    );
    await expect(never).rejects.toThrow('could not serialize');
    expect(attempts).toBe(3);
  });

  it('says which unique constraint was violated', async () => {
    const again = db.kysely.insertInto('a.thing').values({ id: 99, name: 'one' }).execute();
    const error: unknown = await again.catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'thing_name')).toBe(true);
    expect(isUniqueViolation(error, 'thing_pkey')).toBe(false);
  });
});

describe('openDatabase', () => {
  it('says where it looked and which setting is wrong, and never the password', async () => {
    const away = openDatabase('postgres://u:geheim@127.0.0.1:1/x', { applicationName: 'db-test' });
    const ping = away.ping();
    await expect(ping).rejects.toThrow(
      'PostgreSQL at 127.0.0.1:1/x (user u) does not answer: connect ECONNREFUSED 127.0.0.1:1. Check the setting DATABASE_URL.',
    );
    await away.close();
    await away.close();
    expect(() => openDatabase('mysql://x', { applicationName: 'x' })).toThrow(/DATABASE_URL/);
  });

  it('survives a connection that is cut while idle', async () => {
    const errors: Error[] = [];
    const other = openDatabase(place.url, { applicationName: 'victim', onIdleError: (error) => errors.push(error) });
    await other.ping();
    const cut = new Promise<void>((resolve) => other.pool.once('error', () => resolve()));
    await db.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`);
    await cut;
    expect(errors).toHaveLength(1);
    await other.ping();
    await other.close();
  });

  it('gives bigint as text', async () => {
    const { rows } = await db.pool.query('select 9007199254740993::bigint as n');
    expect(rows).toEqual([{ n: '9007199254740993' }]);
  });
});

describe('statements with parameters', () => {
  it('are prepared once per connection, of a bounded number of texts, and survive a changed table', async () => {
    const one = openDatabase<Schema>(place.url, { max: 1, applicationName: 'prepared' });
    const select = () => one.kysely.selectFrom('a.thing').selectAll().where('id', '=', 1_000).execute();
    try {
      const prepared = async () =>
        (await one.pool.query<{ statement: string }>('select statement from pg_prepared_statements')).rows;
      for (let n = 0; n < 3; n++) expect(await select()).toEqual([]);
      expect(await prepared()).toHaveLength(1);
      for (let n = 1; n < 100; n++) await sql`select ${n}::int as ${sql.ref(`column${String(n)}`)}`.execute(one.kysely);
      expect(await prepared()).toHaveLength(64);
      await one.pool.query('alter table a.thing add column added text');
      expect(await select()).toEqual([]);
      await one.pool.query('alter table a.thing drop column added');
      let attempts = 0;
      await inTransaction(one, async (transaction) => {
        attempts += 1;
        await transaction.selectFrom('a.thing').selectAll().where('id', '=', 1_000).execute();
      });
      expect(attempts).toBe(2);
    } finally {
      await one.close();
    }
  });
});
