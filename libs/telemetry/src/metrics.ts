import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Values of labels. Closed sets only (method, status, reason, …): never a room, user, Call-ID, subject or address. */
export type Labels = Readonly<Record<string, string | number>>;

/** What an observable metric reads: one number, or one per label set. */
export type Reading = number | Iterable<{ readonly value: number; readonly labels: Labels }>;

export interface Counter {
  add(n: number, labels?: Labels): void;
}
export interface Histogram {
  /** One observation, in the base unit (seconds, bytes). Costs about a microsecond: once per message, not per copy. */
  record(value: number, labels?: Labels): void;
}

/** The metrics of one service. A name is made once; a second time, or a malformed name, throws. */
export interface Metrics {
  /** `labels` names the labels `add` may be given; with it, another label throws. */
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** Read at each scrape. */
  gauge(name: string, help: string, read: () => Reading): void;
  /** The same, also for counters kept in plain fields: what the hot path uses. */
  observed(name: string, help: string, kind: 'counter' | 'gauge', read: () => Reading): void;
  /** `buckets`: upper bounds, rising, in the base unit. */
  histogram(name: string, help: string, buckets: readonly number[], labels?: readonly string[]): Histogram;
}

/** Upper bounds for what users wait for: 1 ms to 30 s, in seconds. */
export const latencyBucketsSeconds: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
];

/** A registry of its own per service instance: nothing is shared with another service of the same process. */
export interface MetricsRegistry {
  readonly metrics: Metrics;
  /** Every metric in the Prometheus text format. */
  scrape(): Promise<string>;
  shutdown(): Promise<void>;
}

export function openMetrics(): MetricsRegistry {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const provider = new MeterProvider({ readers: [exporter] });
  return {
    metrics: metricsOf(provider.getMeter('plenary')),
    async scrape() {
      const { resourceMetrics } = await exporter.collect();
      return serializer.serialize(resourceMetrics);
    },
    shutdown: () => provider.shutdown(),
  };
}

function metricsOf(meter: Meter): Metrics {
  const taken = new Set<string>();
  const take = (name: string): string => {
    if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)) throw new TypeError(`${name} is not a name of a metric`);
    if (taken.has(name)) throw new TypeError(`metric ${name} exists already`);
    taken.add(name);
    return name;
  };
  const observed: Metrics['observed'] = (name, help, kind, read) => {
    const options = { description: help };
    const instrument =
      kind === 'counter'
        ? meter.createObservableCounter(take(name), options)
        : meter.createObservableGauge(take(name), options);
    instrument.addCallback((result) => {
      report(result, read());
    });
  };
  return {
    counter(name, help, labels) {
      const instrument = meter.createCounter(take(name), { description: help });
      return { add: (n, given) => instrument.add(n, checked(name, labels, given)) };
    },
    gauge: (name, help, read) => {
      observed(name, help, 'gauge', read);
    },
    observed,
    histogram(name, help, buckets, labels) {
      const instrument = meter.createHistogram(take(name), {
        description: help,
        advice: { explicitBucketBoundaries: [...buckets] },
      });
      return { record: (value, given) => instrument.record(value, checked(name, labels, given)) };
    },
  };
}

function report(result: ObservableResult, reading: Reading): void {
  if (typeof reading === 'number') {
    result.observe(reading);
    return;
  }
  for (const { value, labels } of reading) result.observe(value, labels);
}

function checked(name: string, allowed: readonly string[] | undefined, given: Labels | undefined): Attributes {
  if (given === undefined) return {};
  if (allowed !== undefined)
    for (const label of Object.keys(given))
      if (!allowed.includes(label)) throw new TypeError(`metric ${name} has no label ${label}`);
  return given;
}
