import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { DatabaseError, unreachable } from './errors.js';
import { preparing } from './prepared.js';
import { connectionUrl, readAuthorities, verified } from './tls.js';

/** One service's way to PostgreSQL: a bounded pool, and kysely over it. `close` ends both. */
export interface Database<Schema> {
  readonly kysely: Kysely<Schema>;
  readonly pool: Pool;
  /** Resolves when the server answered; throws `DatabaseError` `unreachable`, which names the setting. */
  ping(): Promise<void>;
  /** Waits for the queries in hand, then closes every connection. A second call does nothing. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most. Default 10. */
  readonly max?: number | undefined;
  /** Shown by `pg_stat_activity`: the service's name. */
  readonly applicationName: string;
  /** How long to wait for a connection, in all. Default 5 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** The server ends a statement that takes longer. Default 30 s. */
  readonly statementTimeoutMs?: number | undefined;
  /** In place of the one in the URL. */
  readonly password?: string | undefined;
  /**
   * File of the authorities (PEM) that vouch for the server, read at each connection: TLS is demanded, and the certificate
   * has to carry the host name of the URL.
   */
  readonly tlsAuthorities?: string | undefined;
  /** Told when a connection at rest breaks; the pool has replaced it by then. */
  readonly onIdleError?: ((error: Error) => void) | undefined;
}

/**
 * Opens nothing yet: the first query connects. `bigint` columns come as strings (an int8 does not fit a number).
 * Throws `DatabaseError` `bad-url` when `url` is no `postgres://` URL, `bad-authorities` when their file cannot be read.
 */
export function openDatabase<Schema>(url: string, options: DatabaseOptions): Database<Schema> {
  const scheme = URL.canParse(url) ? new URL(url).protocol : '';
  if (scheme !== 'postgres:' && scheme !== 'postgresql:')
    throw new DatabaseError('bad-url', 'DATABASE_URL must be a URL that begins with postgres://');
  const { tlsAuthorities, password } = options;
  if (tlsAuthorities !== undefined) readAuthorities(tlsAuthorities);
  const pool = new Pool({
    connectionString: connectionUrl(url, { password, ownTls: tlsAuthorities !== undefined }),
    ...(tlsAuthorities === undefined ? {} : { ssl: verified(tlsAuthorities, new URL(url).hostname) }),
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // A pool without this listener ends the process when an idle connection breaks.
  pool.on('error', (error) => options.onIdleError?.(error));
  // The pool listens to connections at rest only; one that breaks while it is in use tells its query, and, without this
  // listener, ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
  let closing: Promise<void> | undefined;
  return {
    kysely,
    pool,
    async ping() {
      try {
        await pool.query('select 1');
      } catch (error) {
        throw unreachable(url, error);
      }
    },
    close() {
      closing ??= kysely.destroy();
      return closing;
    },
  };
}
