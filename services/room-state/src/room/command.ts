import type { EndpointCapabilities, LeaveCause } from '@plenary/proto/chat';
import type { CallFailure } from '@plenary/proto/roomstate';
import type { ChatId, RoomId } from '@plenary/wire';
import { conferenceView } from '@plenary/xcon';
import type { DialOut, PerformCommand } from './conference/command.js';
import type { PreparedNickname } from './nickname.js';
import type { PasswordProof } from './password-proof.js';
import { registeredNicknames } from './registered.js';
import type { Seat } from './state.js';

/** What may be asked of a room. Fresh ids and tags are arguments: the rules draw no random numbers. */
export type RoomCommand =
  | {
      readonly kind: 'admit';
      /** The seat to take, with a fresh chat-ID; `pid` is a fresh one too and used only for a user the room does not know. */
      readonly seat: Omit<Seat, 'entity' | 'roles' | 'anonymity' | 'granted' | 'expiresAtMs'>;
      /** The seat's `aors` are all URIs known of the user, not those of this session alone. Req: POL-012. */
      readonly isResolved: boolean;
      readonly systemRoles: readonly string[];
      readonly password: PasswordProof;
      /** How long the seat is kept for the join, and the place in the line of those who wait for a moderator. */
      readonly seatMs: number;
      readonly pendingMs: number;
      /** The decided admission this one goes on from; undefined: a new one. */
      readonly pendingChatId: ChatId | undefined;
    }
  | { readonly kind: 'join'; readonly chatId: ChatId; readonly edgeId: string }
  | { readonly kind: 'leave'; readonly chatId: ChatId; readonly cause: LeaveCause }
  | { readonly kind: 'claim-nickname'; readonly chatId: ChatId; readonly asked: PreparedNickname }
  | { readonly kind: 'update-capabilities'; readonly chatId: ChatId; readonly capabilities: EndpointCapabilities }
  | { readonly kind: 'report-call'; readonly callId: string; readonly failure: CallFailure }
  /** Nobody has taken the call yet: it is said once more, or given up when it is older than `expireMs`. */
  | { readonly kind: 'repeat-call'; readonly callId: string; readonly expireMs: number }
  /** Logging as the system starts or stops it; `since` is a time of RFC 3339. */
  | { readonly kind: 'set-logging'; readonly on: boolean; readonly since: string }
  /** Does what its time says: activation, notices, end; and ends a room that has been empty for long enough. */
  | CheckTime
  | { readonly kind: 'start-epoch'; readonly epoch: number; readonly tag: string }
  | { readonly kind: 'close'; readonly reason: string; readonly onlyUnused: boolean; readonly urisFree: boolean }
  /** One operation of conference control. */
  | PerformCommand
  /** The same on a sidebar, or what its time says, through its main conference, whose entry of it changes with it. */
  | { readonly kind: 'perform-sidebar'; readonly sidebar: RoomId; readonly perform: PerformCommand | CheckTime }
  /** A sidebar has changed by itself: its document (a join made it active), or only who is in it. */
  | { readonly kind: 'sidebar-changed'; readonly sidebar: RoomId; readonly part: 'document' | 'roster' };

export interface CheckTime {
  readonly kind: 'check-time';
  /** Dial-out targets of its document that have been found out. */
  readonly dialOut: readonly DialOut[];
  /** It has just begun: they are called. */
  readonly began: boolean;
}

export type RoomCommandKind = RoomCommand['kind'];
export type RoomCommandOf<Kind extends RoomCommandKind> = Extract<RoomCommand, { readonly kind: Kind }>;

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
  | 'nickname-in-use'
  | 'password-required'
  | 'password-wrong'
  | 'password-stale'
  /** The lists of the room have to be compared with all the user's URIs. */
  | 'identities-needed'
  | 'not-now'
  | 'declined'
  | 'no-such-call'
  | ControlRefusalCode;

/** Refusals of conference control; each is one response code of RFC 6503 §5.4 (`grpc/conference-answers.ts`). */
export type ControlRefusalCode =
  | 'bad-request'
  | 'not-permitted'
  | 'operation-invalid'
  | 'no-such-object'
  | 'conflict'
  | 'no-such-target'
  | 'unauthenticated'
  | 'children-in-use'
  | 'protected'
  | 'placeholder-domain'
  | 'limit';

/** Names the desk entries a command looks at, so that a store loads no more than these. */
export function deskOf(command: RoomCommand): {
  readonly chatId: ChatId | undefined;
  readonly userKey: string | undefined;
  /** The call whose user is to be looked up, too. */
  readonly callId: string | undefined;
  readonly nickKeys: readonly string[];
  /** Some of them are to be registered. */
  readonly registers: boolean;
  /** Looks at how many seats there are. */
  readonly seatCount: boolean;
} {
  return {
    chatId: 'chatId' in command ? command.chatId : undefined,
    userKey: command.kind === 'admit' ? command.seat.userKey : undefined,
    callId: command.kind === 'admit' && command.seat.callId !== '' ? command.seat.callId : undefined,
    nickKeys: [...nickKeysOf(command), ...registering(command)],
    registers: registering(command).length > 0,
    seatCount: command.kind === 'admit' || command.kind === 'check-time' || command.kind === 'perform',
  };
}

/** Nicknames a change of the document registers. */
function registering(command: RoomCommand): readonly string[] {
  if (command.kind !== 'perform' || !('change' in command.task)) return [];
  const { kind, change } = command.task;
  if (kind !== 'update-conference' && kind !== 'update-users') return [];
  if (!change.ok) return [];
  const users = kind === 'update-users' ? { ...change.value, children: [change.value] } : change.value;
  return registeredNicknames(conferenceView(users)).flatMap(({ nickKey }) => nickKey ?? []);
}

function nickKeysOf(command: RoomCommand): readonly string[] {
  if (command.kind === 'claim-nickname') return command.asked.kind === 'claim' ? [command.asked.nickKey] : [];
  if (command.kind !== 'perform' || !('nickname' in command.task)) return [];
  const { nickname } = command.task;
  if (nickname?.kind !== 'claim') return [];
  const variants = 'variants' in nickname ? nickname.variants : [];
  return [nickname.nickKey, ...variants.map(({ nickKey }) => nickKey)];
}
