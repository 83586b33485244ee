import { anchorOf } from '../links.js';
import type { Dashboard, Panel, Query } from './model.js';

const datasource = { type: 'prometheus', uid: '${datasource}' };
const columns = 24;
const height = 8;

/** Names of the variables every dashboard has; queries use them with a `$`. */
export const variables = ['datasource', 'pool', 'jaeger'] as const;

/**
 * A dashboard as the JSON that Grafana (10 or newer) loads from a file: rows of panels, each with its unit, description,
 * queries, and a link to its runbook under `runbooks`.
 */
export function grafanaDashboard(dashboard: Dashboard, runbooks: string): object {
  const panels: object[] = [];
  let y = 0;
  const id = (): number => panels.length + 1;
  for (const row of dashboard.rows) {
    panels.push({
      id: id(),
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: columns, x: 0, y },
      panels: [],
    });
    y += 1;
    const perLine = row.panels.length % 3 === 0 ? 3 : row.panels.length % 4 === 0 ? 4 : 2;
    const width = columns / perLine;
    row.panels.forEach((panel, index) => {
      const gridPos = {
        h: height,
        w: width,
        x: (index % perLine) * width,
        y: y + Math.floor(index / perLine) * height,
      };
      panels.push({ id: id(), gridPos, ...grafanaPanel(panel, runbooks) });
    });
    y += Math.ceil(row.panels.length / perLine) * height;
  }
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ['plenary'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: templateVariables() },
    annotations: { list: [] },
    links: [
      { type: 'dashboards', title: 'Plenary', tags: ['plenary'], asDropdown: true, includeVars: true, keepTime: true },
    ],
    panels,
  };
}

function grafanaPanel(panel: Panel, runbooks: string): object {
  const links = [
    { title: `Runbook: ${panel.runbook}`, url: `${runbooks}#${anchorOf(panel.runbook)}`, targetBlank: true },
    ...(panel.traces === undefined
      ? []
      : [{ title: 'Traces', url: `\${jaeger}/search?service=${panel.traces}`, targetBlank: true }]),
  ];
  return {
    type: panel.kind,
    title: panel.title,
    description: panel.description,
    datasource,
    links,
    fieldConfig: { defaults: { unit: panel.unit }, overrides: [] },
    options: optionsOf(panel),
    targets: panel.queries.map((query, index) => target(query, panel, index)),
  };
}

function target({ expr, legend }: Query, { kind }: Panel, index: number): object {
  return {
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource,
    expr,
    legendFormat: legend,
    range: kind !== 'stat',
    instant: kind === 'stat',
    ...(kind === 'heatmap' ? { format: 'heatmap' } : {}),
  };
}

function optionsOf({ kind, unit }: Panel): object {
  if (kind === 'stat') return { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } };
  if (kind === 'heatmap') return { calculate: false, yAxis: { unit }, color: { mode: 'scheme', scheme: 'Oranges' } };
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}

function templateVariables(): object[] {
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 },
    {
      name: 'pool',
      label: 'Pool of edges',
      type: 'query',
      datasource,
      query: { query: 'label_values(chat_edge_sessions, pool)', refId: 'pool' },
      refresh: 2,
      includeAll: true,
      multi: true,
      allValue: '.*',
      current: { text: 'All', value: '$__all' },
      hide: 0,
    },
    {
      name: 'jaeger',
      label: 'Jaeger',
      type: 'textbox',
      query: 'http://localhost:16686',
      current: { text: 'http://localhost:16686', value: 'http://localhost:16686' },
      hide: 0,
    },
  ];
}
