import type { Assumptions } from './assumptions.js';
import type { Constants } from './constants.js';
import type { Comparison } from './fit.js';
import { drivers, parts } from './points.js';
import type { Sizing, Tier } from './tiers.js';

/** `1234567` → `1,234,567`; small figures with two digits. */
function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 10) return value.toLocaleString('en', { maximumSignificantDigits: 2 });
  return Math.round(value).toLocaleString('en');
}

function megabits(bytesPerSecond: number): string {
  return `${figure((bytesPerSecond * 8) / 1e6)} Mbit/s`;
}

/** What a population does, line by line. */
export function demandLines({ demand, slice }: Sizing): string[] {
  const { rates } = demand;
  return [
    `${figure(demand.participants)} participants in ${figure(demand.rooms)} rooms`,
    `${figure(rates.sends)} messages/s, ${figure(rates.loggedSends)} of them kept; ${figure(rates.deliveries)} deliveries/s`,
    `${figure(rates.joins)} joins/s in the busiest minute, leaves and refreshes counted in`,
    `each message to ${(rates.events / Math.max(rates.sends, 1e-9)).toFixed(2)} edges; the busiest edge ${slice.imbalance.toFixed(2)} times the average (${figure(slice.joins)} joins over ${figure(slice.edges)} edges simulated)`,
    `to participants ${megabits(demand.egressBytesPerSecond)}; broker in ${megabits(demand.busInBytesPerSecond)}, out ${megabits(demand.busOutBytesPerSecond)}`,
    `kept ${figure((demand.keptBytesPerSecond * 86_400) / 1e9)} GB a day at this rate`,
  ];
}

const columns = ['tier', 'needed', 'of', 'cores used', 'memory of sessions', 'limited by'] as const;

function cells({ name, count, of, cores, memoryBytes, limitedBy }: Tier): string[] {
  const memory = memoryBytes === 0 ? '' : `${figure(memoryBytes / 1024 ** 3)} GiB`;
  return [name, figure(count), of, cores === 0 ? '' : figure(cores), memory, limitedBy];
}

/** A table for a terminal. */
export function tierTable({ tiers }: Sizing): string {
  return aligned([[...columns], ...tiers.map(cells)]);
}

/** The same in Markdown. */
export function markdownTable({ tiers }: Sizing): string {
  const row = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  return [
    row(columns),
    row(['---', '---:', '---', '---:', '---:', '---']),
    ...tiers.map((tier) => row(cells(tier))),
  ].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const barWidth = 40;

/** How loaded the simulated edges are: how many of them at which part of the average. */
export function loadHistogram({ slice }: Sizing): string {
  const step = 0.1;
  const bins = new Map<number, number>();
  for (const load of slice.loads) {
    const bin = Math.floor(load / step + 1e-9);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  const [first, last] = [Math.min(...bins.keys()), Math.max(...bins.keys())];
  const most = Math.max(...bins.values());
  const lines = Array.from({ length: last - first + 1 }, (_, n) => {
    const count = bins.get(first + n) ?? 0;
    const from = ((first + n) * step).toFixed(1);
    return `${from.padStart(5)}  ${'█'.repeat(Math.ceil((count / most) * barWidth)).padEnd(barWidth)}  ${count}`;
  });
  return ['load of simulated edges, in multiples of the average; how many edges', ...lines].join('\n');
}

/** How many edges for how many participants. */
export function edgeCurve(sizings: readonly Sizing[]): string {
  const rows = sizings.map(({ demand, tiers }) => ({
    participants: demand.participants,
    edges: tiers.find(({ name }) => name === 'msrp-edge')?.count ?? 0,
  }));
  const most = Math.max(...rows.map(({ edges }) => edges));
  const lines = rows.map(
    ({ participants, edges }) =>
      `${figure(participants).padStart(12)}  ${'█'.repeat(Math.max(1, Math.round((edges / most) * barWidth))).padEnd(barWidth)}  ${figure(edges)}`,
  );
  return ['participants; edges', ...lines].join('\n');
}

export function comparisonTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ name, use, part, measured, predicted, factor }) => [
    name,
    use,
    part,
    measured.toFixed(2),
    predicted.toFixed(2),
    `${factor.toFixed(2)}×`,
  ]);
  return aligned([['point', 'use', 'part', 'measured s', 'predicted s', 'factor'], ...rows]);
}

/** The page `infra/docs/sizing.md`. */
export function documentationPage(sizings: readonly Sizing[], constants: Constants, assumptions: Assumptions): string {
  const { source, micros, bytesPerSession, idleCores } = constants;
  const costRow = (part: (typeof parts)[number]): string =>
    `| ${part} | ${drivers.map((driver) => String(micros[part][driver] ?? '')).join(' | ')} | ${figure(bytesPerSession[part] / 1024)} | ${(idleCores[part] * 100).toFixed(1)} % |`;
  return [
    '# Sizing',
    '',
    'Written by `npm run simulate -- --write`; do not edit. `npm run simulate -- --help` tells how to ask for a population of your own.',
    '',
    'For each population: what it does at its busiest, and what that needs, with headroom and with one zone lost. Memory and cores are what is used, not what',
    'a pod asks for. Figures of CPU belong to the machine they were measured on; ratios travel.',
    ...sizings.flatMap((sizing) => [
      '',
      `## ${sizing.population.name}`,
      '',
      sizing.population.description,
      '',
      ...demandLines(sizing).map((line) => `- ${line}`),
      `- after the loss of a zone its participants are in again within ${figure(sizing.rejoinSeconds)} s, by the CPU of focus and room-state`,
      '',
      markdownTable(sizing),
    ]),
    '',
    '## What it rests on',
    '',
    `Measured ${source.date} with \`${source.command}\` on ${source.machine}. CPU in microseconds, user and system:`,
    '',
    `| part | ${drivers.map((driver) => `per ${driver}`).join(' | ')} | KiB per session | idle |`,
    `| --- | ${drivers.map(() => '---:').join(' | ')} | ---: | ---: |`,
    ...parts.map(costRow),
    '',
    'Not measured, but settings, targets and judgement:',
    '',
    '| assumption | value |',
    '| --- | ---: |',
    ...Object.entries(assumptions).map(([name, value]) => `| \`${name}\` | ${value} |`),
    '',
    'How many edges a message goes to, and how unevenly edges are loaded, comes from the focus’ own choice of edges, run over the population (of a large one: over',
    'a part of it) with three replicas and entries up to 2 s old. The rest is sums. Not in it: TLS, conference control, notifications of the event package, replays,',
    'and that a copy of a stream on another NATS server costs less than the first.',
    '',
  ].join('\n');
}
