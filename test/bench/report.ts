import { cpus } from 'node:os';
import type { Joins, Latency } from './measure.js';
import { edgeRatio, type Round } from './saturation.js';
import { nameOf, sendersOf, type Workload } from './workloads.js';

/** One line of the benchmark. */
export interface BenchRow {
  readonly workload: Workload;
  /** The round in the middle, and all of them. */
  readonly median: Round;
  readonly rounds: readonly Round[];
  readonly latency: Latency;
  readonly joins: Joins;
}

export interface BenchResult {
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  readonly startedAt: string;
  readonly command: string;
  readonly rows: readonly BenchRow[];
}

export function machine(): BenchResult['machine'] {
  const all = cpus();
  return { cores: all.length, model: all[0]?.model ?? 'unknown', node: process.version };
}

const headings = [
  'workload',
  'body',
  'edges',
  'logged',
  'senders',
  'deliveries/s',
  'floor µs',
  'edge µs',
  'edge ÷ floor',
  'server µs',
  'server ÷ floor',
  'copies/write',
  'floor copies/write',
  'load CPU',
  'p50 ms',
  'p99 ms',
  'max ms',
  'joins/s',
  'CPU ms/join',
  'KiB idle',
] as const;

function cells({ workload, median, latency, joins }: BenchRow): string[] {
  const { floor, saturation } = median;
  return [
    nameOf(workload),
    `${workload.bodyBytes} B`,
    String(workload.edges),
    workload.isLogged ? 'yes' : 'no',
    String(sendersOf(workload)),
    Math.round(saturation.deliveriesPerSecond).toLocaleString('en'),
    floor.micros.toFixed(2),
    saturation.edgeMicros.toFixed(2),
    `${edgeRatio(median).toFixed(2)}×`,
    saturation.serverMicros.toFixed(2),
    `${(saturation.serverMicros / floor.micros).toFixed(2)}×`,
    saturation.copiesPerWrite.toFixed(1),
    floor.copiesPerWrite.toFixed(1),
    `${(saturation.loadShare * 100).toFixed(0)} %`,
    latency.p50Ms.toFixed(1),
    latency.p99Ms.toFixed(1),
    latency.maxMs.toFixed(1),
    joins.perSecond.toFixed(0),
    joins.cpuMsPerJoin.toFixed(1),
    (joins.bytesPerIdleParticipant / 1_024).toFixed(1),
  ];
}

/** The table as a person reads it in a terminal. */
export function terminalTable(rows: readonly BenchRow[]): string {
  const lines = [[...headings], ...rows.map(cells)];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
    )
    .join('\n');
}

/** The page that stands in the documentation. */
export function documentationPage(result: BenchResult): string {
  const row = (line: readonly string[]): string => `| ${line.join(' | ')} |`;
  return [
    '# Benchmark',
    '',
    'Written by the benchmark itself; do not edit.',
    '',
    `Made on ${result.startedAt.slice(0, 10)} with \`${result.command}\` on ${result.machine.cores} cores (${result.machine.model}), Node ${result.machine.node},`,
    'everything on loopback of one machine: load, services, one nats-server (file store) and PostgreSQL. Absolute figures belong to that machine; the ratios travel.',
    '',
    '- *floor*: a bare Node server that writes the same MSRP octets to the same sockets, once per socket and turn of the event loop; no order over processes, nothing stored, nothing checked (`test/bench/floor-server.ts`). Same senders, same load process; measured before and after the system, the mean counts.',
    '- *edge*: CPU of the msrp-edges per delivery at saturation; *server*: all services, nats-server and PostgreSQL together. Each of *senders* sends its next message when the last is answered.',
    '- Rooms of 100 and 1,000 with small bodies on one edge are measured three times: the row is the round in the middle by *edge ÷ floor*.',
    '- *copies/write*: how many copies one write to a socket carried on average; *load CPU*: part of a core the load process used, which near 100 % is the limit.',
    '- *p50, p99, max*: at a fixed rate that does not wait for answers, from the moment a SEND was due to its receipt (rooms of 10 and 100: 50 messages/s in all; larger: 10).',
    '- *joins*: INVITE with digest to bound MSRP session; CPU of the whole server side. *idle*: memory of all services per participant that only listens.',
    '',
    row(headings),
    row(headings.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...result.rows.map((one) => row(cells(one))),
    '',
  ].join('\n');
}
