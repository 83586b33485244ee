import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer, startPostgres, type NatsServer, type Postgres } from '@plenary/dev';
import { startProcesses, type Processes } from '@plenary/dev/stack';
import { natsServerPath } from '../../integration/setup/nats-server.js';

export type Dependency = 'nats' | 'postgres';

/** Every service as a process, with a PostgreSQL and a nats-server that are nobody else's and may be taken away. */
export interface OwnSystem {
  readonly processes: Processes;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly sip: { readonly host: string; readonly port: number };
  /** Status of a path of the health port; 0: no answer within the time. */
  status(name: string, path: string, timeoutMs?: number): Promise<number>;
  /** Ends a server in good order; `start` starts it again where it was, with its data. */
  end(what: Dependency): Promise<void>;
  start(what: Dependency): Promise<void>;
  /** First process of the PostgreSQL. */
  readonly postmaster: number;
  stop(): Promise<void>;
}

export async function startOwnSystem(
  settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<OwnSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-deploy-'));
  chmodSync(folder, 0o755);
  const natsOptions = { binary: natsServerPath(), dataDir: join(folder, 'nats') };
  const postgresOptions = { dataDir: join(folder, 'postgres'), durable: false, discard: false };
  let postgres: Postgres | undefined = await startPostgres(postgresOptions);
  const { url: databaseUrl, home } = postgres;
  let nats: NatsServer | undefined;
  const endServers = async (): Promise<void> => {
    await nats?.stop();
    await postgres?.stop();
    // Started once more only to be thrown away with its data, wherever that stands.
    const last = await startPostgres({ ...postgresOptions, discard: true });
    await last.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    nats = await startNatsServer(natsOptions);
    const { url: natsUrl, port: natsPort } = nats;
    const processes = await startProcesses({ databaseUrl, natsUrl, settings, readyTimeoutMs: 60_000 });
    return {
      processes,
      natsUrl,
      databaseUrl,
      sip: addressIn(processes.get('focus').address('SIP')),
      status: (name, path, timeoutMs = 10_000) =>
        fetch(`http://${processes.get(name).address('health')}${path}`, {
          signal: AbortSignal.timeout(timeoutMs),
        }).then(
          (response) => response.status,
          () => 0,
        ),
      async end(what) {
        if (what === 'nats') {
          await nats?.stop();
          nats = undefined;
        } else {
          await postgres?.stop();
          postgres = undefined;
        }
      },
      async start(what) {
        if (what === 'nats') nats = await startNatsServer({ ...natsOptions, port: natsPort });
        else postgres = await startPostgres({ ...postgresOptions, port: Number(new URL(databaseUrl).port) });
      },
      get postmaster() {
        return Number(readFileSync(`${home ?? ''}/cluster/postmaster.pid`, 'utf8').split('\n')[0]);
      },
      async stop() {
        await processes.stop();
        await endServers();
      },
    };
  } catch (error) {
    await endServers();
    throw error;
  }
}

function addressIn(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
