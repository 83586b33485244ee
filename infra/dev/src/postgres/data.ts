import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@plenary/service';
import { nobody, runningAsRoot, type PostgresBinary } from './binary.js';

/** One data directory: the cluster in `directory`, and the password of its only role, `plenary`. */
export interface PostgresData {
  readonly directory: string;
  readonly password: string;
  /** True when it was made just now. */
  readonly made: boolean;
}

/**
 * Where the data for `wanted` really stands: there, or, when root wants a folder that `nobody` cannot reach, in a folder
 * of the temporary directory that belongs to `wanted` alone.
 */
export function dataHome(wanted: string): string {
  const path = resolve(wanted);
  if (!runningAsRoot() || reachableByAll(dirname(path))) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(tmpdir(), `plenary-data-${name}`);
}

function reachableByAll(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined && (stat.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Makes the cluster where there is none. `home` holds `cluster/`, the password and the owner's mark. */
export function prepareData(home: string, binary: PostgresBinary): PostgresData {
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const directory = join(home, 'cluster');
  const passwordFile = join(home, 'password');
  if (existsSync(join(directory, 'PG_VERSION')) && existsSync(passwordFile))
    return { directory, password: readFileSync(passwordFile, 'utf8').trim(), made: false };
  // What is there was left by an attempt that did not come to its end.
  rmSync(directory, { recursive: true, force: true });
  const password = randomBytes(18).toString('base64url');
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const root = runningAsRoot();
  if (root) for (const path of [directory, passwordFile]) chownSync(path, nobody, nobody);
  const args = ['-D', directory, '-U', 'plenary', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'];
  args.push('--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions');
  const run = spawnSync(binary.initdb, args, { ...identity(), cwd: '/', encoding: 'utf8', env: postgresEnv() });
  if (run.status !== 0) {
    rmSync(directory, { recursive: true, force: true });
    const said = run.error?.message ?? run.stderr.trim().split('\n').slice(-3).join(' ');
    const cure = said.includes('could not look up effective user ID')
      ? '; give this user an entry in /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own'
      : '';
    const reason = `${said}${cure}`;
    throw new StartError(`PostgreSQL could not make its data directory ${directory}: ${reason}`);
  }
  chmodSync(directory, 0o700);
  return { directory, password, made: true };
}

/**
 * Copies a certificate and its key into the cluster: PostgreSQL takes only a key that is its own user's, and readable by
 * nobody else. Gives the names of the copies.
 */
export function installCertificate(
  directory: string,
  from: { readonly certificate: string; readonly key: string },
): { certificate: string; key: string } {
  const names = { certificate: 'server.crt', key: 'server.key' } as const;
  for (const file of ['certificate', 'key'] as const) {
    const path = join(directory, names[file]);
    writeFileSync(path, readFileSync(from[file]), { mode: 0o600 });
    if (runningAsRoot()) chownSync(path, nobody, nobody);
  }
  return names;
}

/** Options of `spawn` that make PostgreSQL run as somebody it accepts. */
export function identity(): { uid?: number; gid?: number } {
  return runningAsRoot() ? { uid: nobody, gid: nobody } : {};
}

/** PostgreSQL gets nothing of our environment, which may hold `PG…` variables of another. */
export function postgresEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', TMPDIR: tmpdir() };
}

/**
 * Makes sure no other server uses the data. A `postmaster.pid` whose process is not a PostgreSQL of this directory is
 * removed. A server whose starter (`owner` file) is gone is an orphan and is stopped; one whose starter lives is in use:
 * `StartError`.
 */
export async function claimData(home: string, directory: string): Promise<void> {
  const ownerFile = join(home, 'owner');
  const pidFile = join(directory, 'postmaster.pid');
  const server = pidIn(pidFile);
  if (server !== undefined) {
    if (isServerOf(server, directory)) {
      const owner = pidIn(ownerFile);
      if (owner !== undefined && owner !== process.pid && isAlive(owner))
        throw new StartError(
          `PostgreSQL of ${home} is in use by process ${String(owner)}: is another npm start running here? Stop it first, or give another data directory`,
        );
      process.kill(server, 'SIGINT');
      await gone(server);
    }
    rmSync(pidFile, { force: true });
  }
  writeFileSync(ownerFile, `${String(process.pid)}\n`);
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A server works in its data directory. */
function isServerOf(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`) === directory;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline)
      throw new StartError(
        `PostgreSQL (process ${String(pid)}), left by an earlier start, does not stop: end it by hand`,
      );
    await delay(50);
  }
}
