import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span as SdkSpan,
  type SpanContext,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logger.js';
import { BoundedProcessor, type SpanCounts } from './bounded-processor.js';
import { formatTraceparent, parseTraceparent, type TraceContext } from './traceparent.js';
import type { Span, SpanAttributes, SpanKind, Tracer } from './tracer.js';

export interface TracingOptions {
  /** Base URL of an OTLP/HTTP receiver: `http://otel-collector:4318`. */
  readonly endpoint: string;
  /** Share of the traces beginning here that are made, 0 to 1. Default 0: only those are joined that others began. */
  readonly ratio?: number | undefined;
}

export interface OpenTracerOptions extends TracingOptions {
  readonly service: string;
  readonly pod: string | undefined;
  readonly version: string;
  readonly logger: Logger;
  /** A number in [0, 1). */
  readonly random?: (() => number) | undefined;
  readonly nowMs: () => number;
  /** Instead of the endpoint, for tests. */
  readonly exporter?: SpanExporter | undefined;
}

export interface OpenTracer {
  readonly tracer: Tracer;
  readonly counts: Readonly<SpanCounts>;
  /** Sends what is there, within 2 s; never rejects. */
  shutdown(): Promise<void>;
}

const queueSpans = 4_096;
const batchSpans = 256;
const delayMs = 1_000;
const timeoutMs = 5_000;
const shutdownMs = 2_000;
const complainEveryMs = 60_000;
/** Attributes and links of one span, and characters of one value. */
const spanLimits = { attributeCountLimit: 32, linkCountLimit: 32, eventCountLimit: 0, attributeValueLengthLimit: 128 };

const kinds: Readonly<Record<SpanKind, Kind>> = {
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
  internal: Kind.INTERNAL,
};

/** Opens a tracer of its own: nothing of the OpenTelemetry API's global state is used, so a process may hold several. */
export function openTracer(options: OpenTracerOptions): OpenTracer {
  const { endpoint, ratio = 0, service, pod, version, logger, random = Math.random, nowMs } = options;
  const exporter = options.exporter ?? new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: timeoutMs });
  let complainedAtMs = -Infinity;
  const processor = new BoundedProcessor(exporter, {
    queueSpans,
    batchSpans,
    delayMs,
    timeoutMs,
    onFailed: (spans, error) => {
      if (nowMs() - complainedAtMs < complainEveryMs) return;
      complainedAtMs = nowMs();
      logger.warn({ err: error, spans, failed: processor.counts.failed }, 'traces were not taken by their collector');
    },
  });
  const provider = new BasicTracerProvider({
    // The decision is made before: what reaches the SDK is sampled.
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      'service.namespace': 'plenary',
      'service.name': service,
      'service.version': version,
      ...(pod === undefined ? {} : { 'service.instance.id': pod }),
    }),
    spanLimits,
    spanProcessors: [processor],
  });
  const sdk = provider.getTracer('plenary');
  const ambient = new AsyncLocalStorage<Span>();
  const tracer: Tracer = {
    enabled: true,
    sample: () => random() < ratio,
    read: parseTraceparent,
    start(name, { kind, parent, links, attributes, startMs }) {
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
      return new OurSpan(
        sdk.startSpan(
          name,
          {
            kind: kinds[kind],
            ...(attributes === undefined ? {} : { attributes }),
            ...(links === undefined ? {} : { links: links.map((link) => ({ context: remote(link) })) }),
            ...(startMs === undefined ? {} : { startTime: new Date(startMs) }),
          },
          context,
        ),
      );
    },
    run: (span, fn) => ambient.run(span, fn),
    active() {
      const span = ambient.getStore();
      return span === undefined || span.ended ? undefined : span;
    },
  };
  return {
    tracer,
    counts: processor.counts,
    async shutdown() {
      // It may reject when an export is under way ("Concurrent export limit reached"), and wait for a collector that is away.
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, shutdownMs);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}

function remote({ traceId, spanId }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

class OurSpan implements Span {
  readonly context: TraceContext;
  ended = false;
  readonly #span: SdkSpan;

  constructor(span: SdkSpan) {
    this.#span = span;
    const { traceId, spanId } = span.spanContext();
    this.context = { traceId, spanId };
  }

  get traceparent(): string {
    return formatTraceparent(this.context);
  }

  set(attributes: SpanAttributes): void {
    if (!this.ended) this.#span.setAttributes(attributes);
  }

  fail(reason: string): void {
    if (!this.ended) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }

  end(atMs?: number): void {
    if (this.ended) return;
    this.ended = true;
    this.#span.end(atMs === undefined ? undefined : new Date(atMs));
  }
}
