import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const configuration = fileURLToPath(new URL('../../../infra/haproxy/', import.meta.url));

/** Path of the program; undefined where it is not installed. */
export function haproxyPath(): string | undefined {
  const known = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy', '/usr/local/bin/haproxy'];
  return known.find((path) => existsSync(path));
}

export interface HaproxyEdge {
  /** The name clients ask for. */
  readonly host: string;
  /** `host:port`. */
  readonly address: string;
}

export interface Haproxy {
  stop(): Promise<void>;
}

/** Starts HAProxy with the configuration of `infra/haproxy` on 127.0.0.1. Resolves when it takes connections. */
export async function startHaproxy(program: string, port: number, edges: readonly HaproxyEdge[]): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-haproxy-'));
  const template = readFileSync(join(configuration, 'edge.cfg.template'), 'utf8');
  const files = edges.map(({ host, address }) => {
    const file = join(folder, `${host}.cfg`);
    const body = template.split('\n').filter((line) => !line.startsWith('#'));
    writeFileSync(file, body.join('\n').replaceAll('{host}', host).replaceAll('{address}', address));
    return file;
  });
  const args = [join(configuration, 'msrp.cfg'), ...files].flatMap((file) => ['-f', file]);
  const env = { ...process.env, MSRP_BIND: `127.0.0.1:${String(port)}` };
  const checked = spawnSync(program, ['-c', ...args], { env, encoding: 'utf8', timeout: 20_000 });
  if (checked.status !== 0) throw new Error(`HAProxy does not take its configuration: ${checked.stderr}`);
  const running = spawn(program, ['-db', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  running.stderr.on('data', (octets: Buffer) => (said += String(octets)));
  await listening(running, port, () => said);
  return {
    async stop() {
      if (running.exitCode === null) {
        const ended = once(running, 'exit');
        running.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(running: ChildProcess, port: number, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (running.exitCode !== null) throw new Error(`HAProxy has ended: ${said()}`);
    const socket = connect(port, '127.0.0.1');
    const came = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (came) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  running.kill('SIGKILL');
  throw new Error(`HAProxy does not listen: ${said()}`);
}
