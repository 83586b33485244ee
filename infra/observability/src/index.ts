/** Dashboards and rules as data, and what checks them. */
export {
  dashboards,
  grafanaDashboard,
  panels,
  variables,
  type Dashboard,
  type Panel,
  type Query,
} from './dashboards/index.js';
export { generatedFiles } from './files.js';
export { anchorOf, defaultRunbooks } from './links.js';
export { exporters, type Exporter } from './metrics/exporters.js';
export { allMetrics, recordedMetrics, serviceMetrics } from './metrics/known.js';
export { knownMetrics, nameFaults, type KnownMetric, type KnownMetrics } from './promql/check.js';
export { references, type Matcher, type References, type Selector } from './promql/references.js';
export { tokenize, type Token } from './promql/tokens.js';
export {
  alertRules,
  budgetLeft,
  errorRatio,
  objectives,
  recordingRules,
  ruleGroups,
  type AlertRule,
  type RecordingRule,
  type RuleGroup,
  type Severity,
} from './rules/index.js';
export { alertText, rulesObject } from './rules/prometheus.js';
