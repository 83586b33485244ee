import { status } from '@grpc/grpc-js';
import { sqlState } from '@plenary/db';
import { NicknameResult, Refusal } from '@plenary/proto/roomstate';
import { RpcFault } from '@plenary/service';
import { TooManyTries } from '../password-check.js';
import { PasswordsBusy } from '../password.js';
import type { RefusalCode } from '../room/command.js';
import { RoomBusy } from '../room-queue.js';
import { NotYetPublished } from '../not-yet-published.js';
import { TooLate } from '../store/too-late.js';
import type { EntryRefusal } from '../entrance.js';
import { invalid } from './limits.js';

/** How an entry's refusal is told. A user that may not see a room and one that may not enter it get the same answer. */
export function refusalOf(code: EntryRefusal): Refusal {
  switch (code) {
    case 'unknown-room':
      return Refusal.UNKNOWN_ROOM;
    case 'not-a-member':
    case 'unauthenticated':
      return Refusal.FORBIDDEN;
    case 'password-required':
      return Refusal.PASSWORD_REQUIRED;
    case 'password-wrong':
    case 'password-stale':
      return Refusal.PASSWORD_WRONG;
    case 'not-now':
      return Refusal.NOT_NOW;
    case 'declined':
      return Refusal.DECLINED;
    case 'no-such-call':
      return Refusal.NO_SUCH_CALL;
    case 'full':
      return Refusal.FULL;
    case 'locked':
      return Refusal.LOCKED;
    case 'closed':
      return Refusal.CLOSED;
    case 'too-many-sessions':
      return Refusal.TOO_MANY_SESSIONS;
    case 'create-forbidden':
      return Refusal.CREATE_FORBIDDEN;
    case 'quota':
      return Refusal.QUOTA;
    case 'bad-identity':
      throw invalid('user_uri is no sip, sips, im or tel URI');
    case 'seat-lapsed':
      throw new RpcFault(status.FAILED_PRECONDITION, 'the seat of this request has lapsed');
    case 'identities-needed':
    case 'bad-request':
    case 'not-permitted':
    case 'operation-invalid':
    case 'no-such-object':
    case 'conflict':
    case 'no-such-target':
    case 'children-in-use':
    case 'protected':
    case 'placeholder-domain':
    case 'limit':
    case 'no-such-endpoint':
    case 'nicknames-off':
    case 'nickname-malformed':
    case 'nickname-reserved':
    case 'nickname-in-use':
      throw new Error(`an entry was refused with ${code}`);
    default:
      return code satisfies never;
  }
}

/** How a refused nickname is told. Req: NICK-002, NICK-003, NICK-004. */
export function nicknameResultOf(code: RefusalCode | 'no-such-room'): NicknameResult {
  switch (code) {
    case 'nickname-malformed':
      return NicknameResult.MALFORMED;
    case 'nickname-in-use':
      return NicknameResult.IN_USE;
    case 'nickname-reserved':
      return NicknameResult.RESERVED;
    case 'nicknames-off':
      return NicknameResult.OFF;
    default:
      return NicknameResult.NO_SUCH_ENDPOINT;
  }
}

/**
 * What the caller is told when the answer could not be found: the database away is UNAVAILABLE (the same request may be
 * sent again), a full line is RESOURCE_EXHAUSTED; anything else is a fault of ours and goes on as it is.
 */
export function faultOf(error: unknown): unknown {
  if (error instanceof RoomBusy || error instanceof PasswordsBusy || error instanceof TooManyTries)
    return new RpcFault(status.RESOURCE_EXHAUSTED, error.message);
  if (error instanceof TooLate) return new RpcFault(status.DEADLINE_EXCEEDED, error.message);
  if (error instanceof NotYetPublished) return new RpcFault(status.UNAVAILABLE, error.message);
  return isDatabaseAway(error) ? new RpcFault(status.UNAVAILABLE, 'the database does not answer') : error;
}

// Class 08 connection exception, 57 operator intervention, 53 insufficient resources; Node's codes of a failed socket.
const awayPattern = /^(?:08|57|53|E[A-Z]+$)/;

function isDatabaseAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return awayPattern.test(state);
  // pg tells of lost connections and of a pool without a free one by message alone.
  return error instanceof Error && /connection (?:terminated|timeout)|timeout exceeded/i.test(error.message);
}
