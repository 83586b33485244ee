import { status } from '@grpc/grpc-js';
import { sqlState } from '@plenary/db';
import type { HistoryServiceServer, ReadRequest, ReadResponse } from '@plenary/proto/history';
import { handler, RpcFault } from '@plenary/service';
import type { RoomId } from '@plenary/wire';
import { formatCursor, parseCursor, type Cursor } from './cursor.js';
import type { Eraser } from './erasure.js';
import type { HistoryStore, ReadQuery } from './store/interface.js';

/** Messages of a page where the caller of Query names no limit. */
const defaultLimit = 100;
/** Times beyond the year 5138 mean nothing; PostgreSQL has an end, too. */
const lastTimeUs = 100_000_000_000_000_000n;

export interface PageLimits {
  /** Messages of a page at most. */
  readonly messages: number;
  /** A page ends when it has this size. */
  readonly bytes: number;
}

/**
 * The gRPC face of the kept log: complete, public messages of a room in room order.
 * Req: PRIV-011, CHAT-032, HIST-001, HIST-003, HIST-005, HIST-010, LOG-009.
 */
export function historyService(store: HistoryStore, eraser: Eraser, limits: PageLimits): HistoryServiceServer {
  return {
    query: handler(async ({ room, epoch, afterSeq, limit }) => {
      if (afterSeq > BigInt(Number.MAX_SAFE_INTEGER) || epoch >= 2 ** 31)
        throw new RpcFault(status.INVALID_ARGUMENT, 'after_seq or epoch is no place in a log');
      const size = Math.min(limit === 0 ? defaultLimit : limit, limits.messages);
      const page = { room: roomOf(room), epoch, afterSeq, limit: size, maxBytes: limits.bytes };
      return answered(() => store.query(page));
    }),
    read: handler(async (request) => {
      const query = readQuery(request, limits);
      const page = await answered(() => store.read(query));
      return readResponse(query, page);
    }),
    erase: handler(async ({ room, userId }) => {
      if (userId === '' || userId.length > 4096 || userId.includes('\0'))
        throw new RpcFault(status.INVALID_ARGUMENT, 'user_id is no XCON-USERID');
      const from = roomOf(room);
      const { erased, held } = await answered(() => eraser(from, userId));
      return { erased: BigInt(erased), held };
    }),
  };
}

/** A cursor carries its bounds and direction; bounds of the request narrow them further. */
function readQuery(request: ReadRequest, limits: PageLimits): ReadQuery {
  const room = roomOf(request.room);
  const cursor = request.cursor === '' ? undefined : parseCursor(request.cursor);
  if (request.cursor !== '' && cursor === undefined)
    throw new RpcFault(status.INVALID_ARGUMENT, 'cursor is none of ours');
  const beforeUs = earlier(request.beforeUs, cursor?.beforeUs ?? 0n);
  const sinceUs = later(request.sinceUs, cursor?.sinceUs ?? 0n);
  return {
    room,
    sinceUs: sinceUs > lastTimeUs ? lastTimeUs : sinceUs,
    beforeUs: beforeUs === 0n || beforeUs > lastTimeUs ? undefined : beforeUs,
    forward: cursor?.forward ?? request.forward,
    beyond: cursor?.beyond,
    limit: Math.min(request.count, limits.messages),
    maxBytes: limits.bytes,
  };
}

function readResponse(query: ReadQuery, page: Awaited<ReturnType<HistoryStore['read']>>): ReadResponse {
  const { messages, more, recorded } = page;
  const last = query.forward ? messages.at(-1) : messages[0];
  const cursor: Cursor | undefined =
    more && last !== undefined
      ? {
          sinceUs: query.sinceUs,
          beforeUs: query.beforeUs ?? 0n,
          forward: query.forward,
          beyond: { epoch: last.epoch, seq: last.seq },
        }
      : undefined;
  return {
    messages,
    cursor: cursor === undefined ? '' : formatCursor(cursor),
    recordedEpoch: recorded?.epoch ?? 0,
    recordedSeq: recorded?.seq ?? 0n,
  };
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** 0 is no bound. */
function earlier(a: bigint, b: bigint): bigint {
  if (a === 0n || b === 0n) return later(a, b);
  return a < b ? a : b;
}

function roomOf(room: string): RoomId {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(room)) throw new RpcFault(status.INVALID_ARGUMENT, 'room is not a ULID');
  return room as RoomId;
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isAway(error) ? new RpcFault(status.UNAVAILABLE, 'the database does not answer') : error;
  }
}

function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(?:08|57|53|E[A-Z]+$)/.test(state);
  return error instanceof Error && /connection (?:terminated|timeout)|timeout exceeded/i.test(error.message);
}
