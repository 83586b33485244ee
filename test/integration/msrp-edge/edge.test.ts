import { createMemoryBus, type Bus } from '@plenary/bus';
import { readSettings } from '@plenary/config';
import { createContext, createServer, msrpEdgeSettings, type MsrpEdgeServer, type RoomState } from '@plenary/msrp-edge';
import {
  Direction,
  RoomPolicy,
  StateEvent,
  type EndpointCapabilities,
  type Participant,
  type StateChange,
} from '@plenary/proto/chat';
import { EdgeEntry, EdgeServiceClient, type SessionRecord } from '@plenary/proto/edge';
import { NicknameResult } from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import type { RoomId, ShardId } from '@plenary/wire';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { natsEngine, type Engine } from '../bus/engines.js';
import { RawClient } from './raw-client.js';

const ROOM = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
const SHARD = '000' as ShardId;
const ROOM_URI = 'sip:lobby@localhost';
const capabilities: EndpointCapabilities = {
  acceptTypes: ['message/cpim'],
  acceptWrappedTypes: ['*'],
  maxSizeBytes: 0n,
  chatroom: true,
  nickname: true,
  privateMessages: true,
  direction: Direction.SENDRECV,
};

let engine: Engine;
let bus: Bus;
let version = 0n;
const left: string[] = [];
const participants = new Map<string, Participant>();
const present = new Map<string, Participant>();
const policy = RoomPolicy.fromPartial({ privateMessages: true, nicknames: true });
const servers: MsrpEdgeServer[] = [];
const clients: RawClient[] = [];

async function change(value: NonNullable<StateChange['change']>): Promise<void> {
  version++;
  const event = StateEvent.fromPartial({ room: ROOM, epoch: 1, version, changes: [{ change: value }] });
  const payload = StateEvent.encode(event).finish();
  await bus.publishToLogAsync({ shard: SHARD, room: ROOM, kind: 'st', msgId: `${ROOM}/st/${version}`, payload });
}

const roomState: RoomState = {
  join: async (_, chatId) => {
    const participant = participants.get(chatId);
    if (participant === undefined) return;
    present.set(chatId, participant);
    await change({ $case: 'joined', value: { participant, chatId } });
  },
  leave: async (_, chatId, cause) => {
    left.push(chatId);
    present.delete(chatId);
    const { pid } = participants.get(chatId)!;
    await change({ $case: 'left', value: { pid, chatId, cause, lastEndpoint: true } });
  },
  claimNickname: async () => NicknameResult.OK,
  resolve: async () => undefined,
  getRoom: async () => ({
    room: ROOM,
    conferenceUri: ROOM_URI,
    shard: SHARD,
    epoch: 1,
    tag: 'k3v9x0qa',
    version,
    policy,
    displayText: '',
    roster: [...present.values()],
  }),
};

async function startEdge(name: string): Promise<MsrpEdgeServer> {
  const read = readSettings(msrpEdgeSettings, {
    MSRP_EDGE_NAME: name,
    MSRP_EDGE_MSRP_PORT: '0',
    MSRP_EDGE_GRPC_PORT: '0',
    MSRP_EDGE_GRACE_MS: '200ms',
  });
  if (!read.ok) throw new Error('settings');
  const telemetry = createTelemetry({ service: 'msrp-edge', hashKey: 'test', level: 'error' });
  const server = createServer(await createContext(read.value, { bus, roomState, telemetry }));
  await server.start();
  servers.push(server);
  return server;
}

