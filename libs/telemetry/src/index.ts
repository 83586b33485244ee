export { auditActions, type Audit, type AuditAction, type AuditFields } from './audit.js';
export type { Logger, LogLevel } from './logger.js';
export { isAllowed } from './labels.js';
export { metricDefinition, metricList, type MetricName } from './metric-list/index.js';
export { other as otherValue, type LabelValues, type MetricDefinition, type ServiceName } from './metric-list/types.js';
export { type Counter, type Histogram, type Labels, type Metrics, type Reading } from './metrics.js';
export { prettyLine, prettyStream, type TextSink } from './pretty.js';
export {
  attributeNames,
  conventionsVersion,
  destinations,
  messagingAttributes,
  type AttributeName,
  type MessagingOperation,
} from './tracing/conventions.js';
export { type TracingOptions } from './tracing/open-tracer.js';
export { formatTraceparent, parseTraceparent, type TraceContext } from './tracing/traceparent.js';
export {
  noTracer,
  type Span,
  type SpanAttributes,
  type SpanKind,
  type SpanOptions,
  type Tracer,
} from './tracing/tracer.js';
export { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.js';
