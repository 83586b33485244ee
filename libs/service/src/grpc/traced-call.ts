import { status, type Metadata } from '@grpc/grpc-js';
import type { Span, TraceContext, Tracer } from '@plenary/telemetry';

/** The key of W3C Trace Context in gRPC metadata. */
const metadataKey = 'traceparent';

/** The client's span of a call that belongs to a sampled trace, told in its metadata; undefined for all others, and nothing is told. */
export function beginCall(
  tracer: Tracer | undefined,
  path: string,
  parent: TraceContext | undefined,
  metadata: Metadata,
): Span | undefined {
  const context = tracer === undefined ? undefined : (parent ?? tracer.active()?.context);
  if (tracer === undefined || context === undefined) return undefined;
  const span = startCall(tracer, 'client', path, context);
  metadata.set(metadataKey, span.traceparent);
  return span;
}

/** The server's span of a call whose caller tells of a sampled one. */
export function takeCall(tracer: Tracer | undefined, path: string, metadata: Metadata): Span | undefined {
  const [told] = tracer === undefined ? [] : metadata.get(metadataKey);
  const context = typeof told === 'string' ? tracer?.read(told) : undefined;
  return tracer === undefined || context === undefined ? undefined : startCall(tracer, 'server', path, context);
}

export function endCall(span: Span, code: status): void {
  span.set({ 'rpc.grpc.status_code': code });
  if (code !== status.OK) span.fail(status[code]);
  span.end();
}

/** `/plenary.roomstate.v1.RoomStateService/Admit` is `roomstate.Admit`. */
function startCall(tracer: Tracer, kind: 'client' | 'server', path: string, parent: TraceContext): Span {
  const [, service = '', method = ''] = path.split('/');
  const area = service.split('.').at(-3) ?? service;
  return tracer.start(`${area}.${method}`, {
    kind,
    parent,
    attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method },
  });
}
