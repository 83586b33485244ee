import { metricDefinition, metricList, type MetricName } from './index.js';
import { everyService, type LabelValues, type MetricDefinition } from './types.js';

const head = `# Metrics

Every service serves them at \`/metrics\` on its health port, in the Prometheus text format. The list is closed: a service can make no metric
that is not here, no label that is not here, and a value outside its list counts as \`other\`. No label ever names a room, a user, a Call-ID, a
subject or an address. The scrape adds \`service\`, \`pod\` and \`instance\`.

Counters whose labels have a list show all their series from the start, as 0, so that the first event is an increase. A process has at most
2,000 series. Histograms are observed once per message and edge, never per recipient.

This page is made from \`libs/telemetry/src/metric-list/\` by \`node libs/telemetry/metrics-page.mjs\`; a test compares the two, and another
one compares the list with what the running system says under load, both ways.
`;

const sections: readonly { readonly title: string; readonly pattern: RegExp }[] = [
  { title: 'Every process', pattern: /^chat_(?:build|service|process|tls|trace|rpc)_/ },
  { title: 'Signalling: focus', pattern: /^chat_(?:sip|notify|auth)_/ },
  { title: 'Conference control: ccmp', pattern: /^chat_ccmp_/ },
  { title: 'Messages and edges: msrp-edge', pattern: /^chat_(?:edge|msrp|delivery|publish|gap|room_hot)_/ },
  { title: 'State: room-state', pattern: /^chat_(?:roomstate|nickname|outbox)_/ },
  { title: 'History: history', pattern: /^chat_(?:history|stream)_/ },
];

const tail = `## Not there yet

| metric | comes with |
| --- | --- |
| \`chat_migrations_total\`, \`chat_migration_seconds\`, \`chat_replay_messages_total\` | moving sessions to another edge when one drains or dies |
| \`chat_edge_connections{transport="ws"}\`, \`"wss"\` | MSRP over WebSocket |
`;

/** \`infra/docs/metrics.md\`. Every metric stands in exactly one section; one that fits none throws. */
export function metricsPage(): string {
  const names = Object.keys(metricList) as MetricName[];
  const left = new Set<string>(names);
  const parts = sections.map(({ title, pattern }) => {
    const here = names.filter((name) => pattern.test(name) && left.delete(name));
    const rows = here.map((name) => row(name, metricDefinition(name)));
    return [
      `## ${title}`,
      '',
      '| metric | type | labels | services | what it says |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  if (left.size > 0) throw new Error(`metrics without a section: ${[...left].join(', ')}`);
  return [head, ...parts, tail].join('\n');
}

function row(name: string, { type, help, labels, services }: MetricDefinition): string {
  const shown = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${valuesOf(values)}`);
  const where = services.length === everyService.length ? 'all' : services.join(', ');
  return `| \`${name}\` | ${type} | ${shown.join('; ')} | ${where} | ${help} |`;
}

function valuesOf(values: LabelValues): string {
  if (!('form' in values)) {
    if (values.length <= 12) return values.join(', ');
    return `${values[0] ?? ''} … ${values.at(-1) ?? ''} (${String(values.length)})`;
  }
  return `at most ${String(values.most)} values`;
}
