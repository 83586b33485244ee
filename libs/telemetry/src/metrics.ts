import type { Meter, ObservableResult } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { CounterCells } from './counter-cells.js';
import { labelReader } from './labels.js';
import { metricDefinition, type MetricName } from './metric-list/index.js';

/** Values of labels. Closed sets only (method, status, reason, …): never a room, user, Call-ID, subject or address. */
export type Labels = Readonly<Record<string, string | number>>;

/** What an observable metric reads: one number, or one per label set. */
export type Reading = number | Iterable<{ readonly value: number; readonly labels: Labels }>;

export interface Counter {
  /** 0 makes the series known before anything happened: a rate over its first event is seen only then. */
  add(n: number, labels?: Labels): void;
}
export interface Histogram {
  /** One observation, in the base unit (seconds, bytes). Costs about a microsecond: once per message, not per copy. */
  record(value: number, labels?: Labels): void;
}

/**
 * The metrics of one service. Type, help and labels stand in `metric-list/`; a name is made once. A second time, another type than the
 * list says, or a label it does not have, throws. A value outside its list counts as `other`: measuring never fails at run time.
 */
export interface Metrics {
  /** Counters with few label sets show all of them from the start, as 0. */
  counter(name: MetricName): Counter;
  /** Read at each scrape. */
  gauge(name: MetricName, read: () => Reading): void;
  /** A counter kept in plain fields: what the hot path uses. Read at each scrape. */
  observedCounter(name: MetricName, read: () => Reading): void;
  histogram(name: MetricName): Histogram;
}

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

/** Metrics that nobody reads and that cost nothing: what measuring itself costs is seen beside them. */
export function noMetrics(): MetricsRegistry {
  const nothing = (): void => undefined;
  return {
    metrics: {
      counter: () => ({ add: nothing }),
      gauge: nothing,
      observedCounter: nothing,
      histogram: () => ({ record: nothing }),
    },
    scrape: () => Promise.resolve(''),
    shutdown: () => Promise.resolve(),
  };
}

function metricsOf(meter: Meter): Metrics {
  const taken = new Set<string>();
  const take = (name: MetricName, type: 'counter' | 'gauge' | 'histogram') => {
    const definition = metricDefinition(name);
    if (definition.type !== type) throw new TypeError(`metric ${name} is a ${definition.type}`);
    if (taken.has(name)) throw new TypeError(`metric ${name} exists already`);
    taken.add(name);
    return definition;
  };
  return {
    counter(name) {
      const definition = take(name, 'counter');
      const cells = new CounterCells(name, definition.labels);
      meter.createObservableCounter(name, { description: definition.help }).addCallback((result) => {
        report(result, cells.readings());
      });
      return cells;
    },
    gauge(name, read) {
      const { help } = take(name, 'gauge');
      meter.createObservableGauge(name, { description: help }).addCallback((result) => {
        report(result, read());
      });
    },
    observedCounter(name, read) {
      const { help } = take(name, 'counter');
      meter.createObservableCounter(name, { description: help }).addCallback((result) => {
        report(result, read());
      });
    },
    histogram(name) {
      const { help, labels, buckets = [] } = take(name, 'histogram');
      const instrument = meter.createHistogram(name, {
        description: help,
        advice: { explicitBucketBoundaries: [...buckets] },
      });
      const read = labelReader(name, labels);
      return { record: (value, given) => instrument.record(value, read(given)) };
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
