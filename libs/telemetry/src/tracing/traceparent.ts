/** The place of a span in its trace. Only sampled ones are ever told of. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 of them, not all 0. */
  readonly spanId: string;
}

// Version, trace-id, parent-id, flags; of version 00 nothing may follow (W3C Trace Context section 3.2.2).
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const noTraceId = '0'.repeat(32);
const noSpanId = '0'.repeat(16);
const sampledFlag = 1;

/**
 * Reads a `traceparent`: undefined where there is none, where it is malformed or of another version, and where the trace is not sampled.
 *
 * Spec: W3C Trace Context section 3.2.
 */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  // As long as it has to be: nothing else is looked at.
  if (text?.length !== 55) return undefined;
  const [, traceId, spanId, flags] = form.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (traceId === noTraceId || spanId === noSpanId) return undefined;
  return (Number.parseInt(flags, 16) & sampledFlag) === 0 ? undefined : { traceId, spanId };
}

/** The `traceparent` of a sampled span. */
export function formatTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}
