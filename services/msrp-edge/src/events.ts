import { latencyBucketsSeconds, type Telemetry } from '@plenary/telemetry';
import type { EdgeLoggers } from './logger.js';
import type { EdgeSession } from './sessions/session.js';

/** Why a session ended. */
export type SessionEnd =
  | 'expired'
  | 'connection-lost'
  | 'grace-over'
  | 'evicted'
  | 'peer'
  | 'timeout'
  | 'drained'
  | 'left'
  | 'room-closed'
  | 'asked';

/** Business events: each writes its log line and its count together, so that they cannot drift. */
export interface EdgeEvents {
  sessionReserved(session: EdgeSession): void;
  sessionBound(session: EdgeSession): void;
  sessionJoined(session: EdgeSession): void;
  sessionEnded(session: EdgeSession, reason: SessionEnd): void;
  /** A request for no session of its connection: 481, or 506 for one that another connection has. Req: SEC-001, SEC-015. */
  requestRefused(status: number): void;
  /** Once per message and edge. */
  delivered(seconds: number, isPrivate: boolean): void;
  publishAnswered(result: string, seconds: number): void;
  gapRepaired(seconds: number): void;
}

/** Says nothing; for tests and benchmarks. */
export const silentEvents: EdgeEvents = {
  sessionReserved: () => undefined,
  sessionBound: () => undefined,
  sessionJoined: () => undefined,
  sessionEnded: () => undefined,
  requestRefused: () => undefined,
  delivered: () => undefined,
  publishAnswered: () => undefined,
  gapRepaired: () => undefined,
};

export function createEvents(telemetry: Telemetry, loggers: EdgeLoggers): EdgeEvents {
  const { metrics } = telemetry;
  const log = loggers.sessions;
  const ended = metrics.counter('chat_edge_sessions_ended_total', 'Sessions that ended, by reason.', ['reason']);
  const delivery = metrics.histogram(
    'chat_delivery_seconds',
    'First octet of a message at ingress to its write to the last live recipient here; once per message.',
    latencyBucketsSeconds,
    ['kind'],
  );
  const ack = metrics.histogram(
    'chat_publish_ack_seconds',
    'From publishing an event to the answer of the log.',
    latencyBucketsSeconds,
    ['result'],
  );
  const repair = metrics.histogram(
    'chat_gap_repair_seconds',
    'How long a gap in a room took to repair.',
    latencyBucketsSeconds,
  );
  const negative = metrics.counter(
    'chat_delivery_clock_skew_total',
    'Deliveries that seem to precede their sending: clocks differ.',
  );
  const fields = (session: EdgeSession): object => ({
    room_hash: telemetry.hash('room', session.room.id),
    session_hash: telemetry.hash('session', session.chatId),
    participant_hash: telemetry.hash('participant', session.seat.pid),
  });
  return {
    sessionReserved: (session) => log.debug(fields(session), 'session reserved'),
    sessionBound: (session) => log.info(fields(session), 'session bound'),
    sessionJoined: (session) => log.info({ ...fields(session), seq: session.joinedSeq }, 'session joined'),
    sessionEnded: (session, reason) => {
      ended.add(1, { reason });
      log.info({ ...fields(session), reason, seq: session.cursor }, 'session ended');
    },
    // `chat_msrp_requests_total` counts it, by its status.
    requestRefused: (status) => log.info({ code: status }, 'request for no session refused'),
    delivered: (seconds, isPrivate) => {
      if (seconds < 0) negative.add(1);
      delivery.record(Math.max(0, seconds), { kind: isPrivate ? 'private' : 'all' });
    },
    publishAnswered: (result, seconds) => ack.record(seconds, { result }),
    gapRepaired: (seconds) => repair.record(seconds),
  };
}
