import type { LeaveCause, StateEvent } from '@plenary/proto/chat';
import type { ChatId, RoomId, ShardId } from '@plenary/wire';
import type { ListingStore } from '../listing/interface.js';
import type { RefusalCode, RoomCommand } from '../room/command.js';
import type { PerformAnswer } from '../room/conference/answer.js';
import type { NewRoom } from '../room/new-room.js';
import type { ConferenceHead, RoomState } from '../room/state.js';
import type { UserStore } from '../users/interface.js';

/** One command for a room, with the id under which a repeat is recognised (empty: none). */
export interface Asked {
  readonly command: RoomCommand;
  readonly requestId: string;
  /** Not done any more after this time (milliseconds since 1970): throws `TooLate`. Undefined: whenever its turn comes. */
  readonly untilMs?: number | undefined;
}

/** What became of one command. */
export type Outcome =
  /** It holds now; `version` is the room's after the commit. `changed` is false where it held already. */
  | {
      readonly kind: 'done';
      readonly version: bigint;
      readonly changed: boolean;
      /** Of an operation of conference control. */
      readonly answer: PerformAnswer | undefined;
    }
  /** The same request was done before; `version` is from then. */
  | {
      readonly kind: 'repeated';
      readonly version: bigint;
      readonly chatId: ChatId | undefined;
      readonly answer: PerformAnswer | undefined;
    }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string }
  | { readonly kind: 'no-such-room' };

/** One committed transaction on one room. */
export interface Committed {
  /** As many as commands were asked, in their order. */
  readonly outcomes: readonly Outcome[];
  /** The room as committed; undefined when there is none of that id. Its desk holds what the commands named. */
  readonly room: RoomState | undefined;
  /** To be published to the room's `st` subject, in this order; each has its outbox row. */
  readonly events: readonly StateEvent[];
  /** Sidebars that changed with it, in the same transaction. */
  readonly sidebars: readonly SidebarCommitted[];
}

/** What one transaction on a conference did to one of its sidebars. */
export interface SidebarCommitted {
  readonly room: RoomState;
  readonly events: readonly StateEvent[];
}

/** A committed event nobody has confirmed as published yet. */
export interface OutboxRow {
  readonly room: RoomId;
  readonly shard: ShardId;
  readonly version: bigint;
  /** An encoded `StateEvent`. */
  readonly event: Uint8Array;
}

/** What became of making an object. `taken`: one of its URIs belongs to `room` already. */
export type Creation =
  | { readonly kind: 'made'; readonly room: RoomId; readonly events: readonly StateEvent[] }
  | { readonly kind: 'taken'; readonly room: RoomId }
  /** The same request has made `room` before. */
  | { readonly kind: 'repeated'; readonly room: RoomId; readonly note: string }
  /** The user has as many as it may have (`limit.rooms`). */
  | { readonly kind: 'quota' };

/** Under what the making of an object is remembered, so that the repeat of its request makes no second one. */
export interface CreationNote {
  /** The same for a repeat. */
  readonly key: string;
  /** Given back to a repeat. */
  readonly note: string;
}

/** The conference objects and what hangs on them. Every method is one transaction. */
export interface RoomStore {
  /**
   * All commands in order, under the room's row lock. What joins, leaves and the like change together has one version and one event;
   * an operation of conference control has its own. Rejects with `CommandFailed` when one of several commands cannot be done in a
   * transaction with others.
   */
  change(room: RoomId, asked: readonly Asked[]): Promise<Committed>;
  /**
   * Makes the room unless one of its URIs is taken, `createdBy` has `roomsMax` open ones (0: any number), or one was made under the key
   * of `remembered` (undefined: nobody comes again).
   */
  createRoom(room: NewRoom, roomsMax: number, remembered?: CreationNote): Promise<Creation>;
  /** The room that has this URI: its SIP conference URI, its XCON-URI or a further one, in normalised form. */
  findRoom(uri: string): Promise<RoomId | undefined>;
  /** What was found for a URI led to a closed room: the next `findRoom` looks again. */
  forgetUri(uri: string): void;
  /** The room with everybody in it, as of one moment. */
  readRoom(room: RoomId): Promise<RoomState | undefined>;
  /** Conferences and sidebars in the order of their ids, after `after`, without rosters; closed ones and blueprints are left out. */
  listRooms(after: string, limit: number): Promise<ConferenceHead[]>;
  /** Those of the rooms that are there, closed ones too, in the order of their ids, without rosters. */
  readHeads(rooms: readonly RoomId[]): Promise<ConferenceHead[]>;
  /** Open rooms whose time makes something happen now, or that have been empty for long enough; at most `limit`. */
  dueRooms(limit: number): Promise<RoomId[]>;
}

