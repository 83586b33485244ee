import { createWriteStream, mkdirSync, rmSync, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatFaults, readSettings, type Environment } from '@plenary/config';
import { StartError } from '@plenary/service';
import { prettyStream } from '@plenary/telemetry';
import { provideDevCertificates } from '../certificates/index.js';
import { devSettings, type DevSettings } from './settings.js';
import { startStack, type Stack } from './stack.js';
import { startHelp, welcome } from './welcome.js';

/** What `npm start` gets from its process. */
export interface DevProcess {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/**
 * `npm start`: starts everything, says where it is, and drains on the first SIGINT or SIGTERM; the second one ends it at
 * once. Resolves with the exit code: 0 drained, 1 could not start, 2 did not drain in time or was forced.
 */
export async function runDev(surface: DevProcess): Promise<0 | 1 | 2> {
  const say = (text: string): void => void surface.stdout.write(`${text}\n`);
  const complain = (text: string): 1 => {
    surface.stderr.write(`npm start: ${text}\n`);
    return 1;
  };
  const options = optionsOf(surface.argv);
  if (typeof options === 'string') return complain(options);
  if (options.help) {
    say(startHelp());
    return 0;
  }
  const settings = readSettings(devSettings, surface.env);
  if (!settings.ok) return complain(formatFaults(settings.error));
  const signals = listenForSignals(surface);
  const logs = openLogs(settings.value, surface, options.fresh);
  const alive = setInterval(() => undefined, 3_600_000);
  try {
    const begunAtMs = performance.now();
    const stack = await start(settings.value, { fresh: options.fresh, env: surface.env, logs, say });
    const seconds = ((performance.now() - begunAtMs) / 1000).toFixed(1);
    const authority = authorityOf(settings.value);
    say(welcome(stack, { dataDir: settings.value.PLENARY_DATA_DIR, seconds, logs: logs.folder, authority }));
    await signals.first;
    say('\nDraining; Ctrl-C again ends it at once.');
    const outcome = await Promise.race([stack.stop(), signals.second]);
    if (outcome === 'signal') return 2;
    say(outcome ? 'Stopped.' : `Stopped, but not everything came to its end in time: see ${logs.folder}`);
    return outcome ? 0 : 2;
  } catch (error) {
    if (error instanceof StartError) return complain(error.message);
    return complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    clearInterval(alive);
    await logs.close();
  }
}

function optionsOf(argv: readonly string[]): { fresh: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { fresh: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    return `${reason}. Options are --fresh and --help.`;
  }
}

interface StartContext {
  readonly fresh: boolean;
  readonly env: Environment;
  readonly logs: Logs;
  readonly say: (text: string) => void;
}

async function start(settings: DevSettings, { fresh, env, logs, say }: StartContext): Promise<Stack> {
  const dataDir = resolve(settings.PLENARY_DATA_DIR);
  if (fresh) rmSync(join(dataDir, 'nats'), { recursive: true, force: true });
  const ports: Readonly<Record<string, unknown>> = settings;
  const { PLENARY_TLS_CERTIFICATE: certificate, PLENARY_TLS_KEY: key } = settings;
  if ((certificate === undefined) !== (key === undefined))
    throw new StartError('PLENARY_TLS_CERTIFICATE and PLENARY_TLS_KEY go together: one of them is missing');
  const own = await provideDevCertificates(join(dataDir, 'tls'), settings.PLENARY_DOMAIN);
  return startStack({
    dataDir,
    fresh,
    ports: (setting) => {
      const port = ports[setting];
      if (typeof port !== 'number') throw new TypeError(`no setting ${setting}`);
      return port;
    },
    databaseUrl: settings.DATABASE_URL,
    postgresPort: settings.PLENARY_POSTGRES_PORT,
    broker: { bus: settings.PLENARY_BUS, natsUrl: settings.NATS_URL, port: settings.PLENARY_NATS_PORT },
    domain: settings.PLENARY_DOMAIN,
    certificate:
      certificate === undefined || key === undefined
        ? own.public
        : { certificate: resolve(certificate), key: resolve(key) },
    inside: settings.PLENARY_DEV_INTERNAL_TLS ? own : undefined,
    env,
    logLevel: settings.PLENARY_LOG_LEVEL,
    logTo: logs.streamOf,
    onProgress: (text) => {
      say(`  ${text} …`);
    },
  });
}

/** What clients are told to believe; undefined with a certificate of one's own. */
function authorityOf({ PLENARY_DATA_DIR, PLENARY_TLS_CERTIFICATE }: DevSettings): string | undefined {
  return PLENARY_TLS_CERTIFICATE === undefined ? join(PLENARY_DATA_DIR, 'tls', 'authority.pem') : undefined;
}

interface Logs {
  readonly folder: string;
  readonly streamOf: (service: string) => { write(line: string): void };
  close(): Promise<void>;
}

/** One file a service, and what a person should see (`warn` and `error`) on the terminal as well. */
function openLogs(settings: DevSettings, surface: DevProcess, fresh: boolean): Logs {
  const folder = join(resolve(settings.PLENARY_DATA_DIR), 'logs');
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files: WriteStream[] = [];
  const terminal = prettyStream(surface.stdout, {
    colours: settings.PLENARY_COLOURS ?? (surface.stdout.isTTY === true && surface.env['NO_COLOR'] === undefined),
  });
  return {
    folder,
    streamOf(service) {
      const file = createWriteStream(join(folder, `${service}.log`), { flags: 'a' });
      files.push(file);
      return {
        write(line) {
          file.write(line);
          if (/"level":"(?:warn|error)"/.test(line.slice(0, 40))) terminal.write(line);
        },
      };
    },
    async close() {
      await Promise.all(files.map((file) => new Promise<void>((done) => file.end(done))));
    },
  };
}

/** npm hands on a Ctrl-C that the terminal has sent already: what comes this soon after is the same one. */
const sameSignalMs = 500;

function listenForSignals(surface: DevProcess): { first: Promise<'signal'>; second: Promise<'signal'> } {
  const waiting: (() => void)[] = [];
  const next = (): Promise<'signal'> =>
    new Promise((done) => {
      waiting.push(() => {
        done('signal');
      });
    });
  const signals = { first: next(), second: next() };
  let lastMs = -Infinity;
  const listener = (): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs > sameSignalMs) waiting.shift()?.();
    lastMs = nowMs;
  };
  surface.on('SIGINT', listener);
  surface.on('SIGTERM', listener);
  return signals;
}
