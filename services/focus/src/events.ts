import type { Logger, Telemetry } from '@plenary/telemetry';
import { loggers } from './logger.js';

/** Why a request was turned away before anybody looked at its room. */
export type RejectReason = 'auth' | 'rate' | 'parse' | 'size' | 'method';

/**
 * Everything that happens at the focus and that somebody may want to count or read, one function each: the log line and
 * the metric are written together, so they cannot drift apart.
 */
export interface FocusEvents {
  requestReceived(method: string): void;
  requestAnswered(method: string, status: number, seconds: number): void;
  rejected(reason: RejectReason): void;
  authFailed(reason: 'unknown' | 'wrong' | 'stale' | 'replayed' | 'identity'): void;
  joined(ids: SeatIds, edgeId: string): void;
  joinRefused(conferenceUri: string, status: number, reason: string): void;
  moved(ids: SeatIds, edgeId: string): void;
  left(ids: SeatIds, cause: string): void;
  subscribed(room: string, form: string): void;
  subscriptionRefused(conferenceUri: string, status: number, reason: string): void;
  subscriptionEnded(room: string, reason: string): void;
  /** A NOTIFY was sent, and what became of it. */
  notified(kind: 'full' | 'partial' | 'empty', outcome: string): void;
  /** A change that this subscriber's view does not show. */
  notifySuppressed(): void;
  failed(what: string, error: unknown, ids?: Partial<SeatIds>): void;
}

export interface SeatIds {
  readonly room: string;
  readonly pid: string;
  readonly chatId: string;
}

const methods = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'REGISTER',
]);

/** `dialogs` and `subscriptions`: how many this replica has now. */
export function focusEvents(telemetry: Telemetry, dialogs: () => number, subscriptions: () => number): FocusEvents {
  const { metrics } = telemetry;
  const signalling: Logger = telemetry.logger(loggers.signalling);
  const auth = telemetry.logger(loggers.auth);
  const conference = telemetry.logger(loggers.conference);
  const requests = metrics.counter('chat_sip_requests_total');
  const seconds = metrics.histogram('chat_sip_transaction_seconds');
  const rejects = metrics.counter('chat_sip_rejected_total');
  const failures = metrics.counter('chat_auth_failures_total');
  metrics.gauge('chat_sip_dialogs', () => [{ value: dialogs(), labels: { state: 'confirmed' } }]);
  const notified = metrics.counter('chat_notify_sent_total');
  const suppressed = metrics.counter('chat_notify_suppressed_total');
  metrics.gauge('chat_sip_subscriptions', () => [{ value: subscriptions(), labels: { event: 'conference' } }]);
  /** Methods are a closed set: anything else counts as `other`. */
  const known = (method: string): string => (methods.has(method) ? method : 'other');
  const hashed = (ids: Partial<SeatIds>): object => ({
    ...(ids.room === undefined ? {} : { room_hash: telemetry.hash('room', ids.room) }),
    ...(ids.pid === undefined ? {} : { participant_hash: telemetry.hash('participant', ids.pid) }),
    ...(ids.chatId === undefined ? {} : { session_hash: telemetry.hash('session', ids.chatId) }),
  });

  return {
    requestReceived(method) {
      signalling.debug({ method: known(method) }, 'request received');
    },
    requestAnswered(method, status, took) {
      const labels = { method: known(method), status_class: `${String(Math.floor(status / 100))}xx` };
      requests.add(1, { direction: 'in', ...labels });
      seconds.record(took, labels);
    },
    rejected(reason) {
      rejects.add(1, { reason });
    },
    authFailed(reason) {
      failures.add(1, { protocol: 'sip', reason });
      auth.info({ reason }, 'authentication failed');
    },
    joined(ids, edgeId) {
      conference.info({ ...hashed(ids), edge: edgeId }, 'participant joins');
    },
    joinRefused(conferenceUri, status, reason) {
      conference.info({ room_hash: telemetry.hash('room', conferenceUri), code: status, reason }, 'join refused');
    },
    moved(ids, edgeId) {
      conference.info({ ...hashed(ids), edge: edgeId }, 'session moved');
    },
    left(ids, cause) {
      conference.info({ ...hashed(ids), reason: cause }, 'participant left');
    },
    subscribed(room, form) {
      conference.info({ room_hash: telemetry.hash('room', room), form }, 'subscribed');
    },
    subscriptionRefused(conferenceUri, status, reason) {
      conference.info(
        { room_hash: telemetry.hash('room', conferenceUri), code: status, reason },
        'subscription refused',
      );
    },
    subscriptionEnded(room, reason) {
      conference.info({ room_hash: telemetry.hash('room', room), reason }, 'subscription ended');
    },
    notified(kind, outcome) {
      notified.add(1, { kind, outcome });
    },
    notifySuppressed() {
      suppressed.add(1, { kind: 'partial' });
    },
    failed(what, error, ids = {}) {
      conference.warn({ ...hashed(ids), err: error, reason: what }, 'could not be done');
    },
  };
}
