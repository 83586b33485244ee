import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { TraceContext } from './tracing/traceparent.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * A named logger. Fields are in snake_case, durations end in `_ms`, sizes in `_bytes`, identities are `Telemetry.hash`es;
 * never bodies, credentials or MSRP URIs. An `Error` goes into the field `err`.
 */
export interface Logger {
  /** Start lines and transitions. */
  debug(fields: object, msg: string): void;
  /** Lifecycle and business events. */
  info(fields: object, msg: string): void;
  /** Something is degraded. */
  warn(fields: object, msg: string): void;
  /** A person must act. */
  error(fields: object, msg: string): void;
}

export interface LogOptions {
  readonly service: string;
  readonly pod?: string | undefined;
  readonly version: string;
  readonly level: LogLevel;
  /** The sampled span a line belongs to: it says so. */
  readonly trace?: (() => TraceContext | undefined) | undefined;
  readonly stream?: DestinationStream | undefined;
}

/**
 * The root of a service's loggers: JSON lines `ts level service pod version logger msg …`. JSON escapes line ends and
 * control characters, so no peer can forge a line.
 */
export function openLog(options: LogOptions): PinoLogger {
  const { service, pod, version, level, trace, stream } = options;
  return pino(
    {
      level,
      base: pod === undefined ? { service, version } : { service, pod, version },
      messageKey: 'msg',
      mixin: () => {
        const context = trace?.();
        return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
      },
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream ?? pino.destination({ fd: 1, sync: true }),
  );
}
