import { references, type Matcher } from './references.js';

/** The values a label may have: a closed list, texts of a form, or anything (names of pods and streams). */
export type LabelValues = readonly string[] | { readonly form: RegExp } | 'open';

/** A metric that may be asked for. */
export interface KnownMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: Readonly<Record<string, LabelValues>>;
}

/** Finds a metric by its name; also by `…_bucket`, `…_sum` and `…_count` of a histogram. */
export type KnownMetrics = (name: string) => KnownMetric | undefined;

/** Labels every scraped series has, beside its own: the scrape adds them. */
export const scrapeLabels: Readonly<Record<string, LabelValues>> = {
  service: ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp'],
  pod: 'open',
  namespace: 'open',
  instance: 'open',
  job: 'open',
};

/** An index over metrics, with the series of histograms. */
export function knownMetrics(metrics: Iterable<KnownMetric>): KnownMetrics {
  const byName = new Map<string, KnownMetric>();
  for (const metric of metrics) {
    if (metric.type !== 'histogram') {
      byName.set(metric.name, metric);
      continue;
    }
    byName.set(`${metric.name}_bucket`, { ...metric, labels: { ...metric.labels, le: 'open' } });
    for (const part of ['sum', 'count']) byName.set(`${metric.name}_${part}`, metric);
  }
  return (name) => byName.get(name);
}

/**
 * What is wrong with the names in an expression, each fault as a sentence: a metric nobody has, a label a metric has not, a
 * value outside a closed list, a grouping by a label that none of the metrics has. `legend` is a Grafana legend, whose
 * `{{label}}`s are looked at too. Variables (`$pool`) match anything.
 */
export function nameFaults(expression: string, known: KnownMetrics, legend = ''): string[] {
  const faults: string[] = [];
  const { selectors, grouping } = references(expression);
  const labels = new Set<string>();
  for (const { metric, matchers } of selectors) {
    const found = known(metric);
    if (found === undefined) {
      faults.push(`no metric is called ${metric}`);
      continue;
    }
    const allowed: Readonly<Record<string, LabelValues>> = { ...scrapeLabels, ...found.labels };
    for (const label of Object.keys(allowed)) labels.add(label);
    for (const matcher of matchers) faults.push(...matcherFaults(metric, matcher, allowed));
  }
  for (const label of grouping) if (!labels.has(label)) faults.push(`no metric here has the label ${label}`);
  for (const [, label = ''] of legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g))
    if (!labels.has(label)) faults.push(`the legend names ${label}, which no metric here has`);
  return faults;
}

function matcherFaults(
  metric: string,
  { label, operator, value }: Matcher,
  allowed: Readonly<Record<string, LabelValues>>,
): string[] {
  const values = allowed[label];
  if (values === undefined) return [`${metric} has no label ${label}`];
  if (values === 'open' || value.includes('$')) return [];
  const equality = operator === '=' || operator === '!=';
  if ('form' in values) {
    // Whether an expression matches any text of a form cannot be told; one text can.
    const fits = !equality || values.form.test(value);
    return fits ? [] : [`${label} of ${metric} is never ${value}`];
  }
  const alternatives = equality ? [value] : value.split('|');
  return alternatives
    .filter((one) => !values.some((allowedValue) => (equality ? allowedValue === one : matches(one, allowedValue))))
    .map((one) => `${label} of ${metric} is never ${one}`);
}

/** Prometheus anchors its expressions. */
function matches(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}