/** Events between commit and publication. */
export interface OutboxStore {
  /** Unpublished events of a room with a version below `version`, oldest first. */
  outboxBefore(room: RoomId, version: bigint): Promise<OutboxRow[]>;
  /** Forgets published events; rows a sweeper has locked are left to it. */
  deleteOutbox(rows: readonly Pick<OutboxRow, 'room' | 'version'>[]): Promise<void>;
  /**
   * Hands out all events of each room whose oldest one is older than `olderThanMs`, a room at a time in version order;
   * one replica has a room at a time. `publish` says whether the event is stored; after a `false` the room waits for the
   * next sweep. Returns how many were published.
   */
  sweepOutbox(olderThanMs: number, publish: (row: OutboxRow) => Promise<boolean>): Promise<number>;
  outboxBacklog(): Promise<{ readonly pending: number; readonly oldestSeconds: number }>;
}

/** What lapses by itself. */
export interface LapseStore {
  /** Removes lapsed seats, nicknames out of quarantine, users no longer remembered, answers older than `requestsOlderThanMs`. */
  purgeLapsed(requestsOlderThanMs: number): Promise<{ readonly seats: number; readonly nicknames: number }>;
  /** Calls no focus has taken and nobody was told of for `repeatMs`, and all that are older than `expireMs`. */
  callsToRepeat(
    repeatMs: number,
    expireMs: number,
    limit: number,
  ): Promise<{ readonly room: RoomId; readonly callId: string }[]>;
  /** Those who have waited for a moderator too long. */
  lapsedPending(
    limit: number,
  ): Promise<{ readonly room: RoomId; readonly chatId: ChatId; readonly cause: LeaveCause }[]>;
  /** Removes closed conferences that old, with what is published of them. */
  purgeTombstones(olderThanMs: number, limit: number): Promise<number>;
}

/** Which edges hold somebody. */
export interface EdgeStore {
  edgesInUse(): Promise<string[]>;
  endpointsOfEdge(edgeId: string, limit: number): Promise<{ readonly room: RoomId; readonly chatId: ChatId }[]>;
}

/** Rights to do something that one replica should do, by the database's clock. */
export interface LeaseStore {
  /** Takes or renews; undefined while another holder has it. The fence grows with every change of holder. */
  takeLease(name: string, holder: string, ttlMs: number): Promise<bigint | undefined>;
  releaseLease(name: string, holder: string): Promise<void>;
}

/** Lives of the shards' logs. */
export interface EpochStore {
  /**
   * Notes the incarnation of a shard's log. When it is another than noted, every open room of the shard starts a new epoch
   * with a tag from `newTag`, as the first event of the new log. Returns those events; empty when nothing was new.
   */
  noteIncarnation(shard: ShardId, incarnation: string, newTag: () => string): Promise<StateEvent[]>;
}

/** One account: digest secrets per algorithm, never the password. */
export interface AccountRecord {
  readonly username: string;
  readonly realm: string;
  readonly ha1Md5: string;
  readonly ha1Sha256: string;
  /** AOR first. */
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

export interface AccountStore {
  findAccount(username: string): Promise<AccountRecord | undefined>;
  /** The account that has this URI among its identities, spelled so. */
  findAccountByIdentity(uri: string): Promise<AccountRecord | undefined>;
  putAccount(account: AccountRecord): Promise<void>;
  deleteAccount(username: string): Promise<boolean>;
  listAccounts(after: string, limit: number): Promise<AccountRecord[]>;
}

export type Store = RoomStore &
  OutboxStore &
  LapseStore &
  EdgeStore &
  LeaseStore &
  EpochStore &
  AccountStore &
  ListingStore &
  UserStore;
