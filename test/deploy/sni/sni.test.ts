import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Account, openSipEndpoint, type ReceivedMessage, type Room, type SipEndpoint } from '@plenary/client';
import { freePorts, makeAuthority, writeCertificate } from '@plenary/dev';
import { connectTls as connectMsrp, listenMsrp, type MsrpSocket, type SocketListener } from '@plenary/msrp/net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { System } from '../../conformance/raw/system.js';
import { haproxyPath, startHaproxy, type Haproxy } from './haproxy.js';

const program = haproxyPath();
if (program === undefined && process.env['CI'] !== undefined)
  throw new Error('HAProxy is needed: apt-get install haproxy');
const patience = { timeout: 20_000, interval: 20 };
const hostOf = (ordinal: number): string => `e${String(ordinal)}.a.msrp.example.com`;
const people = ['alice', 'bob', 'carol'];

describe.skipIf(program === undefined)('three edges over TLS behind one port of HAProxy (needs haproxy)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-sni-'));
  let authority: string;
  let front: number;
  let system: System;
  let haproxy: Haproxy | undefined;
  let witness: SocketListener | undefined;
  const witnessed: MsrpSocket[] = [];
  const endpoints: SipEndpoint[] = [];
  const rooms: Room[] = [];
  const heard = new Map<string, string[]>(people.map((name) => [name, []]));

  beforeAll(async () => {
    const ca = await makeAuthority('Test');
    authority = ca.certificate;
    const issued = await ca.issue({ dns: ['*.a.msrp.example.com'] });
    const files = writeCertificate(folder, 'edge', issued);
    const [own = 0, ...edgePorts] = await freePorts(4);
    front = own;
    system = new System({
      edges: 3,
      settings: {
        focus: { FOCUS_EDGE_ROOM_CAP: '1' },
        'msrp-edge': {
          MSRP_EDGE_POOL: 'a',
          MSRP_EDGE_PLAIN: 'false',
          MSRP_EDGE_PUBLIC_HOST_TEMPLATE: 'e{ordinal}.{pool}.msrp.example.com',
          MSRP_EDGE_PUBLIC_TLS_PORT: String(front),
          MSRP_EDGE_TLS_CERTIFICATE: files.certificate,
          MSRP_EDGE_TLS_KEY: files.key,
          MSRP_EDGE_PROXY_FROM: '127.0.0.0/8',
        },
        ...Object.fromEntries(
          edgePorts.map((port, index) => [`msrp-edge-${String(index + 1)}`, { MSRP_EDGE_TLS_PORT: String(port) }]),
        ),
      },
    });
    await system.start();
    // The listener the edges have, to see what it is told of a client.
    witness = await listenMsrp({
      host: '127.0.0.1',
      port: 0,
      tls: { options: () => ({ cert: issued.certificate, key: issued.key }), onChange: () => () => undefined },
      proxyFrom: ['127.0.0.0/8'],
      handlers: {
        onOpen: (socket) => void witnessed.push(socket),
        onEvent: () => undefined,
        onDrain: () => undefined,
        onClose: () => undefined,
      },
    });
    haproxy = await startHaproxy(program ?? '', front, [
      ...edgePorts.map((port, index) => ({ host: hostOf(index + 1), address: `127.0.0.1:${String(port)}` })),
      { host: hostOf(9), address: `127.0.0.1:${String(witness.port)}` },
    ]);
  }, 90_000);

  afterAll(async () => {
    await Promise.all(rooms.map((room) => room.leave().catch(() => undefined)));
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    for (const socket of witnessed) socket.destroy();
    await haproxy?.stop();
    await witness?.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function enter(name: string, room: string): Promise<Room> {
    const [host = '', port] = system.sipAddress.split(':');
    const endpoint = await openSipEndpoint({ server: { transport: 'TCP', host, port: Number(port) } });
    endpoints.push(endpoint);
    const account = new Account(endpoint, { uri: system.uri(name), username: name, password: name });
    const joined = await account.join(room, {
      tls: { authorities: authority, addressOf: () => '127.0.0.1' },
      onMessage: ({ content }: ReceivedMessage) => void heard.get(name)?.push(Buffer.from(content).toString()),
    });
    rooms.push(joined);
    return joined;
  }

  /** Connections over TLS one edge has. */
  async function connections(edge: number): Promise<number> {
    const response = await fetch(`http://${system.stack.address(`msrp-edge-${String(edge)}`, 'health')}/metrics`);
    const found = /^chat_edge_connections\{[^}]*transport="tls"[^}]*\} (\d+)$/m.exec(await response.text());
    return Number(found?.[1] ?? Number.NaN);
  }

  it('a room of three people on three edges talks through it, each on its own edge', async () => {
    const room = await system.room();
    for (const name of people) await enter(name, room);
    expect(new Set(rooms.map(({ edge }) => edge?.host))).toEqual(new Set([1, 2, 3].map(hostOf)));
    expect(new Set(rooms.map(({ edge }) => edge?.port))).toEqual(new Set([front]));
    await vi.waitFor(async () => {
      expect(await Promise.all([1, 2, 3].map(connections))).toEqual([1, 1, 1]);
    }, patience);
    for (const [index, name] of people.entries()) {
      const said = rooms[index]?.say(`hello from ${name}`);
      expect((await said?.outcome)?.kind).toBe('accepted');
    }
    await vi.waitFor(() => {
      for (const name of people)
        expect(heard.get(name)?.toSorted()).toEqual(
          people.filter((other) => other !== name).map((other) => `hello from ${other}`),
        );
    }, patience);
  });

  it('the edge sees the address of the client, not of the balancer', async () => {
    const quiet = { onEvent: () => undefined, onDrain: () => undefined, onClose: () => undefined };
    // Any address of 127.0.0.0/8 is ours: the balancer is asked for by another than the one it dials from.
    const raw = connect({ host: '127.0.0.1', port: front, localAddress: '127.7.8.9' });
    const socket = connectTls({ socket: raw, servername: hostOf(9), ca: authority });
    await once(socket, 'secureConnect');
    await vi.waitFor(() => {
      expect(witnessed).toHaveLength(1);
    }, patience);
    expect(witnessed[0]).toMatchObject({ remoteAddress: '127.7.8.9', remotePort: raw.localPort, secure: true });
    socket.destroy();
    const dialled = { host: hostOf(9), address: '127.0.0.1', port: front, authorities: authority, timeoutMs: 10_000 };
    (await connectMsrp({ ...dialled, handlers: quiet })).destroy();
  });

  it.each([['e4.a.msrp.example.com'], ['example.com'], [undefined]])(
    'TRN-007 a handshake for %s, which is no edge, is closed',
    async (servername) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: front,
        ca: authority,
        ...(servername === undefined ? {} : { servername }),
      });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNRESET');
    },
  );

  it('a plain connection is closed without reaching an edge', async () => {
    const before = await Promise.all([1, 2, 3].map(connections));
    const socket = connect(front, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('MSRP abcd1234 SEND\r\nTo-Path: msrp://e1.a.msrp.example.com:2855/x;tcp\r\n');
    let received = 0;
    socket.on('data', (octets) => (received += octets.length));
    await once(socket, 'close');
    expect(received).toBe(0);
    expect(await Promise.all([1, 2, 3].map(connections))).toEqual(before);
  });

  it('an offer of plain TCP is refused, for no edge takes it', async () => {
    const [host = '', port] = system.sipAddress.split(':');
    const endpoint = await openSipEndpoint({ server: { transport: 'TCP', host, port: Number(port) } });
    endpoints.push(endpoint);
    const account = new Account(endpoint, { uri: system.uri('dave'), username: 'dave', password: 'dave' });
    const joining = account.join(await system.room(), { onMessage: () => undefined });
    await expect(joining).rejects.toMatchObject({ status: 488 });
  });
});
