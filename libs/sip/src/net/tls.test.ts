import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TlsOptions } from 'node:tls';
import { HeaderFields } from '@plenary/wire';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readTopVia } from '../header/via.js';
import type { SipFlow, SipMessage, SipRequest } from '../message.js';
import { responseTo } from '../response-to.js';
import type { SipAddress } from '../user-agent/interface.js';
import type { SipTransportFault } from './fault.js';
import { makeCertificate, proxyHeader, type TestCertificate } from './testing.js';
import type { SipTlsOptions } from './tls-material.js';
import { openSipTransport, type OpenSipTransport, type SipTransportOptions } from './transport.js';

let focus: TestCertificate;
let other: TestCertificate;
let wild: TestCertificate;
let proxy: TestCertificate;
beforeAll(() => {
  focus = makeCertificate('DNS:focus.example,IP:127.0.0.1');
  other = makeCertificate('URI:sip:other.example,DNS:focus.example');
  wild = makeCertificate('DNS:*.example');
  proxy = makeCertificate('URI:sip:proxy.example,URI:sip:alice@proxy.example');
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const patience = { timeout: 8_000, interval: 5 };

interface Opened {
  readonly transport: OpenSipTransport;
  readonly messages: { readonly message: SipMessage; readonly flow: SipFlow }[];
  readonly faults: SipTransportFault[];
  readonly closed: SipFlow[];
}

async function open(options: Partial<SipTransportOptions> = {}): Promise<Opened> {
  const [messages, faults, closed]: [Opened['messages'], SipTransportFault[], SipFlow[]] = [[], [], []];
  const transport = await openSipTransport({
    host: '127.0.0.1',
    port: 0,
    onMessage: (message, flow) => messages.push({ message, flow }),
    onError: (fault) => faults.push(fault),
    onFlowClosed: (flow) => closed.push(flow),
    ...options,
  });
  closers.push(() => transport.close());
  return { transport, messages, faults, closed };
}

/** TLS that listens with a certificate, and believes in `trusted` where others show one. */
function listening(
  own: TestCertificate,
  trusted: readonly TestCertificate[] = [],
  more: TlsOptions = {},
): SipTlsOptions {
  const ca = trusted.map(({ cert }) => cert);
  const material = { options: () => ({ ...own, ca, ...more }), onChange: () => () => undefined };
  return { listen: { host: '127.0.0.1', port: 0, material }, client: () => ({ ...own, ca }) };
}

const mutual: TlsOptions = { requestCert: true, rejectUnauthorized: false };

/** TLS for connections of ours alone. */
function dialling(trusted: readonly TestCertificate[], own?: TestCertificate): SipTlsOptions {
  return { client: () => ({ ...own, ca: trusted.map(({ cert }) => cert) }) };
}

function dial({ transport }: Opened, name?: string): SipAddress {
  return { transport: 'TLS', host: '127.0.0.1', port: transport.tlsPort ?? 0, ...(name === undefined ? {} : { name }) };
}

function ourRequest(branch = 'ours'): SipRequest {
  const headers = new HeaderFields([
    ['Via', `SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK${branch};rport`],
    ['From', '<sip:a@localhost>;tag=1'],
    ['To', '<sip:b@localhost>'],
    ['Call-ID', 'c2'],
    ['CSeq', '1 MESSAGE'],
  ]);
  return { kind: 'request', method: 'MESSAGE', requestUri: 'sips:b@localhost', headers, body: new Uint8Array(0) };
}

const text = (via: string): string =>
  [
    'OPTIONS sips:lobby@localhost SIP/2.0',
    `Via: SIP/2.0/${via}`,
    'From: <sip:a@localhost>;tag=1',
    'To: <sip:lobby@localhost>',
    'Call-ID: c1',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

const count = (list: readonly unknown[], length: number): Promise<void> =>
  vi.waitFor(() => expect(list).toHaveLength(length), patience);

function rawSocket(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  return socket;
}

/** `once` rejects on the reset that may come before. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('SIP over TLS', () => {
  it('SIP-001 SIP-008 a request comes in by TLS, and its answer goes back over the connection', async () => {
    const server = await open({ tls: listening(focus) });
    const client = await open({ tls: dialling([focus]) });
    expect(client.transport.tlsPort).toBeUndefined();
    await client.transport.send(ourRequest(), dial(server, 'focus.example'));
    await count(server.messages, 1);
    const { message, flow } = server.messages[0]!;
    expect(flow).toMatchObject({ transport: 'TLS', remoteAddress: '127.0.0.1' });
    expect(flow.tlsPeer).toBeUndefined();
    const via = readTopVia(message.headers);
    expect(via.ok && via.value).toMatchObject({ transport: 'TLS', received: '127.0.0.1', rport: flow.remotePort });
    await server.transport.send(responseTo(message as SipRequest, 200, { toTag: 't' }), flow);
    await count(client.messages, 1);
    expect(client.messages[0]?.message).toMatchObject({ kind: 'response', status: 200 });
    // The server's own requests take the same connection, to a client that listens nowhere.
    expect(server.transport.hasFlow(flow.id)).toBe(true);
    await server.transport.send(ourRequest('back'), flow);
    await count(client.messages, 2);
    expect([client.transport.connectionCount(), server.transport.connectionCount()]).toEqual([1, 1]);
  });

  it('SIP-002 SIP-010 octets are framed by Content-Length however TLS cuts them, and CRLF CRLF is answered', async () => {
    const server = await open({ tls: listening(focus) });
    const socket = connectTls({ host: '127.0.0.1', port: server.transport.tlsPort ?? 0, ca: focus.cert });
    closers.push(() => socket.destroy());
    const answers: string[] = [];
    socket.on('error', () => undefined).on('data', (octets: Buffer) => answers.push(octets.toString()));
    await once(socket, 'secureConnect');
    const octets = Buffer.from(`${text('TLS x:1;branch=z9hG4bK1')}${text('TLS x:1;branch=z9hG4bK2')}`);
    for (let at = 0; at < octets.length; at += 97) socket.write(octets.subarray(at, at + 97));
    await count(server.messages, 2);
    socket.write('\r\n\r\n');
    await vi.waitFor(() => expect(answers.join('')).toBe('\r\n'), patience);
  });

  it('SIP-035 a certificate for another host ends the connection before anything is sent: RFC 5922 section 7.3', async () => {
    const [asOther, asWild] = [await open({ tls: listening(other) }), await open({ tls: listening(wild) })];
    const client = await open({ tls: dialling([other, wild]) });
    await expect(client.transport.send(ourRequest(), dial(asOther, 'focus.example'))).rejects.toThrow(
      'for another host',
    );
    await expect(client.transport.send(ourRequest(), dial(asWild, 'focus.example'))).rejects.toThrow(
      'for another host',
    );
    await expect(client.transport.send(ourRequest(), dial(asOther))).rejects.toThrow('for another host');
    await client.transport.send(ourRequest(), dial(asOther, 'other.example'));
    await count(asOther.messages, 1);
    expect(asWild.messages).toEqual([]);
  });

  it('SIP-035 a certificate nobody vouches for is not believed', async () => {
    const server = await open({ tls: listening(focus) });
    const client = await open({ tls: dialling([other]) });
    await expect(client.transport.send(ourRequest(), dial(server, 'focus.example'))).rejects.toThrow();
    expect(server.messages).toEqual([]);
  });

  it('SIP-008 a connection is used again for its own name alone', async () => {
    const both = makeCertificate('DNS:one.example,DNS:two.example');
    const server = await open({ tls: listening(both) });
    const client = await open({ tls: dialling([both]) });
    const [one, two] = [dial(server, 'one.example'), dial(server, 'two.example')];
    await Promise.all([client.transport.send(ourRequest('1'), one), client.transport.send(ourRequest('2'), one)]);
    expect(client.transport.connectionCount()).toBe(1);
    await client.transport.send(ourRequest('3'), two);
    await client.transport.send(ourRequest('4'), { ...one, name: 'ONE.example' });
    expect(client.transport.connectionCount()).toBe(2);
    await count(server.messages, 4);
  });

  it('SIP-035 nothing goes to an accepted connection for the port it comes from', async () => {
    const server = await open({ tls: listening(focus) });
    const client = await open({ tls: dialling([focus]) });
    await client.transport.send(ourRequest(), dial(server));
    await count(server.messages, 1);
    const { remoteAddress: host, remotePort: port } = server.messages[0]!.flow;
    await expect(server.transport.send(ourRequest(), { transport: 'TLS', host, port })).rejects.toThrow();
    expect(client.messages).toEqual([]);
  });

  it('AUTH-010 AUTH-014 who shows a certificate that is believed is known by its names, another is nobody', async () => {
    const server = await open({ tls: listening(focus, [proxy], mutual) });
    const known = await open({ tls: dialling([focus], proxy) });
    const unknown = await open({ tls: dialling([focus], other) });
    await known.transport.send(ourRequest('1'), dial(server));
    await count(server.messages, 1);
    await unknown.transport.send(ourRequest('2'), dial(server));
    await count(server.messages, 2);
    expect(server.messages.map(({ flow }) => flow.tlsPeer)).toEqual([
      { domains: ['proxy.example'], users: ['sip:alice@proxy.example'], addresses: [] },
      undefined,
    ]);
  });

  it('SIP-033 a handshake has a time limit', async () => {
    const server = await open({ tls: listening(focus), limits: { handshakeMs: 80 } });
    const socket = rawSocket(server.transport.tlsPort ?? 0);
    await closing(socket);
    await count(server.faults, 1);
    expect(server.faults[0]).toMatchObject({ code: 'refused', remoteAddress: '127.0.0.1' });
    expect(server.transport.connectionCount()).toBe(0);
  });

  it('SIP-033 a peer that never answers our handshake fails the send in time', async () => {
    const silent = await open();
    const client = await open({ tls: dialling([focus]), limits: { connectMs: 80 } });
    const target = { transport: 'TLS', host: '127.0.0.1', port: silent.transport.port } as const;
    await expect(client.transport.send(ourRequest(), target)).rejects.toThrow('no connection in time');
    await expect(silent.transport.send(ourRequest(), target)).rejects.toThrow('no TLS');
  });
});

describe('behind a balancer that says whose connection it is', () => {
  const from = { address: '203.0.113.7', port: 40_007 };
  const behind = { proxyFrom: ['127.0.0.0/8'] } as const;

  it('SIP-007 by TCP the PROXY header gives the address of the peer, and the Via gets it', async () => {
    const server = await open(behind);
    const socket = rawSocket(server.transport.port);
    socket.write(Buffer.concat([proxyHeader(from), Buffer.from(text('TCP x:1;branch=z9hG4bK1;rport'))]));
    await count(server.messages, 1);
    const { message, flow } = server.messages[0]!;
    expect(flow).toMatchObject({ remoteAddress: from.address, remotePort: from.port });
    const via = readTopVia(message.headers);
    expect(via.ok && via.value).toMatchObject({ received: from.address, rport: from.port });
    await server.transport.send(responseTo(message as SipRequest, 200, { toTag: 't' }), flow);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('SIP/2.0 200 ');
  });

  it('SIP-007 by TLS the header comes before the handshake', async () => {
    const server = await open({ ...behind, tls: listening(focus) });
    const socket = rawSocket(server.transport.tlsPort ?? 0);
    socket.write(proxyHeader(from));
    const secured = connectTls({ socket, ca: focus.cert, servername: 'focus.example' });
    secured.on('error', () => undefined);
    await once(secured, 'secureConnect');
    secured.write(text('TLS x:1;branch=z9hG4bK1'));
    await count(server.messages, 1);
    expect(server.messages[0]?.flow).toMatchObject({ transport: 'TLS', remoteAddress: from.address });
  });

  it('SIP-007 LOCAL is the balancer itself', async () => {
    const server = await open(behind);
    const socket = rawSocket(server.transport.port);
    socket.write(Buffer.concat([proxyHeader('local'), Buffer.from(text('TCP x:1;branch=z9hG4bK1'))]));
    await count(server.messages, 1);
    expect(server.messages[0]?.flow.remoteAddress).toBe('127.0.0.1');
  });

  it('SIP-033 from elsewhere a header is no header', async () => {
    const server = await open({ proxyFrom: ['192.0.2.0/24'] });
    const socket = rawSocket(server.transport.port);
    socket.write(Buffer.concat([proxyHeader(from), Buffer.from(text('TCP x:1;branch=z9hG4bK1'))]));
    await count(server.faults, 1);
    expect(server.faults[0]).toMatchObject({ code: 'bad-message', remoteAddress: '127.0.0.1' });
    expect(server.messages).toEqual([]);
  });

  it.each([
    ['without a header', Buffer.from(text('TCP x:1;branch=z9hG4bK1'))],
    ['with one that breaks its rules', Buffer.concat([proxyHeader(from).fill(0x35, 12, 13), Buffer.alloc(40)])],
  ])('SIP-033 a connection %s is refused', async (_title, octets) => {
    const server = await open(behind);
    const socket = rawSocket(server.transport.port);
    socket.write(octets);
    await closing(socket);
    await count(server.faults, 1);
    expect(server.faults[0]?.code).toBe('refused');
    expect(server.messages).toEqual([]);
  });

  it('SIP-033 a header that does not come in time ends the connection', async () => {
    const server = await open({ ...behind, limits: { handshakeMs: 80 } });
    const socket = rawSocket(server.transport.port);
    socket.write(proxyHeader(from).subarray(0, 14));
    await closing(socket);
    await count(server.faults, 1);
    expect(server.faults[0]).toMatchObject({ code: 'refused' });
  });

  it('SIP-033 places are counted by the address of the peer, not of the balancer', async () => {
    const server = await open({ ...behind, limits: { connectionsPerAddress: 1 } });
    const from2 = { address: '203.0.113.8', port: 1 };
    for (const [at, source] of [from, from2].entries()) {
      const octets = Buffer.from(text(`TCP x:1;branch=z9hG4bK${String(at)}`));
      rawSocket(server.transport.port).write(Buffer.concat([proxyHeader(source), octets]));
    }
    await count(server.messages, 2);
    const third = rawSocket(server.transport.port);
    third.write(proxyHeader({ ...from, port: 40_008 }));
    await closing(third);
    await vi.waitFor(
      () => expect(server.faults).toMatchObject([{ code: 'limit', remoteAddress: from.address }]),
      patience,
    );
  });
});
