import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bus, type BusLogger, connectNatsBus, type NatsSecurity, newBusUser, shardId } from '@plenary/bus';
import { makeAuthority, type NatsServer, startNatsServer } from '@plenary/dev';
import { busPermissions, type BusUser, busUsers, run } from '@plenary/nats';
import type { RoomId } from '@plenary/wire';
import { natsServerPath } from '../setup/nats-server.js';
import { Inside } from './identities.js';

let inside: Inside;
let folder = '';
let server: NatsServer;
let keys: Readonly<Record<BusUser, ReturnType<typeof newBusUser>>>;
const opened: Bus[] = [];
const faults: string[] = [];

const logger: BusLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => void faults.push(`${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => void faults.push(`${message} ${JSON.stringify(fields)}`),
};

const seedOf = (user: BusUser): string => keys[user].seed;
const pem = (name: string): string => readFileSync(join(inside.folder, name), 'utf8');
const tlsOf =
  (name: string): NonNullable<NatsSecurity['tls']> =>
  () => ({
    cert: pem(`${name}.pem`),
    key: pem(`${name}.key`),
    ca: pem('authority.pem'),
  });

function start(port = 0): Promise<NatsServer> {
  return startNatsServer({
    binary: natsServerPath(),
    dataDir: join(folder, 'nats'),
    port,
    tls: {
      certificate: join(inside.folder, 'nats.pem'),
      key: join(inside.folder, 'nats.key'),
      authorities: join(inside.folder, 'authority.pem'),
    },
    users: busUsers.map((user) => ({ nkey: keys[user].publicKey, ...busPermissions[user] })),
  });
}

beforeAll(async () => {
  inside = await Inside.make();
  folder = mkdtempSync(join(tmpdir(), 'plenary-bus-'));
  await inside.settings('nats', { dns: ['nats', 'localhost'], ip: ['127.0.0.1'] });
  for (const user of busUsers) await inside.settings(user);
  keys = Object.fromEntries(busUsers.map((user) => [user, newBusUser()])) as typeof keys;
  server = await start();
});
afterEach(async () => {
  for (const bus of opened.splice(0)) await bus.close();
  faults.length = 0;
});
afterAll(async () => {
  await server.stop();
  inside.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function open(user: BusUser, security: Partial<NatsSecurity> = {}): Promise<Bus> {
  const bus = await connectNatsBus({
    servers: [`localhost:${String(server.port)}`],
    name: user,
    security: { tls: tlsOf(user), nkeySeed: seedOf(user), ...security },
    inboxPrefix: `_INBOX.${user}`,
    roomConnections: user === 'msrp-edge' ? 2 : 0,
    requestTimeoutMs: 2_000,
    connectTimeoutMs: 3_000,
    logger,
  });
  opened.push(bus);
  return bus;
}

const shards = [shardId(0), shardId(1)];

async function bootstrap(): Promise<string> {
  let text = '';
  const code = await run({
    args: [],
    env: {
      NATS_URL: `localhost:${String(server.port)}`,
      NATS_NKEY: seedOf('bootstrap'),
      ROOM_STATE_SHARDS: String(shards.length),
      PLENARY_INTERNAL_TLS_CERTIFICATE: join(inside.folder, 'bootstrap.pem'),
      PLENARY_INTERNAL_TLS_KEY: join(inside.folder, 'bootstrap.key'),
      PLENARY_INTERNAL_TLS_AUTHORITIES: join(inside.folder, 'authority.pem'),
    },
    readFile: (path) => readFileSync(path, 'utf8'),
    writeNew: () => undefined,
    out: (line) => (text += line),
    err: (line) => (text += line),
  });
  expect(text).not.toMatch(/cannot|refused/);
  expect(code).toBe(0);
  return text;
}

describe('the bus over TLS with account users', () => {
  it('lets each service do its part', async () => {
    expect(await bootstrap()).toContain('made');
    const roomState = await open('room-state');
    const history = await open('history');
    const edge = await open('msrp-edge');
    const focus = await open('focus');
    for (const bus of [roomState, history]) await bus.ensureShards(shards);
    const room = 'r1' as RoomId;

    const seen: string[] = [];
    const edges = await roomState.bucket('edges', 6_000);
    await edges.watch((key) => void seen.push(`room-state ${key}`));
    await (await focus.bucket('edges', 6_000)).watch((key) => void seen.push(`focus ${key}`));
    await (await edge.bucket('edges', 6_000)).put('e1', Buffer.from('here'));
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(['focus e1', 'room-state e1']), { timeout: 10_000 });

    focus.subscribeState((event) => void seen.push(`state ${event.msgId}`), 'focus');
    const live = edge.subscribeRoom(shards[0]!, room, (event) => void seen.push(`live ${event.msgId}`));
    await live.ready();
    edge.subscribeCore('chat.head.000', () => void seen.push('head'));
    const kept: string[] = [];
    const consumer = await history.consumeShard(shards[0]!, 'history', { maxBatch: 8, maxWaitMs: 5 }, (events) => {
      kept.push(...events.map(({ msgId }) => msgId));
      return Promise.resolve();
    });
    const publish = (bus: Bus, kind: 'all' | 'st', msgId: string) =>
      bus.publishToLogAsync({ shard: shards[0]!, room, kind, msgId, payload: Buffer.from('x'), timeoutMs: 5_000 });
    expect((await publish(roomState, 'st', 'r1/st/1')).kind).toBe('stored');
    expect((await publish(edge, 'all', 'r1/all/1')).kind).toBe('stored');
    await vi.waitFor(
      () => {
        history.publishCore('chat.head.000', Buffer.from('x'));
        expect(kept).toEqual(['r1/st/1', 'r1/all/1']);
        expect(seen).toEqual(expect.arrayContaining(['state r1/st/1', 'live r1/st/1', 'live r1/all/1', 'head']));
      },
      { timeout: 10_000 },
    );
    expect(await edge.readRoomAfter(shards[0]!, room, 0, 10)).toHaveLength(2);
    expect(await edge.lastSeq(shards[0]!, room, 'all')).toBe(2);
    expect(await history.shardBounds(shards[0]!)).toEqual({ firstSeq: 1, lastSeq: 2 });
    await consumer.stop();
    expect(faults).toEqual([]);
  });

  it('lets none do the part of another', async () => {
    await bootstrap();
    const roomState = await open('room-state');
    const room = 'r2' as RoomId;
    const forged = roomState.publishToLogAsync({
      shard: shards[0]!,
      room,
      kind: 'all',
      msgId: 'r2/all/1',
      payload: Buffer.from('x'),
      timeoutMs: 1_000,
    });
    expect((await forged).kind).toBe('timeout');
    await vi.waitFor(() => expect(faults.join('\n')).toMatch(/permissions violation.*chat\.in/i));
    const focus = await open('focus');
    await expect(focus.lastSeq(shards[0]!, room, 'all')).rejects.toThrow();
    await expect((await focus.bucket('edges', 6_000)).put('e2', Buffer.from('x'))).rejects.toThrow();
    focus.subscribeCore('_INBOX.history.>', () => undefined);
    await vi.waitFor(() => expect(faults.join('\n')).toMatch(/subscription.*_INBOX\.history/i));
  }, 90_000);

  it('is closed to who has no certificate, one of another authority, no key or a wrong one', async () => {
    const foreign = await makeAuthority('Foreign');
    const theirs = await foreign.issue({ dns: ['focus'] });
    const ca = pem('authority.pem');
    await expect(open('focus', { tls: () => ({ ca }) })).rejects.toThrow();
    await expect(open('focus', { tls: () => ({ cert: theirs.certificate, key: theirs.key, ca }) })).rejects.toThrow();
    await expect(open('focus', { nkeySeed: undefined })).rejects.toThrow(/authorization/i);
    const stranger = newBusUser().seed;
    await expect(open('focus', { nkeySeed: stranger })).rejects.toThrow(/authorization/i);
    await expect(open('focus', { nkeySeed: 'SUNSENSE' })).rejects.toThrow(/not the seed of a user/);
    await expect(open('focus', { tls: undefined })).rejects.toThrow();
  });

  it('does not talk to a server of another authority, or to one without TLS', async () => {
    const ca = (await makeAuthority('Foreign')).certificate;
    await expect(open('focus', { tls: () => ({ ...tlsOf('focus')(), ca }) })).rejects.toThrow(/certificate/);
    const plain = await startNatsServer({ binary: natsServerPath(), dataDir: join(folder, 'plain') });
    try {
      const options = { servers: [plain.url], name: 'focus', security: { tls: tlsOf('focus') } };
      await expect(connectNatsBus(options)).rejects.toThrow(/tls/i);
    } finally {
      await plain.stop();
    }
  });

  it('shows a renewed certificate at the next connection', async () => {
    await bootstrap();
    let asked = 0;
    const bus = await open('focus', {
      tls: () => {
        asked++;
        return tlsOf('focus')();
      },
    });
    const before = asked;
    await inside.settings('focus');
    await server.kill();
    server = await start(server.port);
    await vi.waitFor(() => expect(bus.connected).toBe(true), { timeout: 20_000 });
    await bus.bucket('edges', 6_000);
    expect(asked).toBeGreaterThan(before);
  });
});
