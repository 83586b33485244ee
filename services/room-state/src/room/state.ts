import type { Direction, EndpointCapabilities, RoomPolicy } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { Anonymity, ConferenceView, XconUri } from '@plenary/xcon';

/** What a conference object is. Spec: RFC 5239 §6.2, RFC 6503 §5.3. A reservation is a conference that is not active. */
export type ObjectKind = 'blueprint' | 'conference' | 'sidebar-by-val' | 'sidebar-by-ref';

/**
 * One conference object with everything its rules look at.
 *
 * The *versioned* part (all but `desk`) changes only together with `version`; the `desk` holds what stands beside the
 * conference object and never shows in it: seats not yet confirmed, nicknames held for those who left, and who may come
 * back under which participant id. A desk may be partial: it needs only the entries the commands at hand name.
 */
export interface RoomState {
  readonly id: RoomId;
  readonly kind: ObjectKind;
  /** Own XCON-URI, lower case. */
  readonly xconUri: XconUri;
  /** SIP conference URI; undefined for a blueprint, which nobody enters. */
  readonly conferenceUri: ConferenceUri | undefined;
  readonly shard: ShardId;
  readonly epoch: number;
  /** 8 characters, new for every epoch; first part of outbound Message-IDs. */
  readonly tag: string;
  /** Dense: each committed event is the version before plus one. 0: nothing committed yet. */
  readonly version: bigint;
  /** Derived from `document` at each change of it; what edges need. */
  readonly policy: RoomPolicy;
  /**
   * The static part of the conference object: a `conference-info` element in RFC 6501 order with everything but who is here. Its
   * `<users>` holds what conference control set (roles, display texts, anonymity); who is in the room stands in `participants`.
   */
  readonly document: XmlElement;
  /** Typed reading of `document`. */
  readonly view: ConferenceView;
  /** Version of the last change of `document`. */
  readonly documentVersion: bigint;
  /** Version of the last change of an element, by its path; path `''`: of everything that is not named. Req: VER-004. */
  readonly touched: ReadonlyMap<string, bigint>;
  /** Hash of the conference password (`password.ts`); empty: the room has none. */
  readonly passwordHash: string;
  /** XCON-USERID of the owner; empty: the system's. */
  readonly ownerUserId: UserId | '';
  /** The main conference of a sidebar. */
  readonly parentId: RoomId | undefined;
  /** When it was made, milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Nobody has been here since; undefined while somebody is, and for a room nobody ever entered. */
  readonly emptySinceMs: number | undefined;
  /** When its times were looked at last; undefined: never. Takes no version. */
  readonly timeCheckedAtMs: number | undefined;
  readonly closed: boolean;
  /** XCON-URI of the conference that takes a closed one's place; empty: none. */
  readonly successor: XconUri | '';
  /** Who is in the room: at least one joined endpoint each. In order of joining. */
  readonly participants: ReadonlyMap<ParticipantId, ParticipantState>;
  /** Owner of each joined endpoint. */
  readonly owners: ReadonlyMap<ChatId, ParticipantId>;
  /** Who waits for a moderator, in order of asking. Req: POL-006, POL-008. */
  readonly pending: ReadonlyMap<ChatId, PendingState>;
  /** Calls into the room under way, by call id. Req: CONF-019. */
  readonly calls: ReadonlyMap<string, CallState>;
  /** Sidebars of this conference that are open, by their ids. */
  readonly sidebars: ReadonlyMap<RoomId, SidebarState>;
  readonly desk: Desk;
}

/** A conference object without anybody in it: what stands in its own row. */
export type ConferenceHead = Omit<RoomState, 'participants' | 'owners' | 'pending' | 'calls' | 'sidebars' | 'desk'>;

/** Who somebody is, proven or claimed, and how it is shown. */
export interface Persona {
  /** XCON-USERID. */
  readonly userId: UserId;
  /** The authenticated user in the one form that is compared: holder of nicknames, owner of the participant id. */
  readonly userKey: string;
  /** The URI shown to others: octet for octet the same everywhere. An anonymous one where `anonymity` says so. */
  readonly entity: string;
  /** What may stand in CPIM From. An anonymous one alone where `anonymity` says so. */
  readonly identities: readonly string[];
  /** What was proven, AOR first, and what else is known to be this user's; shown to those with the right only. */
  readonly aors: readonly string[];
  readonly displayName: string;
  readonly roles: readonly string[];
  /** How the identity is kept from others (RFC 6501 §4.6.5.1). Req: POL-020. */
  readonly anonymity: Anonymity;
  /** Known by its claim alone. Req: SEC-019. */
  readonly unauthenticated: boolean;
}

