import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';

/** What to do where it is missing. */
export const cure = 'Kamailio is not installed: apt-get install kamailio kamailio-tls-modules';

const configuration = join(import.meta.dirname, '../../../infra/kamailio/kamailio.cfg');

/** Path of Kamailio; undefined where it is not installed. */
export function findKamailio(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'kamailio')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface KamailioOptions {
  readonly port: number;
  /** Where it hands requests on. */
  readonly focusUri: string;
  /** TLS with this certificate (PEM files), and the authority of the focus. */
  readonly tls?: {
    readonly port: number;
    readonly certificate: string;
    readonly key: string;
    readonly authorities: string;
  };
}

export interface RunningKamailio {
  /** What it wrote. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts it with the configuration of `infra/kamailio` on loopback; resolves when it answers a datagram. */
export async function startKamailio(
  program: string,
  { port, focusUri, tls }: KamailioOptions,
): Promise<RunningKamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-kamailio-'));
  const values = {
    LISTEN_HOST: '127.0.0.1',
    SIP_PORT: String(port),
    FOCUS_URI: JSON.stringify(focusUri),
    ...(tls === undefined
      ? {}
      : {
          WITH_TLS: '1',
          TLS_PORT: String(tls.port),
          TLS_CERTIFICATE: JSON.stringify(tls.certificate),
          TLS_KEY: JSON.stringify(tls.key),
          TLS_AUTHORITIES: JSON.stringify(tls.authorities),
        }),
  };
  const defined = Object.entries(values).flatMap(([name, value]) => ['-A', `${name}=${value}`]);
  const own = ['-DD', '-E', '-f', configuration, '-Y', folder, '-w', folder, '-m', '32', '-M', '8'];
  const child = spawn(program, [...own, ...defined], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (octets: Buffer) => (log += octets.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      log += error.message;
      resolve();
    });
  });
  const running: RunningKamailio = {
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(impatient);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await answers(port, () => child.exitCode !== null || child.signalCode !== null);
  } catch (error) {
    await running.stop();
    throw new Error(`Kamailio does not run: ${log.slice(-2_000)}`, { cause: error });
  }
  return running;
}

/** Max-Forwards 0 it answers by itself, with 483. */
async function answers(port: number, isOver: () => boolean): Promise<void> {
  const socket = createSocket('udp4');
  let isThere = false;
  socket.on('message', () => (isThere = true)).on('error', () => undefined);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()));
  const lines = [
    'OPTIONS sip:localhost SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${String(socket.address().port)};branch=z9hG4bKprobe;rport`,
    'Max-Forwards: 0',
    'From: <sip:probe@localhost>;tag=1',
    'To: <sip:localhost>',
    'Call-ID: probe',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ];
  try {
    await vi.waitFor(
      () => {
        if (isThere) return;
        if (isOver()) return;
        socket.send(lines.join('\r\n'), port, '127.0.0.1');
        throw new Error('no answer yet');
      },
      { timeout: 20_000, interval: 100 },
    );
    if (!isThere) throw new Error('it has ended');
  } finally {
    socket.close();
  }
}
