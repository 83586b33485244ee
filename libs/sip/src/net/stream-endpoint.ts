import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { listenSockets, type AcceptedSocket, type ListenOptions, type SocketListener } from '@plenary/wire/net';
import { readTopVia } from '../header/via.js';
import type { SipFlow, SipMessage } from '../message.js';
import { isFlow, type SipAddress, type SipTarget } from '../user-agent/interface.js';
import { plainAddress } from './intake.js';
import { responseAddress } from './response-route.js';
import { StreamConnection, type StreamConnectionOptions, type StreamSocket } from './stream-connection.js';
import { connectTls, type SipTlsOptions, tlsPeerOf } from './tls-material.js';

export interface StreamOptions extends Omit<StreamConnectionOptions, 'onClosed'> {
  /** Where to listen; without it there are connections of ours only. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** Makes this TLS. */
  readonly tls?: SipTlsOptions | undefined;
  /** Networks whose connections begin with a PROXY v2 header. */
  readonly proxyFrom?: readonly string[] | undefined;
  onFlowClosed(flow: SipFlow): void;
}

/** How long `close` waits for peers to take what is on its way to them. */
const CLOSE_MS = 1_000;

/** Connections between accepted and ready at most. */
const HANDSHAKES_MAX = 1_000;

/**
 * A TCP or TLS listener with every connection it accepted or we opened. A message to an address goes over a connection to that very address and
 * port if one stands (RFC 3261 section 18): by TCP whoever opened it, by TLS one of ours that proved the same host name. Req: SIP-001, SIP-008, SIP-035.
 */
export class StreamEndpoint {
  readonly #transport: 'TCP' | 'TLS';
  readonly #options: StreamOptions;
  #listener: SocketListener | undefined;
  readonly #byId = new Map<string, StreamConnection>();
  /** By name, address and port of the peer; also connections that are being made. */
  readonly #byPlace = new Map<string, Promise<StreamConnection>>();
  readonly #perAddress = new Map<string, number>();
  #lastId = 0;
  #opening = 0;
  #isOpen = true;
  #onEmpty: (() => void) | undefined;
  /** Where a connection stands in `#byPlace`. */
  readonly #places = new WeakMap<StreamConnection, string>();

  private constructor(options: StreamOptions) {
    this.#options = options;
    this.#transport = options.tls === undefined ? 'TCP' : 'TLS';
  }

  /** Listens, where it is to. Rejects when the port is taken. */
  static async open(options: StreamOptions): Promise<StreamEndpoint> {
    const endpoint = new StreamEndpoint(options);
    if (options.listen !== undefined) endpoint.#listener = await listenSockets(endpoint.#listenOptions(options.listen));
    return endpoint;
  }

  /** 0 when nothing is listened on. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  hasFlow(flowId: string): boolean {
    return this.#byId.get(flowId)?.isOpen === true;
  }

  /** Connections that stand. */
  get connectionCount(): number {
    return this.#byId.size;
  }

  async send(message: SipMessage, target: SipTarget): Promise<void> {
    const connection = isFlow(target) ? await this.#flowFor(message, target) : await this.#reach(target);
    await connection.send(message);
  }

