import {
  isAllowed,
  metricDefinition,
  metricList,
  otherValue,
  type MetricName,
  type ServiceName,
} from '@plenary/telemetry';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useSystem } from '../../conformance/raw/system.js';
import { readExposition, type Sample } from './exposition.js';
import { everythingOnce, secrets } from './traffic.js';

const system = useSystem({ edges: 2, bus: 'nats', settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });

/** Seen only when something is wrong or with a certificate; each is tested where it happens. */
const onlyThen: ReadonlySet<string> = new Set([
  'chat_gap_repair_seconds',
  'chat_tls_cert_expiry_seconds',
  'chat_tls_cert_faults_total',
]);

const serviceOf = (name: string): ServiceName => name.replace(/-\d+$/, '') as ServiceName;
const seen = new Map<string, { samples: Sample[]; types: Map<string, string> }>();

beforeAll(async () => {
  await everythingOnce(system);
  const scrape = async (): Promise<void> => {
    for (const { name } of system.stack.plan) {
      const text = await (await fetch(`http://${system.stack.address(name, 'health')}/metrics`)).text();
      const types = new Map(
        [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, metric = '', type = '']) => [metric, type]),
      );
      seen.set(name, { samples: readExposition(text), types });
    }
  };
  // History reads the log behind the answers.
  await vi.waitFor(
    async () => {
      await scrape();
      const history = seen.get('history')?.samples ?? [];
      expect(history.some(({ name }) => name === 'chat_history_lag_seconds')).toBe(true);
      expect(history.some(({ name, value }) => name === 'chat_history_rows_total' && value > 0)).toBe(true);
    },
    { timeout: 20_000, interval: 250 },
  );
}, 60_000);

const isMetric = (name: string): name is MetricName => Object.hasOwn(metricList, name);

describe('what the running system says of itself', () => {
  it('is in the list: every metric, every label, every value', () => {
    for (const [instance, { samples, types }] of seen) {
      for (const [name, type] of types) {
        expect(isMetric(name), `${instance}: ${name}`).toBe(true);
        if (!isMetric(name)) continue;
        const definition = metricDefinition(name);
        expect(definition.type, name).toBe(type);
        expect(definition.services, `${name} at ${instance}`).toContain(serviceOf(instance));
      }
      for (const { name: sampled, labels } of samples) {
        const name = types.get(sampled) === undefined ? sampled.replace(/_(?:bucket|sum|count)$/, '') : sampled;
        if (!isMetric(name)) throw new Error(`${instance}: ${sampled} is of no metric`);
        const known = metricDefinition(name).labels;
        const { le: _le, ...ours } = labels;
        expect(Object.keys(ours).toSorted(), sampled).toEqual(Object.keys(known).toSorted());
        for (const [label, value] of Object.entries(ours)) {
          const values = known[label]!;
          const isListed = isAllowed(values, value);
          expect(
            isListed,
            `${instance}: ${sampled}{${label}="${value}"}${value === otherValue ? ' (not in its list)' : ''}`,
          ).toBe(true);
        }
      }
    }
  });

  it('is all that is in the list', () => {
    const missing: string[] = [];
    for (const [instance, { types, samples }] of seen)
      for (const name of Object.keys(metricList) as MetricName[]) {
        if (!metricDefinition(name).services.includes(serviceOf(instance)) || onlyThen.has(name)) continue;
        const isThere = types.has(name) && samples.some(({ name: sampled }) => sampled.startsWith(name));
        // Both edges together: who sits where is a matter of chance.
        if (!isThere && !instance.startsWith('msrp-edge')) missing.push(`${instance}: ${name}`);
      }
    const edges = [...seen].filter(([instance]) => instance.startsWith('msrp-edge'));
    for (const name of Object.keys(metricList) as MetricName[])
      if (metricDefinition(name).services.includes('msrp-edge') && !onlyThen.has(name))
        if (!edges.some(([, { types }]) => types.has(name))) missing.push(`msrp-edge: ${name}`);
    expect(missing).toEqual([]);
  });

  it('counts what has happened', () => {
    const sum = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
      [...seen.values()]
        .flatMap(({ samples }) => samples)
        .filter(
          (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
        )
        .reduce((total, { value }) => total + value, 0);
    expect(sum('chat_msrp_requests_total', { method: 'SEND', status: '200' })).toBeGreaterThanOrEqual(21);
    expect(sum('chat_msrp_requests_total', { status: '481' })).toBeGreaterThanOrEqual(1);
    // Who has just come in is shown the first ones from the log.
    const [live, caughtUp] = ['all', 'replay'].map((kind) => sum('chat_edge_deliveries_total', { kind }));
    expect(live).toBeGreaterThanOrEqual(20);
    expect((live ?? 0) + (caughtUp ?? 0)).toBeGreaterThanOrEqual(40);
    expect(sum('chat_edge_deliveries_total', { kind: 'private' })).toBeGreaterThanOrEqual(1);
    expect(sum('chat_delivery_seconds_count', { kind: 'all' })).toBeGreaterThanOrEqual(10);
    expect(sum('chat_nickname_claims_total', { result: 'taken' })).toBeGreaterThanOrEqual(1);
    expect(sum('chat_auth_failures_total', { protocol: 'sip', reason: 'wrong' })).toBeGreaterThanOrEqual(1);
    expect(sum('chat_auth_failures_total', { protocol: 'ccmp' })).toBeGreaterThanOrEqual(1);
    expect(sum('chat_history_rows_total', { result: 'stored' })).toBe(20);
    expect(sum('chat_gap_unrepaired_total')).toBe(0);
    expect(sum('chat_stream_rewind_total')).toBe(0);
  });

  it('has few series, and names nobody', () => {
    for (const [instance, { samples }] of seen) {
      expect(samples.length, instance).toBeLessThan(2_000);
      const text = JSON.stringify(samples).toLowerCase();
      for (const word of [...secrets.people, secrets.nickname, secrets.body, '@localhost', '127.0.0.1'])
        expect(text, `${instance}: ${word}`).not.toContain(word.toLowerCase());
    }
  });
});
