import type { StateEvent } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, RoomId, ShardId } from '@plenary/wire';
import type { RefusalCode, RoomCommand } from '../room/command.js';
import type { Blueprint } from '../room/policy.js';
import type { RoomState } from '../room/state.js';

/** One command for a room, with the id under which a repeat is recognised (empty: none). */
export interface Asked {
  readonly command: RoomCommand;
  readonly requestId: string;
}

/** What became of one command. */
export type Outcome =
  /** It holds now; `version` is the room's after the commit. `changed` is false where it held already. */
  | { readonly kind: 'done'; readonly version: bigint; readonly changed: boolean }
  /** The same request was done before; `version` is from then. */
  | { readonly kind: 'repeated'; readonly version: bigint; readonly chatId: ChatId | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  | { readonly kind: 'no-such-room' };

/** One committed transaction on one room. */
export interface Committed {
  /** As many as commands were asked, in their order. */
  readonly outcomes: readonly Outcome[];
  /** The room as committed; undefined when there is none of that id. Its desk holds what the commands named. */
  readonly room: RoomState | undefined;
  /** To be published to the room's `st` subject, in this order; each has its outbox row. */
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

export interface NewRoom {
  readonly id: RoomId;
  readonly conferenceUri: ConferenceUri;
  readonly shard: ShardId;
  readonly tag: string;
  readonly blueprint: Blueprint;
  /** User key of whoever made it; empty: the system. */
  readonly createdBy: string;
}

/** The conference objects and what hangs on them. Every method is one transaction. */
export interface RoomStore {
  /** All commands in order, under the room's row lock; one version and one event for what they change together. */
  change(room: RoomId, asked: readonly Asked[]): Promise<Committed>;
  /** Makes the room unless its URI is taken. `events` is empty when another was first; `room` is the one that is there. */
  createRoom(room: NewRoom): Promise<{ readonly room: RoomId; readonly events: readonly StateEvent[] }>;
  findRoom(uri: ConferenceUri): Promise<RoomId | undefined>;
  /** The room with everybody in it, as of one moment. */
  readRoom(room: RoomId): Promise<RoomState | undefined>;
  /** Rooms in the order of their ids, after `after`, without rosters; closed ones are left out. */
  listRooms(after: string, limit: number): Promise<Omit<RoomState, 'participants' | 'owners' | 'desk'>[]>;
  /** Open rooms this user made. */
  countRoomsOf(userKey: string): Promise<number>;
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
  putAccount(account: AccountRecord): Promise<void>;
  deleteAccount(username: string): Promise<boolean>;
  listAccounts(after: string, limit: number): Promise<AccountRecord[]>;
}

export type Store = RoomStore & OutboxStore & LapseStore & EdgeStore & LeaseStore & EpochStore & AccountStore;
