import { Account, openSipEndpoint, type Room, type SipEndpoint } from '@plenary/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOwnSystem, type OwnSystem } from './own-system.js';

const services = ['room-state', 'history', 'msrp-edge-1', 'msrp-edge-2', 'ccmp', 'focus'] as const;
const patience = { timeout: 30_000, interval: 100 };

let system: OwnSystem;
let endpoint: SipEndpoint;
let alice: Room;
let bob: Room;
const heard: string[] = [];
const ended: string[] = [];

beforeAll(async () => {
  system = await startOwnSystem({ focus: { FOCUS_EDGE_ROOM_CAP: '1' } });
  endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...system.sip } });
  const join = (name: string): Promise<Room> =>
    new Account(endpoint, { uri: `sip:${name}@localhost`, username: name, password: name }).join(
      'sip:probes@localhost',
      {
        onMessage: ({ octets, isNotice }) => {
          if (!isNotice) heard.push(`${name} ${Buffer.from(octets).toString('latin1').split('\r\n\r\n').at(-1) ?? ''}`);
        },
        onLineLost: (reason) => void ended.push(`${name} lost: ${reason}`),
        onEnded: (reason) => void ended.push(`${name} ended: ${reason}`),
      },
    );
  alice = await join('alice');
  bob = await join('bob');
  // A machine that is busy with the start may have an edge look too loaded to take anybody: until one is on the other.
  await vi.waitFor(async () => {
    if (bob.edge?.port !== alice.edge?.port) return;
    await bob.leave();
    bob = await join('bob');
    expect(bob.edge?.port).not.toBe(alice.edge?.port);
  }, patience);
  ended.length = 0;
}, 120_000);

afterAll(async () => {
  await alice?.leave();
  await bob?.leave();
  await endpoint?.close();
  await system?.stop();
}, 60_000);

const statuses = async (path: string): Promise<Record<string, number>> =>
  Object.fromEntries(await Promise.all(services.map(async (name) => [name, await system.status(name, path)] as const)));
const every = (status: number): Record<string, number> => Object.fromEntries(services.map((name) => [name, status]));

/** Says something and waits until the other one, on the other edge, has it. */
async function talk(text: string): Promise<void> {
  const said = alice.send({ contentType: 'text/plain', content: text });
  expect((await said.outcome).kind).toBe('accepted');
  await vi.waitFor(() => expect(heard).toContain(`bob ${text}`), patience);
}

describe('probes of running processes', () => {
  it('all say that they are up, alive and ready, and the two talk over two edges', async () => {
    expect(alice.edge?.port).not.toBe(bob.edge?.port);
    await talk('before');
    for (const path of ['/startupz', '/livez', '/readyz']) expect(await statuses(path), path).toEqual(every(200));
  });

  it('without the bus nobody is killed, who needs it is not ready, and sessions stay', async () => {
    await system.end('nats');
    for (const name of ['msrp-edge-1', 'msrp-edge-2', 'history'])
      await vi.waitFor(async () => expect(await system.status(name, '/readyz'), name).toBe(503), patience);
    expect(await statuses('/livez')).toEqual(every(200));
    expect(await statuses('/startupz')).toEqual(every(200));
    await system.start('nats');
    await vi.waitFor(async () => expect(await statuses('/readyz')).toEqual(every(200)), patience);
    await talk('after the bus was away');
    expect(ended).toEqual([]);
  });

  it('without the database nobody is killed, its owners are not ready, edges are, and what is said is accepted', async () => {
    await system.end('postgres');
    for (const name of ['room-state', 'history', 'focus'])
      await vi.waitFor(async () => expect(await system.status(name, '/readyz'), name).toBe(503), patience);
    expect(await statuses('/livez')).toEqual(every(200));
    expect([await system.status('msrp-edge-1', '/readyz'), await system.status('msrp-edge-2', '/readyz')]).toEqual([
      200, 200,
    ]);
    await talk('while the database is away');
    await system.start('postgres');
    await vi.waitFor(async () => expect(await statuses('/readyz')).toEqual(every(200)), patience);
    expect(ended).toEqual([]);
  });

  it('a process whose event loop stands still does not answer the liveness probe, and does again when it goes on', async () => {
    const edge = system.processes.get('msrp-edge-2');
    edge.signal('SIGSTOP');
    try {
      // As the kubelet asks: one second, several times in a row.
      for (let n = 0; n < 3; n++) expect(await system.status('msrp-edge-2', '/livez', 1_000)).toBe(0);
      expect(await system.status('msrp-edge-1', '/livez', 5_000)).toBe(200);
    } finally {
      edge.signal('SIGCONT');
    }
    await vi.waitFor(async () => expect(await system.status('msrp-edge-2', '/livez')).toBe(200), patience);
    await vi.waitFor(async () => expect(await system.status('msrp-edge-2', '/readyz')).toBe(200), patience);
    await talk('after the pause');
  });

  it('the startup probe says no until a process has started, while the liveness probe lets it', async () => {
    const history = system.processes.get('history');
    await history.kill('SIGTERM');
    expect(await system.status('history', '/startupz')).toBe(0);
    // A database that does not answer: the start waits in its first question.
    process.kill(system.postmaster, 'SIGSTOP');
    const started = history.start();
    try {
      await vi.waitFor(async () => expect(await system.status('history', '/startupz')).toBe(503), patience);
      expect(await system.status('history', '/livez')).toBe(200);
      expect(await system.status('history', '/readyz')).toBe(503);
    } finally {
      process.kill(system.postmaster, 'SIGCONT');
    }
    await started;
    expect(await system.status('history', '/startupz')).toBe(200);
  });
});
