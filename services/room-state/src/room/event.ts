import type { EndpointCapabilities, LeaveCause, RoomPolicy, StateChange } from '@plenary/proto/chat';
import type { ChatId, ParticipantId } from '@plenary/wire';
import { participantMessage } from './roster.js';
import type { ParticipantState, Seat } from './state.js';

/** What happened in a room. Events marked *desk* change nothing in the conference object and take no version. */
export type RoomEvent =
  | { readonly kind: 'room-created' }
  /** Desk. */
  | { readonly kind: 'seat-taken'; readonly seat: Seat }
  /** Desk: given back before it was joined. */
  | { readonly kind: 'seat-returned'; readonly chatId: ChatId }
  /** Desk. */
  | { readonly kind: 'seat-changed'; readonly chatId: ChatId; readonly capabilities: EndpointCapabilities }
  /** `participant` as it is after the join, with the new endpoint. */
  | { readonly kind: 'joined'; readonly participant: ParticipantState; readonly chatId: ChatId }
  | {
      readonly kind: 'left';
      readonly pid: ParticipantId;
      readonly chatId: ChatId;
      readonly cause: LeaveCause;
      readonly lastEndpoint: boolean;
      /** Comparison key nobody of this user holds any more: quarantined until `heldUntilMs`. Empty: none. */
      readonly releasedKey: string;
      readonly heldUntilMs: number;
    }
  | {
      readonly kind: 'nickname-changed';
      readonly pid: ParticipantId;
      /** The endpoint that asked; undefined where the roster's nickname follows from another endpoint's going. */
      readonly chatId: ChatId | undefined;
      /** That endpoint's nickname and key now; empty: removed. */
      readonly nickname: string;
      readonly nickKey: string;
      /** Nickname of the user in the roster now. */
      readonly rosterNickname: string;
      /** Key free for everybody at once, because its holder took another or none. Empty: none. */
      readonly releasedKey: string;
    }
  | {
      readonly kind: 'capabilities-changed';
      readonly pid: ParticipantId;
      readonly chatId: ChatId;
      readonly capabilities: EndpointCapabilities;
    }
  | { readonly kind: 'endpoint-moved'; readonly pid: ParticipantId; readonly chatId: ChatId; readonly edgeId: string }
  | { readonly kind: 'policy-changed'; readonly policy: RoomPolicy }
  | { readonly kind: 'logging-changed'; readonly on: boolean }
  | { readonly kind: 'epoch-started'; readonly epoch: number; readonly tag: string }
  | { readonly kind: 'room-closed'; readonly reason: string };

export type RoomEventOf<Kind extends RoomEvent['kind']> = Extract<RoomEvent, { readonly kind: Kind }>;

/** What a `room-created` change needs that the event itself does not carry. */
export interface RoomFace {
  readonly conferenceUri: string;
  readonly policy: RoomPolicy;
  readonly displayText: string;
}

/** The bus form of an event; undefined for a desk event, which nobody else hears of. */
export function toStateChange(event: RoomEvent, room: RoomFace): StateChange | undefined {
  switch (event.kind) {
    case 'seat-taken':
    case 'seat-returned':
    case 'seat-changed':
      return undefined;
    case 'room-created':
      return {
        change: {
          $case: 'roomCreated',
          value: { conferenceUri: room.conferenceUri, policy: room.policy, displayText: room.displayText },
        },
      };
    case 'joined':
      return {
        change: {
          $case: 'joined',
          value: { participant: participantMessage(event.participant), chatId: event.chatId },
        },
      };
    case 'left': {
      const { pid, chatId, cause, lastEndpoint } = event;
      return { change: { $case: 'left', value: { pid, chatId, cause, lastEndpoint } } };
    }
    case 'nickname-changed':
      return { change: { $case: 'nicknameChanged', value: { pid: event.pid, nickname: event.rosterNickname } } };
    case 'capabilities-changed': {
      const { pid, chatId, capabilities } = event;
      return { change: { $case: 'capabilitiesChanged', value: { pid, chatId, capabilities } } };
    }
    case 'endpoint-moved': {
      const { pid, chatId, edgeId } = event;
      return { change: { $case: 'endpointMoved', value: { pid, chatId, edgeId } } };
    }
    case 'policy-changed':
      return { change: { $case: 'policyChanged', value: { policy: event.policy } } };
    case 'logging-changed':
      return { change: { $case: 'loggingChanged', value: { on: event.on } } };
    case 'epoch-started':
      return { change: { $case: 'epochStarted', value: { epoch: event.epoch, tag: event.tag } } };
    case 'room-closed':
      return { change: { $case: 'roomClosed', value: { reason: event.reason } } };
    default:
      return event satisfies never;
  }
}
