import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type CcmpRequest, type CcmpResponse, readCcmpRequest, responseTo, writeCcmpResponse } from '@plenary/xcon';

/** What a server that was made for one test saw. */
export interface Seen {
  readonly request: CcmpRequest;
  readonly headers: IncomingMessage['headers'];
  /** Same number, same connection. */
  readonly connection: number;
}

export interface TestServer {
  readonly url: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** What the server does with a request; `answer` sends a CCMP response to it. */
export type Handler = (
  exchange: { readonly response: ServerResponse; readonly seen: Seen; answer(part?: Partial<CcmpResponse>): void },
  number: number,
) => void;

/** Starts a server on loopback that reads CCMP requests and lets the test answer; with a certificate it speaks TLS. */
export async function startServer(
  handle: Handler,
  tls?: { readonly key: Buffer; readonly cert: Buffer; readonly ca?: Buffer; readonly requestCert?: boolean },
): Promise<TestServer> {
  const seen: Seen[] = [];
  const connections = new Map<unknown, number>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const read = readCcmpRequest(Buffer.concat(pieces).toString());
      if (!read.ok) throw read.error;
      const connection = connections.get(request.socket) ?? connections.size;
      connections.set(request.socket, connection);
      const one: Seen = { request: read.value, headers: request.headers, connection };
      seen.push(one);
      const answer = (part: Partial<CcmpResponse> = {}): void => {
        const body = writeCcmpResponse({ ...responseTo(read.value), code: 200, ...part });
        response.writeHead(200, { 'Content-Type': 'application/ccmp+xml;charset=UTF-8' }).end(body);
      };
      handle({ response, seen: one, answer }, seen.length);
    });
  };
  const server: Server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}/ccmp`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
