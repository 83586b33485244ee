import { afterEach, describe, expect, it } from 'vitest';
import { createTelemetry, type Telemetry } from './index.js';

const opened: Telemetry[] = [];

function telemetry(options: Partial<Parameters<typeof createTelemetry>[0]> = {}): { made: Telemetry; lines: string[] } {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const made = createTelemetry({ service: 'focus', hashKey: 'key', stream, ...options });
  opened.push(made);
  return { made, lines };
}

afterEach(async () => {
  for (const made of opened.splice(0)) await made.shutdown();
});

describe('logger', () => {
  it('writes one JSON line of the schema, with control characters escaped', () => {
    const { made, lines } = telemetry({ pod: 'focus-0', version: '1.2.3' });
    made.logger('focus:join').info({ room_hash: 'ab', dur_ms: 3 }, 'line\nforged {"level":"error"}');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    const entry = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(Date.parse(String(entry['ts']))).toBeGreaterThan(0);
    expect(entry).toMatchObject({
      level: 'info',
      service: 'focus',
      pod: 'focus-0',
      version: '1.2.3',
      logger: 'focus:join',
      msg: 'line\nforged {"level":"error"}',
      room_hash: 'ab',
      dur_ms: 3,
    });
  });

  it('keeps to its level, and writes an error with its stack', () => {
    const { made, lines } = telemetry({ level: 'warn' });
    const logger = made.logger('x');
    logger.info({}, 'not this');
    logger.error({ err: new Error('broken') }, 'this');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"message":"broken"');
  });
});

describe('metrics', () => {
  it('prints counters, gauges, plain fields and histograms as Prometheus text, without scope labels', async () => {
    const { made } = telemetry();
    const { metrics } = made;
    const requests = metrics.counter('chat_msrp_requests_total');
    requests.add(2, { method: 'SEND', status: 200 });
    let delivered = 41;
    metrics.observedCounter('chat_edge_deliveries_total', () => delivered);
    metrics.gauge('chat_edge_sessions', () => [{ value: 3, labels: { state: 'live' } }]);
    metrics.histogram('chat_delivery_seconds').record(0.5, { kind: 'all' });
    delivered++;
    const text = await made.scrape();
    expect(text).toContain(
      '# HELP chat_msrp_requests_total MSRP requests, by method and status; none: left unanswered\n# TYPE chat_msrp_requests_total counter\n',
    );
    expect(text).toMatch(/^chat_msrp_requests_total\{method="SEND",status="200"\} 2$/m);
    expect(text).toMatch(/^chat_edge_deliveries_total 42$/m);
    expect(text).toMatch(/^chat_edge_sessions\{state="live"\} 3$/m);
    expect(text).toMatch(/^chat_delivery_seconds_bucket\{kind="all",le="0.3"\} 0$/m);
    expect(text).toMatch(/^chat_delivery_seconds_bucket\{kind="all",le="0.5"\} 1$/m);
    expect(text).toMatch(/^chat_build_info\{version="0.0.0",proto="v1"\} 1$/m);
    expect(text).toMatch(/^chat_process_event_loop_delay_seconds\{quantile="0.99"\} /m);
    expect(text).not.toContain('otel_scope');
    expect(text).not.toContain('target_info');
  });

  it('keeps two services of one process apart', async () => {
    const one = telemetry();
    const two = telemetry();
    one.made.metrics.counter('chat_history_malformed_total').add(1);
    two.made.metrics.counter('chat_history_malformed_total').add(5);
    expect(await one.made.scrape()).toMatch(/^chat_history_malformed_total 1$/m);
    expect(await two.made.scrape()).toMatch(/^chat_history_malformed_total 5$/m);
  });

  it('refuses a name twice, another type than the list says, and a label the metric does not have', () => {
    const { metrics } = telemetry().made;
    const counter = metrics.counter('chat_edge_refused_total');
    expect(() => metrics.counter('chat_edge_refused_total')).toThrow(/exists/);
    expect(() => metrics.gauge('chat_edge_evicted_total', () => 1)).toThrow(/is a counter/);
    expect(() => {
      counter.add(1, { room: 'lobby' });
    }).toThrow(/no label room/);
  });

  it('shows every label set of a small counter from the start, so that its first event is an increase', async () => {
    const { made } = telemetry();
    made.metrics.counter('chat_edge_refused_total');
    for (const reason of ['muted', 'suspended', 'file'])
      expect(await made.scrape()).toMatch(new RegExp(`^chat_edge_refused_total\\{reason="${reason}"\\} 0$`, 'm'));
  });

  it('counts as other what its list does not have, and no more than a bound of label sets', async () => {
    const { made } = telemetry();
    const counter = made.metrics.counter('chat_nickname_claims_total');
    counter.add(1, { result: 'sip:alice@example.com' });
    counter.add(1);
    expect(await made.scrape()).toMatch(/^chat_nickname_claims_total\{result="other"\} 2$/m);
    const mutations = made.metrics.counter('chat_roomstate_mutations_total');
    for (let n = 0; n < 3_000; n++) {
      const op = `op-${String.fromCodePoint(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + Math.floor(n / 676))}`;
      mutations.add(1, { op, result: 'ok' });
    }
    const lines = (await made.scrape())
      .split('\n')
      .filter((line) => line.startsWith('chat_roomstate_mutations_total{'));
    expect(lines.length).toBeLessThanOrEqual(1_001);
    expect(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(3_000);
  });
});

describe('hash', () => {
  it('is the same through a day and over services with one key, and differs by day, kind, id and key', () => {
    const day = 86_400_000;
    let nowMs = 20_000 * day;
    const { made } = telemetry({ nowMs: () => nowMs });
    const { made: same } = telemetry({ nowMs: () => nowMs, service: 'history' });
    const { made: other } = telemetry({ nowMs: () => nowMs, hashKey: 'another' });
    const first = made.hash('room', 'lobby');
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(same.hash('room', 'lobby')).toBe(first);
    nowMs += day - 1;
    expect(made.hash('room', 'lobby')).toBe(first);
    const different = [other.hash('room', 'lobby'), made.hash('session', 'lobby'), made.hash('room', 'minutes')];
    nowMs += 1;
    different.push(made.hash('room', 'lobby'));
    expect(new Set([first, ...different]).size).toBe(5);
  });
});
