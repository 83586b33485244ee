import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@plenary/service';
import { findNatsServer } from './nats/binary.js';
import { natsConfig, type NatsClusterPlace, type NatsTlsFiles, type NatsUser } from './nats/config.js';

export { fetchNatsServer, findNatsServer } from './nats/binary.js';
export type { NatsClusterPlace, NatsTlsFiles, NatsUser } from './nats/config.js';

export interface NatsServerOptions {
  /** Path of the program; looked for where absent. */
  readonly binary?: string | undefined;
  /** Folder of configuration and streams; made when missing, used again when not. */
  readonly dataDir: string;
  /** Default 0: any free port. Always on 127.0.0.1 only. */
  readonly port?: number | undefined;
  /** Port of its monitoring pages (`/healthz`, `/jsz` …), 0 for a free one. Default: none. */
  readonly monitorPort?: number | undefined;
  readonly cluster?: NatsClusterPlace | undefined;
  /** Default: plain text. */
  readonly tls?: NatsTlsFiles | undefined;
  /** Default: whoever connects may do everything. */
  readonly users?: readonly NatsUser[] | undefined;
  /** How long it may take until it answers, recovery of its streams included. Default 30,000 ms. */
  readonly timeoutMs?: number | undefined;
}

/** A running nats-server. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where its monitoring pages are, if it has them. */
  readonly monitorUrl: string | undefined;
  /** Ends it in good order; its streams stay in `dataDir`. */
  stop(): Promise<void>;
  /** Kills it as a crash would. Start it again with the same `dataDir` and port. */
  kill(): Promise<void>;
  /** Sends it a signal: SIGSTOP and SIGCONT to hang it, SIGUSR2 for lame duck mode. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a nats-server with JetStream and waits until it answers. Throws `StartError` with one line that says what to do.
 *
 * At most one server runs on a `dataDir`; one left behind by a process that is gone is stopped first.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const binary = options.binary ?? findNatsServer();
  if (binary === undefined) {
    throw new StartError(
      'no nats-server found: install it with "apt-get install nats-server", or use the bus in memory',
    );
  }
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const configFile = join(dataDir, 'nats-server.conf');
  const pidFile = join(dataDir, 'nats-server.pid');
  await stopLeftBehind(pidFile, configFile);
  const { port = 0, monitorPort, cluster, tls, users, timeoutMs = 30_000 } = options;
  writeFileSync(
    configFile,
    natsConfig({ port, storeDir: join(dataDir, 'jetstream'), monitorPort, cluster, tls, users }),
  );
  const child = spawn(binary, ['-c', configFile, '-P', pidFile], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C at the terminal goes to every process of the group, and this one has to end last.
    detached: true,
  });
  const ended = new Promise<void>((done) => {
    child.once('exit', () => {
      done();
    });
    child.once('error', () => {
      done();
    });
  });
  const listening = await waitUntilReady(child, ended, timeoutMs);
  if (typeof listening === 'string') {
    child.kill('SIGKILL');
    throw new StartError(`nats-server did not start: ${listening}`);
  }
  await waitForInfo(listening.port, timeoutMs);
  return running(child, child.pid ?? 0, listening, ended, pidFile);
}

/** Starts a cluster of servers on this machine; usable some seconds later, when they have elected their leaders. */
export async function startNatsCluster(options: {
  readonly binary?: string | undefined;
  readonly dataDir: string;
  readonly size: number;
  readonly monitorPort?: 0 | undefined;
}): Promise<NatsServer[]> {
  const routes = await freePorts(options.size);
  return Promise.all(
    routes.map((port, index) =>
      startNatsServer({
        binary: options.binary,
        dataDir: join(options.dataDir, `n${String(index)}`),
        monitorPort: options.monitorPort,
        cluster: { name: 'plenary', serverName: `n${String(index)}`, port, routes },
      }),
    ),
  );
}

interface Listening {
  readonly port: number;
  readonly monitorUrl: string | undefined;
}

/** Where it listens once it says it is ready, or the last lines it left. */
async function waitUntilReady(
  child: ChildProcess,
  ended: Promise<void>,
  timeoutMs: number,
): Promise<Listening | string> {
  const lines: string[] = [];
  child.once('error', (error) => lines.push(error.message));
  let port: number | undefined;
  let monitorUrl: string | undefined;
  const ready = new Promise<Listening>((done) => {
    if (child.stderr === null) return;
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      const found = /Listening for client connections on \S+:(\d+)/.exec(line);
      if (found !== null) port = Number(found[1]);
      const monitor = /Starting http monitor on (\S+)/.exec(line);
      if (monitor !== null) monitorUrl = `http://${monitor[1] ?? ''}`;
      if (port !== undefined && line.includes('Server is ready')) done({ port, monitorUrl });
    });
  });
  const stopTimer = new AbortController();
  const tooLate = delay(timeoutMs, undefined, { signal: stopTimer.signal }).catch(() => undefined);
  const outcome = await Promise.race([ready, ended, tooLate]);
  stopTimer.abort();
  return typeof outcome === 'object' ? outcome : lines.slice(-4).join(' ');
}

/** "Answers" means that its greeting has come. */
async function waitForInfo(port: number, timeoutMs: number): Promise<void> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const [data] = (await once(socket, 'data', { signal })) as [Buffer];
    if (!data.toString('latin1').startsWith('INFO ')) throw new StartError(`port ${String(port)} is not nats-server's`);
  } finally {
    socket.destroy();
  }
}

function running(
  child: ChildProcess,
  pid: number,
  { port, monitorUrl }: Listening,
  ended: Promise<void>,
  pidFile: string,
): NatsServer {
  const atExit = (): void => {
    child.kill('SIGTERM');
  };
  process.once('exit', atExit);
  void ended.then(() => process.off('exit', atExit));
  // The server must not keep a process alive that has nothing else to do.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.ref();
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(killer);
    rmSync(pidFile, { force: true });
  };
  return {
    url: `nats://127.0.0.1:${String(port)}`,
    port,
    pid,
    monitorUrl,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

/** Two servers on one store would ruin it. Stops only what surely is the server of this folder. */
async function stopLeftBehind(pidFile: string, configFile: string): Promise<void> {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  } catch {
    return;
  }
  const isOurs = (): boolean => {
    try {
      return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
        .split('\0')
        .includes(configFile);
    } catch {
      return false;
    }
  };
  for (let waitedMs = 0; isOurs(); waitedMs += 50) {
    if (waitedMs === 0) process.kill(pid, 'SIGTERM');
    if (waitedMs === 10_000) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
  rmSync(pidFile, { force: true });
}

/** Ports that are free now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(
    probes.map((probe) => {
      probe.close();
      return once(probe, 'close');
    }),
  );
  return ports;
}
