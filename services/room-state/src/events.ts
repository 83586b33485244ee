import type { Telemetry } from '@plenary/telemetry';
import type { RoomId, ShardId } from '@plenary/wire';
import type { Loggers } from './logger.js';
import type { RoomCommandKind } from './room/command.js';
import type { Outcome } from './store/interface.js';

/** What happened, as one log line and one count each, so that the two cannot drift. */
export interface Events {
  roomCreated(room: RoomId, by: 'user' | 'demo'): void;
  /** Somebody entered a URI that had no conference, and it has one now. */
  enteredNew(xconUri: string, userId: string): void;
  /** Its time was over, or it was empty for long enough: nobody asked for its end. */
  ended(xconUri: string): void;
  /** One command was answered by the database. */
  mutated(op: RoomCommandKind, outcome: Outcome): void;
  /** One transaction ended after `seconds`; `op` is its first command's. */
  transaction(op: RoomCommandKind, seconds: number): void;
  nicknameAsked(result: NicknameLabel): void;
  epochStarted(shard: ShardId, rooms: number): void;
  /** The sweeper published what the replica that committed it did not. */
  swept(events: number): void;
  publishFailed(room: RoomId, version: bigint, reason: string): void;
  lapsed(seats: number, nicknames: number): void;
  edgeGone(endpoints: number, absentMs: number): void;
  backlog(pending: number, oldestSeconds: number): void;
  /** A task of the background failed and will be tried again. */
  taskFailed(task: string, error: unknown): void;
}

export type NicknameLabel = 'ok' | 'taken' | 'malformed' | 'reserved' | 'policy';

const mutationLabels = { done: 'ok', repeated: 'ok', refused: 'denied', 'no-such-room': 'denied' } as const;

export function createEvents(telemetry: Telemetry, loggers: Loggers): Events {
  const { audit, metrics, hash } = telemetry;
  const mutations = metrics.counter('chat_roomstate_mutations_total');
  const seconds = metrics.histogram('chat_roomstate_tx_seconds');
  const claims = metrics.counter('chat_nickname_claims_total');
  const outbox = { pending: 0, oldestSeconds: 0 };
  metrics.gauge('chat_outbox_pending', () => outbox.pending);
  metrics.gauge('chat_outbox_oldest_seconds', () => outbox.oldestSeconds);
  return {
    roomCreated(room, by) {
      loggers.rooms.info({ room_hash: hash('room', room), by }, 'room created');
    },
    enteredNew(xconUri, userId) {
      const actor = userId === '' ? {} : { actor_hash: hash('participant', userId) };
      audit('conference.created', { ...actor, room_hash: hash('room', xconUri), reason: 'entered' });
    },
    ended(xconUri) {
      audit('conference.deleted', { room_hash: hash('room', xconUri), reason: 'ended' });
    },
    mutated(op, outcome) {
      mutations.add(1, { op, result: mutationLabels[outcome.kind] });
      if (outcome.kind === 'refused') loggers.rooms.debug({ op, code: outcome.code }, 'command refused');
    },
    transaction(op, took) {
      seconds.record(took, { op });
    },
    nicknameAsked(result) {
      claims.add(1, { result });
    },
    epochStarted(shard, rooms) {
      loggers.rooms.warn({ shard, rooms }, 'the log of this shard is a new one: its rooms begin a new epoch');
    },
    swept(events) {
      loggers.outbox.info({ events }, 'events published that were left behind');
    },
    publishFailed(room, version, reason) {
      const fields = { room_hash: hash('room', room), version: version.toString(), reason };
      loggers.outbox.warn(fields, 'an event is not published yet');
    },
    lapsed(seats, nicknames) {
      if (seats + nicknames > 0) loggers.rooms.debug({ seats, nicknames }, 'seats lapsed and nicknames set free');
    },
    edgeGone(endpoints, absentMs) {
      loggers.edges.warn({ endpoints, absent_ms: absentMs }, 'an edge is gone: its endpoints leave');
    },
    backlog(pending, oldestSeconds) {
      outbox.pending = pending;
      outbox.oldestSeconds = oldestSeconds;
    },
    taskFailed(task, error) {
      loggers.service.warn({ task, err: error }, 'a background task failed and will be tried again');
    },
  };
}
