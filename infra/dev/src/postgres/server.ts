import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { listenError, StartError } from '@plenary/service';
import type { PostgresBinary } from './binary.js';
import { identity, postgresEnv } from './data.js';

/** One running server process. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Ends it with `signal` and waits until it is gone; `SIGINT` is the fast shutdown. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

export interface ServerOptions {
  readonly binary: PostgresBinary;
  readonly directory: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly setting?: string | undefined;
  /** False: no fsync; survives every end of a process, not a loss of power. */
  readonly durable: boolean;
  /** Names of files in `directory`, with which it speaks TLS too. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

/** Tries again while the processes of a killed predecessor still hold its memory, or a free port was taken meanwhile. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(options);
    const outcome = await launch(options, port);
    if (!Array.isArray(outcome)) return outcome;
    const reason = outcome.slice(-4).join(' ');
    const passing = /shared memory block|Address already in use|could not create any TCP/.test(reason);
    if (!passing || attempt === 20) throw new StartError(`PostgreSQL did not start: ${reason}`);
    await delay(250);
  }
}

async function freePort({ port, setting }: ServerOptions): Promise<number> {
  const host = '127.0.0.1';
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, { host, port, setting });
  }
  const found = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, 'close');
  return found;
}

/** The server, or the lines it left when it ended before it was ready. */
async function launch(options: ServerOptions, port: number): Promise<ServerProcess | string[]> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=32MB',
  ];
  if (!options.durable) settings.push('fsync=off', 'full_page_writes=off');
  if (options.tls !== undefined)
    settings.push('ssl=on', `ssl_cert_file=${options.tls.certificate}`, `ssl_key_file=${options.tls.key}`);
  const args = ['-D', options.directory, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(options.binary.postgres, args, {
    ...identity(),
    cwd: '/',
    env: postgresEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C at the terminal goes to every process of the group, and this one has to end last.
    detached: true,
  });
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', (error) => {
      lines.push(error.message);
      resolve();
    });
  });
  const ready = new Promise<'ready'>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (lines.length > 50) lines.shift();
      if (line.includes('ready to accept connections')) resolve('ready');
    });
  });
  if ((await Promise.race([ready, ended])) !== 'ready' || child.pid === undefined) return lines;
  return serverProcess(child, child.pid, port, ended);
}

function serverProcess(child: ChildProcess, pid: number, port: number, ended: Promise<void>): ServerProcess {
  const atExit = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', atExit);
  void ended.then(() => process.off('exit', atExit));
  // The server must not keep a process alive that has nothing else to do.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return {
    pid,
    port,
    async end(signal) {
      child.ref();
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(killer);
    },
  };
}
