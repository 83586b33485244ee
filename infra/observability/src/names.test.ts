import { describe, expect, it } from 'vitest';
import { panels, type Panel } from './dashboards/index.js';
import { exporters } from './metrics/exporters.js';
import { allMetrics } from './metrics/known.js';
import { nameFaults } from './promql/check.js';
import { references, type Selector } from './promql/references.js';
import { alertRules, recordingRules } from './rules/index.js';

const queries = panels.flatMap((panel) =>
  panel.queries.map(({ expr, legend }) => ({ of: `${panel.dashboard}: ${panel.title}`, panel, expr, legend })),
);
const rules = [
  ...recordingRules.map(({ record, expr }) => ({ of: record, expr, legend: '' })),
  ...alertRules.map(({ alert, expr, summary }) => ({
    of: alert,
    expr,
    legend: summary.replaceAll(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, '{{$1}}'),
  })),
];
const everything = [...queries, ...rules];
const exported = new Set(exporters.flatMap(({ metrics }) => metrics.map(({ name }) => name)));

describe('the names in queries', () => {
  it.each(everything)('$of: every metric, label and value is one there is', ({ expr, legend }) => {
    expect(nameFaults(expr, allMetrics, legend)).toEqual([]);
  });

  it('are those of exporters exactly where a panel says so', () => {
    const usesExporter = ({ queries: own }: Panel): boolean =>
      own.some(({ expr }) => references(expr).selectors.some(({ metric }) => exported.has(metric)));
    const wrong = panels.filter((panel) => usesExporter(panel) !== (panel.from === 'exporters'));
    expect(wrong.map(({ title }) => title)).toEqual([]);
  });

  it('use every metric listed of an exporter', () => {
    const used = new Set(everything.flatMap(({ expr }) => references(expr).selectors.map(({ metric }) => metric)));
    const idle = [...exported].filter((name) => !used.has(name));
    expect(idle).toEqual([]);
  });
});

/** One wrong name at a time: a metric renamed, a label renamed, a value that is never there, another grouping. */
function mutants(expr: string): string[] {
  const { selectors, grouping } = references(expr);
  const replace = (from: string, to: string): string => expr.replace(new RegExp(`(?<![\\w:])${from}(?![\\w:])`), to);
  const ofSelector = ({ metric, matchers }: Selector): string[] => [
    replace(metric, `${metric}x`),
    ...matchers.map(({ label }) => replace(label, `${label}x`)),
    ...matchers
      .filter(({ label, value }) => isClosed(metric, label) && !value.includes('$'))
      .map(({ value }) => expr.replace(JSON.stringify(value), JSON.stringify(`${value}x`))),
  ];
  return [...selectors.flatMap(ofSelector), ...grouping.map((label) => replace(label, `${label}x`))];
}

function isClosed(metric: string, label: string): boolean {
  const found = allMetrics(metric);
  return label === 'service' || Array.isArray(found?.labels[label]);
}

describe('a wrong name in a query', () => {
  const all = everything.flatMap(({ of, expr }) => mutants(expr).map((mutant) => ({ of, expr, mutant })));

  it(`is found, in each of ${String(all.length)} mutants`, () => {
    expect(all.length).toBeGreaterThan(300);
    const missed = all.filter(({ expr, mutant }) => mutant === expr || nameFaults(mutant, allMetrics).length === 0);
    expect(missed).toEqual([]);
  });
});
