import type { DestinationStream } from 'pino';
import { openAudit, type Audit } from './audit.js';
import { keyedHash } from './hash.js';
import { openLog, type Logger, type LogLevel } from './logger.js';
import { noMetrics, openMetrics, type Metrics } from './metrics.js';
import { addProcessMetrics } from './process-metrics.js';
import { openTracer, type OpenTracer, type TracingOptions } from './tracing/open-tracer.js';
import { addTraceMetrics } from './tracing/trace-metrics.js';
import { noTracer, type Tracer } from './tracing/tracer.js';

/** Logs, metrics and traces of one service instance. Nothing in it is global: a process may hold several. */
export interface Telemetry {
  /** A logger that writes its name (`msrp-edge:switch`) into every line. */
  logger(name: string): Logger;
  readonly audit: Audit;
  readonly metrics: Metrics;
  /** Makes nothing without `tracing`. */
  readonly tracer: Tracer;
  /** The name of an identity in logs; `kind` is `room`, `dialog`, `session` or `participant`. */
  hash(kind: string, id: string): string;
  /** Every metric in the Prometheus text format. */
  scrape(): Promise<string>;
  /** Ends measuring; never rejects. */
  shutdown(): Promise<void>;
}

export interface TelemetryOptions {
  readonly service: string;
  /** Name of the pod or process, where there are several. */
  readonly pod?: string | undefined;
  /** Version of the build. Default `0.0.0`. */
  readonly version?: string | undefined;
  /** Version of the message shapes. Default `v1`. */
  readonly proto?: string | undefined;
  /** Default `info`. */
  readonly level?: LogLevel | undefined;
  /** Key of the hashes; the same in every service of an installation. */
  readonly hashKey: string;
  /** Where log lines go. Default: standard output, as JSON. */
  readonly stream?: DestinationStream | undefined;
  /** Where spans go; without it none are made. */
  readonly tracing?: TracingOptions | undefined;
  /** False measures nothing, to see what measuring costs. Default true. */
  readonly measure?: boolean | undefined;
  /** The wall clock that the daily key follows. */
  readonly nowMs?: (() => number) | undefined;
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { service, pod, version = '0.0.0', proto = 'v1', level = 'info', hashKey, stream, nowMs = Date.now } = options;
  const log = openLog({ service, pod, version, level, stream, trace: () => tracing?.tracer.active()?.context });
  const registry = options.measure === false ? noMetrics() : openMetrics();
  const tracing: OpenTracer | undefined =
    options.tracing === undefined
      ? undefined
      : openTracer({ ...options.tracing, service, pod, version, nowMs, logger: log.child({ logger: 'telemetry' }) });
  addTraceMetrics(registry.metrics, tracing?.counts);
  const processMetrics = addProcessMetrics(registry.metrics, { version, proto });
  return {
    logger: (name) => log.child({ logger: name }),
    audit: openAudit(log),
    metrics: registry.metrics,
    tracer: tracing?.tracer ?? noTracer,
    hash: keyedHash(hashKey, nowMs),
    scrape: () => registry.scrape(),
    async shutdown() {
      processMetrics.stop();
      await tracing?.shutdown();
      // Shutting down may report that an export was under way: of no interest to anybody by then.
      await registry.shutdown().catch(() => undefined);
    },
  };
}
