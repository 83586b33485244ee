import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNatsBus, shardId } from '@plenary/bus';
import { startNatsServer } from '@plenary/dev';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { natsServerPath } from '../setup/nats-server.js';
import { natsOptions } from './engines.js';
import { eventOf, newRoom } from './recording.js';

describe('the launcher of nats-server', () => {
  const binary = natsServerPath();
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'plenary-nats-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('keeps the streams of its folder over a stop', async () => {
    const shard = shardId(9);
    const room = newRoom();
    for (const round of [1, 2]) {
      const server = await startNatsServer({ binary, dataDir });
      const bus = await connectNatsBus(natsOptions(server.url));
      await bus.ensureShards([shard]);
      expect(await bus.publishToLogAsync(eventOf(shard, room, `${round}`))).toMatchObject({ seq: round });
      await bus.close();
      await server.stop();
    }
  });

  it('stops the server left behind on its folder before it starts another', async () => {
    const left = await startNatsServer({ binary, dataDir });
    const server = await startNatsServer({ binary, dataDir });
    expect(() => process.kill(left.pid, 0)).toThrow();
    expect(server.pid).not.toBe(left.pid);
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow();
  });

  it('answers on its monitoring port where asked to have one', async () => {
    const server = await startNatsServer({ binary, dataDir, monitorPort: 0 });
    const health = await fetch(`${server.monitorUrl ?? ''}/healthz`);
    expect(await health.json()).toEqual({ status: 'ok' });
    await server.stop();
  });

  it('says in one line why it did not start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    const { port } = await new Promise<AddressInfo>((resolve) =>
      taken.once('listening', () => resolve(taken.address() as AddressInfo)),
    );
    await expect(startNatsServer({ binary, dataDir, port })).rejects.toThrow(/^nats-server did not start: .*in use/);
    taken.close();
    await expect(startNatsServer({ binary: join(dataDir, 'none'), dataDir })).rejects.toThrow(/ENOENT/);
  });
});
