import type { Telemetry } from '@plenary/telemetry';
import type { RoomId, ShardId } from '@plenary/wire';
import type { Loggers } from './logger.js';
import type { BatchResult } from './store/interface.js';

/** What happened, as one log line and one count each, so that the two cannot drift. */
export interface Events {
  recorded(shard: ShardId, result: BatchResult): void;
  /** Events of the log that could not be read. */
  malformed(shard: ShardId, count: number): void;
  batchFailed(shard: ShardId, error: unknown): void;
  lag(shard: ShardId, messages: number, seconds: number): void;
  /** The log ends before the place it was read up to. */
  rewound(shard: ShardId, lastSeq: number, readUpTo: number): void;
  /** Messages without an end, thrown away. */
  discarded(messages: number): void;
  /** Messages older than their room keeps them, removed. */
  expired(room: RoomId, messages: number): void;
  /** A run of retention came to its end. */
  retentionRan(): void;
  /** What one person said was removed, or is on legal hold. */
  erased(room: RoomId, userId: string, result: { readonly erased: number; readonly held: boolean }): void;
  taskFailed(task: string, error: unknown): void;
}

export function createEvents(telemetry: Telemetry, loggers: Loggers): Events {
  const { metrics } = telemetry;
  const rows = metrics.counter('chat_history_rows_total');
  const malformed = metrics.counter('chat_history_malformed_total');
  const rewinds = metrics.counter('chat_stream_rewind_total');
  const removed = metrics.counter('chat_history_removed_total');
  const retentionRuns = metrics.counter('chat_history_retention_runs_total');
  const lags = new Map<ShardId, { messages: number; seconds: number }>();
  const lagOf = (field: 'messages' | 'seconds') => () =>
    [...lags].map(([shard, lag]) => ({ value: lag[field], labels: { shard } }));
  metrics.gauge('chat_history_lag_messages', lagOf('messages'));
  metrics.gauge('chat_history_lag_seconds', lagOf('seconds'));
  return {
    recorded(_shard, { stored, duplicates }) {
      if (stored > 0) rows.add(stored, { result: 'stored' });
      if (duplicates > 0) rows.add(duplicates, { result: 'duplicate' });
    },
    malformed(shard, count) {
      if (count === 0) return;
      malformed.add(count);
      loggers.record.error({ shard, count }, 'events of the log could not be read and were passed over');
    },
    batchFailed(shard, error) {
      loggers.record.warn({ shard, err: error }, 'a batch was not recorded and will come again');
    },
    lag(shard, messages, seconds) {
      // Known from the first look at a log on: the alert is on its increase.
      if (!lags.has(shard)) rewinds.add(0, { shard });
      lags.set(shard, { messages, seconds });
    },
    rewound(shard, lastSeq, readUpTo) {
      rewinds.add(1, { shard });
      loggers.record.error(
        { shard, last_seq: lastSeq, read_up_to: readUpTo },
        'the log ends before what was read of it',
      );
    },
    discarded(messages) {
      if (messages === 0) return;
      removed.add(messages, { reason: 'unfinished' });
      loggers.record.info({ messages }, 'messages without an end were thrown away');
    },
    expired(room, messages) {
      if (messages === 0) return;
      removed.add(messages, { reason: 'retention' });
      const reason = 'older than the room keeps them';
      telemetry.audit('history.expired', { room_hash: telemetry.hash('room', room), count: messages, reason });
    },
    retentionRan: () => retentionRuns.add(1),
    erased(room, userId, { erased, held }) {
      if (erased > 0) removed.add(erased, { reason: 'erasure' });
      const room_hash = telemetry.hash('room', room);
      const of = { room_hash, participant_hash: telemetry.hash('participant', userId), count: erased };
      // ccmp, which knows who asked, tells the audit log.
      loggers.record.info(
        of,
        held ? 'nothing was erased: the room is on legal hold' : 'what one person said was erased',
      );
    },
    taskFailed(task, error) {
      loggers.service.warn({ task, err: error }, 'a background task failed and will be tried again');
    },
  };
}
