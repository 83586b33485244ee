import { knownMetrics, type KnownMetric, type KnownMetrics } from '../promql/check.js';
import { recordingRules } from '../rules/index.js';
import { exporters } from './exporters.js';
import { serviceMetrics } from './services.js';

export { serviceMetrics } from './services.js';

/** The recorded series; all are sums over everything and have no labels. */
export const recordedMetrics: readonly KnownMetric[] = recordingRules.map(({ record }) => ({
  name: record,
  type: 'gauge',
  labels: {},
}));

/** Everything a panel, a rule or a trigger may ask for. */
export const allMetrics: KnownMetrics = knownMetrics([
  ...serviceMetrics,
  ...recordedMetrics,
  ...exporters.flatMap(({ metrics }) => metrics),
]);
