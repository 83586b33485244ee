import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AcceptedSocket, listenSockets, type ListenOptions, type SocketListener } from './index.js';
import { HeldMaterial, makeKeyPair, proxyHeader, type KeyPair } from './testing.js';

const patience = { timeout: 8000, interval: 5 };
let first: KeyPair;
let second: KeyPair;
beforeAll(() => {
  first = makeKeyPair('one.example');
  second = makeKeyPair('one.example');
});

const accepted: AcceptedSocket[] = [];
const refused: string[] = [];
const received: string[] = [];
const dialled: Socket[] = [];
let listener: SocketListener | undefined;

async function listen(options: Partial<ListenOptions> = {}): Promise<number> {
  listener = await listenSockets({
    host: '127.0.0.1',
    port: 0,
    handshakeMs: 5000,
    onSocket(one) {
      accepted.push(one);
      one.socket.on('error', () => undefined);
      one.socket.on('data', (octets: Buffer) => received.push(octets.toString('latin1')));
    },
    onRefused: (reason, _detail, address) => refused.push(`${reason} ${address}`),
    ...options,
  });
  return listener.port;
}

function dial(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  dialled.push(socket);
  return socket;
}

/** TLS on a connection that has carried other octets before. */
function secure(socket: Socket, options: ConnectionOptions = {}): TLSSocket {
  const secured = connectTls({ socket, ca: [first.cert, second.cert], servername: 'one.example', ...options });
  secured.on('error', () => undefined);
  return secured;
}

const count = (list: readonly unknown[], length: number): Promise<void> =>
  vi.waitFor(() => {
    expect(list).toHaveLength(length);
  }, patience);

const all = (text: string): Promise<void> =>
  vi.waitFor(() => {
    expect(received.join('')).toBe(text);
  }, patience);

afterEach(async () => {
  for (const { socket } of accepted.splice(0)) socket.destroy();
  for (const socket of dialled.splice(0)) socket.destroy();
  await listener?.close();
  listener = undefined;
  refused.length = 0;
  received.length = 0;
});

describe('without TLS', () => {
  it('gives the address of the peer, and looks for no header', async () => {
    const port = await listen();
    const socket = dial(port);
    socket.write(proxyHeader('192.0.2.7', 50_000));
    await all(proxyHeader('192.0.2.7', 50_000).toString('latin1'));
    expect(accepted[0]).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: socket.localPort });
    expect(accepted[0]?.tls).toBeUndefined();
  });

  it('gives the address of the header to connections from a balancer, and what follows the header', async () => {
    const port = await listen({ proxyFrom: ['127.0.0.0/8'] });
    dial(port).write(Buffer.concat([proxyHeader('192.0.2.7', 50_000), Buffer.from('MSRP a SEND')]));
    await all('MSRP a SEND');
    expect(accepted[0]).toMatchObject({ remoteAddress: '192.0.2.7', remotePort: 50_000 });
  });

  it('takes the header in single octets', async () => {
    const port = await listen({ proxyFrom: ['127.0.0.0/8'] });
    const socket = dial(port);
    await once(socket, 'connect');
    for (const octet of Buffer.concat([proxyHeader('192.0.2.7', 50_000), Buffer.from('abc')])) {
      socket.write(Buffer.of(octet));
      await new Promise(setImmediate);
    }
    await all('abc');
    expect(accepted[0]?.remoteAddress).toBe('192.0.2.7');
  });

  it('keeps the octets behind the header for a listener that pauses first', async () => {
    const sockets: Socket[] = [];
    const port = await listen({
      proxyFrom: ['127.0.0.1'],
      onSocket(one) {
        accepted.push(one);
        sockets.push(one.socket);
        one.socket.on('data', (octets: Buffer) => received.push(octets.toString('latin1')));
        one.socket.pause();
      },
    });
    dial(port).write(Buffer.concat([proxyHeader('192.0.2.7', 1), Buffer.from('later')]));
    await count(sockets, 1);
    expect(received).toEqual([]);
    sockets[0]?.resume();
    await all('later');
  });

  it('gives the address of the connection where the header is LOCAL', async () => {
    const port = await listen({ proxyFrom: ['127.0.0.0/8'] });
    dial(port).write(Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'));
    await count(accepted, 1);
    expect(accepted[0]?.remoteAddress).toBe('127.0.0.1');
  });

  it('refuses a balancer that sends none, or a broken one', async () => {
    const port = await listen({ proxyFrom: ['127.0.0.0/8'] });
    const [plain, broken] = [dial(port), dial(port)];
    plain.write('MSRP a SEND');
    broken.write(Buffer.from('0d0a0d0a000d0a515549540a2f', 'hex'));
    await Promise.all([once(plain, 'close'), once(broken, 'close')]);
    expect(refused.toSorted()).toEqual(['proxy-malformed 127.0.0.1', 'proxy-missing 127.0.0.1']);
    expect(accepted).toEqual([]);
  });

  it('looks for no header from elsewhere, though balancers are configured', async () => {
    const port = await listen({ proxyFrom: ['192.0.2.0/24'] });
    dial(port).write('MSRP a SEND');
    await all('MSRP a SEND');
  });

  it('refuses after its time a balancer that is silent, and one that leaves', async () => {
    const port = await listen({ proxyFrom: ['127.0.0.0/8'], handshakeMs: 60 });
    await once(dial(port), 'close');
    expect(refused).toEqual(['timeout 127.0.0.1']);
    await listener?.close();
    const other = await listen({ proxyFrom: ['127.0.0.0/8'] });
    dial(other).end();
    await count(refused, 2);
    expect(refused[1]).toBe('handshake 127.0.0.1');
  });

  it('rejects an address in use, and what is no network', async () => {
    const port = await listen();
    const options = { host: '127.0.0.1', port, handshakeMs: 1, onSocket: () => undefined, onRefused: () => undefined };
    await expect(listenSockets(options)).rejects.toThrow('EADDRINUSE');
    await expect(listenSockets({ ...options, port: 0, proxyFrom: ['x'] })).rejects.toThrow('no network');
  });
});

