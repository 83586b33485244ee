import type { LeaveCause, Participant } from '@plenary/proto/chat';
import type { NicknameResult, RoomView } from '@plenary/proto/roomstate';
import type { TraceContext } from '@plenary/telemetry';

/**
 * What the edge asks of room-state. Every call has its deadline inside; a rejected promise means "no answer", and the
 * caller may repeat it: each is idempotent.
 */
export interface RoomState {
  /** Confirms the join of an endpoint; the truth is the `joined` event that follows. `trace`: of a traced join. */
  join(room: string, chatId: string, edgeId: string, trace?: TraceContext): Promise<void>;
  /** Ends an endpoint's stay. */
  leave(room: string, chatId: string, cause: LeaveCause): Promise<void>;
  /** Sets, changes or (empty) removes a nickname; `requestId` makes a repeat harmless. */
  claimNickname(requestId: string, room: string, chatId: string, nickname: string): Promise<NicknameResult>;
  /** The participant reached by this URI; undefined: nobody. */
  resolve(room: string, uri: string): Promise<Participant | undefined>;
  /** The room as it is now; undefined: no such room. */
  getRoom(room: string): Promise<RoomView | undefined>;
}
