import {
  status,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Counter, Histogram, Logger, Metrics, Tracer } from '@plenary/telemetry';
import type { HandlerFailure } from './handler.js';
import { endCall, takeCall } from './traced-call.js';

/** The metrics of a gRPC server; made once per telemetry, shared by its servers. */
export interface RpcServerMetrics {
  readonly requests: Counter;
  readonly seconds: Histogram;
}

export function rpcServerMetrics(metrics: Metrics): RpcServerMetrics {
  return {
    requests: metrics.counter('chat_rpc_server_requests_total'),
    seconds: metrics.histogram('chat_rpc_seconds'),
  };
}

/** How a gRPC server makes spans of calls that belong to a sampled trace. */
export interface RpcTracing {
  readonly tracer: Tracer;
  /** Whether what a handler asks of others belongs to the span by itself. False where promises must cost nothing more (`Tracer.run`). */
  readonly ambient: boolean;
}

/** The same implementation, with every unary method counted, timed, traced, and its unexpected failures logged. */
export function instrumented(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  logger: Logger,
  metrics: RpcServerMetrics | undefined,
  tracing?: RpcTracing,
): UntypedServiceImplementation {
  const result: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(definition)) {
    const original = implementation[name];
    if (original === undefined) throw new TypeError(`the service has no method ${name}`);
    const unary = !method.requestStream && !method.responseStream;
    result[name] = unary
      ? measured(method, original.bind(implementation) as UnaryMethod, logger, metrics, tracing)
      : original;
  }
  return result;
}

type UnaryMethod = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => void;

function measured(
  method: MethodDefinition<unknown, unknown>,
  original: UnaryMethod,
  logger: Logger,
  metrics: RpcServerMetrics | undefined,
  tracing: RpcTracing | undefined,
): UnaryMethod {
  // path: /plenary.roomstate.v1.RoomStateService/Admit
  const [, service = '', name = ''] = method.path.split('/');
  const rpcService = service.slice(service.lastIndexOf('.') + 1);
  return (call, callback) => {
    const startMs = performance.now();
    const span = takeCall(tracing?.tracer, method.path, call.metadata);
    const done: sendUnaryData<unknown> = (failure, value, trailer, flags) => {
      const { code = status.UNKNOWN, unexpected } = (failure ?? { code: status.OK }) as Partial<HandlerFailure>;
      const durationMs = performance.now() - startMs;
      const labels = { rpc_service: rpcService, method: name, code: status[code] };
      metrics?.requests.add(1, labels);
      metrics?.seconds.record(durationMs / 1000, labels);
      if (unexpected !== undefined)
        logger.error(
          { err: unexpected, rpc_service: rpcService, method: name, dur_ms: Math.round(durationMs) },
          'a gRPC handler failed',
        );
      if (span !== undefined) endCall(span, code);
      callback(failure, value, trailer, flags);
    };
    if (span !== undefined && tracing?.ambient === true) tracing.tracer.run(span, () => original(call, done));
    else original(call, done);
  };
}
