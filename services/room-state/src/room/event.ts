import type { Direction, EndpointCapabilities, LeaveCause, RoomPolicy, StateChange } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { ConferenceView, XconUri } from '@plenary/xcon';
import { participantMessage } from './roster.js';
import type { CallState, ParticipantState, PendingState, Seat, SidebarState } from './state.js';

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
      /** When it left. */
      readonly atMs: number;
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
  | {
      readonly kind: 'document-changed';
      /** The static document as it is now, and its reading. */
      readonly document: XmlElement;
      readonly view: ConferenceView;
      /** Elements that changed. */
      readonly touched: readonly string[];
    }
  | { readonly kind: 'password-changed'; readonly passwordHash: string }
  /** Told to edges where it differs in more than `logged`. */
  | { readonly kind: 'policy-changed'; readonly policy: RoomPolicy }
  | { readonly kind: 'logging-changed'; readonly on: boolean }
  | {
      readonly kind: 'media-changed';
      readonly pid: ParticipantId;
      readonly chatId: ChatId;
      readonly allowed: Direction;
      readonly granted: Direction;
    }
  | { readonly kind: 'roles-changed'; readonly pid: ParticipantId; readonly roles: readonly string[] }
  /** How somebody is shown changed; `participant` as it is now. */
  | { readonly kind: 'participant-changed'; readonly participant: ParticipantState }
  | { readonly kind: 'pending-added'; readonly pending: PendingState }
  | { readonly kind: 'pending-decided'; readonly chatId: ChatId; readonly admitted: boolean }
  /** Gave up waiting, or sits now. */
  | { readonly kind: 'pending-gone'; readonly chatId: ChatId }
  /** Also said again while no focus has taken it. */
  | { readonly kind: 'call-wanted'; readonly call: CallState }
  | { readonly kind: 'call-taken'; readonly callId: string }
  /** Answered, failed or no longer wanted. */
  | { readonly kind: 'call-gone'; readonly callId: string }
  /** Desk: a nickname is somebody's who is not in the room yet, or no longer. */
  | {
      readonly kind: 'nickname-held' | 'nickname-released';
      readonly nickKey: string;
      readonly userKey: string;
      /** Undefined: as long as its user is called. */
      readonly heldUntilMs: number | undefined;
    }
  /** Desk. */
  | { readonly kind: 'time-checked'; readonly atMs: number }
  /** `audience` undefined: everybody. */
  | { readonly kind: 'notice'; readonly text: string; readonly audience: ParticipantId | undefined }
  | { readonly kind: 'sidebar-added'; readonly sidebar: SidebarState }
  | { readonly kind: 'sidebar-changed'; readonly sidebar: SidebarState }
  | { readonly kind: 'sidebar-gone'; readonly sidebar: RoomId }
  | { readonly kind: 'epoch-started'; readonly epoch: number; readonly tag: string }
  | {
      readonly kind: 'room-closed';
      readonly reason: string;
      readonly atMs: number;
      /** The conference that takes its place, and that one's SIP URI; empty: none. */
      readonly successor: XconUri | '';
      readonly successorUri: ConferenceUri | '';
      /** Its URIs are free for others. */
      readonly urisFree: boolean;
    };

export type RoomEventOf<Kind extends RoomEvent['kind']> = Extract<RoomEvent, { readonly kind: Kind }>;

/** What a `room-created` change needs that the event itself does not carry. */
export interface RoomFace {
  readonly conferenceUri: ConferenceUri | undefined;
  readonly policy: RoomPolicy;
  readonly view: Pick<ConferenceView, 'displayText'>;
}

/** The bus form of an event; undefined for a desk event, which nobody else hears of. */
export function toStateChange(event: RoomEvent, room: RoomFace): StateChange | undefined {
  switch (event.kind) {
    case 'seat-taken':
    case 'seat-returned':
    case 'seat-changed':
    case 'nickname-held':
    case 'nickname-released':
    case 'time-checked':
      return undefined;
    case 'room-created':
      return {
        change: {
          $case: 'roomCreated',
          value: {
            conferenceUri: room.conferenceUri ?? '',
            policy: room.policy,
            displayText: room.view.displayText,
          },
        },
      };
    case 'document-changed':
    case 'password-changed':
    case 'pending-added':
    case 'pending-gone':
    case 'call-taken':
    case 'sidebar-added':
    case 'sidebar-changed':
    case 'sidebar-gone':
      return { change: { $case: 'conferenceChanged', value: {} } };
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
    case 'media-changed': {
      const { pid, chatId, allowed } = event;
      return { change: { $case: 'mediaChanged', value: { pid, chatId, allowed } } };
    }
    case 'roles-changed':
      return { change: { $case: 'rolesChanged', value: { pid: event.pid, roles: [...event.roles] } } };
    case 'participant-changed':
      return {
        change: { $case: 'participantChanged', value: { participant: participantMessage(event.participant) } },
      };
    case 'pending-decided': {
      const { chatId, admitted } = event;
      return { change: { $case: 'pendingDecided', value: { chatId, admitted } } };
    }
    case 'call-wanted': {
      const { callId, uri, userId } = event.call;
      return { change: { $case: 'callWanted', value: { callId, uri, userId } } };
    }
    case 'call-gone':
      return { change: { $case: 'callGone', value: { callId: event.callId } } };
    case 'notice':
      return { change: { $case: 'notice', value: { text: event.text, audiencePid: event.audience ?? '' } } };
    case 'epoch-started':
      return { change: { $case: 'epochStarted', value: { epoch: event.epoch, tag: event.tag } } };
    case 'room-closed':
      return {
        change: { $case: 'roomClosed', value: { reason: event.reason, successorUri: event.successorUri } },
      };
    default:
      return event satisfies never;
  }
}