/** Without `peerPath`, the client's own URI. */
async function join(server: MsrpEdgeServer, name: string, peerPath?: readonly string[]): Promise<RawClient> {
  const chatId = name.padEnd(12, '0');
  const own = `msrp://127.0.0.1:9/${name};tcp`;
  const entity = `sip:${name}@localhost`;
  const participant: Participant = {
    pid: `p-${name}`,
    userId: '',
    entity,
    identities: [entity],
    nickname: '',
    displayName: '',
    roles: [],
    endpoints: [{ chatId, edgeId: server.edgeId, capabilities, allowed: Direction.UNSPECIFIED, label: '' }],
  };
  participants.set(chatId, participant);
  const record: SessionRecord = {
    chatId,
    room: ROOM,
    shard: SHARD,
    epoch: 1,
    tag: 'k3v9x0qa',
    conferenceUri: ROOM_URI,
    // Its seat is taken, and nobody has told room-state yet at which edge.
    participant: { ...participant, endpoints: participant.endpoints.map((one) => ({ ...one, edgeId: '' })) },
    capabilities,
    policy,
    peerPath: [...(peerPath ?? [own])],
    secure: false,
    peerFingerprints: [],
    cursor: 0n,
    roomVersion: version,
    joinTraceparent: '',
  };
  const control = openGrpcClient(EdgeServiceClient, server.controlAddress);
  try {
    const answer = await unary(control, control.reserve, { requestId: `r-${name}`, record }, { deadlineMs: 5_000 });
    expect(answer.edgeId).toBe(server.edgeId);
    const client = await RawClient.connect(answer.path, own);
    clients.push(client);
    expect(await client.status(client.send(undefined))).toBe(200);
    await client.until(() => server.edge.sessionStates().waiting === 0).catch(() => undefined);
    return client;
  } finally {
    control.close();
  }
}

const cpim = (name: string, text: string): string =>
  `From: <sip:${name}@localhost>\r\nTo: <${ROOM_URI}>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`;

async function memoryEngine(): Promise<Engine> {
  const memory = createMemoryBus();
  return { connect: async () => memory, close: () => memory.close() };
}

