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
  const rows = metrics.counter('chat_history_rows_total', 'Messages written', ['result']);
  const malformed = metrics.counter('chat_history_malformed_total', 'Events of the log that could not be read');
  const rewinds = metrics.counter('chat_stream_rewind_total', 'Logs that end before the place they were read up to', [
    'shard',
  ]);
  const removed = metrics.counter('chat_history_removed_total', 'Messages removed for good', ['reason']);
  const retentionRuns = metrics.counter(
    'chat_history_retention_runs_total',
    'Runs of retention that came to their end',
  );
  const lags = new Map<ShardId, { messages: number; seconds: number }>();
  const lagOf = (field: 'messages' | 'seconds') => () =>
    [...lags].map(([shard, lag]) => ({ value: lag[field], labels: { shard } }));
  metrics.gauge('chat_history_lag_messages', 'Events of the log not yet read', lagOf('messages'));
  metrics.gauge('chat_history_lag_seconds', 'Age of the last event read, while there are others', lagOf('seconds'));
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
      loggers.audit.info(
        { room: telemetry.hash('room', room), messages },
        'messages older than their room keeps them are gone',
      );
    },
    retentionRan: () => retentionRuns.add(1),
    erased(room, userId, { erased, held }) {
      if (erased > 0) removed.add(erased, { reason: 'erasure' });
      const of = { room: telemetry.hash('room', room), user: telemetry.hash('user', userId), messages: erased };
      if (held) loggers.audit.warn(of, 'an erasure was refused: the room is on legal hold');
      else loggers.audit.info(of, 'what one person said in a room was erased');
    },
    taskFailed(task, error) {
      loggers.service.warn({ task, err: error }, 'a background task failed and will be tried again');
    },
  };
}
