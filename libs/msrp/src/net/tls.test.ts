import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeRequest } from '../encoder.js';
import { msrpUri } from '../uri.js';
import {
  connectTls,
  fingerprintOf,
  listenMsrp,
  type ConnectTlsOptions,
  type ListenMsrpOptions,
  type MsrpSocket,
  type MsrpSocketHandlers,
  type SocketListener,
} from './index.js';
import { fixedMaterial, makeKeyPair, type KeyPair } from './testing.js';

const patience = { timeout: 8000, interval: 5 };
const [to, from] = ['a.example', 'b.example'].map((host) => [msrpUri({ host, port: 2855, sessionId: 'one' })]);
const request = encodeRequest({
  transactionId: 'aaaa',
  method: 'SEND',
  toPath: to!,
  fromPath: from!,
  messageId: 'aaaa',
});

let authority: KeyPair;
/** For the address the tests dial, by name and by number. */
let server: KeyPair;
let selfSigned: KeyPair;
beforeAll(() => {
  authority = makeKeyPair([]);
  server = makeKeyPair(['DNS:localhost', 'IP:127.0.0.1'], authority);
  selfSigned = makeKeyPair(['DNS:localhost']);
});

const opened: MsrpSocket[] = [];
const seen: string[] = [];
const refused: string[] = [];
let listener: SocketListener | undefined;
const servers: Server[] = [];
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await listener?.close();
  listener = undefined;
  for (const bare of servers.splice(0)) bare.close();
  seen.length = 0;
  refused.length = 0;
});

const handlers: ListenMsrpOptions['handlers'] = {
  onOpen: (socket) => void opened.push(socket),
  onEvent: (_socket, { type }) => void seen.push(type),
  onDrain: () => undefined,
  onClose: () => void seen.push('closed'),
  onRefused: (reason) => void refused.push(reason),
};
const quiet: MsrpSocketHandlers = { onEvent: () => undefined, onDrain: () => undefined, onClose: () => undefined };

async function listen(keyPair: KeyPair, more: Partial<ListenMsrpOptions> = {}): Promise<number> {
  const tls = fixedMaterial({ ...keyPair, requestCert: true, rejectUnauthorized: false });
  listener = await listenMsrp({ host: '127.0.0.1', port: 0, handlers, tls, ...more });
  return listener.port;
}

async function dial(port: number, options: Partial<ConnectTlsOptions> = {}): Promise<MsrpSocket> {
  const common = { port, handlers: quiet, timeoutMs: 8000 };
  const socket = await connectTls({ host: 'localhost', authorities: authority.cert, ...common, ...options });
  opened.push(socket);
  return socket;
}

const certificateOf = ({ cert }: KeyPair): Uint8Array => new X509Certificate(cert).raw;
const until = (list: readonly string[], ...content: string[]): Promise<void> =>
  vi.waitFor(() => {
    expect(list).toEqual(content);
  }, patience);

/** The client went away at the end of the handshake: ours was over by then, or not. */
const ended = (): Promise<void> =>
  vi.waitFor(() => {
    expect([...seen, ...refused]).toEqual(expect.arrayContaining([expect.stringMatching(/^(?:closed|handshake)$/)]));
  }, patience);

