import { status, type handleUnaryCall, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { RpcFault } from './fault.js';

/** What a failed handler hands to the server: the status for the caller, and the cause for the log alone. */
export interface HandlerFailure {
  readonly code: status;
  readonly details: string;
  /** Present when the handler threw something that is no `RpcFault`. */
  readonly unexpected?: unknown;
}

/**
 * Makes an async function a unary method. `RpcFault` becomes its status; anything else thrown becomes INTERNAL without
 * its text, and `startGrpcServer` logs it.
 */
export function handler<Request, Response>(
  fn: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void respond(fn, call, callback);
  };
}

async function respond<Request, Response>(
  fn: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
): Promise<void> {
  let response: Response;
  try {
    response = await fn(call.request, call);
  } catch (error) {
    const failure: HandlerFailure =
      error instanceof RpcFault
        ? { code: error.code, details: error.message }
        : { code: status.INTERNAL, details: 'internal error', unexpected: error };
    callback(failure);
    return;
  }
  callback(null, response);
}
