import type { Span, TraceContext, Tracer } from '@plenary/telemetry';

/** What of a request a span tells: its method, its answer, nothing that names anybody. */
export interface TracedRequest {
  readonly method: string;
  /** Of the final answer; undefined where there was none. */
  readonly status: () => number | undefined;
}

/**
 * Serves a request inside its span, where this one is sampled: `SIP INVITE` and so on, one per server transaction. It begins a trace, for
 * SIP brings none that could be trusted. `work` never rejects.
 */
export function traced(tracer: Tracer, { method, status }: TracedRequest, work: () => Promise<void>): Promise<void> {
  if (!tracer.sample()) return work();
  const span = tracer.start(`SIP ${method}`, { kind: 'server', attributes: { 'sip.method': method } });
  return within(tracer, span, status, work);
}

/** The ACK of a sampled INVITE: what it sets going belongs to the same trace. */
export function tracedAck(tracer: Tracer, invite: TraceContext | undefined, work: () => Promise<void>): Promise<void> {
  if (invite === undefined) return work();
  const span = tracer.start('SIP ACK', { kind: 'server', parent: invite, attributes: { 'sip.method': 'ACK' } });
  return within(tracer, span, () => undefined, work);
}

async function within(
  tracer: Tracer,
  span: Span,
  status: () => number | undefined,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await tracer.run(span, work);
  } finally {
    const answered = status();
    if (answered !== undefined) span.set({ 'sip.status_code': answered });
    if (answered !== undefined && answered >= 500) span.fail('refused');
    span.end();
  }
}
