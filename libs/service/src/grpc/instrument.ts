import {
  status,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Counter, Histogram, Logger, Metrics } from '@plenary/telemetry';
import type { HandlerFailure } from './handler.js';

/** The metrics of a gRPC server; made once per telemetry, shared by its servers. */
export interface RpcServerMetrics {
  readonly requests: Counter;
  readonly seconds: Histogram;
}

const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function rpcServerMetrics(metrics: Metrics): RpcServerMetrics {
  const labels = ['rpc_service', 'method', 'code'];
  return {
    requests: metrics.counter('chat_rpc_server_requests_total', 'gRPC calls answered', labels),
    seconds: metrics.histogram('chat_rpc_seconds', 'Time from a gRPC call to its answer', bucketsSeconds, labels),
  };
}

/** The same implementation, with every unary method counted, timed, and its unexpected failures logged. */
export function instrumented(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  logger: Logger,
  metrics: RpcServerMetrics | undefined,
): UntypedServiceImplementation {
  const result: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(definition)) {
    const original = implementation[name];
    if (original === undefined) throw new TypeError(`the service has no method ${name}`);
    const unary = !method.requestStream && !method.responseStream;
    result[name] = unary ? measured(method, original.bind(implementation) as UnaryMethod, logger, metrics) : original;
  }
  return result;
}

type UnaryMethod = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => void;

function measured(
  method: MethodDefinition<unknown, unknown>,
  original: UnaryMethod,
  logger: Logger,
  metrics: RpcServerMetrics | undefined,
): UnaryMethod {
  // path: /plenary.roomstate.v1.RoomStateService/Admit
  const [, service = '', name = ''] = method.path.split('/');
  const rpcService = service.slice(service.lastIndexOf('.') + 1);
  return (call, callback) => {
    const startMs = performance.now();
    original(call, (failure, value, trailer, flags) => {
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
      callback(failure, value, trailer, flags);
    });
  };
}
