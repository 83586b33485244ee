/**
 * MSRP over TCP (RFC 4975 section 5.4): sockets and a decoder for each. The only place of this package that does I/O.
 *
 * Every socket has Nagle's algorithm off and TCP keep-alive after 30 s. What is written is handed to the kernel at once; gathering what
 * belongs to one turn of the event loop is the caller's business.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { DecoderEvent, DecoderLimits } from '../decoder-events.js';
import { createDecoder } from '../decoder.js';

/** One MSRP connection. */
export interface MsrpSocket {
  /** Unique among all sockets of the process. */
  readonly id: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /**
   * Queues octets on the socket; strings are latin1. Returns false when the kernel does not take more now (wait for onDrain).
   * After the end of the socket the octets are dropped and the answer is false.
   */
  write(data: string | Uint8Array): boolean;
  /** Octets accepted by `write` but not yet taken by the kernel. */
  readonly queuedBytes: number;
  /** Stops reading; events of the read under way still come. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN. Reading goes on until the peer closes. */
  end(): void;
  /** Closes at once; no event follows but `onClose`. */
  destroy(): void;
}

export interface MsrpSocketHandlers {
  /** Views in the event are valid for this turn; copy what outlives it. After `fatal` the handler decides: no octet is decoded any more. */
  onEvent(socket: MsrpSocket, event: DecoderEvent): void;
  /** After all events of one read. */
  onReadEnd?(socket: MsrpSocket): void;
  /** The kernel takes octets again. */
  onDrain(socket: MsrpSocket): void;
  /** Exactly once; `error` when the connection failed rather than ended. */
  onClose(socket: MsrpSocket, error?: Error): void;
}

export interface ListenTcpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly handlers: MsrpSocketHandlers & { onOpen?(socket: MsrpSocket): void };
  readonly limits?: Partial<DecoderLimits>;
  /** Connections the kernel holds for us before they are accepted; default 511. */
  readonly backlog?: number;
  /** Further connections are closed as soon as accepted; default no limit. */
  readonly maxConnections?: number;
}

export interface TcpListener {
  readonly port: number;
  readonly address: string;
  /** Takes no more connections; resolves when the last open one is closed. Open ones are the caller's to end. */
  close(): Promise<void>;
}

export interface ConnectTcpOptions {
  readonly host: string;
  readonly port: number;
  readonly handlers: MsrpSocketHandlers;
  readonly limits?: Partial<DecoderLimits>;
  readonly timeoutMs: number;
}

const KEEP_ALIVE_MS = 30_000;

/** Listens; rejects when the address cannot be bound. */
export function listenTcp(options: ListenTcpOptions): Promise<TcpListener> {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
    const wrapped = new TcpSocket(socket, options.handlers, options.limits);
    options.handlers.onOpen?.(wrapped);
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, backlog: options.backlog ?? 511 }, () => {
      server.off('error', reject);
      // An accept that fails (no file descriptors left) must not end the process: the connection is refused, we go on.
      server.on('error', () => undefined);
      resolve(listener(server));
    });
  });
}

/** Connects; rejects when refused, unreachable, or not connected within `timeoutMs`. `onClose` follows only a success. */
export function connectTcp(options: ConnectTcpOptions): Promise<MsrpSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection to ${options.host}:${options.port} within ${options.timeoutMs} ms`));
    }, options.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(new TcpSocket(socket, options.handlers, options.limits));
    });
  });
}

function listener(server: Server): TcpListener {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not bound to an IP port');
  return {
    port: address.port,
    address: address.address,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined || (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING') resolve();
          else reject(error);
        });
      }),
  };
}

let nextSocketId = 1;

class TcpSocket implements MsrpSocket {
  readonly id = nextSocketId++;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: Socket;
  #isClosed = false;

  constructor(socket: Socket, handlers: MsrpSocketHandlers, limits: Partial<DecoderLimits> | undefined) {
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort ?? 0;
    const decoder = createDecoder(limits);
    let failure: Error | undefined;
    const sink = (event: DecoderEvent): void => {
      if (!this.#isClosed) handlers.onEvent(this, event);
    };
    socket.on('data', (octets: Buffer) => {
      if (this.#isClosed) return;
      decoder.push(octets, sink);
      handlers.onReadEnd?.(this);
    });
    socket.on('drain', () => {
      if (!this.#isClosed) handlers.onDrain(this);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      this.#isClosed = true;
      handlers.onClose(this, failure);
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  write(data: string | Uint8Array): boolean {
    if (this.#isClosed || !this.#socket.writable) return false;
    return typeof data === 'string' ? this.#socket.write(data, 'latin1') : this.#socket.write(data);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }
}
