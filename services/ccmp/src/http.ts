import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificates } from '@plenary/service';
import type { Events } from './events.js';
import { ConnectionTurns } from './http/connection-turns.js';
import { type HttpRefusal, refusalOf, tooLarge, tooMany } from './http/head-rules.js';
import { ccmpContentType } from './http/media-type.js';
import { readBody } from './http/read-body.js';
import { sourceOf } from './http/source.js';
import type { TokenBuckets } from './http/token-buckets.js';
import type { ClientCertificate } from './authentication/certificate-identity.js';
import { brokenStatus, certificateOf, finish } from './http/wire.js';

/** One CCMP request as HTTP brought it. */
export interface HttpExchange {
  readonly body: Uint8Array;
  /** Where it came from, for limits. */
  readonly source: string;
  /** Value of the header field Authorization. */
  readonly authorization: string | undefined;
  /** The client's certificate, if it showed one that an authority of ours vouches for. */
  readonly certificate: ClientCertificate | undefined;
}

/** Answers a request with the text of a CCMP response; must not reject. */
export type Answerer = (exchange: HttpExchange) => Promise<string>;

export interface HttpOptions {
  readonly path: string;
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly receiveMs: number;
  readonly idleMs: number;
  readonly maxConnections: number;
  readonly maxPipelined: number;
  readonly trustedProxies: ReadonlySet<string>;
  readonly buckets: TokenBuckets;
  readonly events: Events;
  readonly answer: Answerer;
}

/** TLS of one listener; renewed certificates count for connections from then on. */
export interface HttpTls {
  readonly material: Certificates;
  readonly clientCertificates: 'none' | 'optional' | 'required';
}

/** One open listener. */
export interface HttpListener {
  readonly port: number;
  /** Takes no new connection; resolves when what is under way is answered, the last of each connection with `Connection: close`. */
  drain(): Promise<void>;
  /** Cuts what is open. */
  close(): void;
}

/**
 * Serves CCMP over HTTP/1.1, by TLS where `tls` is given. What is no CCMP request gets a bare answer without a body; what is, goes to
 * `answer` and comes back with status 200 whatever its response code. Rejects when the port cannot be had.
 *
 * Spec: RFC 6503 §9.   Req: CCMP-001, CCMP-002, CCMP-003, CCMP-006, CCMP-008, CCMP-009, SEC-013.
 */
export function openHttp(
  at: { readonly host: string; readonly port: number },
  options: HttpOptions,
  tls?: HttpTls,
): Promise<HttpListener> {
  const serverOptions: ServerOptions = {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: options.receiveMs,
    requestTimeout: options.receiveMs,
    keepAliveTimeout: options.idleMs,
    connectionsCheckingInterval: Math.max(100, Math.min(1_000, options.receiveMs)),
    requireHostHeader: true,
    noDelay: true,
  };
  const server =
    tls === undefined ? createServer(serverOptions) : createTlsServer({ ...serverOptions, ...tlsOptions(tls) });
  const unfollow = tls?.material.onChange(() => {
    if ('setSecureContext' in server) (server as ReturnType<typeof createTlsServer>).setSecureContext(tlsOptions(tls));
  });
  server.maxConnections = options.maxConnections;
  // A client that neither sends nor reads is cut.
  server.timeout = options.idleMs;
  // A client may close its half once it has sent its last request: RFC 6503 §9 "MUST support termination of a response by the closing".
  Object.assign(server, { httpAllowHalfOpen: true });
  const handler = new HttpHandler(options);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handler.handle(request, response);
  };
  server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    handler.broken(error, socket);
  });
  return listen(server, at).then((port) => ({
    port,
    async drain() {
      handler.isDraining = true;
      server.close();
      server.closeIdleConnections();
      await handler.idle();
      server.closeIdleConnections();
    },
    close() {
      unfollow?.();
      server.close();
      server.closeAllConnections();
    },
  }));
}

function tlsOptions({ material, clientCertificates }: HttpTls): {
  cert: string;
  key: string;
  ca?: string;
  minVersion: 'TLSv1.2';
  requestCert: boolean;
  rejectUnauthorized: boolean;
} {
  const { cert, key, ca } = material.options();
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2',
    requestCert: clientCertificates !== 'none',
    rejectUnauthorized: clientCertificates === 'required',
  };
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** What happens to the requests of one listener. */
class HttpHandler {
  isDraining = false;
  readonly #options: HttpOptions;
  readonly #turns = new WeakMap<Socket, ConnectionTurns>();
  /** Requests that wait or are at work. */
  #active = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const { socket } = request;
    const turns = this.#turns.get(socket) ?? new ConnectionTurns(this.#options.maxPipelined);
    this.#turns.set(socket, turns);
    const turn = async (): Promise<void> => {
      await this.#turn(request, response, turns);
      this.#active--;
      if (this.#active === 0) for (const tell of this.#whenIdle.splice(0)) tell();
    };
    this.#active++;
    if (turns.add(turn)) return;
    this.#active--;
    socket.destroy();
  }

  /** Resolves when no request waits or is at work. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** What the HTTP parser could not read, or waited for too long. */
  broken(error: NodeJS.ErrnoException, socket: Socket): void {
    const [status, text] = brokenStatus(error.code);
    this.#options.events.httpRefused(status, 'malformed');
    // While an earlier request is at work an answer here would be taken for that one's.
    const isQuiet = this.#turns.get(socket)?.isQuiet ?? true;
    if (isQuiet && socket.writable && error.code !== 'ECONNRESET')
      socket.write(`HTTP/1.1 ${String(status)} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.destroy();
  }

  async #turn(request: IncomingMessage, response: ServerResponse, turns: ConnectionTurns): Promise<void> {
    const { path, maxBodyBytes, events, answer } = this.#options;
    if (response.destroyed) return;
    const { method = '', url: target = '', headers } = request;
    const refused = refusalOf({ method, target, headers }, { path, maxBodyBytes });
    if (refused !== undefined) return this.#refuse(response, refused);
    const { socket } = request;
    const source = sourceOf(socket.remoteAddress, headers['x-forwarded-for'], this.#options.trustedProxies);
    if (!this.#options.buckets.take(source)) return this.#refuse(response, tooMany);
    turns.isReading = true;
    const body = await readBody(request, maxBodyBytes);
    turns.isReading = false;
    if (body.kind === 'too-large') return this.#refuse(response, tooLarge);
    if (body.kind === 'aborted') return;
    try {
      const { authorization } = headers;
      const certificate = certificateOf(socket);
      const text = Buffer.from(await answer({ body: body.octets, source, authorization, certificate }), 'utf8');
      await finish(response, 200, { ...this.#common(), 'content-type': ccmpContentType }, text);
    } catch (error) {
      events.failed('http', error);
      await finish(response, 500, this.#common());
    }
  }

  async #refuse(response: ServerResponse, { status, reason, headers, close }: HttpRefusal): Promise<void> {
    this.#options.events.httpRefused(status, reason);
    await finish(response, status, { ...this.#common(), ...headers, ...(close ? { connection: 'close' } : {}) });
  }

  /** "the CacheControl header SHOULD be set to disable caching of any conference information": RFC 6503 §9. */
  #common(): Record<string, string> {
    return { 'cache-control': 'no-store', ...(this.isDraining ? { connection: 'close' } : {}) };
  }
}