  /** Ends every connection, at the latest after a second. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const closed = this.#listener?.close();
    for (const connection of this.#byId.values()) connection.end();
    const impatient = setTimeout(() => {
      for (const connection of this.#byId.values()) connection.destroy();
    }, CLOSE_MS);
    await closed;
    await Promise.allSettled(this.#byPlace.values());
    if (this.#byId.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    clearTimeout(impatient);
  }

  #listenOptions({ host, port }: { readonly host: string; readonly port: number }): ListenOptions {
    const { limits, onError, proxyFrom, tls } = this.#options;
    return {
      host,
      port,
      tls: tls?.listen?.material,
      proxyFrom,
      handshakeMs: limits.handshakeMs,
      handshakesMax: HANDSHAKES_MAX,
      // Who gets this far past the limit is told apart and counted; beyond that the kernel's queue is the wait.
      maxConnections: limits.connections + HANDSHAKES_MAX,
      onSocket: (accepted) => this.#accept(accepted),
      onRefused: (reason, detail, remoteAddress) =>
        onError({ code: reason === 'busy' ? 'limit' : 'refused', detail: `${reason}: ${detail}`, remoteAddress }),
    };
  }

  async #flowFor(message: SipMessage, flow: SipFlow): Promise<StreamConnection> {
    const connection = this.#byId.get(flow.id);
    if (connection?.isOpen === true) return connection;
    if (message.kind === 'request') throw new Error('the flow is closed');
    // "If that connection is no longer open, the server SHOULD open a connection to the IP address in the received
    // parameter" (RFC 3261 section 18.2.2).
    const via = readTopVia(message.headers);
    const address = via.ok ? responseAddress(via.value) : undefined;
    if (address === undefined) throw new Error('the flow is closed and its Via names no way back');
    return this.#reach(address);
  }

  #reach(address: SipAddress): Promise<StreamConnection> {
    const place = this.#placeKey(address);
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const connecting = this.#connect(address);
    this.#byPlace.set(place, connecting);
    const forget = (): void => {
      if (this.#byPlace.get(place) === connecting) this.#byPlace.delete(place);
    };
    connecting.then((connection) => {
      this.#places.set(connection, place);
      if (!connection.isOpen) forget();
    }, forget);
    return connecting;
  }

  async #connect(address: SipAddress): Promise<StreamConnection> {
    const { limits, tls } = this.#options;
    if (!this.#isOpen) throw new Error('the transport is closed');
    if (this.#byId.size + this.#opening >= limits.connections) throw new Error('too many connections');
    const { host, port } = address;
    const socket = tls === undefined ? connect({ host, port, noDelay: true }) : connectTls(address, tls);
    this.#opening += 1;
    try {
      await connected(socket, limits.connectMs);
      if (!this.#isOpen) throw new Error('the transport is closed');
    } catch (cause) {
      socket.on('error', () => undefined);
      socket.destroy();
      throw cause;
    } finally {
      this.#opening -= 1;
    }
    return this.#adopt(this.#streamSocket(socket, socket.remoteAddress, socket.remotePort));
  }

  #accept({ socket, remoteAddress: address, remotePort }: AcceptedSocket): void {
    const { limits, onError } = this.#options;
    const remoteAddress = plainAddress(address);
    const fromThere = this.#perAddress.get(remoteAddress) ?? 0;
    if (
      !this.#isOpen ||
      this.#byId.size + this.#opening >= limits.connections ||
      fromThere >= limits.connectionsPerAddress
    ) {
      onError({ code: 'limit', detail: 'too many connections', remoteAddress });
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const connection = this.#adopt(this.#streamSocket(socket, remoteAddress, remotePort));
    // Nobody is known by the port a TLS connection comes from: a request for a name opens its own (RFC 5922 section 7.3).
    if (this.#transport === 'TLS') return;
    const place = this.#placeKey({ transport: 'TCP', host: remoteAddress, port: remotePort });
    this.#places.set(connection, place);
    this.#byPlace.set(place, Promise.resolve(connection));
  }

  #streamSocket(socket: Socket, remoteAddress: string | undefined, remotePort: number | undefined): StreamSocket {
    return {
      socket,
      transport: this.#transport,
      remoteAddress: plainAddress(remoteAddress),
      remotePort: remotePort ?? 0,
      tlsPeer: socket instanceof TLSSocket ? tlsPeerOf(socket) : undefined,
    };
  }

  #adopt(socket: StreamSocket): StreamConnection {
    this.#lastId += 1;
    const flowId = `${this.#transport.toLowerCase()}:${this.port}:${this.#lastId}`;
    const connection = new StreamConnection(socket, flowId, {
      ...this.#options,
      onClosed: (closed) => this.#closed(closed),
    });
    this.#byId.set(connection.flow.id, connection);
    const { remoteAddress } = connection.flow;
    this.#perAddress.set(remoteAddress, (this.#perAddress.get(remoteAddress) ?? 0) + 1);
    return connection;
  }

  #closed(connection: StreamConnection): void {
    const { flow } = connection;
    this.#byId.delete(flow.id);
    const place = this.#places.get(connection);
    if (place !== undefined) this.#byPlace.delete(place);
    const left = (this.#perAddress.get(flow.remoteAddress) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(flow.remoteAddress);
    else this.#perAddress.set(flow.remoteAddress, left);
    this.#options.onFlowClosed(flow);
    if (this.#byId.size === 0) this.#onEmpty?.();
  }

  #placeKey({ host, port, name = host }: SipAddress): string {
    return `${this.#transport === 'TLS' ? `${name.toLowerCase()} ` : ''}${host.toLowerCase()} ${port}`;
  }
}

/** Resolves when the connection stands, with TLS when the peer has proven itself. */
function connected(socket: Socket, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      socket.off('error', failed).off('close', closed);
      done();
    };
    const failed = (cause: Error): void => settle(() => reject(cause));
    const closed = (): void => settle(() => reject(new Error('the peer closed the connection')));
    const timer = setTimeout(() => settle(() => reject(new Error('no connection in time'))), withinMs);
    socket.once('error', failed).once('close', closed);
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => settle(resolve));
  });
}
