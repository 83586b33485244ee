import { edges } from './edges.js';
import { infrastructure } from './infrastructure.js';
import { messages } from './messages.js';
import type { Dashboard, Panel } from './model.js';
import { overview } from './overview.js';
import { signalling } from './signalling.js';

export { grafanaDashboard, variables } from './grafana.js';
export type { Dashboard, Panel, Query, Row, Unit } from './model.js';

export const dashboards: readonly Dashboard[] = [overview, messages, edges, signalling, infrastructure];

export const panels: readonly (Panel & { readonly dashboard: string })[] = dashboards.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ ...panel, dashboard: uid }))),
);
