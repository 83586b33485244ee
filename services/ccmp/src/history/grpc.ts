import { HistoryServiceClient } from '@plenary/proto/history';
import { openGrpcClient, unary } from '@plenary/service';
import type { History } from './interface.js';

/** The history service over gRPC. */
export function grpcHistory(address: string): History & { close(): void } {
  const client = openGrpcClient(HistoryServiceClient, address);
  return {
    read: (request, deadline) => unary(client, client.read, request, { deadlineMs: deadline.remainingMs() }),
    erase: (request, deadline) => unary(client, client.erase, request, { deadlineMs: deadline.remainingMs() }),
    close: () => client.close(),
  };
}
