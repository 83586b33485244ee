export type { Logger, LogLevel } from './logger.js';
export {
  latencyBucketsSeconds,
  type Counter,
  type Histogram,
  type Labels,
  type Metrics,
  type Reading,
} from './metrics.js';
export { prettyLine, prettyStream, type TextSink } from './pretty.js';
export { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.js';
