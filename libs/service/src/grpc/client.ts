import {
  credentials,
  Metadata,
  status,
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import type { TraceContext, Tracer } from '@plenary/telemetry';
import type { InternalIdentity } from '../tls/internal-identity.js';
import type { InternalName } from '../tls/internal-names.js';
import { RpcError } from './fault.js';
import { beginCall, endCall } from './traced-call.js';

/** Of the clients that make spans. */
const tracers = new WeakMap<Client, Tracer>();

/** A generated client class. */
export type GrpcClientClass<C extends Client> = new (
  address: string,
  channelCredentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => C;

/** What a client may need beside its address. */
export interface GrpcClientSettings {
  /** Largest response, in octets. Default 4 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Over TLS: who we are, and which service has to be there. Without it in plain text. */
  readonly tls?: InternalPeer | undefined;
  /** Makes the spans of its calls where they belong to a sampled trace. */
  readonly tracer?: Tracer | undefined;
}

/** The way to one service over TLS. */
export interface InternalPeer {
  readonly identity: InternalIdentity;
  readonly expected: InternalName;
}

/** For `openGrpcClient`: the way to the service `expected`, in plain text where there is no identity. */
export function towards(identity: InternalIdentity | undefined, expected: InternalName): InternalPeer | undefined {
  return identity === undefined ? undefined : { identity, expected };
}

/**
 * Opens a client; it connects with the first call and again after every loss, and spreads its calls over all addresses
 * of the target (`host:port`, `dns:///name:port`, `ipv4:a:1,b:2`). End it with `client.close()`.
 */
export function openGrpcClient<C extends Client>(
  ClientClass: GrpcClientClass<C>,
  address: string,
  { maxResponseBytes = 4 * 1024 * 1024, tls, tracer }: GrpcClientSettings = {},
): C {
  const security = tls?.identity.channelCredentials(tls.expected) ?? credentials.createInsecure();
  const client = new ClientClass(address, security, {
    // The name asked for in the handshake: addresses may not stand there (RFC 6066 section 3).
    ...(tls === undefined ? {} : { 'grpc.ssl_target_name_override': tls.expected }),
    'grpc.max_receive_message_length': maxResponseBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    // Each client has channels of its own, so that closing one never ends another's.
    'grpc.use_local_subchannel_pool': 1,
  });
  if (tracer?.enabled === true) tracers.set(client, tracer);
  return client;
}

/** A unary method of a generated client, in its longest form. */
export type UnaryClientMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

export interface UnaryOptions {
  /** The call ends with DEADLINE_EXCEEDED after this long; the server is told and may stop working on it. */
  readonly deadlineMs: number;
  /** Waits (within the deadline) for a peer that is away, instead of failing at once. Default false. */
  readonly waitForReady?: boolean | undefined;
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /** The sampled span it is done for. Default: the active one. */
  readonly parent?: TraceContext | undefined;
}

/** Calls `method` of `client` with a deadline; throws `RpcError`. Example: `unary(client, client.admit, request, { deadlineMs: 2_000 })`. */
export function unary<Request, Response>(
  client: Client,
  method: UnaryClientMethod<Request, Response>,
  request: Request,
  options: UnaryOptions,
): Promise<Response> {
  const { deadlineMs, waitForReady = false, signal } = options;
  return new Promise((resolve, reject) => {
    const metadata = new Metadata({ waitForReady });
    const path = (method as { readonly path?: string }).path ?? '';
    const span = beginCall(tracers.get(client), path, options.parent, metadata);
    const abort = (): void => {
      call.cancel();
    };
    const call = withoutStack(() =>
      method.call(client, request, metadata, { deadline: Date.now() + deadlineMs }, (error, response) => {
        signal?.removeEventListener('abort', abort);
        if (span !== undefined) endCall(span, error?.code ?? status.OK);
        if (error === null) resolve(response);
        else reject(rpcError(error, call.getPeer()));
      }),
    );
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The library notes the stack of every call for the case that it fails: half of what starting one costs. `RpcError` says which call it was. */
function withoutStack<T>(start: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return start();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function rpcError(error: ServiceError, peer: string): RpcError {
  const code = error.code in status ? error.code : status.UNKNOWN;
  return new RpcError(code, error.details, peer, { cause: error });
}
