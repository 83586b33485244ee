import type { KeptMessage } from '@plenary/proto/history';
import type { RoomId, ShardId } from '@plenary/wire';
import type { LogEntry } from '../record.types.js';
import type { RoomNow } from '../room-log.js';

/** One batch of a shard's log. */
export interface Batch {
  readonly shard: ShardId;
  /** Life of the log the entries are of. */
  readonly incarnation: string;
  /** In log order. */
  readonly entries: readonly LogEntry[];
  /** Sequence of the last event of the batch, also of one that could not be read. */
  readonly lastSeq: number;
  /** When it reached its ingress or was committed. */
  readonly lastEventMs: number;
}

/** Where a shard's log was read up to. */
export interface Position {
  readonly incarnation: string;
  readonly lastSeq: number;
  readonly lastEventMs: number;
}

/** What a batch came to. */
export interface BatchResult {
  /** Messages that stand in the history now. */
  readonly stored: number;
  /** Messages that stood there already, under their origin id. */
  readonly duplicates: number;
  /** Entries that had been taken into account before. */
  readonly repeated: number;
}

export interface PageQuery {
  readonly room: RoomId;
  readonly epoch: number;
  readonly afterSeq: bigint;
  readonly limit: number;
  readonly maxBytes: number;
}

/** A place in a room's kept log. */
export interface Place {
  readonly epoch: number;
  readonly seq: bigint;
}

export interface ReadQuery {
  readonly room: RoomId;
  /** Microseconds since 1970, inclusive. */
  readonly sinceUs: bigint;
  /** Exclusive; `undefined`: to the last. */
  readonly beforeUs: bigint | undefined;
  /** Onward from the oldest, or back from the newest. */
  readonly forward: boolean;
  /** Only what lies beyond it in that direction. */
  readonly beyond: Place | undefined;
  readonly limit: number;
  readonly maxBytes: number;
}

export interface ReadPage {
  /** In room order, whatever the direction. */
  readonly messages: KeptMessage[];
  /** There are others in that direction. */
  readonly more: boolean;
  /** Up to where the room's log was read when the page was; `undefined`: nothing of it was. */
  readonly recorded: Place | undefined;
}

/** The kept log. */
export interface HistoryStore {
  /** All of a batch or nothing, each entry once, whoever brings it how often. `askNow` is asked about rooms the log is silent on. */
  recordBatch(batch: Batch, askNow: (room: RoomId) => Promise<RoomNow>): Promise<BatchResult>;
  /** Every shard something was read of. */
  positions(): Promise<ReadonlyMap<ShardId, Position>>;
  /** Messages of a room in room order; a page ends at `limit` or at `maxBytes`; of a message that alone is larger its headers are given. */
  query(query: PageQuery): Promise<{ readonly messages: KeptMessage[]; readonly more: boolean }>;
  /** The same by time and direction, with the place of the log it goes up to: one and the same moment of both. */
  read(query: ReadQuery): Promise<ReadPage>;
  readonly removal: RemovalStore;
}

/** What takes messages out of the kept log, for good. */
export interface RemovalStore {
  /** Throws away parts of messages begun that long ago; how many messages. Forgets who left more than a day ago. */
  discardUnfinished(olderThanMs: number): Promise<number>;
  /**
   * Removes what a user said in a room, also what has not come to its end, in steps of one transaction each. How many messages;
   * `held`: the room is on legal hold, and nothing more was removed.
   */
  erase(room: RoomId, userId: string): Promise<{ readonly erased: number; readonly held: boolean }>;
  /** Rooms that have messages older than they keep them, and are not on legal hold; in the order of their ids. */
  overdueRooms(after: string, limit: number): Promise<RoomId[]>;
  /** Removes the oldest of these messages, at most `limit`; 0: none is left, or the room is on legal hold. */
  removeOverdue(room: RoomId, limit: number): Promise<number>;
  /** Forgets rooms that are closed and of which nothing is kept; how many. */
  forgetClosed(limit: number): Promise<number>;
  /** Takes the lease of that name, or prolongs it; false while somebody else has it. */
  takeLease(name: string, holder: string, ttlMs: number): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
}
