import { connect, createServer, type Server, type Socket } from 'node:net';
import { readTopVia } from '../header/via.js';
import type { SipFlow, SipMessage } from '../message.js';
import { isFlow, type SipAddress, type SipTarget } from '../user-agent/interface.js';
import { plainAddress } from './intake.js';
import { responseAddress } from './response-route.js';
import { TcpConnection, type TcpConnectionOptions } from './tcp-connection.js';

export interface TcpOptions extends Omit<TcpConnectionOptions, 'onClosed'> {
  readonly host: string;
  readonly port: number;
  onFlowClosed(flow: SipFlow): void;
}

/** How long `close` waits for peers to take what is on its way to them. */
const CLOSE_MS = 1_000;

/**
 * A TCP listener with every connection it accepted or we opened. A message to an address goes over a connection to that very address and port
 * if one stands, whoever opened it (RFC 3261 section 18). Req: SIP-001, SIP-008.
 */
export class TcpEndpoint {
  readonly port: number;
  readonly #server: Server;
  readonly #options: TcpOptions;
  readonly #byId = new Map<string, TcpConnection>();
  /** By `address:port` of the peer; also connections that are being made. */
  readonly #byPlace = new Map<string, Promise<TcpConnection>>();
  readonly #perAddress = new Map<string, number>();
  #lastId = 0;
  #opening = 0;
  #isOpen = true;
  #onEmpty: (() => void) | undefined;
  /** Name under which a connection we opened stands in `#byPlace`: a host name may differ from the address. */
  readonly #names = new WeakMap<TcpConnection, string>();

  private constructor(server: Server, options: TcpOptions) {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new TypeError('the listener has no port');
    this.port = bound.port;
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (cause) => options.onError({ code: 'socket', detail: cause.message, remoteAddress: undefined }));
  }

  /** Listens. Rejects when the port is taken. */
  static async open(options: TcpOptions): Promise<TcpEndpoint> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    return new TcpEndpoint(server, options);
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
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
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

  async #flowFor(message: SipMessage, flow: SipFlow): Promise<TcpConnection> {
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

  #reach(address: SipAddress): Promise<TcpConnection> {
    const place = placeKey(address.host, address.port);
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const connecting = this.#connect(address);
    this.#byPlace.set(place, connecting);
    const forget = (): void => {
      if (this.#byPlace.get(place) === connecting) this.#byPlace.delete(place);
    };
    connecting.then((connection) => {
      this.#names.set(connection, place);
      if (!connection.isOpen) forget();
    }, forget);
    return connecting;
  }

  async #connect(address: SipAddress): Promise<TcpConnection> {
    const { limits } = this.#options;
    if (!this.#isOpen) throw new Error('the transport is closed');
    if (this.#byId.size + this.#opening >= limits.connections) throw new Error('too many connections');
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    this.#opening += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no connection in time')), limits.connectMs);
        socket.once('connect', () => {
          clearTimeout(timer);
          socket.removeListener('error', reject);
          resolve();
        });
        socket.once('error', (cause) => {
          clearTimeout(timer);
          reject(cause);
        });
      });
      if (!this.#isOpen) throw new Error('the transport is closed');
    } catch (cause) {
      socket.on('error', () => undefined);
      socket.destroy();
      throw cause;
    } finally {
      this.#opening -= 1;
    }
    return this.#adopt(socket);
  }

  #accept(socket: Socket): void {
    const { limits, onError } = this.#options;
    const remoteAddress = plainAddress(socket.remoteAddress);
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
    const connection = this.#adopt(socket);
    this.#byPlace.set(placeKey(connection.flow.remoteAddress, connection.flow.remotePort), Promise.resolve(connection));
  }

  #adopt(socket: Socket): TcpConnection {
    this.#lastId += 1;
    const connection = new TcpConnection(socket, `tcp:${this.port}:${this.#lastId}`, {
      ...this.#options,
      onClosed: (closed) => this.#closed(closed),
    });
    this.#byId.set(connection.flow.id, connection);
    const { remoteAddress } = connection.flow;
    this.#perAddress.set(remoteAddress, (this.#perAddress.get(remoteAddress) ?? 0) + 1);
    return connection;
  }

  #closed(connection: TcpConnection): void {
    const { flow } = connection;
    this.#byId.delete(flow.id);
    this.#byPlace.delete(this.#names.get(connection) ?? placeKey(flow.remoteAddress, flow.remotePort));
    const left = (this.#perAddress.get(flow.remoteAddress) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(flow.remoteAddress);
    else this.#perAddress.set(flow.remoteAddress, left);
    this.#options.onFlowClosed(flow);
    if (this.#byId.size === 0) this.#onEmpty?.();
  }
}

function placeKey(host: string, port: number): string {
  return `${host.toLowerCase()} ${port}`;
}
