import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNatsBus, shardId } from '@plenary/bus';
import { startNatsServer, type NatsServer } from '@plenary/dev';
import { busPermissions, busUsers, newBusKeys, run } from '@plenary/nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { natsServerVariable } from '../setup/environment.js';

let folder: string;
let server: NatsServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-bootstrap-'));
  server = await startNatsServer({ binary: process.env[natsServerVariable], dataDir: folder });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function bootstrap(args: string, env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const code = await run({
    args: args.split(' ').filter((word) => word !== ''),
    env: { NATS_URL: server.url, ROOM_STATE_SHARDS: '3', NATS_STREAM_MAX_BYTES: '1000000', ...env },
    readFile: () => {
      throw new Error('no files here');
    },
    writeNew: (path, text) => {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    },
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

describe('the bootstrap of the bus on a real server', () => {
  it('makes what is missing once, finds it again, tells drift, and mends it where told to', async () => {
    expect(await bootstrap('--check')).toMatchObject({ code: 1, out: expect.stringContaining('5 missing') as string });
    expect(await bootstrap('')).toMatchObject({ code: 0, out: expect.stringContaining('5 made') as string });
    expect(await bootstrap('--check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('5 as wanted') as string,
    });

    const other = { NATS_STREAM_MAX_AGE_MS: '7200000', NATS_STREAM_MAX_BYTES: '1000000' };
    const drifted = await bootstrap('', other);
    expect(drifted.code).toBe(1);
    expect(drifted.out).toContain('max_age is 3600000000000, not 7200000000000');
    expect(drifted.out).toContain('--update');
    expect(
      (await bootstrap('--update --json', other)).out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { name: 'CHAT_000', outcome: 'updated' },
      { name: 'CHAT_001', outcome: 'updated' },
      { name: 'CHAT_002', outcome: 'updated' },
      { name: 'bucket edges', outcome: 'as-wanted' },
      { name: 'bucket leases', outcome: 'as-wanted' },
    ]);
    expect((await bootstrap('--check', other)).code).toBe(0);

    // What services with the same settings then find is what they want.
    const bus = await connectNatsBus({
      servers: [server.url],
      name: 'test',
      roomConnections: 0,
      streams: { maxAgeMs: 7_200_000, maxBytes: 1_000_000 },
    });
    await bus.ensureShards([shardId(0), shardId(1), shardId(2)]);
    await bus.bucket('edges', 6_000);
    await bus.close();
  });

  it('is not content with three copies on one server', async () => {
    const { code, out } = await bootstrap('--update', { NATS_REPLICAS: '3' });
    expect(code).not.toBe(0);
    if (code === 1) expect(out).toContain('1 of 3 copies have a server');
  });

  it('says what cannot be done and why', async () => {
    expect(await bootstrap('', { NATS_URL: 'nats://127.0.0.1:1' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('no NATS server at nats://127.0.0.1:1') as string,
    });
    expect(await bootstrap('--chek')).toMatchObject({ code: 2, err: expect.stringContaining('--chek') as string });
    expect(await bootstrap('--check --update')).toMatchObject({ code: 2 });
    expect(await bootstrap('', { NATS_REPLICAS: '2' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('NATS_REPLICAS') as string,
    });
    expect((await bootstrap('--help')).out).toContain('--check');
    expect((await bootstrap('--settings')).out).toContain('NATS_STREAM_MAX_AGE_MS');
  });
});

describe('keys of the services', () => {
  it('are made once, for nobody else to read, and users.conf holds no secret', async () => {
    const keys = join(folder, 'keys');
    mkdirSync(keys);
    expect(await bootstrap(`--keys ${keys}`)).toMatchObject({ code: 0 });
    const users = readFileSync(join(keys, 'users.conf'), 'utf8');
    for (const user of busUsers) {
      const seed = readFileSync(join(keys, `${user}.nk`), 'utf8').trim();
      expect(seed).toMatch(/^SU[A-Z2-7]{50,}$/);
      expect(statSync(join(keys, `${user}.nk`)).mode & 0o077).toBe(0);
      expect(users).not.toContain(seed);
    }
    expect(users.match(/nkey: "U[A-Z2-7]{50,}"/g)).toHaveLength(busUsers.length);
    expect(await bootstrap(`--keys ${keys}`)).toMatchObject({ code: 2 });
  });

  it('let the bootstrap do its work, and nobody without a key connect', async () => {
    const keys = newBusKeys();
    const users = keys.map(({ user, publicKey }) => ({ nkey: publicKey, ...busPermissions[user] }));
    const guarded = await startNatsServer({
      binary: process.env[natsServerVariable],
      dataDir: join(folder, 'guarded'),
      users,
    });
    try {
      const seed = keys.find(({ user }) => user === 'bootstrap')?.seed ?? '';
      const env = { NATS_URL: guarded.url };
      expect(await bootstrap('', { ...env, NATS_NKEY: seed })).toMatchObject({ code: 0 });
      expect(await bootstrap('--check', env)).toMatchObject({ code: 2 });
      expect(await bootstrap('--check', { ...env, NATS_NKEY: 'SUNOSEED' })).toMatchObject({ code: 2 });
    } finally {
      await guarded.stop();
    }
  });
});