describe('with TLS', () => {
  it('TRN-007 is ready after the handshake, and tells the name the client asked for', async () => {
    const port = await listen({ tls: new HeldMaterial(first) });
    const client = secure(dial(port));
    client.write('MSRP a SEND');
    await all('MSRP a SEND');
    expect(accepted[0]).toMatchObject({ remoteAddress: '127.0.0.1', tls: { servername: 'one.example' } });
    expect(accepted[0]?.tls?.peer).toBeUndefined();
    accepted[0]?.socket.write('MSRP a 200');
    expect(String((await once(client, 'data'))[0])).toBe('MSRP a 200');
  });

  it('starts TLS after the header on the same socket', async () => {
    const port = await listen({ tls: new HeldMaterial(first), proxyFrom: ['127.0.0.0/8'] });
    const socket = dial(port);
    socket.write(proxyHeader('192.0.2.7', 50_000));
    secure(socket).write('MSRP a SEND');
    await all('MSRP a SEND');
    expect(accepted[0]).toMatchObject({ remoteAddress: '192.0.2.7', tls: { servername: 'one.example' } });
  });

  it('starts TLS with octets that came in one piece with the header', async () => {
    const port = await listen({ tls: new HeldMaterial(first), proxyFrom: ['127.0.0.0/8'] });
    const socket = dial(port);
    await once(socket, 'connect');
    socket.cork();
    socket.write(proxyHeader('192.0.2.7', 50_000));
    secure(socket).write('MSRP a SEND');
    socket.uncork();
    await all('MSRP a SEND');
    expect(accepted[0]?.remoteAddress).toBe('192.0.2.7');
  });

  it('gives the certificate a client shows, whether or not it is known', async () => {
    const tls = new HeldMaterial({ ...first, requestCert: true, rejectUnauthorized: false });
    const port = await listen({ tls });
    secure(dial(port), { cert: second.cert, key: second.key });
    await count(accepted, 1);
    expect(accepted[0]?.tls?.peer?.fingerprint256).toMatch(/^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/);
    expect(accepted[0]?.socket).toMatchObject({ authorized: false });
  });

  it('TRN-007 uses a renewed certificate from the next handshake on, and standing connections stay', async () => {
    const tls = new HeldMaterial(first);
    const port = await listen({ tls });
    const before = secure(dial(port), { ca: first.cert });
    await once(before, 'secureConnect');
    tls.renew(second);
    await once(secure(dial(port), { ca: second.cert }), 'secureConnect');
    const distrustful = secure(dial(port), { ca: first.cert });
    expect((await once(distrustful, 'error'))[0]).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    before.write('still');
    await all('still');
    for (const { socket } of accepted.splice(0)) socket.destroy();
    await listener?.close();
    expect(tls.watchers).toBe(0);
  });

  it('TRN-007 refuses TLS 1.1', async () => {
    const port = await listen({ tls: new HeldMaterial(first) });
    const old = secure(dial(port), { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect((await once(old, 'error'))[0]).toMatchObject({ code: expect.stringMatching(/PROTOCOL_VERSION/) as string });
    await count(refused, 1);
    expect(refused).toEqual(['handshake 127.0.0.1']);
    expect(accepted).toEqual([]);
  });

  it('refuses plain octets, a client that leaves, and one that is slow', async () => {
    const port = await listen({ tls: new HeldMaterial(first), handshakeMs: 300 });
    const plain = dial(port);
    plain.write('MSRP a SEND\r\n\r\n');
    await once(plain, 'close');
    expect(refused).toEqual(['handshake 127.0.0.1']);
    const leaving = dial(port);
    leaving.write(Buffer.of(0x16, 3, 1), () => leaving.destroy());
    await count(refused, 2);
    const slow = dial(port);
    slow.write(Buffer.of(0x16, 3, 1));
    await once(slow, 'close');
    expect(refused.slice(1)).toEqual(['handshake 127.0.0.1', 'timeout 127.0.0.1']);
  });

  it('refuses more handshakes at a time than it may', async () => {
    const port = await listen({ tls: new HeldMaterial(first), handshakesMax: 2 });
    const waiting = [dial(port), dial(port)];
    await Promise.all(waiting.map((socket) => once(socket, 'connect')));
    await once(dial(port), 'close');
    expect(refused).toEqual(['busy 127.0.0.1']);
    // Those that were there before still may.
    secure(waiting[0] as Socket).write('x');
    await all('x');
  });

  it('ends handshakes under way when it closes', async () => {
    const port = await listen({ tls: new HeldMaterial(first) });
    const socket = dial(port);
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await listener?.close();
    await ended;
    expect(refused).toEqual([]);
  });
});