describe.each([
  ['memory', memoryEngine],
  ['nats', natsEngine],
] as const)('the msrp-edge over TCP and gRPC, on %s', (_name, open) => {
  beforeAll(async () => {
    engine = await open();
    bus = await engine.connect();
    version = 0n;
    present.clear();
    await bus.ensureShards([SHARD]);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.destroy();
    for (const server of servers.splice(0)) await server.stop();
  });
  afterAll(() => engine.close());

  it('CHAT-008 CHAT-023 two edges, four senders at once: everybody gets every message once, in one order', async () => {
    const [one, two] = [await startEdge('edge-1'), await startEdge('edge-2')];
    const names = ['alice', 'bob', 'carol', 'dave'];
    const people = await Promise.all(names.map((name, i) => join(i % 2 === 0 ? one : two, name)));
    const reader = await join(two, 'reader');
    const count = 200;
    for (let n = 0; n < count; n++)
      for (const [i, client] of people.entries()) client.send(cpim(names[i]!, `${names[i]} ${n}`));
    const texts = (client: RawClient): string[] =>
      client.requests.map(({ body }) => Buffer.from(body!).toString().split('\r\n').at(-1)!);
    await reader.until(() => reader.requests.length === count * 4);
    await Promise.all(people.map((client) => client.until(() => client.requests.length === count * 3)));
    const order = texts(reader);
    expect(new Set(order).size).toBe(count * 4);
    for (const [i, client] of people.entries())
      expect(texts(client)).toEqual(order.filter((text) => !text.startsWith(`${names[i]} `)));
    await Promise.all(people.map((client) => client.until(() => client.responses.size === count + 1)));
  });

  it('CHAT-014 10 MiB are forwarded while still arriving', async () => {
    const server = await startEdge('edge-3');
    const [erin, frank] = [await join(server, 'erin'), await join(server, 'frank')];
    const body = Buffer.from(cpim('erin', 'x'.repeat(10 * 1024 * 1024)));
    const half = body.length >> 1;
    const first = erin.send(body.subarray(0, half), {
      messageId: 'large1',
      byteRange: `1-*/${body.length}`,
      flag: '+',
    });
    expect(await erin.status(first)).toBe(200);
    await frank.until(() => frank.received.length >= half);
    const rest = erin.send(body.subarray(half), { messageId: 'large1', byteRange: `${half + 1}-*/${body.length}` });
    expect(await erin.status(rest)).toBe(200);
    await frank.until(() => frank.requests.at(-1)?.flag === '$', 30_000);
    expect(frank.received.equals(body)).toBe(true);
  });

  it('CHAT-027 a client that stops reading costs the others nothing, and has everything when it reads again', async () => {
    const server = await startEdge('edge-4');
    const [gina, slow, hugo] = [await join(server, 'gina'), await join(server, 'slow'), await join(server, 'hugo')];
    slow.socket.pause();
    const text = '.'.repeat(8_000);
    const count = 1_500;
    for (let n = 0; n < count; n++) gina.send(cpim('gina', `${n} ${text}`));
    await hugo.until(() => hugo.requests.length === count, 30_000);
    expect(server.edge.queuedBytes()).toBeLessThan(1024 * 1024);
    expect(server.edge.counters.lagged).toBeGreaterThan(0);
    slow.socket.resume();
    await slow.until(() => slow.requests.length === count, 30_000);
    expect(slow.received.equals(hugo.received)).toBe(true);
  });

  it('TRN-015 a connection that is gone for the grace time: the participant leaves', async () => {
    const server = await startEdge('edge-5');
    const [ivan, judy] = [await join(server, 'ivan'), await join(server, 'judy')];
    judy.socket.destroy();
    for (let n = 0; server.edge.sessionCount > 1; n++) {
      await ivan.status(ivan.send(undefined));
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (n > 500) throw new Error('judy is still there');
    }
    expect(left).toContain('judy'.padEnd(12, '0'));
  });

  it('SDP-020 a session whose path comes with the ACK: its first request tells it, then the answer does', async () => {
    const server = await startEdge('edge-7');
    const [late, mary] = [await join(server, 'late', []), await join(server, 'mary')];
    mary.send(cpim('mary', 'one'));
    await late.until(() => late.requests.length === 1);
    expect(late.requests[0]?.head.toPath[0]?.sessionId).toBe('late');
    const told = 'msrp://127.0.0.1:9/told;tcp';
    const control = openGrpcClient(EdgeServiceClient, server.controlAddress);
    const update = {
      requestId: 'u-late',
      chatId: 'late'.padEnd(12, '0'),
      capabilities,
      peerPath: [told],
      peerFingerprints: [],
    };
    await unary(control, control.update, update, { deadlineMs: 5_000 });
    const bad = unary(control, control.update, { ...update, peerPath: ['x'] }, { deadlineMs: 5_000 });
    await expect(bad).rejects.toThrow('bad-peer-path');
    control.close();
    mary.send(cpim('mary', 'two'));
    await late.until(() => late.requests.length === 2);
    expect(late.requests[1]?.head.toPath[0]?.sessionId).toBe('told');
  });

  it('tells the registry that it lives, that it drains, and goes when it stops; Stats counts', async () => {
    const server = await startEdge('edge-6');
    const kate = await join(server, 'kate');
    const bucket = await bus.bucket('edges', 6_000);
    const entry = async (): Promise<EdgeEntry | undefined> => {
      const value = await bucket.get(server.edgeId);
      return value === undefined ? undefined : EdgeEntry.decode(value);
    };
    expect(await entry()).toMatchObject({ name: 'edge-6', controlAddress: server.controlAddress, draining: false });
    const control = openGrpcClient(EdgeServiceClient, server.controlAddress);
    const stats = await unary(control, control.stats, {}, { deadlineMs: 5_000 });
    expect(stats).toMatchObject({ sessions: 1, connections: 1, rooms: 1 });
    control.close();
    await server.drain(2_000);
    expect(await entry()).toMatchObject({ draining: true });
    await kate.until(() => kate.closed);
    expect(Buffer.from(kate.received).toString()).toContain('going down');
    await server.stop();
    expect(await entry()).toBeUndefined();
  });
});
