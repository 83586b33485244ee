/**
 * CPU per delivery of the fan-out path against a bare writer, over loopback sockets, in rooms of 100 and 1,000, 64-octet bodies.
 *
 *   npx tsc -b services/msrp-edge && node services/msrp-edge/bench/fan-out.mjs [seconds per run] [messages per turn] [body octets]
 *
 * Both write the same octets to the same number of sockets, all that is due to a socket in one turn in one write. The bare writer has
 * only that; the edge has its log, membership, capabilities, cursors and bounds besides. A child process reads and answers.
 */
import { fork } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { createServer, connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === 'readers') await readers();
else await main(Number(process.argv[2] ?? 2) * 1000, Number(process.argv[3] ?? 10), Number(process.argv[4] ?? 64));

async function readers() {
  const sockets = [];
  const answer = /MSRP (\S+) SEND\r\nTo-Path: (\S+)\r\nFrom-Path: (\S+)\r\n(?:(?!\r\n\r\n)[^])*?Failure-Report: yes/g;
  process.on('message', async ({ port, paths }) => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const [i, path] of paths.entries()) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.on('error', () => undefined);
      sockets.push(socket);
      await new Promise((resolve) => socket.once('connect', resolve));
      const own = `msrp://127.0.0.1:9/s${i};tcp`;
      socket.write(
        `MSRP bind${i} SEND\r\nTo-Path: ${path}\r\nFrom-Path: ${own}\r\nMessage-ID: bind${i}\r\n-------bind${i}$\r\n`,
      );
      socket.on('data', (octets) => {
        if (!octets.includes('Failure-Report: yes')) return;
        for (const [, id, to, from] of octets.toString('latin1').matchAll(answer))
          socket.write(`MSRP ${id} 200 OK\r\nTo-Path: ${from}\r\nFrom-Path: ${to}\r\n-------${id}$\r\n`);
      });
    }
    process.send({ ready: paths.length });
  });
}

async function main(runMs, perTurn, bodyBytes) {
  const child = fork(self, ['readers'], { execArgv: [] });
  const connectReaders = (port, paths) =>
    new Promise((resolve) => {
      child.once('message', resolve);
      child.send({ port, paths });
    });
  const cpim = `From: <sip:u0@localhost>\r\nTo: <sip:lobby@localhost>\r\n\r\nContent-Type: text/plain\r\n\r\n`;
  const body = cpim + 'x'.repeat(bodyBytes);
  for (const size of [100, 1000]) {
    const edge = await startEdge(size, body, connectReaders);
    const floor = await startFloor(size, body, connectReaders);
    const results = { edge: [], floor: [] };
    for (let round = 0; round < 2; round++)
      for (const [name, system] of [
        ['floor', floor],
        ['edge', edge],
      ]) {
        await system.connect();
        await run(system, 300, perTurn);
        results[name].push(await run(system, runMs, perTurn));
      }
    const best = (name) => Math.min(...results[name].map((one) => one.us));
    const rate = (name) => Math.max(...results[name].map((one) => one.perSecond));
    process.stdout.write(
      `room of ${size}: edge ${best('edge').toFixed(2)} us/delivery (${Math.round(rate('edge') / 1000)}k/s), ` +
        `bare writer ${best('floor').toFixed(2)} us (${Math.round(rate('floor') / 1000)}k/s), ` +
        `ratio ${(best('edge') / best('floor')).toFixed(2)}\n`,
    );
    await edge.stop();
    await floor.stop();
  }
  child.kill();
}

