import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '@plenary/db';
import { type Authority, makeAuthority, type Postgres, startPostgres, writeCertificate } from '@plenary/dev';

let folder = '';
let authority: Authority;
let postgres: Postgres;
const opened: Database<unknown>[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
  authority = await makeAuthority('Inside');
  const certificate = await authority.issue({ dns: ['postgres', 'localhost'] });
  postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    discard: true,
    certificate: writeCertificate(folder, 'postgres', certificate),
  });
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Given {
  readonly host?: string;
  readonly password?: string;
  readonly query?: string;
}

function open(authorities: string | undefined, { host = 'localhost', password, query = '' }: Given = {}) {
  const url = new URL(`${postgres.url}${query}`);
  url.hostname = host;
  const before = decodeURIComponent(url.password);
  if (password !== undefined) url.password = '';
  const database = openDatabase(url.toString(), {
    applicationName: 'test',
    max: 2,
    tlsAuthorities: authorities,
    ...(password === undefined ? {} : { password: password === 'right' ? before : password }),
  });
  opened.push(database);
  return database;
}

async function isEncrypted(database: Database<unknown>): Promise<boolean> {
  const { rows } = await database.pool.query<{ ssl: boolean }>(
    'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
  );
  return rows[0]?.ssl === true;
}

describe('PostgreSQL over TLS', () => {
  const ours = (): string => writeCertificate(folder, 'authority', authority).certificate;

  it('is used where authorities are named, and the URL cannot say otherwise', async () => {
    expect(await isEncrypted(open(undefined))).toBe(false);
    expect(await isEncrypted(open(ours()))).toBe(true);
    expect(await isEncrypted(open(ours(), { query: '?sslmode=disable' }))).toBe(true);
  });

  it('is refused with a certificate of another authority, and when it is for another host', async () => {
    const foreign = await makeAuthority('Foreign');
    const theirs = writeCertificate(folder, 'foreign', foreign).certificate;
    await expect(open(theirs).ping()).rejects.toThrow(/does not answer: .*certificate/);
    await expect(open(theirs, { query: '?sslmode=no-verify' }).ping()).rejects.toThrow(/certificate/);
    await expect(open(ours(), { host: '127.0.0.1' }).ping()).rejects.toThrow(/IP: 127.0.0.1 is not in the cert/);
  });

  it('is refused where the server has none', async () => {
    const plain = await startPostgres({ dataDir: join(folder, 'plain'), durable: false, discard: true });
    try {
      const database = openDatabase(plain.url, { applicationName: 'test', tlsAuthorities: ours() });
      opened.push(database);
      await expect(database.ping()).rejects.toThrow(/does not support SSL/);
    } finally {
      await plain.stop();
    }
  });

  it('reads the authorities again for the next connection', async () => {
    const path = writeCertificate(folder, 'renewed', await makeAuthority('Old')).certificate;
    const database = open(path);
    await expect(database.ping()).rejects.toThrow(/certificate/);
    writeCertificate(folder, 'renewed', authority);
    await database.ping();
  });

  it('takes its password from beside the URL', async () => {
    await open(undefined, { password: 'right' }).ping();
    await expect(open(undefined, { password: 'wrong%/@' }).ping()).rejects.toThrow(/password authentication failed/);
  });

  it('says which setting names a file that holds no authorities', () => {
    expect(() => open(join(folder, 'none.pem'))).toThrow(/DATABASE_TLS_AUTHORITIES cannot be read/);
    expect(() => open(join(folder, 'postgres.key'))).toThrow(/DATABASE_TLS_AUTHORITIES: .*no certificate/);
  });
});
