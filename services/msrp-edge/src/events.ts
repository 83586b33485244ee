import type { RefusalReason } from '@plenary/msrp/net';
import type { Telemetry } from '@plenary/telemetry';
import type { HotRoom } from './hot-rooms.js';
import type { EdgeLoggers } from './logger.js';
import type { EdgeSession } from './sessions/session.js';
import type { LateMessage } from './switch/message-traces.js';

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
  | 'asked'
  | 'fingerprint'
  | 'tls-required';

/** Business events: each writes its log line and its count together, so that they cannot drift. */
export interface EdgeEvents {
  sessionReserved(session: EdgeSession): void;
  sessionBound(session: EdgeSession): void;
  sessionJoined(session: EdgeSession): void;
  sessionEnded(session: EdgeSession, reason: SessionEnd): void;
  /** A connection that did not get as far as MSRP, by its PROXY header or its handshake. */
  connectionRefused(reason: RefusalReason, detail: string): void;
  /** A request for no session of its connection: 481, or 506 for one that another connection has. Req: SEC-001, SEC-015. */
  requestRefused(status: number): void;
  /** Once per message and edge. */
  delivered(seconds: number, isPrivate: boolean): void;
  publishAnswered(result: string, seconds: number): void;
  gapRepaired(seconds: number): void;
  /** A message was not stored, or took very long; ten a second are told of. */
  messageLate(message: LateMessage): void;
  /** Rooms with most legs a second here, hottest first. */
  roomsHot(rooms: readonly HotRoom[]): void;
}

/** Says nothing; for tests and benchmarks. */
export const silentEvents: EdgeEvents = {
  sessionReserved: () => undefined,
  sessionBound: () => undefined,
  sessionJoined: () => undefined,
  sessionEnded: () => undefined,
  connectionRefused: () => undefined,
  requestRefused: () => undefined,
  delivered: () => undefined,
  publishAnswered: () => undefined,
  gapRepaired: () => undefined,
  messageLate: () => undefined,
  roomsHot: () => undefined,
};

export function createEvents(telemetry: Telemetry, loggers: EdgeLoggers): EdgeEvents {
  const { metrics } = telemetry;
  const log = loggers.sessions;
  const ended = metrics.counter('chat_edge_sessions_ended_total');
  const refused = metrics.counter('chat_edge_refused_connections_total');
  const delivery = metrics.histogram('chat_delivery_seconds');
  const ack = metrics.histogram('chat_publish_ack_seconds');
  const repair = metrics.histogram('chat_gap_repair_seconds');
  const negative = metrics.counter('chat_delivery_clock_skew_total');
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
    connectionRefused: (reason, detail) => {
      refused.add(1, { reason });
      log.info({ reason, code: detail }, 'connection refused');
    },
    // `chat_msrp_requests_total` counts it, by its status.
    requestRefused: (status) => log.info({ code: status }, 'request for no session refused'),
    delivered: (seconds, isPrivate) => {
      if (seconds < 0) negative.add(1);
      delivery.record(Math.max(0, seconds), { kind: isPrivate ? 'private' : 'all' });
    },
    publishAnswered: (result, seconds) => ack.record(seconds, { result }),
    gapRepaired: (seconds) => repair.record(seconds),
    messageLate: ({ room, seq, outcome, durationMs }) =>
      log.warn(
        { room_hash: telemetry.hash('room', room), seq, reason: outcome, dur_ms: Math.round(durationMs) },
        'a message was late or not stored',
      ),
    roomsHot: (rooms) => {
      for (const [place, { id, perSecond }] of rooms.entries()) {
        const told = { rank: place + 1, room_hash: telemetry.hash('room', id), per_second: Math.round(perSecond) };
        loggers.main.info(told, 'a hot room');
      }
    },
  };
}
