import type {
  AuthenticateRequest,
  AuthenticateResponse,
  ListObjectsRequest,
  ListObjectsResponse,
  PerformRequest,
  PerformResponse,
} from '@plenary/proto/roomstate';
import type { Deadline } from '../deadline.js';

/**
 * Room-state, which decides everything. Each call ends within the deadline; rejects with `RpcError`, or `DeadlinePassed`, when there
 * is no answer.
 */
export interface RoomState {
  authenticate(request: AuthenticateRequest, deadline: Deadline): Promise<AuthenticateResponse>;
  /** Repeated as it is while room-state is away: it is idempotent by its `requestId`. */
  perform(request: PerformRequest, deadline: Deadline): Promise<PerformResponse>;
  listObjects(request: ListObjectsRequest, deadline: Deadline): Promise<ListObjectsResponse>;
}
