import { status } from '@grpc/grpc-js';

/** Thrown by a handler: answers the call with this status. The message goes to the caller, so it holds no secrets. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

/** Thrown by `unary`: the call came back with a status other than OK, or not in time. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: status,
    readonly details: string,
    /** Path of the method. */
    readonly method: string,
    options?: ErrorOptions,
  ) {
    super(`${method}: ${status[code]}: ${details}`, options);
  }

  /** True where the same request may be sent again: the peer was away, overtaxed or too slow. */
  get retryable(): boolean {
    return (
      this.code === status.UNAVAILABLE ||
      this.code === status.DEADLINE_EXCEEDED ||
      this.code === status.RESOURCE_EXHAUSTED ||
      this.code === status.ABORTED
    );
  }
}
