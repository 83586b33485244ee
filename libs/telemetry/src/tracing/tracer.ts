import type { AttributeName } from './conventions.js';
import type { TraceContext } from './traceparent.js';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/** Values are numbers, words of ours, Message-IDs and hashes; longer texts are cut at 128 characters. */
export type SpanAttributes = Partial<Record<AttributeName, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: SpanKind;
  /** Without one the span begins a trace. */
  readonly parent?: TraceContext | undefined;
  /** Other traces it has to do with; at most 32 count. */
  readonly links?: readonly TraceContext[] | undefined;
  readonly attributes?: SpanAttributes | undefined;
  /** When it began, milliseconds since 1970. Default: now. */
  readonly startMs?: number | undefined;
}

/** A span of a sampled trace. */
export interface Span {
  readonly context: TraceContext;
  /** Its context as it travels. */
  readonly traceparent: string;
  readonly ended: boolean;
  set(attributes: SpanAttributes): void;
  /** It did not do what it was for; `reason` is a word of ours. */
  fail(reason: string): void;
  /** `atMs`: milliseconds since 1970. Default: now. A second end changes nothing. */
  end(atMs?: number): void;
}

/**
 * The spans of one service instance. Whether a trace is made is decided once, where it begins, before anything of it exists; who is not
 * told of a sampled context makes nothing.
 */
export interface Tracer {
  /** False where there is nowhere to send spans: then nothing is ever sampled. */
  readonly enabled: boolean;
  /** The decision for a trace that would begin here: costs a random number. */
  sample(): boolean;
  /** The context a `traceparent` tells of; undefined where it is malformed or not sampled, and where spans go nowhere. */
  read(traceparent: string | undefined): TraceContext | undefined;
  start(name: string, options: SpanOptions): Span;
  /**
   * Runs `fn` so that `active` finds this span in everything it calls and waits for. Costs the whole process something for every promise
   * from its first use on, so not on the path of messages.
   */
  run<T>(span: Span, fn: () => T): T;
  /** The span this is done for, unless it has ended; also of work that goes on after its answer. */
  active(): Span | undefined;
}

const nothing: Span = {
  context: { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
  traceparent: '',
  ended: true,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** Makes nothing. */
export const noTracer: Tracer = {
  enabled: false,
  sample: () => false,
  read: () => undefined,
  start: () => nothing,
  run: (_span, fn) => fn(),
  active: () => undefined,
};
