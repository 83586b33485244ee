import type { AuditFields, Telemetry } from '@plenary/telemetry';
import type { Loggers } from './logger.js';

/** Who did something, for the log: both become hashes. */
export interface Actor {
  readonly userId: string;
  readonly object: string;
}

/** What happened, as one log line and one count each, so that the two cannot drift. */
export interface Events {
  /** A CCMP answer: `operation` is `confRequest/create`, `optionsRequest`, …, or `none` where the message was no CCMP. */
  answered(operation: string, code: number, seconds: number, actor: Actor): void;
  /** A request that never reached CCMP. */
  httpRefused(status: number, reason: string): void;
  authenticationFailed(reason: string): void;
  /** A fault of ours, or somebody we need is away. */
  failed(what: string, error: unknown): void;
  historyRead(actor: Actor, messages: number): void;
  /** `held`: refused, the conference is on legal hold. */
  historyErased(actor: Actor, userId: string, messages: number, held: boolean): void;
}

/** Codes that say no to somebody: who is it, may it, does it know the password. Req: SEC-001. */
const denials: ReadonlySet<number> = new Set([401, 421, 422, 424, 426]);

/** `gauges` are read at each scrape. */
export function createEvents(
  telemetry: Telemetry,
  loggers: Loggers,
  gauges: { readonly pending: () => number },
): Events {
  const { metrics } = telemetry;
  const requests = metrics.counter('chat_ccmp_requests_total');
  const seconds = metrics.histogram('chat_ccmp_seconds');
  const refusals = metrics.counter('chat_ccmp_http_refusals_total');
  const failures = metrics.counter('chat_auth_failures_total');
  metrics.gauge('chat_ccmp_pending', gauges.pending);
  const hashes = ({ userId, object }: Actor): object => ({
    ...(userId === '' ? {} : { participant_hash: telemetry.hash('participant', userId) }),
    ...(object === '' ? {} : { room_hash: telemetry.hash('room', object) }),
  });
  const acting = ({ userId, object }: Actor): AuditFields => ({
    ...(userId === '' ? {} : { actor_hash: telemetry.hash('participant', userId) }),
    ...(object === '' ? {} : { room_hash: telemetry.hash('room', object) }),
  });
  return {
    answered(operation, code, took, actor) {
      requests.add(1, { operation, code });
      seconds.record(took, { operation, code });
      const fields = { operation, code, dur_ms: Math.round(took * 1_000), ...hashes(actor) };
      if (denials.has(code)) loggers.request.info(fields, 'denied');
      else loggers.request.debug(fields, 'answered');
    },
    httpRefused(status, reason) {
      refusals.add(1, { status, reason });
      loggers.http.debug({ status, reason }, 'refused');
    },
    authenticationFailed(reason) {
      failures.add(1, { protocol: 'ccmp', reason });
      loggers.request.debug({ reason }, 'a proof of identity was wrong');
    },
    failed(what, error) {
      loggers.service.warn({ what, err: error }, 'a request could not be served');
    },
    historyRead(actor, messages) {
      telemetry.audit('history.read', { count: messages, ...acting(actor) });
    },
    historyErased(actor, userId, messages, held) {
      const target_hash = telemetry.hash('participant', userId);
      const outcome = held ? 'refused' : 'done';
      telemetry.audit('history.erased', { outcome, count: messages, target_hash, ...acting(actor) });
    },
  };
}
