import { rmSync } from 'node:fs';
import { openDatabase } from '@plenary/db';
import { StartError } from '@plenary/service';
import { Client } from 'pg';
import type { CertificatePaths } from './certificates/files.js';
import { findPostgres } from './postgres/binary.js';
import { claimData, dataHome, installCertificate, prepareData } from './postgres/data.js';
import { startServer } from './postgres/server.js';

export interface PostgresOptions {
  /** Folder of the data; made when missing, used again when not. */
  readonly dataDir: string;
  /** Default 0: any free port. Always on 127.0.0.1 only. */
  readonly port?: number | undefined;
  /** Names the port in the message of a failed start. */
  readonly setting?: string | undefined;
  /** Throws the data away first. */
  readonly fresh?: boolean | undefined;
  /** Default true. False (for tests) leaves out fsync: a killed process loses nothing, a power cut may. */
  readonly durable?: boolean | undefined;
  /**
   * `stop` removes the data as well, wherever it stands: for root, data in a folder others cannot enter is kept in the
   * temporary directory (`home`), where removing `dataDir` leaves it.
   */
  readonly discard?: boolean | undefined;
  /** Files (PEM) of a certificate and its key: the server takes TLS connections too. */
  readonly certificate?: CertificatePaths | undefined;
  /** A PostgreSQL of your own, instead of starting one. */
  readonly databaseUrl?: string | undefined;
}

/** A PostgreSQL to use. */
export interface Postgres {
  /** With role and password, for the database `plenary` (or whatever `databaseUrl` said). */
  readonly url: string;
  /** False when it was there already. */
  readonly embedded: boolean;
  /** True when its data was made by this start. */
  readonly fresh: boolean;
  /** Where the data and the password are (an own one only). */
  readonly home: string | undefined;
  /** Shuts down in good order (an own one only). */
  stop(): Promise<void>;
  /** Kills it as a crash would (an own one only; throws otherwise). Start again with the same `dataDir` and port. */
  kill(): Promise<void>;
}

/**
 * Starts PostgreSQL 18 from the binary package, as the user we are, or as `nobody` when we are root; or checks that
 * `databaseUrl` answers. Throws `StartError` with one line that says what to do.
 *
 * At most one server runs on a `dataDir`; one left behind by a process that is gone is stopped first.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  if (options.databaseUrl !== undefined) return usePostgres(options.databaseUrl);
  const home = dataHome(options.dataDir);
  const binary = findPostgres();
  await claimIfThere(home);
  if (options.fresh === true) rmSync(home, { recursive: true, force: true });
  const { directory, password, made } = prepareData(home, binary);
  await claimData(home, directory);
  const { port = 0, setting, durable = true, certificate } = options;
  const tls = certificate === undefined ? undefined : installCertificate(directory, certificate);
  const server = await startServer({ binary, directory, port, setting, durable, tls });
  const urlOf = (database: string): string =>
    `postgres://plenary:${password}@127.0.0.1:${String(server.port)}/${database}`;
  await ensureDatabase(urlOf('postgres'), 'plenary');
  return {
    url: urlOf('plenary'),
    embedded: true,
    fresh: made,
    home,
    async stop() {
      await server.end('SIGINT');
      if (options.discard === true) rmSync(home, { recursive: true, force: true });
    },
    kill: () => server.end('SIGKILL'),
  };
}

async function usePostgres(url: string): Promise<Postgres> {
  const database = openDatabase(url, { max: 1, applicationName: 'plenary-dev' });
  try {
    await database.ping();
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    await database.close();
  }
  return {
    url,
    embedded: false,
    fresh: false,
    home: undefined,
    stop: () => Promise.resolve(),
    kill: () => Promise.reject(new Error('only an embedded PostgreSQL can be killed')),
  };
}

async function claimIfThere(home: string): Promise<void> {
  const directory = `${home}/cluster`;
  await claimData(home, directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
