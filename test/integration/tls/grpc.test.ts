import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { credentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HistoryServiceClient, HistoryServiceService, QueryResponse, ReadResponse } from '@plenary/proto/history';
import { makeAuthority, writeCertificate } from '@plenary/dev';
import {
  type GrpcServer,
  type GrpcServerOptions,
  handler,
  type InternalIdentity,
  type InternalName,
  openGrpcClient,
  RpcError,
  startGrpcServer,
  towards,
  unary,
} from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import { Inside } from './identities.js';

let inside: Inside;
const lines: string[] = [];
const telemetry = createTelemetry({
  service: 'test',
  hashKey: 'a key of the test',
  stream: { write: (line) => void lines.push(line) },
});
const opened: (() => unknown)[] = [];

beforeAll(async () => {
  inside = await Inside.make();
});
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
  lines.length = 0;
});
afterAll(async () => {
  inside.remove();
  await telemetry.shutdown();
});

async function serve(identity: InternalIdentity, more: Partial<GrpcServerOptions> = {}): Promise<GrpcServer> {
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      [
        HistoryServiceService,
        {
          query: handler(() => Promise.resolve(QueryResponse.fromPartial({}))),
          read: handler(() => Promise.resolve(ReadResponse.fromPartial({}))),
          erase: handler(() => Promise.reject(new Error('not called'))),
        },
        ['ccmp', 'msrp-edge'],
      ],
    ],
    logger: telemetry.logger('test'),
    identity,
    ...more,
  });
  opened.push(() => server.drain(0));
  return server;
}

function clientOf(address: string, identity: InternalIdentity, expected: InternalName = 'history') {
  const client = openGrpcClient(HistoryServiceClient, address, { tls: towards(identity, expected) });
  opened.push(() => client.close());
  return client;
}

type Client = ReturnType<typeof clientOf>;
const request = { room: 'r', sinceUs: 0n, beforeUs: 0n, count: 1, cursor: '', forward: true };
const read = (client: Client) => unary(client, client.read, request, { deadlineMs: 5_000 });
const codeOf = async (call: Promise<unknown>): Promise<status> => {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error === undefined) return status.OK;
  if (!(error instanceof RpcError)) throw error;
  return error.code;
};

describe('gRPC between services', () => {
  it('is answered to a caller whose certificate carries a name that may ask', async () => {
    const server = await serve(await inside.identity('history'));
    expect(await codeOf(read(clientOf(server.address, await inside.identity('ccmp'))))).toBe(status.OK);
  });

  it('is refused to another name of the same authority, with a log line', async () => {
    const server = await serve(await inside.identity('history'));
    const client = clientOf(server.address, await inside.identity('room-state'));
    expect(await codeOf(read(client))).toBe(status.PERMISSION_DENIED);
    expect(lines.join('')).toMatch(/"caller":"room-state".*a caller was refused/);
  });

  it('is closed to a caller without certificate, with one of another authority, and in plain text', async () => {
    const server = await serve(await inside.identity('history'));
    const authorities = readFileSync(`${inside.folder}/authority.pem`);
    const bare = new HistoryServiceClient(server.address, credentials.createSsl(authorities), {
      'grpc.ssl_target_name_override': 'history',
    });
    opened.push(() => bare.close());
    expect(await codeOf(read(bare))).toBe(status.UNAVAILABLE);

    const foreign = await Inside.make();
    opened.push(() => foreign.remove());
    const stranger = await foreign.identity('ccmp');
    // It believes our server, so that only its own certificate is in the way.
    writeCertificate(foreign.folder, 'authority', inside.authority);
    stranger.certificates.check();
    expect(await codeOf(read(clientOf(server.address, stranger)))).toBe(status.UNAVAILABLE);

    const plain = openGrpcClient(HistoryServiceClient, server.address);
    opened.push(() => plain.close());
    expect(await codeOf(read(plain))).toBe(status.UNAVAILABLE);
  });

  it('is not begun with a server that is another service', async () => {
    const server = await serve(await inside.identity('msrp-edge'));
    const call = read(clientOf(server.address, await inside.identity('ccmp')));
    await expect(call).rejects.toThrow(/not that of history/);
  });

  it('goes round several servers, each checked by name', async () => {
    const identity = await inside.identity('history');
    const [one, two] = [await serve(identity), await serve(identity)];
    const client = clientOf(`ipv4:${one.address},${two.address}`, await inside.identity('ccmp'));
    await Promise.all(Array.from({ length: 8 }, () => read(client)));
    await one.drain(1_000);
    expect(await codeOf(read(client))).toBe(status.OK);
  });

  it('a service of ours with an identity says who may call it', async () => {
    const identity = await inside.identity('history');
    await expect(serve(identity, { services: [[HistoryServiceService, {}]] })).rejects.toThrow(/who may call/);
  });

  it('survives connections that are no TLS', async () => {
    const server = await serve(await inside.identity('history'));
    const port = server.port;
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('close', () => resolve()).on('error', reject);
      socket.resume();
    });
    expect(await codeOf(read(clientOf(server.address, await inside.identity('ccmp'))))).toBe(status.OK);
  });
});

describe('renewed certificates of services', () => {
  const serial = (port: number, identity: InternalIdentity): Promise<string> =>
    new Promise((resolve, reject) => {
      const { cert, key, ca } = identity.certificates.options();
      const socket = connectTls(
        { port, host: '127.0.0.1', servername: 'history', cert, key, ca, ALPNProtocols: ['h2'] },
        () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });

  it('count for the next connection; calls under way never fail', async () => {
    const [server, caller] = [await inside.identity('history'), await inside.identity('ccmp')];
    const running = await serve(server, { connectionAgeMs: 300 });
    const client = clientOf(running.address, caller);
    const before = await serial(running.port, caller);
    const load = { stopped: false, answered: 0 };
    const callers = Array.from({ length: 8 }, async () => {
      while (!load.stopped) {
        await read(client);
        load.answered++;
      }
    });
    for (let round = 0; round < 3; round++) {
      const enough = load.answered + 300;
      await inside.settings('history');
      await inside.settings('ccmp');
      server.certificates.check();
      caller.certificates.check();
      while (load.answered < enough) await read(client);
    }
    load.stopped = true;
    await Promise.all(callers);
    expect(load.answered).toBeGreaterThan(900);
    expect(await serial(running.port, caller)).not.toBe(before);
  });

  it('the authority can be exchanged: both are believed while it lasts', async () => {
    const [server, caller] = [await inside.identity('history'), await inside.identity('ccmp')];
    const running = await serve(server);
    const client = clientOf(running.address, caller);
    await read(client);
    const next = await makeAuthority('Next');
    const both = { certificate: inside.authority.certificate + next.certificate, key: inside.authority.key };
    writeCertificate(inside.folder, 'authority', both);
    opened.push(() => writeCertificate(inside.folder, 'authority', inside.authority));
    writeCertificate(inside.folder, 'history', await next.issue({ dns: ['history'] }));
    server.certificates.check();
    caller.certificates.check();
    expect(await codeOf(read(clientOf(running.address, caller)))).toBe(status.OK);
  });
});