/** One user in the room. */
export interface ParticipantState extends Persona {
  readonly pid: ParticipantId;
  /** Nickname shown in the roster, enforced form: the last one set by any endpoint that still holds it. Empty: none. */
  readonly nickname: string;
  /** Joined endpoints, oldest first; never empty while in the room. */
  readonly endpoints: readonly EndpointState[];
}

/** Names of a SIP dialog. Spec: RFC 4575 §5.7.9. */
export interface SipDialogName {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** Spec: RFC 4575 §5.7.4. */
export type JoiningMethod = 'dialed-in' | 'dialed-out';

/** What is known of a device beside its session description. */
export interface EndpointOrigin {
  /** Contact URI; empty: unknown. */
  readonly contact: string;
  /** Label of its media stream, that of an `available-media` entry; empty: none. Req: XCON-022. */
  readonly label: string;
  readonly joiningMethod: JoiningMethod;
  readonly dialog: SipDialogName | undefined;
  /** The call it answers; empty: it came by itself. */
  readonly callId: string;
}

/** One device (SIP dialog, MSRP session) of a participant. */
export interface EndpointState extends EndpointOrigin {
  readonly chatId: ChatId;
  readonly edgeId: string;
  readonly capabilities: EndpointCapabilities;
  /** What conference control lets it do now: `granted`, or less by the user's own wish. */
  readonly allowed: Direction;
  /** What the room or a moderator lets it do at most. Req: POL-018, FLOOR-004. */
  readonly granted: Direction;
  readonly joinedAtMs: number;
  /** Enforced form; empty: this endpoint asked for none (RFC 7701 section 7.1: it is never given one by itself). */
  readonly nickname: string;
  /** Comparison key of `nickname`; empty with it. */
  readonly nickKey: string;
}

/** A place taken at Admit, not yet joined. */
export interface Seat extends Persona, EndpointOrigin {
  readonly chatId: ChatId;
  readonly pid: ParticipantId;
  readonly capabilities: EndpointCapabilities;
  /** What the room lets it do when it joins. */
  readonly granted: Direction;
  readonly expiresAtMs: number;
}

/** Somebody who waits for a moderator. */
export interface PendingState extends Seat {
  readonly sinceMs: number;
  /** Let in: the next Admit of this chat-ID takes a seat. */
  readonly admitted: boolean;
  /** Where it is to be called when it is let in; empty: it is on the line. */
  readonly callUri: string;
  /** Nickname it gets with that call, enforced form, and its comparison key; empty: none. */
  readonly nickname: string;
  readonly nickKey: string;
}

/** A call into the room. */
export interface CallState {
  readonly callId: string;
  /** Whom it is to reach. */
  readonly userId: UserId;
  readonly uri: string;
  readonly displayName: string;
  /** Nickname the one who answers gets, enforced form, and its comparison key; empty: none. */
  readonly nickname: string;
  readonly nickKey: string;
  /** Wanted: no focus has taken it. Taken: one calls. */
  readonly state: 'wanted' | 'taken';
  /** Who asked for it; empty: the room by itself. */
  readonly askedBy: UserId | '';
  readonly askedAtMs: number;
}

/** One sidebar as its main conference knows it. */
export interface SidebarState {
  readonly id: RoomId;
  readonly xconUri: XconUri;
  readonly kind: 'sidebar-by-val' | 'sidebar-by-ref';
  /** Its static document. */
  readonly document: XmlElement;
  readonly view: ConferenceView;
  /** XCON-USERIDs of those in it, as of the last change the main conference was told of. Req: SIDE-010. */
  readonly present: ReadonlySet<UserId>;
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
  /** User keys of those who have a nickname by more than being in this room, by comparison key: it is registered, or counts in the system. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

export const emptyDesk: Desk = {
  seats: new Map(),
  seatCount: 0,
  remembered: new Map(),
  nicknames: new Map(),
  claims: new Map(),
};

/** Joined endpoints and live seats: what counts against `maximum_user_count`. */
export function occupancy(state: RoomState): number {
  return state.owners.size + state.desk.seatCount;
}
