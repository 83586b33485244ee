import type { DestinationStream } from 'pino';
import { keyedHash } from './hash.js';
import { openLog, type Logger, type LogLevel } from './logger.js';
import { openMetrics, type Metrics } from './metrics.js';
import { addProcessMetrics } from './process-metrics.js';

/** Logs and metrics of one service instance. Nothing in it is global: a process may hold several. */
export interface Telemetry {
  /** A logger that writes its name (`msrp-edge:switch`) into every line. */
  logger(name: string): Logger;
  readonly metrics: Metrics;
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
  /** The wall clock that the daily key follows. */
  readonly nowMs?: (() => number) | undefined;
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { service, pod, version = '0.0.0', proto = 'v1', level = 'info', hashKey, stream, nowMs = Date.now } = options;
  const log = openLog({ service, pod, version, level, stream });
  const registry = openMetrics();
  const processMetrics = addProcessMetrics(registry.metrics, { version, proto });
  return {
    logger: (name) => log.child({ logger: name }),
    metrics: registry.metrics,
    hash: keyedHash(hashKey, nowMs),
    scrape: () => registry.scrape(),
    async shutdown() {
      processMetrics.stop();
      // Shutting down may report that an export was under way: of no interest to anybody by then.
      await registry.shutdown().catch(() => undefined);
    },
  };
}
