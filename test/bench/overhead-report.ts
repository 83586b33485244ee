import { variants, type Overhead, type OverheadRun, type Variant } from './overhead.js';

/** Most that metrics and traces together may cost, in parts of the CPU per delivery. */
export const mostOverhead = 0.03;

export interface VariantFigures {
  readonly variant: Variant;
  /** Medians, microseconds per delivery. */
  readonly edgeMicros: number;
  readonly serverMicros: number;
  /** By how much more than `bare`, in parts of it. */
  readonly edgeMore: number;
  readonly serverMore: number;
  /** Of runs that should be the same: from the least to the most, in parts of the median. */
  readonly edgeSpread: number;
  readonly serverSpread: number;
}

export interface Verdict {
  readonly figures: readonly VariantFigures[];
  /** Metrics and traces together, whole server side. */
  readonly more: number;
  /** What differs between runs of `bare` alone. */
  readonly noise: number;
  readonly isGood: boolean;
  readonly text: string;
}

/** Medians, differences and what they are worth. */
export function judgeOverhead({ runs, exports }: Pick<Overhead, 'runs' | 'exports'>): Verdict {
  const bare = { edge: median(runs.bare, edge), server: median(runs.bare, server) };
  const figures = variants.map((variant) => ({
    variant,
    edgeMicros: median(runs[variant], edge),
    serverMicros: median(runs[variant], server),
    edgeMore: median(runs[variant], edge) / bare.edge - 1,
    serverMore: median(runs[variant], server) / bare.server - 1,
    edgeSpread: spread(runs[variant], edge),
    serverSpread: spread(runs[variant], server),
  }));
  const last = figures.at(-1);
  const more = Math.max(last?.edgeMore ?? 0, last?.serverMore ?? 0);
  const noise = Math.max(spread(runs.bare, edge), spread(runs.bare, server));
  const hasTraces = exports.length > 0 && exports.every((count) => count > 0);
  const isSmall = more < mostOverhead;
  const isGood = hasTraces && (isSmall || more < noise);
  return { figures, more, noise, isGood, text: textOf({ hasTraces, isSmall, isGood, more, noise }) };
}

function textOf(found: { hasTraces: boolean; isSmall: boolean; isGood: boolean; more: number; noise: number }): string {
  if (!found.hasTraces) return 'nothing is proven: a run with traces exported none';
  const together = `metrics and traces together cost ${percent(found.more)} of the CPU per delivery`;
  if (found.isSmall) return `under 3 %: ${together} (noise ${percent(found.noise)})`;
  if (found.isGood) return `under the noise: ${together}, runs without either differ by ${percent(found.noise)}`;
  return `too much: ${together}, runs without either differ by ${percent(found.noise)}`;
}

function edge({ edgeMicros }: OverheadRun): number {
  return edgeMicros;
}

function server({ serverMicros }: OverheadRun): number {
  return serverMicros;
}

function median(runs: readonly OverheadRun[], of: (run: OverheadRun) => number): number {
  const sorted = runs.map(of).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

function spread(runs: readonly OverheadRun[], of: (run: OverheadRun) => number): number {
  const values = runs.map(of);
  return (Math.max(...values) - Math.min(...values)) / median(runs, of);
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

const headings = ['', 'edge µs', 'more', 'spread', 'server µs', 'more', 'spread'] as const;

function rows({ figures }: Verdict): string[][] {
  return figures.map((one) => [
    one.variant,
    one.edgeMicros.toFixed(3),
    percent(one.edgeMore),
    percent(one.edgeSpread),
    one.serverMicros.toFixed(3),
    percent(one.serverMore),
    percent(one.serverSpread),
  ]);
}

export function overheadTable(verdict: Verdict): string {
  const all = [[...headings], ...rows(verdict)];
  const lines = all.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(20) : cell.padStart(10))).join(''),
  );
  return [...lines, '', verdict.text].join('\n');
}

/** The page `infra/docs/overhead.md`. */
export function overheadPage(overhead: Overhead): string {
  const { machine, command, workload, traceRatio, exports, runs, startedAt } = overhead;
  const verdict = judgeOverhead(overhead);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# What metrics and traces cost',
    '',
    'Written by `npm run bench -- --overhead --write`; do not edit.',
    '',
    `Made on ${startedAt.slice(0, 10)} with \`${command}\` on ${machine.cores} cores (${machine.model}), Node ${machine.node}, everything on loopback of one machine.`,
    `A room of ${workload.participantsPerRoom} at saturation with ${workload.bodyBytes} B bodies, ${runs.bare.length} runs of each kind in turn, every run on a fresh system. Figures are medians of CPU per delivery;`,
    '*more* is against *bare*, *spread* the distance from the least to the most of runs that should be the same.',
    '',
    '- *bare*: nothing is measured (`PLENARY_METRICS=false` at edges and history), no traces',
    '- *metrics*: everything is, and read every 5 s',
    `- *metrics and traces*: and ${traceRatio * 100} % of messages traced, exported to a process whose CPU is not counted (${exports.join(', ')} exports)`,
    '',
    row(headings),
    row(headings.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows(verdict).map(row),
    '',
    `**Verdict**: ${verdict.text}.`,
    '',
  ].join('\n');
}
