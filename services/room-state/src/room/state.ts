import type { EndpointCapabilities, RoomPolicy } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import type { RoomAccess } from './policy.js';

/**
 * One conference object with everything its rules look at.
 *
 * The *versioned* part (all but `desk`) changes only together with `version`; the `desk` holds what stands beside the
 * conference object and never shows in it: seats not yet confirmed, nicknames held for those who left, and who may come
 * back under which participant id. A desk may be partial: it needs only the entries the commands at hand name.
 */
export interface RoomState {
  readonly id: RoomId;
  readonly conferenceUri: ConferenceUri;
  readonly shard: ShardId;
  readonly epoch: number;
  /** 8 characters, new for every epoch; first part of outbound Message-IDs. */
  readonly tag: string;
  /** Dense: each committed event is the version before plus one. 0: nothing committed yet. */
  readonly version: bigint;
  readonly policy: RoomPolicy;
  readonly access: RoomAccess;
  readonly displayText: string;
  readonly closed: boolean;
  /** Who is in the room: at least one joined endpoint each. In order of joining. */
  readonly participants: ReadonlyMap<ParticipantId, ParticipantState>;
  /** Owner of each joined endpoint. */
  readonly owners: ReadonlyMap<ChatId, ParticipantId>;
  readonly desk: Desk;
}

/** One user in the room. */
export interface ParticipantState {
  readonly pid: ParticipantId;
  /** XCON-USERID. */
  readonly userId: UserId;
  /** The authenticated user in the one form that is compared: holder of nicknames, owner of the participant id. */
  readonly userKey: string;
  readonly entity: string;
  readonly identities: readonly string[];
  readonly displayName: string;
  readonly roles: readonly string[];
  /** Nickname shown in the roster, enforced form: the last one set by any endpoint that still holds it. Empty: none. */
  readonly nickname: string;
  /** Joined endpoints, oldest first; never empty while in the room. */
  readonly endpoints: readonly EndpointState[];
}

/** One device (SIP dialog, MSRP session) of a participant. */
export interface EndpointState {
  readonly chatId: ChatId;
  readonly edgeId: string;
  readonly capabilities: EndpointCapabilities;
  /** Enforced form; empty: this endpoint asked for none (RFC 7701 section 7.1: it is never given one by itself). */
  readonly nickname: string;
  /** Comparison key of `nickname`; empty with it. */
  readonly nickKey: string;
}

/** A place taken at Admit, not yet joined. */
export interface Seat {
  readonly chatId: ChatId;
  readonly pid: ParticipantId;
  readonly userId: UserId;
  readonly userKey: string;
  readonly entity: string;
  readonly identities: readonly string[];
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly capabilities: EndpointCapabilities;
  readonly expiresAtMs: number;
}

/** Who has a nickname key. */
export interface NicknameHold {
  readonly userKey: string;
  /** While in use: undefined. After its user left: until then nobody else gets it. */
  readonly heldUntilMs: number | undefined;
}

export interface Desk {
  readonly seats: ReadonlyMap<ChatId, Seat>;
  /** Live seats of the room, also those not in `seats`. */
  readonly seatCount: number;
  /** Participant id of users who left and may return, by user key. */
  readonly remembered: ReadonlyMap<string, ParticipantId>;
  /** By comparison key. */
  readonly nicknames: ReadonlyMap<string, NicknameHold>;
}

export const emptyDesk: Desk = { seats: new Map(), seatCount: 0, remembered: new Map(), nicknames: new Map() };

/** Joined endpoints and live seats: what counts against `maximum_user_count`. */
export function occupancy(state: RoomState): number {
  return state.owners.size + state.desk.seatCount;
}
