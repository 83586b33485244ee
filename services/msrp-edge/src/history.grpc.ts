import { HistoryServiceClient } from '@plenary/proto/history';
import { type InternalIdentity, openGrpcClient, towards, unary } from '@plenary/service';
import type { History } from './history.interface.js';

/** A page of a log ends at HISTORY_PAGE_BYTES, which is history's to set. */
const maxResponseBytes = 128 * 1024 * 1024;

/** History over gRPC, over TLS with an identity. Every call has the same deadline. */
export function grpcHistory(
  address: string,
  deadlineMs: number,
  identity?: InternalIdentity,
): History & { close(): void } {
  const client = openGrpcClient(HistoryServiceClient, address, { maxResponseBytes, tls: towards(identity, 'history') });
  return {
    read(room, count, cursor) {
      const request = { room, sinceUs: 0n, beforeUs: 0n, count, cursor, forward: false };
      return unary(client, client.read, request, { deadlineMs });
    },
    close: () => client.close(),
  };
}
