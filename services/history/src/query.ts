import { status } from '@grpc/grpc-js';
import { sqlState } from '@plenary/db';
import type { HistoryServiceServer } from '@plenary/proto/history';
import { handler, RpcFault } from '@plenary/service';
import type { RoomId } from '@plenary/wire';
import type { HistoryStore } from './store/interface.js';

/** Messages of a page where the caller names no limit, and at most. */
const defaultLimit = 100;
const maxLimit = 1_000;

/** The gRPC face of the kept log: complete, public messages of a room in room order. Req: PRIV-011, CHAT-032. */
export function historyService(store: HistoryStore, pageBytes: number): HistoryServiceServer {
  return {
    query: handler(async ({ room, epoch, afterSeq, limit }) => {
      if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(room)) throw new RpcFault(status.INVALID_ARGUMENT, 'room is not a ULID');
      if (afterSeq > BigInt(Number.MAX_SAFE_INTEGER) || epoch >= 2 ** 31)
        throw new RpcFault(status.INVALID_ARGUMENT, 'after_seq or epoch is no place in a log');
      const size = limit === 0 ? defaultLimit : Math.min(limit, maxLimit);
      try {
        return await store.query({ room: room as RoomId, epoch, afterSeq, limit: size, maxBytes: pageBytes });
      } catch (error) {
        throw isAway(error) ? new RpcFault(status.UNAVAILABLE, 'the database does not answer') : error;
      }
    }),
  };
}

function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(?:08|57|53|E[A-Z]+$)/.test(state);
  return error instanceof Error && /connection (?:terminated|timeout)|timeout exceeded/i.test(error.message);
}