describe('MSRP over TLS', () => {
  it('TRN-007 carries requests between a client that knows the authority and a server with its name', async () => {
    const socket = await dial(await listen(server));
    socket.write(request);
    await until(seen, 'request');
    expect([opened[0]?.secure, opened[0]?.peerCertificate, socket.secure]).toEqual([true, undefined, true]);
    socket.end();
    await until(seen, 'request', 'closed');
  });

  it('TRN-007 takes a number for the host where the certificate names it, and sends no SNI then', async () => {
    const port = await listen(server);
    (await dial(port, { host: '127.0.0.1' })).write(request);
    await until(seen, 'request');
  });

  it('TRN-007 a wrong name on dial-out is refused', async () => {
    const other = makeKeyPair(['DNS:other.example'], authority);
    await expect(dial(await listen(other))).rejects.toThrow('altnames');
    await until(refused, 'handshake');
  });

  it('TRN-007 a name in the subject alone is none', async () => {
    const port = await listen(makeKeyPair([]));
    await expect(dial(port, { authorities: undefined })).rejects.toThrow();
    const bare = makeKeyPair([]);
    await listener?.close();
    await expect(dial(await listen(bare), { authorities: bare.cert })).rejects.toThrow('no subjectAltName');
  });

  it('TRN-008 a certificate nobody known has signed is refused without a fingerprint', async () => {
    await expect(dial(await listen(selfSigned))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('TRN-008 a fingerprint lets a self-signed certificate be, and refuses every other', async () => {
    const port = await listen(selfSigned);
    const fingerprints = [fingerprintOf(certificateOf(selfSigned))];
    const right = await dial(port, { authorities: undefined, fingerprints });
    right.write(request);
    await until(seen, 'request');
    const wrong = [fingerprintOf(certificateOf(server))];
    await expect(dial(port, { authorities: undefined, fingerprints: wrong })).rejects.toThrow(
      'not the one its fingerprint is of',
    );
    await ended();
  });

  it('TRN-008 a fingerprint is no substitute for an authority that was asked for, nor that for it', async () => {
    const port = await listen(selfSigned);
    const own = [fingerprintOf(certificateOf(selfSigned))];
    await expect(dial(port, { fingerprints: own })).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await listener?.close();
    const other = await listen(server);
    await expect(dial(other, { fingerprints: own })).rejects.toThrow('not the one its fingerprint is of');
    await ended();
  });

  it('TRN-008 the listener gives the certificate the client shows', async () => {
    const socket = await dial(await listen(server), { certificate: selfSigned });
    socket.write(request);
    await until(seen, 'request');
    expect(fingerprintOf(opened.find(({ peerCertificate }) => peerCertificate !== undefined)!.peerCertificate!)).toBe(
      fingerprintOf(certificateOf(selfSigned)),
    );
  });

  it('TRN-007 rejects when the peer speaks no TLS, old TLS, or nothing', async () => {
    const bare = createTcpServer((socket) => void socket.on('error', () => undefined).end('MSRP aaaa 200\r\n'));
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined));
    const old = createTlsServer({ ...server, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' });
    old.on('tlsClientError', () => undefined);
    servers.push(bare, silent, old);
    const ports = await Promise.all(
      servers.map(
        (one) =>
          new Promise<number>((resolve) => {
            one.listen(0, '127.0.0.1', () => resolve((one.address() as { port: number }).port));
          }),
      ),
    );
    await expect(dial(ports[0]!)).rejects.toThrow();
    await expect(dial(ports[1]!, { timeoutMs: 100 })).rejects.toThrow('within 100 ms');
    await expect(dial(ports[2]!)).rejects.toThrow();
  });

  it('TRN-017 tells when the kernel takes no more, and when it does again', async () => {
    const port = await listen(server);
    let drains = 0;
    const socket = await dial(port, { handlers: { ...quiet, onDrain: () => drains++ } });
    await vi.waitFor(() => {
      expect(opened).toHaveLength(2);
    }, patience);
    opened[0]?.pause();
    const start = 'MSRP aaaa SEND\r\nTo-Path: msrps://a.example:1/x;tcp\r\nFrom-Path: msrps://b.example:1/x;tcp\r\n';
    socket.write(`${start}Message-ID: aaaa\r\nContent-Type: a/b\r\n\r\n`);
    while (socket.write(Buffer.alloc(1 << 20)));
    expect(socket.queuedBytes).toBeGreaterThan(0);
    opened[0]?.resume();
    await vi.waitFor(() => {
      expect(drains).toBeGreaterThan(0);
    }, patience);
    socket.write('\r\n-------aaaa$\r\n');
    await vi.waitFor(() => {
      expect(seen.at(-1)).toBe('end');
    }, patience);
  });
});