async function run(system, ms, perTurn) {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const before = process.cpuUsage();
  const from = system.delivered();
  const startedAt = performance.now();
  while (performance.now() - startedAt < ms) {
    await system.burst(perTurn);
    await turn();
    while (system.queuedBytes() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const deliveries = system.delivered() - from;
  const used = process.cpuUsage(before);
  return {
    us: (used.user + used.system) / deliveries,
    perSecond: deliveries / ((performance.now() - startedAt) / 1000),
  };
}

async function startFloor(size, body, connectReaders) {
  const sessions = [];
  let delivered = 0;
  let id = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    const session = { socket, paths: '', pending: '' };
    socket.once('data', (octets) => {
      const [, own, peer] = /To-Path: (\S+)\r\nFrom-Path: (\S+)/.exec(octets.toString('latin1'));
      session.paths = `To-Path: ${peer}\r\nFrom-Path: ${own}\r\n`;
      sessions.push(session);
    });
    socket.on('close', () => sessions.splice(sessions.indexOf(session), 1));
    socket.on('data', () => undefined);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    connect: async () => {
      while (sessions.length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await connectReaders(
        port,
        Array.from({ length: size }, (_, i) => `msrp://127.0.0.1:${port}/abcdefghijk${i}.0123456789abcdef;tcp`),
      );
      while (sessions.length < size) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    burst: async (count) => {
      for (let k = 0; k < count; k++) {
        const tid = `t${(id++).toString(36).padStart(12, '0')}`;
        const head = `MSRP ${tid} SEND\r\n`;
        const tail = `Message-ID: k3v9x0qa.${id.toString(36)}\r\nByte-Range: 1-${body.length}/${body.length}\r\nFailure-Report: partial\r\nContent-Type: message/cpim\r\n\r\n${body}\r\n-------${tid}$\r\n`;
        for (const session of sessions) session.pending += head + session.paths + tail;
      }
      for (const session of sessions) {
        session.socket.write(session.pending, 'latin1');
        session.pending = '';
      }
      delivered += count * sessions.length;
    },
    delivered: () => delivered,
    queuedBytes: () => sessions.reduce((sum, { socket }) => sum + socket.writableLength, 0),
    stop: async () => server.close(),
  };
}

async function startEdge(size, body, connectReaders) {
  const { createMemoryBus } = await import('@plenary/bus');
  const { ChatEvent, StateEvent, Direction, Part } = await import('@plenary/proto/chat');
  const { listenMsrp } = await import('@plenary/msrp/net');
  const { systemClock } = await import('@plenary/service');
  const { Edge } = await import('../dist/edge.js');
  const { DEFAULT_LIMITS } = await import('../dist/limits.js');
  const { silentEvents } = await import('../dist/events.js');
  const bus = createMemoryBus({ maxEvents: 1000 });
  const shard = '000';
  const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ';
  await bus.ensureShards([shard]);
  let port = 0;
  const roomState = { join: async () => undefined, leave: async () => undefined, getRoom: async () => undefined };
  const edge = new Edge({
    edgeId: 'bench-000000',
    entrances: { plain: () => `127.0.0.1:${port}`, tls: () => undefined },
    bus,
    roomState,
    history: { read: async () => ({ messages: [], cursor: '', recordedEpoch: 0, recordedSeq: 0n }) },
    clock: systemClock,
    // The bursts are gathered already: no pause between them.
    limits: { ...DEFAULT_LIMITS, paceFactor: 0 },
    events: silentEvents,
    fillRandom: (octets) => randomFillSync(octets),
    schedule: setImmediate,
    monotonicMs: () => performance.now(),
  });
  const listener = await listenMsrp({
    host: '127.0.0.1',
    port: 0,
    handlers: {
      onOpen: (socket) => edge.open(socket),
      onEvent: (socket, event) => edge.event(socket, event),
      onReadEnd: (socket) => edge.readEnd(socket),
      onDrain: (socket) => edge.drained(socket),
      onClose: (socket) => edge.closed(socket),
    },
  });
  port = listener.port;
  const capabilities = {
    acceptTypes: ['message/cpim'],
    acceptWrappedTypes: ['*'],
    maxSizeBytes: 0n,
    chatroom: true,
    nickname: true,
    privateMessages: true,
    direction: Direction.SENDRECV,
  };
  const policy = { logged: false, privateMessages: true, nicknames: true, maxSizeBytes: 0n, wrappedTypes: [] };
  const octets = Buffer.from(body, 'latin1');
  let version = 0n;
  let generation = 0;
  let message = 0;
  return {
    connect: async () => {
      generation++;
      const paths = [];
      for (const chatId of edge.sessionStates().live > 0 ? [...ids(size, generation - 1)] : []) edge.close(chatId);
      for (const [i, chatId] of [...ids(size, generation)].entries()) {
        const participant = {
          pid: `p${generation}x${i}`,
          userId: '',
          entity: `sip:u${i}@localhost`,
          identities: [`sip:u${i}@localhost`],
          nickname: '',
          displayName: '',
          roles: [],
          endpoints: [],
        };
        const record = {
          chatId,
          room,
          shard,
          epoch: 1,
          tag: 'k3v9x0qa',
          conferenceUri: 'sip:lobby@localhost',
          participant,
          capabilities,
          policy,
          peerPath: [`msrp://127.0.0.1:9/s${i};tcp`],
          secure: false,
          peerFingerprints: [],
          cursor: 0n,
          roomVersion: version,
          roster: [],
        };
        paths.push((await edge.reserve(`r${generation}-${i}`, record)).path);
        version++;
        const event = StateEvent.fromPartial({
          room,
          epoch: 1,
          version,
          changes: [{ change: { $case: 'joined', value: { participant, chatId } } }],
        });
        await bus.publishToLogAsync({
          shard,
          room,
          kind: 'st',
          msgId: `${room}/st/${version}`,
          payload: StateEvent.encode(event).finish(),
        });
      }
      await connectReaders(port, paths);
      while (edge.sessionStates().live < size) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    burst: (count) =>
      new Promise((resolve) => {
        for (let k = 0; k < count; k++) {
          message++;
          const payload = ChatEvent.encode({
            room,
            epoch: 1,
            originId: `px/m${message}/1`,
            senderPid: 'px',
            senderChatId: 'x',
            audiencePid: '',
            wrappedType: 'text/plain',
            part: Part.WHOLE,
            headSeq: 0n,
            offset: 1n,
            total: BigInt(octets.length),
            ingressTimeUs: 0n,
            octets,
            messageId: `m${message}`,
            senderEntity: 'sip:u0@localhost',
            senderNickname: '',
            senderUserId: '',
          }).finish();
          bus.publishToLog(
            { shard, room, kind: 'all', msgId: `${room}/px/m${message}/1`, payload },
            k === count - 1 ? resolve : () => undefined,
          );
        }
      }),
    delivered: () => edge.counters.deliveries,
    queuedBytes: () => edge.queuedBytes(),
    stop: async () => {
      edge.stop();
      await listener.close();
      await bus.close();
    },
  };
}

function* ids(size, generation) {
  for (let i = 0; i < size; i++) yield `g${generation}n${i}`.padEnd(12, 'a');
}
