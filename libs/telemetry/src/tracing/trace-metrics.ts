import type { Metrics } from '../metrics.js';
import type { SpanCounts } from './bounded-processor.js';

const none: SpanCounts = { exported: 0, failed: 0, dropped: 0 };

/** What became of spans; all 0 where none are made. */
export function addTraceMetrics(metrics: Metrics, counts: Readonly<SpanCounts> = none): void {
  metrics.observedCounter('chat_trace_spans_total', () =>
    (['exported', 'failed', 'dropped'] as const).map((result) => ({ value: counts[result], labels: { result } })),
  );
}
