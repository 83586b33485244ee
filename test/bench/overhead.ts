import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Load } from './load.js';
import { joinAll } from './measure.js';
import { machine, type BenchResult } from './report.js';
import { measureSaturation, type Timing } from './saturation.js';
import { System } from './system.js';
import type { Workload } from './workloads.js';

/** What is switched on in a run. */
export const variants = ['bare', 'metrics', 'metrics and traces'] as const;
export type Variant = (typeof variants)[number];

/** One run: CPU in microseconds per delivery. */
export interface OverheadRun {
  readonly edgeMicros: number;
  readonly serverMicros: number;
  readonly deliveriesPerSecond: number;
}

export interface Overhead {
  readonly machine: BenchResult['machine'];
  readonly startedAt: string;
  readonly command: string;
  readonly workload: Workload;
  readonly traceRatio: number;
  /** Exports the sink took in each run with traces; none would mean that there were no traces. */
  readonly exports: readonly number[];
  readonly runs: Readonly<Record<Variant, readonly OverheadRun[]>>;
}

export interface OverheadOptions {
  readonly rounds: number;
  readonly timing: Timing;
  readonly command: string;
  readonly say: (text: string) => void;
}

const traceRatio = 0.01;
const workload: Workload = { rooms: 1, participantsPerRoom: 100, bodyBytes: 64, edges: 1, isLogged: false };

/**
 * What metrics and traces cost: the same load on fresh systems with nothing measured, with metrics scraped every 5 s, and with
 * traces of one message in a hundred as well. One run of each after another, so that whatever else changes on the machine meets all alike.
 */
export async function measureOverhead({ rounds, timing, command, say }: OverheadOptions): Promise<Overhead> {
  const startedAt = new Date().toISOString();
  const sink = await startSink();
  const runs: Record<Variant, OverheadRun[]> = { bare: [], metrics: [], 'metrics and traces': [] };
  const exports: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // Every other round the other way about: the first of a round may find the machine in another state.
      for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
        const before = await sink.requests();
        const run = await measureOnce(variant, sink.url, timing);
        if (variant === 'metrics and traces') exports.push((await sink.requests()) - before);
        runs[variant].push(run);
        say(
          `round ${round + 1} of ${rounds}: ${variant}: edge ${run.edgeMicros.toFixed(3)} µs, server ${run.serverMicros.toFixed(3)} µs per delivery`,
        );
      }
    }
  } finally {
    await sink.stop();
  }
  return { machine: machine(), startedAt, command, workload, traceRatio, exports, runs };
}

async function measureOnce(variant: Variant, sinkUrl: string, timing: Timing): Promise<OverheadRun> {
  const system = await System.start(workload.edges, workload.isLogged, settingsOf(variant, sinkUrl));
  const load = new Load();
  const scrapes = variant === 'bare' ? undefined : setInterval(() => void system.writeCounts(), 5_000);
  try {
    const users = Array.from({ length: workload.participantsPerRoom }, (_, n) => ({
      user: `u${n}`,
      room: 'sip:bench0@localhost',
    }));
    await joinAll(system, load, users);
    const { edgeMicros, serverMicros, deliveriesPerSecond } = await measureSaturation(system, load, workload, timing);
    return { edgeMicros, serverMicros, deliveriesPerSecond };
  } finally {
    clearInterval(scrapes);
    await load.close();
    await system.stop();
  }
}

function settingsOf(variant: Variant, sinkUrl: string): Record<string, string> {
  switch (variant) {
    case 'bare':
      return { PLENARY_METRICS: 'false' };
    case 'metrics':
      return { PLENARY_METRICS: 'true' };
    case 'metrics and traces':
      return { PLENARY_METRICS: 'true', PLENARY_TRACE_ENDPOINT: sinkUrl, PLENARY_TRACE_RATIO: String(traceRatio) };
  }
}

async function startSink() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('trace-sink.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const next = async <T>(): Promise<T> => {
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line) as T;
  };
  const { port } = await next<{ port: number }>();
  return {
    url: `http://127.0.0.1:${port}`,
    async requests(): Promise<number> {
      const answer = next<{ requests: number }>();
      child.kill('SIGUSR2');
      return (await answer).requests;
    },
    async stop(): Promise<void> {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
