import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type Postgres } from '@plenary/dev';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
const running: Postgres[] = [];

async function start(options: Partial<Parameters<typeof startPostgres>[0]> = {}): Promise<Postgres> {
  const postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: false, ...options });
  running.push(postgres);
  return postgres;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-pg-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('startPostgres', () => {
  it('starts from nothing, and keeps the data for the next start', async () => {
    const first = await start();
    expect(first).toMatchObject({ embedded: true, fresh: true });
    await query(first.url, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    const second = await start();
    expect(second.fresh).toBe(false);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('starts again after a kill, with everything that was committed, on the same port', async () => {
    const first = await start();
    await query(first.url, 'create table killed (n int); insert into killed values (1)');
    await first.kill();
    const again = await start({ port: Number(new URL(first.url).port) });
    expect(again.url).toBe(first.url);
    expect(await query(again.url, 'select n from killed')).toEqual([{ n: 1 }]);
  });

  it('throws the data away when told to', async () => {
    const first = await start();
    await query(first.url, 'create table gone (n int)');
    await first.stop();
    const fresh = await start({ fresh: true });
    expect(fresh.fresh).toBe(true);
    await expect(query(fresh.url, 'select n from gone')).rejects.toThrow(/does not exist/);
  });

  it('removes a pid file whose process is no PostgreSQL', async () => {
    await (await start()).stop();
    const pidFile = join(folder, 'data', 'cluster', 'postmaster.pid');
    expect(existsSync(pidFile)).toBe(false);
    writeFileSync(pidFile, `${String(process.ppid)}\n${join(folder, 'data', 'cluster')}\n`);
    const postgres = await start();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('removes its data with the last stop when told to, also where root had to keep it elsewhere', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'plenary-closed-'));
    const postgres = await start({ dataDir: join(closed, 'data'), discard: true });
    const { home } = postgres;
    expect(home !== undefined && existsSync(home)).toBe(true);
    await postgres.stop();
    expect(existsSync(home ?? '')).toBe(false);
    rmSync(closed, { recursive: true, force: true });
  });

  it('asks for the password', async () => {
    const url = new URL((await start()).url);
    url.password = 'wrong';
    await expect(query(url.toString(), 'select 1')).rejects.toThrow(/password/);
  });

  it('names the setting of a port in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start({ port, setting: 'PLENARY_POSTGRES_PORT' })).rejects.toThrow(
      `port ${String(port)} on 127.0.0.1 is in use (setting PLENARY_POSTGRES_PORT): choose another`,
    );
    taken.close();
  });

  it('uses a PostgreSQL that is there already, and says which setting is wrong when it is not', async () => {
    const own = await start();
    const other = await startPostgres({ dataDir: join(folder, 'unused'), databaseUrl: own.url });
    expect(other).toMatchObject({ url: own.url, embedded: false });
    const nowhere = startPostgres({ dataDir: join(folder, 'unused'), databaseUrl: 'postgres://u:pw@127.0.0.1:1/x' });
    await expect(nowhere).rejects.toThrow(/127\.0\.0\.1:1\/x.*DATABASE_URL/);
    await expect(nowhere).rejects.not.toThrow(/pw/);
  });
});
