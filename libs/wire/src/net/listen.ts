/**
 * Listens for connections of a protocol that runs over TCP and over TLS, behind a balancer or not. What the protocol gets is a socket with the
 * true address of the peer: PROXY headers are read before, and handshakes are over.
 */
import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type PeerCertificate,
  type TlsOptions,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { parseNetworks, plainAddress, type Networks } from './networks.js';
import { type ProxyOutcome, readProxyHeader } from './proxy-header.js';

/** A certificate with its key, which may be renewed while we listen. */
export interface TlsMaterial {
  /** What `tls.createSecureContext` takes, and `requestCert`, `rejectUnauthorized` where clients show certificates. */
  options(): TlsOptions;
  /** Called when files were renewed; returns how to stop that. */
  onChange(handler: () => void): () => void;
}

export interface AcceptedSocket {
  /** A `TLSSocket` where the listener has `tls`. Listeners have to be set before `onSocket` returns. */
  readonly socket: Socket;
  /** Of the peer: as the PROXY header says where there was one. IPv4 within IPv6 is given as IPv4. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly tls?: {
    /** The name the client asked for (SNI), if any. */
    readonly servername: string | undefined;
    /** The certificate the client showed; whether it is to be believed, `TLSSocket.authorized` says. */
    readonly peer: PeerCertificate | undefined;
  };
}

export type RefusalReason = 'proxy-missing' | 'proxy-malformed' | 'handshake' | 'timeout' | 'busy';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls?: TlsMaterial | undefined;
  /** Networks (CIDR) whose connections have to begin with a PROXY v2 header; from elsewhere none is looked for. */
  readonly proxyFrom?: readonly string[] | undefined;
  /** From accepted to ready: PROXY header and handshake together. */
  readonly handshakeMs: number;
  /** Connections between accepted and ready at most; more are refused as `busy`. Default 1,000. */
  readonly handshakesMax?: number | undefined;
  /** Further connections are closed as soon as accepted; default no limit. */
  readonly maxConnections?: number | undefined;
  /** Connections the kernel holds for us before they are accepted; default 511. */
  readonly backlog?: number | undefined;
  onSocket(accepted: AcceptedSocket): void;
  /** The connection never got ready and is closed. The address is that of the balancer while no header has said another. */
  onRefused(reason: RefusalReason, detail: string, remoteAddress: string): void;
}

export interface SocketListener {
  readonly port: number;
  readonly address: string;
  /** Takes no more connections and ends unfinished handshakes; resolves when the last open one is closed. Open ones are the caller's to end. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;
const HANDSHAKES_MAX = 1000;

/**
 * Listens; rejects when the address cannot be bound, or when `proxyFrom` holds something that is no network.
 *
 * Nagle's algorithm is off on every socket and TCP keep-alive begins after 30 s. TLS is 1.2 or later unless the material says otherwise; renewed
 * material counts from the next handshake on, and standing connections stay.
 */
export async function listenSockets(options: ListenOptions): Promise<SocketListener> {
  const networks = parseNetworks(options.proxyFrom ?? []);
  if (networks === undefined) throw new Error('proxyFrom holds something that is no network');
  const door = new Door(options, options.proxyFrom === undefined ? undefined : networks);
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
    door.accept(socket);
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  try {
    await listening(server, options);
  } catch (error) {
    door.close();
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not bound to an IP port');
  return {
    port: address.port,
    address: address.address,
    close: () => {
      door.close();
      return closed(server);
    },
  };
}

function listening(server: Server, { host, port, backlog }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: backlog ?? 511 }, () => {
      server.off('error', reject);
      // An accept that fails (no file descriptors left) must not end the process: the connection is refused, we go on.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined || (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING') resolve();
      else reject(error);
    });
  });
}

/** A connection between accepted and ready. */
interface Arrival {
  readonly socket: Socket;
  readonly key: string;
  readonly timer: NodeJS.Timeout;
  remoteAddress: string;
  remotePort: number;
}

/** Takes connections through PROXY header and handshake, within one deadline. */
class Door {
  readonly #options: ListenOptions;
  readonly #proxies: Networks | undefined;
  readonly #tls: TlsServer | undefined;
  readonly #stopWatching: (() => void) | undefined;
  /** By address and port of the other end of the TCP connection: what a TLS socket can be found by. */
  readonly #arrivals = new Map<string, Arrival>();

