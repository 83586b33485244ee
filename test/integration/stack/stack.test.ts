import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack, type StackOptions } from '@plenary/dev/stack';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../setup/database.js';
import { natsServerPath } from '../setup/nats-server.js';

let folder = '';
let database: FreshDatabase;
const running: Stack[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-stack-'));
  chmodSync(folder, 0o755);
  database = await freshDatabase();
});
afterEach(async () => {
  for (const stack of running.splice(0)) await stack.stop();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ dataDir: folder, databaseUrl: database.url, ...options });
  running.push(stack);
  return stack;
}

async function statuses(stack: Stack, path: string): Promise<number[]> {
  const answers = stack.plan.map(({ name }) => fetch(`http://${stack.address(name, 'health')}${path}`));
  return (await Promise.all(answers)).map(({ status }) => status);
}

describe('startStack', () => {
  it('brings every service to ready on a real nats-server, and drains them all', async () => {
    const stack = await start({ broker: { bus: 'nats', binary: natsServerPath() } });
    expect(stack.broker.natsUrl).toMatch(/^nats:/);
    expect(stack.plan.map(({ name }) => name)).toEqual([
      'room-state',
      'history',
      'msrp-edge-1',
      'msrp-edge-2',
      'ccmp',
      'focus',
    ]);
    expect(await statuses(stack, '/readyz')).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await stack.stop()).toBe(true);
    expect(stack.service('focus').state).toBe('stopped');
  });

  it('runs on the bus in memory as well, and every service has its metrics', async () => {
    const stack = await start({ broker: { bus: 'memory' } });
    expect(stack.broker.natsUrl).toBeUndefined();
    for (const { name } of stack.plan) {
      const text = await (await fetch(`http://${stack.address(name, 'health')}/metrics`)).text();
      expect(text, name).toMatch(/^chat_build_info\{/m);
      expect(text, name).toMatch(/^chat_service_state\{state="ready"\} 1$/m);
    }
  });

  it('names the setting of a port in use, and leaves nothing running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const attempt = start({
      broker: { bus: 'memory' },
      ports: (setting) => (setting === 'MSRP_EDGE_2_MSRP_PORT' ? port : 0),
    });
    await expect(attempt).rejects.toThrow(
      `port ${String(port)} on 127.0.0.1 is in use (setting MSRP_EDGE_2_MSRP_PORT): choose another`,
    );
    taken.close();
  });

  it('says which service has which wrong setting', async () => {
    const attempt = start({
      broker: { bus: 'memory' },
      settings: { 'room-state': { ROOM_STATE_SEAT_MS: 'soon' } },
    });
    await expect(attempt).rejects.toThrow(/^room-state: Setting ROOM_STATE_SEAT_MS is wrong: "soon"/);
  });

  it('stops one service while the others run on', async () => {
    const stack = await start({ broker: { bus: 'memory' } });
    await stack.stopService('msrp-edge-2');
    const focus = await fetch(`http://${stack.address('focus', 'health')}/readyz`);
    expect(focus.status).toBe(200);
    await expect(fetch(`http://${stack.address('msrp-edge-2', 'health')}/readyz`)).rejects.toThrow();
  });
});
