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
    const requests = metrics.counter('chat_msrp_requests_total', 'Requests', ['method']);
    requests.add(2, { method: 'SEND' });
    let delivered = 41;
    metrics.observed('chat_edge_deliveries_total', 'Deliveries', 'counter', () => delivered);
    metrics.gauge('chat_edge_sessions', 'Sessions', () => [{ value: 3, labels: { state: 'live' } }]);
    metrics.histogram('chat_delivery_seconds', 'Delivery', [0.1, 1]).record(0.5);
    delivered++;
    const text = await made.scrape();
    expect(text).toContain('# HELP chat_msrp_requests_total Requests\n# TYPE chat_msrp_requests_total counter\n');
    expect(text).toMatch(/^chat_msrp_requests_total\{method="SEND"\} 2$/m);
    expect(text).toMatch(/^chat_edge_deliveries_total 42$/m);
    expect(text).toMatch(/^chat_edge_sessions\{state="live"\} 3$/m);
    expect(text).toMatch(/^chat_delivery_seconds_bucket\{le="0.1"\} 0$/m);
    expect(text).toMatch(/^chat_delivery_seconds_bucket\{le="1"\} 1$/m);
    expect(text).toMatch(/^chat_build_info\{version="0.0.0",proto="v1"\} 1$/m);
    expect(text).toMatch(/^chat_process_event_loop_delay_seconds\{quantile="0.99"\} /m);
    expect(text).not.toContain('otel_scope');
    expect(text).not.toContain('target_info');
  });

  it('keeps two services of one process apart', async () => {
    const one = telemetry();
    const two = telemetry();
    one.made.metrics.counter('chat_x_total', 'x').add(1);
    two.made.metrics.counter('chat_x_total', 'x').add(5);
    expect(await one.made.scrape()).toMatch(/^chat_x_total 1$/m);
    expect(await two.made.scrape()).toMatch(/^chat_x_total 5$/m);
  });

  it('refuses a name twice, a malformed name and a label that was not announced', () => {
    const { metrics } = telemetry().made;
    const counter = metrics.counter('chat_y_total', 'y', ['method']);
    expect(() => metrics.gauge('chat_y_total', 'y', () => 1)).toThrow(/exists/);
    expect(() => metrics.counter('Chat-Y', 'y')).toThrow(/not a name/);
    expect(() => {
      counter.add(1, { room: 'lobby' });
    }).toThrow(/no label room/);
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
