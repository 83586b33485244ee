import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DecoderEvent } from '../decoder-events.js';
import { encodeRequest, encodeResponse } from '../encoder.js';
import { wire } from '../testing.js';
import { msrpUri } from '../uri.js';
import { connectTcp, listenMsrp, type ListenMsrpOptions, type MsrpSocket, type SocketListener } from './index.js';

const toPath = [msrpUri({ host: 'a.example', port: 2855, sessionId: 'one' })];
const fromPath = [msrpUri({ host: 'b.example', port: 2855, sessionId: 'two' })];

/** What happened on the sockets of one side, and the next thing that happens. */
class Side {
  readonly events: DecoderEvent[] = [];
  readonly sockets: MsrpSocket[] = [];
  readonly closed: (Error | undefined)[] = [];
  readEnds = 0;
  drains = 0;
  onEvent: (socket: MsrpSocket, event: DecoderEvent) => void = () => undefined;
  readonly #waiting: { until: () => boolean; resolve: () => void }[] = [];

  readonly handlers: ListenMsrpOptions['handlers'] = {
    onOpen: (socket) => this.#note(() => this.sockets.push(socket)),
    onEvent: (socket, event) =>
      this.#note(() => {
        this.events.push(event);
        this.onEvent(socket, event);
      }),
    onReadEnd: () => this.#note(() => this.readEnds++),
    onDrain: () => this.#note(() => this.drains++),
    onClose: (_socket, error) => this.#note(() => this.closed.push(error)),
  };

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }));
  }

  #note(happen: () => unknown): void {
    happen();
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.until()) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }
}

describe('MSRP over TCP', () => {
  const server = { side: new Side(), listener: undefined as SocketListener | undefined };

  async function start(options: Partial<ListenMsrpOptions> = {}): Promise<number> {
    server.side = new Side();
    server.listener = await listenMsrp({ host: '127.0.0.1', port: 0, handlers: server.side.handlers, ...options });
    return server.listener.port;
  }

  async function dial(port: number, side = new Side()): Promise<[MsrpSocket, Side]> {
    return [await connectTcp({ host: '127.0.0.1', port, handlers: side.handlers, timeoutMs: 5000 }), side];
  }

  afterEach(async () => {
    for (const socket of server.side.sockets) socket.destroy();
    await server.listener?.close();
  });

  it('TRN-007 TRN-018 carries requests and answers them on the same connection', async () => {
    const port = await start();
    server.side.onEvent = (socket, event) => {
      if (event.type === 'request')
        socket.write(
          encodeResponse({ transactionId: event.request.head.transactionId, status: 200, toPath, fromPath }),
        );
    };
    const [socket, client] = await dial(port);
    for (const id of ['aaaa', 'bbbb'])
      socket.write(encodeRequest({ transactionId: id, method: 'SEND', toPath, fromPath, messageId: id }));
    await client.until(() => client.events.length === 2);
    expect(client.events).toMatchObject([
      { type: 'response', response: { transactionId: 'aaaa', status: 200 } },
      { type: 'response', response: { transactionId: 'bbbb', status: 200 } },
    ]);
    expect(client.readEnds).toBeGreaterThan(0);
    expect([socket.remoteAddress, socket.remotePort]).toEqual(['127.0.0.1', port]);
    socket.end();
    await server.side.until(() => server.side.closed.length === 1);
    await client.until(() => client.closed.length === 1);
    expect([server.side.closed, client.closed]).toEqual([[undefined], [undefined]]);
  });

  it('MSRP-020 leaves it to the handler what follows a fatal event, and delivers none after destroy', async () => {
    const port = await start();
    server.side.onEvent = (socket, event) => {
      if (event.type === 'fatal') socket.destroy();
    };
    const [socket, client] = await dial(port);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await client.until(() => client.closed.length === 1);
    expect(server.side.events).toMatchObject([{ type: 'fatal', error: { code: 'not-msrp' } }]);
    expect(server.side.closed).toHaveLength(1);
    expect(socket.write('x')).toBe(false);
  });

  it('MSRP-020 gives no event of the same read after destroy', async () => {
    const port = await start();
    server.side.onEvent = (socket) => socket.destroy();
    const [socket, client] = await dial(port);
    const one = wire('MSRP aaaa 200 OK\n-------aaaa$\n');
    socket.write(Buffer.concat([one, one, one]));
    await client.until(() => client.closed.length === 1);
    expect(server.side.events).toHaveLength(1);
  });

  it('TRN-017 tells when the kernel takes no more, and when it does again', async () => {
    const port = await start();
    const [socket, client] = await dial(port);
    await server.side.until(() => server.side.sockets.length === 1);
    server.side.sockets[0]?.pause();
    const head = `MSRP aaaa SEND\r\nTo-Path: msrp://a.example:1/x;tcp\r\nFrom-Path: msrp://b.example:1/x;tcp\r\nMessage-ID: aaaa\r\nContent-Type: a/b\r\n\r\n`;
    socket.write(head);
    let sent = 0;
    while (socket.write(Buffer.alloc(1 << 20))) sent++;
    sent++;
    expect(socket.queuedBytes).toBeGreaterThan(0);
    server.side.sockets[0]?.resume();
    await client.until(() => client.drains > 0);
    socket.write('\r\n-------aaaa$\r\n');
    await server.side.until(() => server.side.events.at(-1)?.type === 'end');
    const received = server.side.events.reduce(
      (sum, event) => sum + (event.type === 'body' ? event.octets.byteLength : 0),
      0,
    );
    expect(received).toBe(sent << 20);
    socket.destroy();
  });

  it('TRN-014 gives the error of a connection that was reset', async () => {
    const port = await start();
    const raw = connect(port, '127.0.0.1');
    await server.side.until(() => server.side.sockets.length === 1);
    raw.resetAndDestroy();
    await server.side.until(() => server.side.closed.length === 1);
    expect((server.side.closed[0] as NodeJS.ErrnoException).code).toBe('ECONNRESET');
  });

  it('TRN-007 rejects an address in use, and a connection that is refused', async () => {
    const port = await start();
    const { handlers } = new Side();
    await expect(listenMsrp({ host: '127.0.0.1', port, handlers })).rejects.toThrow('EADDRINUSE');
    await server.listener?.close();
    await expect(connectTcp({ host: '127.0.0.1', port, handlers, timeoutMs: 5000 })).rejects.toThrow('ECONNREFUSED');
  });

  it('TRN-007 closes connections above its limit', async () => {
    const port = await start({ maxConnections: 1 });
    await dial(port);
    const [, second] = await dial(port);
    await second.until(() => second.closed.length === 1);
    expect(server.side.sockets).toHaveLength(1);
  });
});
