import { createServer } from 'node:net';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from '@plenary/telemetry';
import { HealthImplementation } from 'grpc-health-check';
import { listenError } from '../start-error.js';
import type { InternalIdentity } from '../tls/internal-identity.js';
import type { InternalName } from '../tls/internal-names.js';
import { guarded } from './callers.js';
import { instrumented, type RpcServerMetrics, type RpcTracing } from './instrument.js';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Names the port in the message of a failed start. */
  readonly setting?: string | undefined;
  /**
   * As the generated code has them, `[RoomStateServiceService, implementation]`, and who may call; with an identity each
   * service says who.
   */
  readonly services: readonly (readonly [
    definition: ServiceDefinition,
    implementation: UntypedServiceImplementation,
    callers?: readonly InternalName[],
  ])[];
  /** With one the server speaks TLS and takes only callers with a certificate of its authorities. */
  readonly identity?: InternalIdentity | undefined;
  /** How long a connection lasts before its client has to look its peer up again. Default 30 min; the library adds a tenth. */
  readonly connectionAgeMs?: number | undefined;
  readonly logger: Logger;
  readonly metrics?: RpcServerMetrics | undefined;
  readonly tracing?: RpcTracing | undefined;
  /** Largest request, in octets. Default 4 MiB. */
  readonly maxRequestBytes?: number | undefined;
}

export interface GrpcServer {
  readonly port: number;
  /** `host:port`, as a client takes it. */
  readonly address: string;
  /** Not serving; takes no new call, lets open ones end for `graceMs`, then cuts them. A second call waits for the first. */
  drain(graceMs: number): Promise<void>;
}

/**
 * Serves gRPC with the standard health service (`grpc.health.v1.Health`), which every caller may ask. Without an identity in
 * plain text, for loopback only. Throws `StartError` when the port cannot be had.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { host, services, logger, metrics, tracing, identity, maxRequestBytes = 4 * 1024 * 1024 } = options;
  const server = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 1,
    // So that clients look up their peers again now and then.
    'grpc.max_connection_age_ms': options.connectionAgeMs ?? 30 * 60_000,
    'grpc.max_connection_age_grace_ms': 60_000,
    'grpc.so_reuseport': 0,
  });
  for (const [definition, implementation, callers] of services) {
    if (identity !== undefined && callers === undefined) throw new TypeError('a service does not say who may call it');
    const own =
      identity === undefined || callers === undefined
        ? implementation
        : guarded(definition, implementation, callers, logger);
    server.addService(definition, instrumented(definition, own, logger, metrics, tracing));
  }
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  const port = await bind(server, options);
  let drained: Promise<void> | undefined;
  return {
    port,
    address: `${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    drain(graceMs) {
      health.setStatus('', 'NOT_SERVING');
      drained ??= shutDown(server, graceMs);
      return drained;
    },
  };
}

async function bind(server: Server, { host, port, setting, identity }: GrpcServerOptions): Promise<number> {
  // The library says only that no address was bound, and on standard error; a plain listener says why.
  const fault = port === 0 ? undefined : await bindingFault(host, port);
  if (fault !== undefined) throw listenError(fault, { host, port, setting });
  const target = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return new Promise<number>((resolve, reject) => {
    const credentials = identity?.serverCredentials() ?? ServerCredentials.createInsecure();
    server.bindAsync(target, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

function bindingFault(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve(undefined);
      });
    });
  });
}

function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
