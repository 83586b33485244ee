import { metricList, type MetricDefinition } from '@plenary/telemetry';
import type { KnownMetric } from '../promql/check.js';

const definitions: Readonly<Record<string, MetricDefinition>> = metricList;

/** What the services export: the closed list that they themselves are held to. */
export const serviceMetrics: readonly KnownMetric[] = Object.entries(definitions).map(([name, definition]) => ({
  name,
  type: definition.type,
  labels: { ...definition.labels, service: definition.services },
}));
