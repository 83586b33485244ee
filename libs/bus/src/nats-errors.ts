import { JetStreamApiCodes, JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  DrainingConnectionError,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import { BusError } from './interface.js';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isClosed(error: unknown): boolean {
  return error instanceof ClosedConnectionError || error instanceof DrainingConnectionError;
}

/** The code of a status message that the library made an error of. */
function statusOf(error: unknown): unknown {
  return error instanceof JetStreamError && 'code' in error ? error.code : undefined;
}

/** The stream, consumer or message is not there. */
export function isNotFound(error: unknown): boolean {
  if (statusOf(error) === 404) return true;
  if (!(error instanceof JetStreamApiError)) return false;
  return (
    error.code === JetStreamApiCodes.StreamNotFound ||
    error.code === JetStreamApiCodes.ConsumerNotFound ||
    error.code === JetStreamApiCodes.NoMessageFound
  );
}

/** Errors that go away by themselves: an election, a reconnect, a broker that is starting. */
export function isPassing(error: unknown): boolean {
  if (error instanceof BusError) return error.code === 'unreachable';
  if (error instanceof JetStreamApiError) return error.status >= 500 && error.status !== 501;
  if (statusOf(error) === 503 || statusOf(error) === 408) return true;
  return (
    error instanceof NoRespondersError ||
    error instanceof TimeoutError ||
    (error instanceof RequestError && !isClosed(error.cause))
  );
}

export function asBusError(error: unknown): BusError {
  if (error instanceof BusError) return error;
  const code = isClosed(error)
    ? 'closed'
    : isNotFound(error)
      ? 'not-found'
      : isPassing(error)
        ? 'unreachable'
        : 'refused';
  return new BusError(code, messageOf(error), { cause: error });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
