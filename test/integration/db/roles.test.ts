import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '@plenary/dev/stack';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../setup/database.js';

const roles = ['plenary_focus', 'plenary_room_state', 'plenary_history'] as const;
const schemaOf = { plenary_focus: 'focus', plenary_room_state: 'room_state', plenary_history: 'history' } as const;
const sql = readFileSync(new URL('../../../infra/postgres/roles.sql', import.meta.url), 'utf8');

let folder: string;
let database: FreshDatabase;
let stack: Stack | undefined;

const password = randomBytes(12).toString('hex');

const urlAs = (role: string): string => {
  const url = new URL(database.url);
  url.username = role;
  url.password = password;
  return url.toString();
};

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-roles-'));
  chmodSync(folder, 0o755);
  database = await freshDatabase();
  await query(database.url, sql);
  // It may be run again.
  await query(database.url, sql);
  for (const role of roles) await query(database.url, `alter role ${role} password '${password}'`);
  stack = await startStack({
    dataDir: folder,
    databaseUrl: database.url,
    broker: { bus: 'memory' },
    settings: {
      focus: { DATABASE_URL: urlAs('plenary_focus') },
      'room-state': { DATABASE_URL: urlAs('plenary_room_state') },
      history: { DATABASE_URL: urlAs('plenary_history') },
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the roles of the services', () => {
  it('let every service make its schema and run', async () => {
    for (const name of ['focus', 'room-state', 'history']) {
      expect((await fetch(`http://${stack?.address(name, 'health') ?? ''}/readyz`)).status, name).toBe(200);
    }
    const owners = await query(
      database.url,
      `select nspname as schema, pg_get_userbyid(nspowner) as owner from pg_namespace where nspname in ('focus', 'room_state', 'history')`,
    );
    expect(Object.fromEntries(owners.map(({ schema, owner }) => [schema, owner]))).toEqual({
      focus: 'plenary_focus',
      room_state: 'plenary_room_state',
      history: 'plenary_history',
    });
  });

  it.each(roles)('%s reaches no table of another service', async (role) => {
    const others = Object.values(schemaOf).filter((schema) => schema !== schemaOf[role]);
    const tables = await query(
      database.url,
      `select schemaname || '.' || quote_ident(tablename) as name from pg_tables where schemaname in (${others.map((one) => `'${one}'`).join(', ')})`,
    );
    expect(tables.length).toBeGreaterThan(2);
    for (const { name } of tables) {
      await expect(query(urlAs(role), `select * from ${String(name)} limit 1`), String(name)).rejects.toThrow(
        /permission denied for schema/,
      );
    }
    await expect(query(urlAs(role), 'create table public.x (y int)')).rejects.toThrow(/permission denied/);
    await expect(query(urlAs(role), 'create role intruder')).rejects.toThrow(/permission denied/);
  });
});
