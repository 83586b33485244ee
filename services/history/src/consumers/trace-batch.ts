import type { LogEvent } from '@plenary/bus';
import { messagingAttributes, type TraceContext, type Tracer } from '@plenary/telemetry';

/** Traced messages of one batch that get spans. */
const maxTraced = 32;

/**
 * The spans of one batch: `history.batch` with links to the traced messages in it, and for each of these a `process chat.in` in its own
 * trace. Undefined, and nothing made, where none is traced.
 */
export function traceBatch(
  batch: readonly LogEvent[],
  { tracer, hashOf }: { readonly tracer: Tracer; readonly hashOf: (room: string) => string },
): { end(): void; fail(): void } | undefined {
  const traced: { readonly event: LogEvent; readonly context: TraceContext }[] = [];
  for (const event of batch) {
    if (event.traceparent === undefined || traced.length >= maxTraced) continue;
    const context = tracer.read(event.traceparent);
    if (context !== undefined) traced.push({ event, context });
  }
  if (traced.length === 0) return undefined;
  const whole = tracer.start('history.batch', {
    kind: 'internal',
    links: traced.map(({ context }) => context),
    attributes: { 'messaging.batch.message_count': batch.length },
  });
  const each = traced.map(({ event, context }) =>
    tracer.start('process chat.in', {
      kind: 'consumer',
      parent: context,
      links: [context, whole.context],
      attributes: {
        ...messagingAttributes('process', 'in'),
        'chat.room.hash': hashOf(event.room),
        'chat.seq': event.seq,
      },
    }),
  );
  const all = [...each, whole];
  return {
    end: () => all.forEach((span) => span.end()),
    fail: () => {
      for (const span of all) {
        span.fail('not recorded');
        span.end();
      }
    },
  };
}
