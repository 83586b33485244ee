export { FakeClock, systemClock, type Clock, type Timer } from './clock.js';
export {
  openGrpcClient,
  towards,
  unary,
  type GrpcClientClass,
  type GrpcClientSettings,
  type InternalPeer,
  type UnaryClientMethod,
  type UnaryOptions,
} from './grpc/client.js';
export { RpcError, RpcFault } from './grpc/fault.js';
export { handler } from './grpc/handler.js';
export { rpcServerMetrics, type RpcServerMetrics, type RpcTracing } from './grpc/instrument.js';
export { startGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc/server.js';
export { startHealthServer, type HealthOptions, type HealthServer } from './health.js';
export { host, type HostedService, type ServiceParts } from './host.js';
export { Lifecycle, type Service } from './lifecycle.js';
export { lifecycleTable, type LifecycleInput, type LifecycleState } from './lifecycle.table.js';
export { logOptions, logSettings } from './telemetry-options.js';
export { runService, type ExitCode, type ProcessSurface, type RunOptions } from './run.js';
export { demoOnLoopbackOnly } from './demo-mode.js';
export { defaultTraceRatio, rootTraceSettings, traceSettings, tracingOf } from './trace-settings.js';
export { listenError, StartError } from './start-error.js';
export { certificateFollower, type CertificateFollower, type CertificateName } from './tls/certificate-follower.js';
export { openCertificates, type Certificates, type CertificatesOptions } from './tls/certificates.js';
export {
  busSecurity,
  hostsOf,
  internalTlsSettings,
  isLoopback,
  openInternalIdentity,
  refusePlainDatabase,
  type InternalIdentity,
  type InternalIdentityOptions,
  type InternalTlsValues,
} from './tls/internal-identity.js';
export { dnsNamesOf, internalNames, type InternalName } from './tls/internal-names.js';
export { CertificateFault, type CertificateFiles } from './tls/pem-files.js';
