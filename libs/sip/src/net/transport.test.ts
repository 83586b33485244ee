import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { HeaderFields } from '@plenary/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { readTopVia } from '../header/via.js';
import type { SipFlow, SipMessage, SipRequest } from '../message.js';
import { responseTo } from '../response-to.js';
import type { SipTransportFault } from './fault.js';
import { openSipTransport, type OpenSipTransport, type SipTransportOptions } from './transport.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Values that come one by one, and waiting for the next. */
class Inbox<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  push(value: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#values.push(value);
    else next(value);
  }

  next(): Promise<T> {
    const value = this.#values.shift();
    return value === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(value);
  }

  get size(): number {
    return this.#values.length;
  }
}

interface Opened {
  readonly transport: OpenSipTransport;
  readonly messages: Inbox<{ message: SipMessage; flow: SipFlow }>;
  readonly faults: Inbox<SipTransportFault>;
  readonly closed: Inbox<SipFlow>;
}

async function open(options: Partial<SipTransportOptions> = {}): Promise<Opened> {
  const messages = new Inbox<{ message: SipMessage; flow: SipFlow }>();
  const faults = new Inbox<SipTransportFault>();
  const closed = new Inbox<SipFlow>();
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

function text(via: string, extra = '', body = '', length: number | undefined = body.length): string {
  return [
    'OPTIONS sip:lobby@localhost SIP/2.0',
    `Via: SIP/2.0/${via}`,
    'From: <sip:a@localhost>;tag=1',
    'To: <sip:lobby@localhost>',
    'Call-ID: c1',
    'CSeq: 1 OPTIONS',
    ...(extra === '' ? [] : [extra]),
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    '',
    body,
  ].join('\r\n');
}

async function udpClient(): Promise<{ socket: UdpSocket; port: number; inbox: Inbox<string>; from: Inbox<number> }> {
  const socket = createSocket('udp4');
  const inbox = new Inbox<string>();
  const from = new Inbox<number>();
  socket.on('message', (octets, remote) => {
    inbox.push(octets.toString());
    from.push(remote.port);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closers.push(() => socket.close());
  return { socket, port: socket.address().port, inbox, from };
}

async function tcpClient(port: number): Promise<{ socket: Socket; inbox: Inbox<string> }> {
  const socket = connect(port, '127.0.0.1');
  const inbox = new Inbox<string>();
  socket.on('data', (octets) => inbox.push(octets.toString()));
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  await once(socket, 'connect');
  return { socket, inbox };
}

function ourRequest(transport: 'UDP' | 'TCP', body = ''): SipRequest {
  const headers = new HeaderFields([
    ['Via', `SIP/2.0/${transport} 127.0.0.1:5060;branch=z9hG4bKours`],
    ['From', '<sip:a@localhost>;tag=1'],
    ['To', '<sip:b@localhost>'],
    ['Call-ID', 'c2'],
    ['CSeq', '1 MESSAGE'],
  ]);
  return {
    kind: 'request',
    method: 'MESSAGE',
    requestUri: 'sip:b@localhost',
    headers,
    body: new TextEncoder().encode(body),
  };
}

function viaOf(message: SipMessage) {
  const via = readTopVia(message.headers);
  if (!via.ok) throw via.error;
  return via.value;
}

describe('UDP', () => {
  it('SIP-001 SIP-007 SIP-008 rport: received and port are filled in, the answer comes back to them from the listening port', async () => {
    const { transport, messages } = await open();
    const client = await udpClient();
    client.socket.send(text('UDP 10.1.1.1:4540;rport;branch=z9hG4bKx'), transport.port, '127.0.0.1');
    const { message, flow } = await messages.next();
    expect(viaOf(message)).toMatchObject({ received: '127.0.0.1', rport: client.port });
    await transport.send(responseTo(message as SipRequest, 200, { toTag: 't' }), flow);
    const answer = await client.inbox.next();
    expect(answer.startsWith('SIP/2.0 200 OK\r\n')).toBe(true);
    expect(answer).toContain(`;received=127.0.0.1;rport=${client.port}`);
    expect(await client.from.next()).toBe(transport.port);
  });

  it('SIP-008 without rport the answer goes to the port of sent-by', async () => {
    const { transport, messages } = await open();
    const sender = await udpClient();
    const listener = await udpClient();
    sender.socket.send(text(`UDP somewhere.invalid:${listener.port};branch=z9hG4bKx`), transport.port, '127.0.0.1');
    const { message, flow } = await messages.next();
    expect(viaOf(message)).toMatchObject({ received: '127.0.0.1' });
    expect(viaOf(message).rport).toBeUndefined();
    await transport.send(responseTo(message as SipRequest, 200, { toTag: 't' }), flow);
    expect(await listener.inbox.next()).toContain('SIP/2.0 200 OK');
    expect(sender.inbox.size).toBe(0);
  });

  it('SIP-007 a sent-by that is the source address needs no received', async () => {
    const { transport, messages } = await open();
    const client = await udpClient();
    client.socket.send(text(`UDP 127.0.0.1:${client.port};branch=z9hG4bKx`), transport.port, '127.0.0.1');
    expect(viaOf((await messages.next()).message).received).toBeUndefined();
  });

  it('SIP-002 a datagram cut short is answered 400, the same each time; too long a one is cut', async () => {
    const { transport, messages, faults } = await open();
    const client = await udpClient();
    for (let i = 0; i < 2; i += 1) {
      client.socket.send(text('UDP x:1;rport;branch=z9hG4bKx', '', 'abc', 10), transport.port, '127.0.0.1');
    }
    const answers = [await client.inbox.next(), await client.inbox.next()];
    expect(answers[0]).toContain('SIP/2.0 400 ');
    expect(answers[0]).toMatch(/^To: <sip:lobby@localhost>;tag=\w+\r$/mu);
    expect(answers[0]).toBe(answers[1]);
    expect((await faults.next()).error?.code).toBe('body-truncated');
    client.socket.send(text('UDP x:1;rport;branch=z9hG4bKy', '', 'abcdef', 3), transport.port, '127.0.0.1');
    expect(new TextDecoder().decode((await messages.next()).message.body)).toBe('abc');
  });

  it('SIP-003 noise is dropped and counted, keep-alives are not even that', async () => {
    const { transport, messages, faults } = await open();
    const client = await udpClient();
    for (const noise of ['\r\n\r\n', '\0\0\0\0', 'hello', text('UDP x:1;rport;branch=z9hG4bKz')]) {
      client.socket.send(noise, transport.port, '127.0.0.1');
    }
    await messages.next();
    expect(faults.size).toBe(1);
    expect(client.inbox.size).toBe(0);
  });

  it('SIP-001 sends requests to an address or a name, and back over a flow', async () => {
    const one = await open();
    const two = await open();
    await one.transport.send(ourRequest('UDP'), { transport: 'UDP', host: 'localhost', port: two.transport.port });
    const { flow } = await two.messages.next();
    expect(flow).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: one.transport.port });
    expect(two.transport.hasFlow(flow.id)).toBe(true);
    await two.transport.send(ourRequest('UDP'), flow);
    expect((await one.messages.next()).flow.remotePort).toBe(two.transport.port);
  });
});

describe('TCP', () => {
  it('SIP-002 split and glued reads give the same messages; answers go back over the connection', async () => {
    const { transport, messages } = await open();
    const client = await tcpClient(transport.port);
    const whole =
      text('TCP 10.1.1.1:4540;branch=z9hG4bK1', '', 'hello') + text('TCP 10.1.1.1:4540;branch=z9hG4bK2', '', 'world');
    for (const piece of [whole.slice(0, 7), whole.slice(7, 200), whole.slice(200)]) {
      await new Promise((resolve) => client.socket.write(piece, resolve));
    }
    const first = await messages.next();
    const second = await messages.next();
    expect([first, second].map(({ message }) => new TextDecoder().decode(message.body))).toEqual(['hello', 'world']);
    expect(viaOf(first.message)).toMatchObject({ received: '127.0.0.1', branch: 'z9hG4bK1' });
    await transport.send(responseTo(second.message as SipRequest, 200, { toTag: 't' }), second.flow);
    expect(await client.inbox.next()).toContain('z9hG4bK2');
  });

  it('SIP-010 CRLF CRLF is answered with CRLF, a lone CRLF before a message is nothing', async () => {
    const { transport, messages } = await open();
    const client = await tcpClient(transport.port);
    client.socket.write('\r\n\r\n');
    expect(await client.inbox.next()).toBe('\r\n');
    client.socket.write(`\r\n${text('TCP x:1;branch=z9hG4bK1')}`);
    await messages.next();
    expect(client.inbox.size).toBe(0);
  });

  it('SIP-002 no Content-Length: 400, then the connection is closed', async () => {
    const { transport, closed } = await open();
    const client = await tcpClient(transport.port);
    client.socket.write(text('TCP x:1;branch=z9hG4bK1', '', '', undefined).replace(/Content-Length.*\r\n/u, ''));
    expect(await client.inbox.next()).toContain('SIP/2.0 400 ');
    await closed.next();
    expect(transport.connectionCount()).toBe(0);
  });

  it('SIP-003 one bad request is answered and the connection lives on', async () => {
    const { transport, messages } = await open();
    const client = await tcpClient(transport.port);
    client.socket.write(text('TCP x:1;branch=z9hG4bK1').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'));
    expect(await client.inbox.next()).toContain('SIP/2.0 400 ');
    client.socket.write(text('TCP x:1;branch=z9hG4bK2'));
    await messages.next();
  });

  it('SIP-003 a message above the limit is 413 and the end of the connection', async () => {
    const { transport, closed, faults } = await open();
    const client = await tcpClient(transport.port);
    client.socket.write(text('TCP x:1;branch=z9hG4bK1', '', '', 1_000_000));
    expect(await client.inbox.next()).toContain('SIP/2.0 413 ');
    await closed.next();
    expect((await faults.next()).error?.code).toBe('message-too-large');
  });

  it('SIP-008 one connection serves requests in both directions', async () => {
    const one = await open();
    const two = await open();
    const target = { transport: 'TCP', host: '127.0.0.1', port: two.transport.port } as const;
    await Promise.all([
      one.transport.send(ourRequest('TCP', '1'), target),
      one.transport.send(ourRequest('TCP', '2'), target),
    ]);
    const { flow } = await two.messages.next();
    expect((await two.messages.next()).flow.id).toBe(flow.id);
    await two.transport.send(ourRequest('TCP', '3'), flow);
    await two.transport.send(ourRequest('TCP', '4'), {
      transport: 'TCP',
      host: flow.remoteAddress,
      port: flow.remotePort,
    });
    await one.messages.next();
    await one.messages.next();
    expect([one.transport.connectionCount(), two.transport.connectionCount()]).toEqual([1, 1]);
  });

  it('SIP-008 when the connection is gone, a response finds its way by Via, a request does not', async () => {
    const { transport, messages, closed } = await open();
    const peer = await open();
    const client = await tcpClient(transport.port);
    client.socket.write(text(`TCP 127.0.0.1:${peer.transport.port};branch=z9hG4bK1`));
    const { message, flow } = await messages.next();
    client.socket.destroy();
    expect((await closed.next()).id).toBe(flow.id);
    expect(transport.hasFlow(flow.id)).toBe(false);
    await transport.send(responseTo(message as SipRequest, 200, { toTag: 't' }), flow);
    expect((await peer.messages.next()).message.kind).toBe('response');
    await expect(transport.send(ourRequest('TCP'), flow)).rejects.toThrow('closed');
  });

  it('SIP-016 nobody listening: the send fails', async () => {
    const { transport } = await open();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    await expect(transport.send(ourRequest('TCP'), { transport: 'TCP', host: '127.0.0.1', port })).rejects.toThrow(
      'ECONNREFUSED',
    );
    await expect(transport.send(ourRequest('TCP'), { transport: 'TLS', host: '127.0.0.1', port })).rejects.toThrow(
      'no TLS',
    );
  });
});

describe('limits', () => {
  it('SIP-033 connections above the limit are closed unread', async () => {
    const { transport, faults } = await open({ limits: { connections: 1 } });
    const first = await tcpClient(transport.port);
    first.socket.write('\r\n\r\n');
    await first.inbox.next();
    const second = await tcpClient(transport.port);
    await once(second.socket, 'close');
    expect(await faults.next()).toMatchObject({ code: 'limit' });
    expect(transport.connectionCount()).toBe(1);
  });

  it('SIP-033 one address has its own limit, and a place that is freed can be taken again', async () => {
    const { transport, closed } = await open({ limits: { connectionsPerAddress: 1 } });
    const first = await tcpClient(transport.port);
    first.socket.write('\r\n\r\n');
    await first.inbox.next();
    await once((await tcpClient(transport.port)).socket, 'close');
    first.socket.destroy();
    await closed.next();
    const third = await tcpClient(transport.port);
    third.socket.write('\r\n\r\n');
    expect(await third.inbox.next()).toBe('\r\n');
  });

  it('SIP-003 a message begun and not finished closes the connection, and dripping octets do not help', async () => {
    const { transport, faults, closed } = await open({ limits: { messageMs: 80 } });
    const client = await tcpClient(transport.port);
    const drip = setInterval(() => client.socket.write('x'), 10);
    closers.push(() => clearInterval(drip));
    client.socket.write('OPTIONS sip:');
    await closed.next();
    expect(await faults.next()).toMatchObject({ code: 'limit', detail: 'a message was begun and not finished' });
  });

  it('SIP-033 an idle connection is closed', async () => {
    const { transport, closed } = await open({ limits: { idleMs: 50 } });
    await tcpClient(transport.port);
    await closed.next();
  });

  it('SIP-033 a peer that does not read is cut off', async () => {
    const { transport, messages, closed } = await open({ limits: { pendingBytes: 10_000 } });
    const client = await tcpClient(transport.port);
    client.socket.write(text('TCP x:1;branch=z9hG4bK1'));
    const { flow } = await messages.next();
    client.socket.pause();
    const sends: Promise<unknown>[] = [];
    for (let i = 0; i < 400 && transport.hasFlow(flow.id); i += 1) {
      sends.push(transport.send(ourRequest('TCP', 'x'.repeat(60_000)), flow).catch((cause: unknown) => cause));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed.next();
    expect((await Promise.all(sends)).some((outcome) => outcome instanceof Error)).toBe(true);
  });

  it('SIP-001 a port that is taken is refused; closing gives it back', async () => {
    const first = await open();
    await expect(open({ port: first.transport.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.transport.close();
    const again = await open({ port: first.transport.port });
    expect(again.transport.port).toBe(first.transport.port);
  });
});
