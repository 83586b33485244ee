import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { missing } from './promtool.js';
import { stringify } from 'yaml';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface RuleHealth {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

/** A Prometheus of the tests' own, on loopback. */
export interface Prometheus {
  /** Samples of an instant query. Throws what Prometheus says is wrong with it. */
  query(expression: string): Promise<Sample[]>;
  rules(): Promise<RuleHealth[]>;
  /** Targets that are up. */
  up(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts it with a configuration and rule files (name → content), and waits until it is ready. */
export async function startPrometheus(config: object, rules: Readonly<Record<string, object>>): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'plenary-prometheus-'));
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'prometheus.yaml'), stringify({ ...config, rule_files: ['rules/*.yaml'] }));
  for (const [name, content] of Object.entries(rules)) await writeFile(join(folder, 'rules', name), stringify(content));
  const port = await freePort();
  const base = `http://127.0.0.1:${String(port)}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => said.push(piece.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      said.push(error.code === 'ENOENT' ? missing : error.message);
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(killer);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(base, child, said);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    query: async (expression) => {
      const body = new URLSearchParams({ query: expression });
      const { result } = await ask<{ result: Sample[] | readonly [number, string] }>(`${base}/api/v1/query`, {
        method: 'POST',
        body,
      });
      // A scalar is one value without labels.
      return typeof result[0] === 'number'
        ? [{ metric: {}, value: result as unknown as Sample['value'] }]
        : [...(result as Sample[])];
    },
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: RuleHealth[] }[] }>(`${base}/api/v1/rules`);
      return groups.flatMap((group) => group.rules);
    },
    up: async () => {
      const { activeTargets } = await ask<{ activeTargets: { health: string }[] }>(`${base}/api/v1/targets`);
      return activeTargets.filter(({ health }) => health === 'up').length;
    },
    stop,
  };
}

async function ask<Data>(url: string, init: RequestInit = {}): Promise<Data> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const answer = (await response.json()) as { status: string; data: Data; error?: string };
  if (answer.status !== 'success') throw new Error(answer.error ?? `HTTP ${String(response.status)}`);
  return answer.data;
}

async function ready(base: string, child: ChildProcess, said: readonly string[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const status = await fetch(`${base}/-/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline)
      throw new Error(`Prometheus did not start: ${said.join('')}`);
    await delay(50);
  }
}
