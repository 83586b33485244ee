import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openTracer, type OpenTracer } from './open-tracer.js';
import { formatTraceparent } from './traceparent.js';

const open: OpenTracer[] = [];
afterEach(async () => {
  for (const tracer of open.splice(0)) await tracer.shutdown();
});

/** `ExportResultCode.SUCCESS`. */
const success = { code: 0 } as unknown as Parameters<Parameters<SpanExporter['export']>[1]>[0];

interface Made extends OpenTracer {
  readonly spans: ReadableSpan[];
  readonly warnings: string[];
}

function make(
  options: { readonly ratio?: number; readonly random?: number; readonly exporter?: SpanExporter } = {},
): Made {
  const spans: ReadableSpan[] = [];
  const warnings: string[] = [];
  const silent = (): void => undefined;
  const exporter = options.exporter ?? {
    export: (batch, done) => {
      spans.push(...batch);
      done(success);
    },
    shutdown: () => Promise.resolve(),
  };
  const opened = openTracer({
    endpoint: 'http://127.0.0.1:9',
    ratio: options.ratio,
    service: 'x',
    pod: 'x-1',
    version: '1',
    logger: { debug: silent, info: silent, error: silent, warn: (_, text) => void warnings.push(text) },
    random: () => options.random ?? 0.5,
    nowMs: () => 1_000,
    exporter,
  });
  open.push(opened);
  return { ...opened, spans, warnings };
}

describe('openTracer', () => {
  it('samples the share it was told', () => {
    expect(make({ ratio: 0.01, random: 0.009 }).tracer.sample()).toBe(true);
    expect(make({ ratio: 0.01, random: 0.01 }).tracer.sample()).toBe(false);
    expect(make({ random: 0 }).tracer.sample()).toBe(false);
    expect(make({ ratio: 1, random: 0.999 }).tracer.sample()).toBe(true);
  });

  it('keeps a trace together, over calls and awaits, and forgets a span that has ended', async () => {
    const { tracer, spans, shutdown } = make();
    const root = tracer.start('root', { kind: 'server' });
    const child = await tracer.run(root, async () => {
      await Promise.resolve();
      return tracer.start('child', { kind: 'client', parent: tracer.active()?.context });
    });
    child.end();
    const later = tracer.run(root, () => () => tracer.active());
    root.end();
    root.end();
    expect(later()).toBeUndefined();
    expect(tracer.run(root, () => tracer.active())).toBeUndefined();
    expect(tracer.read(root.traceparent)).toEqual(root.context);
    expect(root.traceparent).toBe(formatTraceparent(root.context));
    await shutdown();
    expect(spans.map(({ name }) => name)).toEqual(['child', 'root']);
    expect(spans[0]?.parentSpanContext?.spanId).toBe(root.context.spanId);
    expect(spans[0]?.spanContext().traceId).toBe(root.context.traceId);
  });

  it('takes 32 links, 128 characters of a value, and times from before', async () => {
    const { tracer, spans, shutdown } = make();
    const link = tracer.start('other', { kind: 'internal' }).context;
    const links = Array.from({ length: 40 }, () => link);
    const startMs = Date.now() - 60_000;
    const attributes = { 'chat.message_id.in': 'x'.repeat(500) };
    tracer.start('late', { kind: 'internal', links, startMs, attributes }).end(startMs + 5);
    await shutdown();
    const [span] = spans;
    expect(span?.links).toHaveLength(32);
    expect(span?.attributes['chat.message_id.in']).toHaveLength(128);
    expect(span?.startTime[0]).toBe(Math.floor(startMs / 1_000));
    expect(span?.duration[1]).toBe(5_000_000);
  });

  it('drops what does not fit, counts it, and complains of a receiver once', async () => {
    const taken: ((result: { code: number }) => void)[] = [];
    const { tracer, counts, warnings, shutdown } = make({
      exporter: { export: (_, done) => void taken.push(done), shutdown: () => Promise.reject(new Error('busy')) },
    });
    for (let i = 0; i < 5_000; i++) tracer.start('x', { kind: 'internal' }).end();
    expect(counts.dropped).toBe(5_000 - 4_096);
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(0), { timeout: 5_000 });
    taken.shift()?.({ code: 1 });
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(0), { timeout: 5_000 });
    taken.shift()?.({ code: 1 });
    expect(counts.failed).toBe(512);
    expect(warnings).toHaveLength(1);
    await expect(shutdown()).resolves.toBeUndefined();
  });
});
