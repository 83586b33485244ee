import { status } from '@grpc/grpc-js';
import { ConferenceServiceClient } from '@plenary/proto/roomstate';
import { type Clock, type InternalIdentity, openGrpcClient, RpcError, towards, unary } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import type { Deadline } from '../deadline.js';
import type { RoomState } from './interface.js';

/** The document of a room with some 50,000 people in it. */
const maxResponseBytes = 32 * 1024 * 1024;

/** Waits before a call is made again. */
const repeatAfterMs: readonly number[] = [50, 250];

/** Room-state over gRPC, over TLS with an identity. `address` may name several servers; calls go round them. */
export function grpcRoomState(
  address: string,
  clock: Clock,
  identity?: InternalIdentity,
  tracer?: Tracer,
): RoomState & { close(): void } {
  const client = openGrpcClient(ConferenceServiceClient, address, {
    maxResponseBytes,
    tls: towards(identity, 'room-state'),
    tracer,
  });
  return {
    authenticate: (request, deadline) =>
      repeated(clock, deadline, (deadlineMs) => unary(client, client.authenticate, request, { deadlineMs })),
    perform: (request, deadline) =>
      repeated(clock, deadline, (deadlineMs) => unary(client, client.perform, request, { deadlineMs })),
    listObjects: (request, deadline) =>
      repeated(clock, deadline, (deadlineMs) => unary(client, client.listObjects, request, { deadlineMs })),
    close: () => client.close(),
  };
}

/** Nobody is there, or a change was made whose event is not in the room's log yet: the same call finds it done. */
function isPassing(code: status): boolean {
  return code === status.UNAVAILABLE || code === status.ABORTED;
}

/** Calls again, a few times: another replica may be there. */
async function repeated<T>(clock: Clock, deadline: Deadline, call: (deadlineMs: number) => Promise<T>): Promise<T> {
  for (const waitMs of repeatAfterMs) {
    try {
      return await call(deadline.remainingMs());
    } catch (error) {
      if (!(error instanceof RpcError) || !isPassing(error.code)) throw error;
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(waitMs, resolve);
    });
  }
  return call(deadline.remainingMs());
}
