export { FakeClock, systemClock, type Clock, type Timer } from './clock.js';
export {
  openGrpcClient,
  unary,
  type GrpcClientClass,
  type GrpcClientSettings,
  type UnaryClientMethod,
  type UnaryOptions,
} from './grpc/client.js';
export { RpcError, RpcFault } from './grpc/fault.js';
export { handler } from './grpc/handler.js';
export { rpcServerMetrics, type RpcServerMetrics } from './grpc/instrument.js';
export { startGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc/server.js';
export { startHealthServer, type HealthOptions, type HealthServer } from './health.js';
export { host, type HostedService, type ServiceParts } from './host.js';
export { Lifecycle, type Service } from './lifecycle.js';
export { lifecycleTable, type LifecycleInput, type LifecycleState } from './lifecycle.table.js';
export { runService, type ExitCode, type ProcessSurface, type RunOptions } from './run.js';
export { demoOnLoopbackOnly } from './demo-mode.js';
export { listenError, StartError } from './start-error.js';