  constructor(options: ListenOptions, proxies: Networks | undefined) {
    this.#options = options;
    this.#proxies = proxies;
    const { tls } = options;
    if (tls === undefined) return;
    // Never listens itself: it is given sockets. Our deadline is the shorter one, so that a refusal is told once.
    const server = createTlsServer({
      minVersion: 'TLSv1.2',
      ...tls.options(),
      handshakeTimeout: 2 * options.handshakeMs,
    });
    server.on('secureConnection', (socket) => {
      this.#secured(socket);
    });
    server.on('tlsClientError', (error, socket) => {
      const arrival = this.#arrivals.get(keyOf(socket));
      if (arrival !== undefined)
        this.#refuse(arrival, 'handshake', (error as NodeJS.ErrnoException).code ?? error.message);
    });
    this.#tls = server;
    this.#stopWatching = tls.onChange(() => {
      server.setSecureContext({ minVersion: 'TLSv1.2', ...tls.options() });
    });
  }

  accept(socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '');
    const viaProxy = this.#proxies?.includes(remoteAddress) === true;
    if (!viaProxy && this.#tls === undefined) {
      this.#options.onSocket({ socket, remoteAddress, remotePort: socket.remotePort ?? 0 });
      return;
    }
    socket.on('error', ignore);
    if (this.#arrivals.size >= (this.#options.handshakesMax ?? HANDSHAKES_MAX)) {
      socket.destroy();
      this.#options.onRefused('busy', 'too many handshakes under way', remoteAddress);
      return;
    }
    const arrival: Arrival = {
      socket,
      key: keyOf(socket),
      timer: setTimeout(() => {
        this.#refuse(arrival, 'timeout', `not ready within ${String(this.#options.handshakeMs)} ms`);
      }, this.#options.handshakeMs),
      remoteAddress,
      remotePort: socket.remotePort ?? 0,
    };
    this.#arrivals.set(arrival.key, arrival);
    socket.once('close', () => {
      this.#refuse(arrival, 'handshake', 'closed by the peer');
    });
    if (!viaProxy) this.#afterProxy(arrival);
    else
      readProxyHeader(socket, this.#tls !== undefined, (outcome) => {
        this.#proxied(arrival, outcome);
      });
  }

  close(): void {
    this.#stopWatching?.();
    for (const arrival of this.#arrivals.values()) {
      clearTimeout(arrival.timer);
      arrival.socket.destroy();
    }
    this.#arrivals.clear();
  }

  #proxied(arrival: Arrival, outcome: ProxyOutcome): void {
    if (outcome.type === 'fault') {
      this.#refuse(arrival, outcome.reason === 'missing' ? 'proxy-missing' : 'proxy-malformed', outcome.detail);
      return;
    }
    if (outcome.source !== undefined) {
      arrival.remoteAddress = outcome.source.address;
      arrival.remotePort = outcome.source.port;
    }
    this.#afterProxy(arrival);
  }

  #afterProxy(arrival: Arrival): void {
    if (this.#tls === undefined) this.#ready(arrival, arrival.socket, undefined);
    else this.#tls.emit('connection', arrival.socket);
  }

  #secured(socket: TLSSocket): void {
    const arrival = this.#arrivals.get(keyOf(socket));
    if (arrival === undefined) {
      socket.on('error', ignore);
      socket.destroy();
      return;
    }
    const { servername } = socket as { servername?: string | false | null };
    const peer = socket.getPeerCertificate();
    this.#ready(arrival, socket, {
      servername: typeof servername === 'string' && servername !== '' ? servername : undefined,
      peer: Object.keys(peer).length === 0 ? undefined : peer,
    });
  }

  #ready(arrival: Arrival, socket: Socket, tls: AcceptedSocket['tls']): void {
    clearTimeout(arrival.timer);
    this.#arrivals.delete(arrival.key);
    const { remoteAddress, remotePort } = arrival;
    this.#options.onSocket({ socket, remoteAddress, remotePort, ...(tls === undefined ? {} : { tls }) });
    // From here on errors are the caller's; those of a socket beneath TLS come through the TLS socket.
    if (socket === arrival.socket) socket.off('error', ignore);
  }

  /** Once at most for each arrival, and never when it got ready. */
  #refuse(arrival: Arrival, reason: RefusalReason, detail: string): void {
    if (this.#arrivals.get(arrival.key) !== arrival) return;
    this.#arrivals.delete(arrival.key);
    clearTimeout(arrival.timer);
    arrival.socket.destroy();
    this.#options.onRefused(reason, detail, arrival.remoteAddress);
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${String(socket.remotePort ?? 0)}`;
}

function ignore(): void {
  // The close that follows an error says it.
}
