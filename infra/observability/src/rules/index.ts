import { processAlerts, stateAlerts, userAlerts } from './alerts.js';
import type { AlertRule, RecordingRule, RuleGroup } from './model.js';
import { objectiveRecords } from './objectives.js';

export type { AlertRule, RecordingRule, RuleGroup, Severity } from './model.js';
export { budgetLeft, errorRatio, objectives, windows, type Objective } from './objectives.js';

/** Everything Prometheus evaluates, in the order it does: alerts may use what is recorded before them. */
export const ruleGroups: readonly RuleGroup[] = [
  { name: 'plenary.objectives', interval: '30s', records: objectiveRecords, alerts: userAlerts },
  { name: 'plenary.state', interval: '15s', records: [], alerts: stateAlerts },
  { name: 'plenary.processes', interval: '30s', records: [], alerts: processAlerts },
];

export const alertRules: readonly AlertRule[] = ruleGroups.flatMap(({ alerts }) => alerts);
export const recordingRules: readonly RecordingRule[] = ruleGroups.flatMap(({ records }) => records);
