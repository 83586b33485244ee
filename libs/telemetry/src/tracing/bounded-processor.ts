import type { Context } from '@opentelemetry/api';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** `ExportResultCode.SUCCESS`. */
const success = 0;

function isSuccess({ code }: { readonly code: number }): boolean {
  return code === success;
}

/** What became of finished spans. */
export interface SpanCounts {
  exported: number;
  /** The collector did not take them. */
  failed: number;
  /** Too many waited. */
  dropped: number;
}

export interface BoundedOptions {
  /** Spans that may wait or be on their way; what comes beyond is dropped and counted. */
  readonly queueSpans: number;
  readonly batchSpans: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
  /** Told of each batch the collector did not take. */
  readonly onFailed: (spans: number, error: Error | undefined) => void;
}

/** Batches spans for an exporter, in bounded memory, and knows what became of each: the batch processor of the SDK drops in silence. */
export class BoundedProcessor implements SpanProcessor {
  readonly counts: SpanCounts = { exported: 0, failed: 0, dropped: 0 };
  readonly #batches: BatchSpanProcessor;
  #waiting = 0;

  constructor(
    exporter: SpanExporter,
    private readonly options: BoundedOptions,
  ) {
    this.#batches = new BatchSpanProcessor(this.#counting(exporter), {
      maxQueueSize: options.queueSpans,
      maxExportBatchSize: options.batchSpans,
      scheduledDelayMillis: options.delayMs,
      exportTimeoutMillis: options.timeoutMs,
    });
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.options.queueSpans) {
      this.counts.dropped++;
      return;
    }
    this.#waiting++;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #counting(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]) => {
        exporter.export(spans, (result) => {
          this.#waiting -= spans.length;
          if (isSuccess(result)) this.counts.exported += spans.length;
          else {
            this.counts.failed += spans.length;
            this.options.onFailed(spans.length, result.error);
          }
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }
}
