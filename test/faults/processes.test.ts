import { startNatsServer, type NatsServer } from '@plenary/dev';
import { startProcesses, type Processes } from '@plenary/dev/stack';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../integration/setup/database.js';
import { natsServerPath } from '../integration/setup/nats-server.js';

let folder = '';
let nats: NatsServer;
let database: FreshDatabase;
let processes: Processes;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-processes-'));
  database = await freshDatabase();
  nats = await startNatsServer({ binary: natsServerPath(), dataDir: join(folder, 'nats') });
  processes = await startProcesses({ databaseUrl: database.url, natsUrl: nats.url, logDir: join(folder, 'logs') });
});
afterAll(async () => {
  await processes.stop();
  await nats.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function status(name: string, path: string): Promise<number> {
  return (await fetch(`http://${processes.get(name).address('health')}${path}`)).status;
}

describe('services as processes', () => {
  it.each(['room-state', 'history', 'msrp-edge-1', 'focus'])(
    '%s comes back after a kill, on its ports',
    async (name) => {
      const one = processes.get(name);
      const before = one.pid;
      expect(await one.kill()).toEqual({ code: null, signal: 'SIGKILL' });
      expect(one.pid).toBeUndefined();
      await one.start();
      expect(one.pid).not.toBe(before);
      expect(await status(name, '/readyz')).toBe(200);
    },
  );

  it.each(['focus', 'msrp-edge-2', 'history', 'room-state'])('%s drains on SIGTERM and exits 0', async (name) => {
    const one = processes.get(name);
    expect(await one.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await one.start();
  });

  it('tells in one line why a service does not start', async () => {
    const history = processes.get('history');
    await history.kill('SIGTERM');
    await expect(history.start({ HISTORY_GRPC_PORT: 'x' })).rejects.toThrow(
      /history ended before it was ready[^]*history cannot start: Setting HISTORY_GRPC_PORT is wrong: "x" is not a port/,
    );
    expect(await history.ended()).toEqual({ code: 1, signal: null });
    await history.start();
  });

  it('lives, but is not ready, while the bus is away', async () => {
    await nats.stop();
    await expect.poll(() => status('msrp-edge-1', '/readyz')).toBe(503);
    expect(await status('msrp-edge-1', '/livez')).toBe(200);
    expect(await status('room-state', '/livez')).toBe(200);
    nats = await startNatsServer({ binary: natsServerPath(), dataDir: join(folder, 'nats'), port: nats.port });
    await processes.get('msrp-edge-1').waitReady();
    await processes.get('room-state').waitReady();
  });
});
