import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@plenary/config';
import { makePlan, type PlanOptions, type PlannedService, type ServiceKind } from './plan.js';

export interface ProcessesOptions {
  readonly databaseUrl: string;
  /** A real bus: processes cannot share one in memory. */
  readonly natsUrl: string;
  readonly domain?: string | undefined;
  /** Default 2. */
  readonly edges?: number | undefined;
  /** Starts only these kinds of service. Default: all. */
  readonly kinds?: readonly ServiceKind[] | undefined;
  /** Files (PEM) of a certificate and its key: SIP, MSRP and CCMP are served over TLS too. */
  readonly certificate?: PlanOptions['certificate'];
  /** TLS between the services, to the bus and to PostgreSQL. */
  readonly inside?: PlanOptions['inside'];
  /** Settings by service name (`msrp-edge-1`) or kind (`msrp-edge`). */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Folder for one log file a service. Default: only the last lines are kept, in memory. */
  readonly logDir?: string | undefined;
  /** How long a service may take to become ready. Default 30 s. */
  readonly readyTimeoutMs?: number | undefined;
}

/** How a process came to its end. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One service as a process of its own. */
export interface ServiceProcess {
  readonly name: string;
  readonly plan: PlannedService;
  /** Of the current run; `undefined` when it is not running. */
  readonly pid: number | undefined;
  /** `address('gRPC')` → `127.0.0.1:7002`. */
  address(what: PlannedService['listeners'][number]['what']): string;
  /** Sends a signal and does not wait: `SIGKILL`, `SIGSTOP`, `SIGCONT`, `SIGTERM`. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it with a signal (default SIGKILL) and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<ProcessEnd>;
  /** Starts it again, with the same settings and ports and `extra` environment, and waits until it is ready. */
  start(extra?: Environment): Promise<void>;
  /** Resolves when `/readyz` says so; rejects with the last log lines when it ends before, or does not in time. */
  waitReady(timeoutMs?: number): Promise<void>;
  /** Resolves when the process ends. */
  ended(): Promise<ProcessEnd>;
  /** The last log lines (at most 2,000), of all runs. */
  readonly lines: readonly string[];
}

export interface Processes {
  readonly plan: readonly PlannedService[];
  readonly all: readonly ServiceProcess[];
  /** By name: `room-state`, `history`, `msrp-edge-1`, `focus`. Throws when there is none. */
  get(name: string): ServiceProcess;
  /** SIGTERM to all, focus first; SIGKILL for what is not gone after `graceMs` (default 15 s). */
  stop(graceMs?: number): Promise<void>;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const keptLines = 2_000;

/**
 * Starts the same services as `startStack`, each as a process (`node services/<kind>/dist/main.js`), in order, each when
 * the one before is ready. Needs a build. What fails ends all that had been started.
 */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const plan = await makePlan({
    databaseUrl: options.databaseUrl,
    natsUrl: options.natsUrl,
    domain: options.domain ?? 'localhost',
    edges: options.edges ?? 2,
    kinds: options.kinds,
    certificate: options.certificate,
    inside: options.inside,
    ports: 'free',
    settings: options.settings,
  });
  if (options.logDir !== undefined) mkdirSync(options.logDir, { recursive: true });
  const all = plan.map((planned) => new Supervised(planned, options));
  const processes: Processes = {
    plan,
    all,
    get(name) {
      const found = all.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no process ${name}`);
      return found;
    },
    async stop(graceMs = 15_000) {
      for (const one of all.toReversed()) await one.end(graceMs);
    },
  };
  try {
    for (const one of all) await one.start();
  } catch (error) {
    await processes.stop(1_000);
    throw error;
  }
  return processes;
}

class Supervised implements ServiceProcess {
  readonly name: string;
  readonly plan: PlannedService;
  readonly lines: string[] = [];
  readonly #readyTimeoutMs: number;
  readonly #log: WriteStream | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<ProcessEnd> = Promise.resolve({ code: null, signal: null });

  constructor(plan: PlannedService, options: ProcessesOptions) {
    this.name = plan.name;
    this.plan = plan;
    this.#readyTimeoutMs = options.readyTimeoutMs ?? 30_000;
    if (options.logDir !== undefined)
      this.#log = createWriteStream(join(options.logDir, `${plan.name}.log`), { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  address(what: PlannedService['listeners'][number]['what']): string {
    const found = this.plan.listeners.find((listener) => listener.what === what);
    if (found === undefined) throw new Error(`${this.name} has no ${what} listener`);
    return `${found.host}:${String(found.port)}`;
  }

  async start(extra: Environment = {}): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.name} is running`);
    const main = join(root, 'services', this.plan.kind, 'dist', 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...this.plan.env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C at the terminal is for whoever supervises.
      detached: true,
    });
    this.#child = child;
    const atExit = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', atExit);
    this.#ended = new Promise((resolve) => {
      const settle = (end: ProcessEnd): void => {
        process.off('exit', atExit);
        if (this.#child === child) this.#child = undefined;
        resolve(end);
      };
      child.once('exit', (code, signal) => {
        settle({ code, signal });
      });
      child.once('error', (error) => {
        this.#keep(error.message);
        settle({ code: null, signal: null });
      });
    });
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        this.#keep(line);
      });
    await this.waitReady();
  }

  async waitReady(timeoutMs = this.#readyTimeoutMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const url = `http://${this.address('health')}/readyz`;
    for (;;) {
      if (this.#child === undefined) throw new Error(this.#told('ended before it was ready'));
      const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return;
      if (Date.now() > deadline) throw new Error(this.#told(`was not ready after ${String(timeoutMs)} ms`));
      await delay(25);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ProcessEnd> {
    this.#child?.kill(signal);
    return this.#ended;
  }

  ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  /** SIGTERM, and SIGKILL after the grace; a stopped (SIGSTOP) process goes on first. */
  async end(graceMs: number): Promise<void> {
    const child = this.#child;
    if (child !== undefined) {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await this.#ended;
      clearTimeout(killer);
    }
    this.#log?.end();
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > keptLines) this.lines.shift();
    this.#log?.write(`${line}\n`);
  }

  #told(what: string): string {
    return [`${this.name} ${what}`, ...this.lines.slice(-15)].join('\n  ');
  }
}
