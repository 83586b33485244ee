import type { EndpointCapabilities, LeaveCause, RoomPolicy } from '@plenary/proto/chat';
import type { ChatId } from '@plenary/wire';
import type { PreparedNickname } from './nickname.js';
import type { Seat } from './state.js';

/** What may be asked of a room. Fresh ids and tags are arguments: the rules draw no random numbers. */
export type RoomCommand =
  | {
      readonly kind: 'admit';
      /** The seat to take, with a fresh chat-ID; `pid` is a fresh one too and used only for a user the room does not know. */
      readonly seat: Omit<Seat, 'roles' | 'expiresAtMs'>;
      /** How long it is kept for the join. */
      readonly seatMs: number;
    }
  | { readonly kind: 'join'; readonly chatId: ChatId; readonly edgeId: string }
  | { readonly kind: 'leave'; readonly chatId: ChatId; readonly cause: LeaveCause }
  | { readonly kind: 'claim-nickname'; readonly chatId: ChatId; readonly asked: PreparedNickname }
  | { readonly kind: 'update-capabilities'; readonly chatId: ChatId; readonly capabilities: EndpointCapabilities }
  | { readonly kind: 'change-policy'; readonly policy: RoomPolicy }
  | { readonly kind: 'set-logging'; readonly on: boolean }
  | { readonly kind: 'start-epoch'; readonly epoch: number; readonly tag: string }
  | { readonly kind: 'close'; readonly reason: string };

export type RoomCommandKind = RoomCommand['kind'];

/** Why a room says no. A stable code; each gRPC answer maps it in `grpc/answers.ts`. */
export type RefusalCode =
  | 'closed'
  | 'locked'
  | 'not-a-member'
  | 'full'
  | 'too-many-sessions'
  | 'no-such-endpoint'
  | 'seat-lapsed'
  | 'nicknames-off'
  | 'nickname-malformed'
  | 'nickname-reserved'
  | 'nickname-in-use';

/** Names the desk entries a command looks at, so that a store loads no more than these. */
export function deskOf(command: RoomCommand): {
  readonly chatId: ChatId | undefined;
  readonly userKey: string | undefined;
  readonly nickKey: string | undefined;
} {
  return {
    chatId: 'chatId' in command ? command.chatId : undefined,
    userKey: command.kind === 'admit' ? command.seat.userKey : undefined,
    nickKey: command.kind === 'claim-nickname' && command.asked.kind === 'claim' ? command.asked.nickKey : undefined,
  };
}
