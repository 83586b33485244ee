import { dashboards, grafanaDashboard } from './dashboards/index.js';
import { ruleGroups } from './rules/index.js';
import { prometheusRule, rulesFile } from './rules/prometheus.js';

/** Every generated file: its path in this workspace, and its text. `runbooks` is where the runbooks are published. */
export function generatedFiles(runbooks: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const dashboard of dashboards)
    files.set(
      `dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(grafanaDashboard(dashboard, runbooks), null, 2)}\n`,
    );
  files.set('rules/plenary.yaml', rulesFile(ruleGroups, runbooks));
  files.set('kubernetes/prometheus-rule.yaml', prometheusRule(ruleGroups, runbooks));
  return files;
}
