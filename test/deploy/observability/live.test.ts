import { mkdtempSync, readFileSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '@plenary/dev/stack';
import { alertRules, allMetrics, nameFaults, panels, recordingRules } from '@plenary/observability';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { freshDatabase, type FreshDatabase } from '../../integration/setup/database.js';
import { natsServerPath } from '../../integration/setup/nats-server.js';
import { triggerQueries } from './keda.js';
import { load } from './load.js';
import { startPrometheus, type Prometheus } from './prometheus.js';

/** The pods' names in a cluster, which the triggers of the pools rely on. */
const podOf: Readonly<Record<string, string>> = { 'msrp-edge-1': 'msrp-edge-a-0', 'msrp-edge-2': 'msrp-edge-b-0' };
const rulesUrl = new URL('../../../infra/observability/rules/plenary.yaml', import.meta.url);

let folder = '';
let database: FreshDatabase;
let stack: Stack;
let prometheus: Prometheus;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-live-'));
  chmodSync(folder, 0o755);
  database = await freshDatabase();
  stack = await startStack({
    dataDir: folder,
    databaseUrl: database.url,
    broker: { bus: 'nats', binary: natsServerPath() },
    settings: {
      focus: { FOCUS_EDGE_ROOM_CAP: '1' },
      'msrp-edge-1': { MSRP_EDGE_POOL: 'a' },
      'msrp-edge-2': { MSRP_EDGE_POOL: 'b' },
    },
  });
  const targets = stack.plan.map(({ name, kind }) => ({
    targets: [stack.address(name, 'health')],
    labels: { service: kind, pod: podOf[name] ?? `${kind}-0` },
  }));
  prometheus = await startPrometheus(
    {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      scrape_configs: [{ job_name: 'plenary', static_configs: targets }],
    },
    { 'plenary.yaml': everySecond() },
  );
  await vi.waitFor(async () => expect(await prometheus.up()).toBe(targets.length), { timeout: 60_000, interval: 250 });
  await load(stack, 120);
}, 180_000);

afterAll(async () => {
  await prometheus?.stop();
  await stack?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The committed rules, evaluated more often than in an installation. */
function everySecond(): object {
  const { groups } = parse(readFileSync(rulesUrl, 'utf8')) as { groups: object[] };
  return { groups: groups.map((group) => ({ ...group, interval: '1s' })) };
}

/** As Grafana fills in its variables, with all pools chosen. */
function filled(expression: string): string {
  return expression.replaceAll('$pool', '.*').replaceAll('$__rate_interval', '5m');
}

/** Two scrapes after the load a rate has something to say; then the answer is final. */
async function mustAnswer(expression: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await prometheus.query(filled(expression))).length, expression).toBeGreaterThan(0);
    },
    { timeout: 20_000, interval: 500 },
  );
}

const all = panels.flatMap((panel) =>
  panel.queries.map(({ expr, legend }) => ({ of: `${panel.dashboard}: ${panel.title} (${legend})`, panel, expr })),
);
const seen = all.filter(({ panel }) => panel.from === undefined);

describe('on a Prometheus that watches the real services under load', () => {
  it.each(seen.filter(({ panel }) => panel.emptyBecause === undefined))('panel $of shows something', ({ expr }) =>
    mustAnswer(expr),
  );

  it.each(all.filter(({ panel }) => panel.from !== undefined || panel.emptyBecause !== undefined))(
    'panel $of is a query Prometheus accepts',
    async ({ expr }) => {
      await expect(prometheus.query(filled(expr))).resolves.toBeInstanceOf(Array);
    },
  );

  it.each(recordingRules)('rule $record records something', ({ record }) => mustAnswer(record));

  it.each(alertRules)('alert $alert is a query Prometheus accepts', async ({ expr }) => {
    await expect(prometheus.query(expr)).resolves.toBeInstanceOf(Array);
  });

  it('evaluates every rule without an error', async () => {
    await vi.waitFor(
      async () => {
        const rules = await prometheus.rules();
        expect(rules).toHaveLength(alertRules.length + recordingRules.length);
        expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      },
      { timeout: 20_000, interval: 500 },
    );
  });

  it('has triggers of KEDA to ask', () => {
    expect(triggerQueries.length).toBeGreaterThan(5);
  });

  it.each(triggerQueries)('$file: trigger $query has an answer and names only what there is', async ({ query }) => {
    expect(nameFaults(query, allMetrics)).toEqual([]);
    const samples = await vi.waitFor(
      async () => {
        const found = await prometheus.query(query);
        // One number is what KEDA can take.
        expect(found).toHaveLength(1);
        return found;
      },
      { timeout: 20_000, interval: 500 },
    );
    expect(Number(samples[0]?.value[1])).not.toBeNaN();
  });

  it('fails on a query with a fault', async () => {
    await expect(prometheus.query('sum(rate(chat_edge_sessions))')).rejects.toThrow(/expected type range vector/);
    await expect(prometheus.query('chat_no_such_metric')).resolves.toEqual([]);
  });
});
