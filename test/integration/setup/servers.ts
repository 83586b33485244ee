import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Postgres } from '@plenary/dev';
import { build } from './build.js';
import { adminUrlVariable, natsServerVariable } from './environment.js';

/**
 * Runs once before the suites that need real servers: one PostgreSQL for the whole run, shared by the projects of it, and
 * the path of a nats-server. Both are handed to the test files by environment variables. What is missing fails the run
 * with the cure; nothing is ever skipped.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const holder = globalThis as { [sharedKey]?: Shared };
  const shared = (holder[sharedKey] ??= { users: 0, postgres: open() });
  shared.users++;
  const { postgres, folder, natsServer } = await shared.postgres;
  process.env[adminUrlVariable] = postgres.url;
  process.env[natsServerVariable] = natsServer;
  return async () => {
    shared.users--;
    if (shared.users > 0) return;
    delete holder[sharedKey];
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

const sharedKey = Symbol.for('plenary.test.servers');

interface Opened {
  readonly postgres: Postgres;
  readonly folder: string;
  readonly natsServer: string;
}
interface Shared {
  users: number;
  readonly postgres: Promise<Opened>;
}

async function open(): Promise<Opened> {
  build();
  const { startPostgres } = await import('@plenary/dev');
  const { provideNatsServer } = await import('./provide-nats-server.js');
  const folder = mkdtempSync(join(tmpdir(), 'plenary-test-'));
  // PostgreSQL runs as somebody else when we are root, and has to reach it.
  chmodSync(folder, 0o755);
  const natsServer = await provideNatsServer();
  const databaseUrl = process.env['DATABASE_URL'];
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    discard: true,
    databaseUrl,
  });
  return { postgres, folder, natsServer };
}
