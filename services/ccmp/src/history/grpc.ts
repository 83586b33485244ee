import { HistoryServiceClient } from '@plenary/proto/history';
import { type InternalIdentity, openGrpcClient, towards, unary } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import type { History } from './interface.js';

/** A page of a log ends at HISTORY_PAGE_BYTES, or with the message that goes beyond it, which may be a large one. */
const maxResponseBytes = 128 * 1024 * 1024;

/** The history service over gRPC, over TLS with an identity. */
export function grpcHistory(
  address: string,
  identity?: InternalIdentity,
  tracer?: Tracer,
): History & { close(): void } {
  const client = openGrpcClient(HistoryServiceClient, address, {
    maxResponseBytes,
    tls: towards(identity, 'history'),
    tracer,
  });
  return {
    read: (request, deadline) => unary(client, client.read, request, { deadlineMs: deadline.remainingMs() }),
    erase: (request, deadline) => unary(client, client.erase, request, { deadlineMs: deadline.remainingMs() }),
    close: () => client.close(),
  };
}
