import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LifecycleState } from './lifecycle.table.js';
import { listenError } from './start-error.js';

export interface HealthOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Names the port in the message of a failed start. */
  readonly setting?: string | undefined;
  /** Only the state is read. */
  readonly lifecycle: { readonly state: LifecycleState };
  /** Asks the dependencies; only `/readyz` does. */
  readonly ready: () => Promise<boolean>;
  readonly scrape: () => Promise<string>;
  /** Starts draining; resolves when the service is empty. `/drain?wait=1` answers then. */
  readonly onDrain: () => Promise<void>;
}

export interface HealthServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

/**
 * The one port of probes, metrics and drain; never public. Answers GET (and POST for `/drain`):
 *
 * - `/startupz` 200 once the service has started; `/livez` 200 unless it has failed: it asks nobody, for a broker that is
 *   away must not restart every pod; `/readyz` 200 while in state `ready` with dependencies that answer;
 * - `/metrics` the Prometheus text; `/drain` 202 at once, with `?wait=1` 200 when empty, 500 when the deadline passed.
 *
 * Other answers carry the state as text, with 503.
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const { host, port, setting } = options;
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => ({ status: 500, text: error instanceof Error ? error.message : 'failed' }))
      .then((result) => {
        send(response, result);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenError(error, { host, port, setting }));
    });
    server.listen(port, host, resolve);
  });
  // Probes must not keep a stopped process alive.
  server.unref();
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, options: HealthOptions): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://health');
  const { state } = options.lifecycle;
  if (request.method !== 'GET' && !(request.method === 'POST' && pathname === '/drain'))
    return { status: 405, text: 'GET only' };
  switch (pathname) {
    case '/startupz':
      return probe(state === 'ready' || state === 'draining', state);
    case '/livez':
      return probe(state !== 'failed', state);
    case '/readyz': {
      const able = state === 'ready' && (await options.ready());
      return probe(able, state === 'ready' && !able ? 'ready, but a dependency does not answer' : state);
    }
    case '/metrics':
      return { status: 200, text: await options.scrape(), type: 'text/plain; version=0.0.4; charset=utf-8' };
    case '/drain': {
      const drained = options.onDrain();
      if (searchParams.get('wait') === '1') {
        await drained;
        return { status: 200, text: 'drained\n' };
      }
      // Its end is seen by whoever waits for it; here a failure must only not be unhandled.
      drained.catch(() => undefined);
      return { status: 202, text: 'draining\n' };
    }
    default:
      return { status: 404, text: 'not here: /startupz /livez /readyz /metrics /drain\n' };
  }
}

function probe(good: boolean, state: string): Answer {
  return { status: good ? 200 : 503, text: `${state}\n` };
}

function send(response: ServerResponse, { status, text, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
