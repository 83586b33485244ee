import { edgeMetricList } from './edge.js';
import { processMetricList } from './process.js';
import { signallingMetricList } from './signalling.js';
import { stateMetricList } from './state.js';
import type { MetricDefinition } from './types.js';

/**
 * Every metric there is. A service can make no other, and no label can say anything else: a test scrapes the running system and compares
 * both ways.
 */
export const metricList = {
  ...processMetricList,
  ...signallingMetricList,
  ...edgeMetricList,
  ...stateMetricList,
};

export type MetricName = keyof typeof metricList;

export function metricDefinition(name: MetricName): MetricDefinition {
  return metricList[name];
}
