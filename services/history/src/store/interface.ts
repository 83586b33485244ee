import type { KeptMessage } from '@plenary/proto/history';
import type { RoomId, ShardId } from '@plenary/wire';
import type { LogEntry, RoomNow } from '../record.js';

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

/** The kept log. */
export interface HistoryStore {
  /** All of a batch or nothing, each entry once, whoever brings it how often. `askNow` is asked about rooms the log is silent on. */
  recordBatch(batch: Batch, askNow: (room: RoomId) => Promise<RoomNow>): Promise<BatchResult>;
  /** Every shard something was read of. */
  positions(): Promise<ReadonlyMap<ShardId, Position>>;
  /** Messages of a room in room order; a page ends at `limit` or, after at least one message, at `maxBytes`. */
  query(query: PageQuery): Promise<{ readonly messages: KeptMessage[]; readonly more: boolean }>;
  /** Throws away parts of messages begun that long ago; how many messages. */
  discardUnfinished(olderThanMs: number): Promise<number>;
}
