import {
  answerSessionTimer,
  readSessionTimer,
  sessionTimerHeaders,
  sessionTimerSchedule,
  type SessionTimerPolicy,
  type SipRequest,
} from '@plenary/sip';
import type { HeaderPair } from '../signalling/respond.js';
import type { TimerRecord } from '../store/interface.js';

/** What a session refresh request asks for, and what the 2xx says to it. */
export type TimerAnswer =
  | { readonly kind: 'malformed' }
  /** 422 with Min-SE. */
  | { readonly kind: 'too-small'; readonly headers: readonly HeaderPair[] }
  | { readonly kind: 'agreed'; readonly headers: readonly HeaderPair[]; readonly timer: TimerRecord };

/** Answers the session timer of an INVITE or UPDATE (RFC 4028 section 9; SIP-031). */
export function answerTimer(request: SipRequest, policy: SessionTimerPolicy, nowMs: number): TimerAnswer {
  const asked = readSessionTimer(request.headers);
  if (!asked.ok) return { kind: 'malformed' };
  const answer = answerSessionTimer(asked.value, policy);
  const headers = sessionTimerHeaders(answer);
  if (answer.type === 'too-small') return { kind: 'too-small', headers };
  return { kind: 'agreed', headers, timer: timerFrom(answer.intervalS, answer.refresher === 'uas', nowMs) };
}

/** The timer of a dialog that was just refreshed: when to refresh it ourselves, or when to give it up (RFC 4028 section 10). */
export function timerFrom(intervalSeconds: number, weRefresh: boolean, nowMs: number): TimerRecord {
  const schedule = sessionTimerSchedule({ intervalS: intervalSeconds, weRefresh });
  const { endInMs, refreshInMs = endInMs } = schedule;
  return { weRefresh, intervalSeconds, dueAtMs: nowMs + refreshInMs, endAtMs: nowMs + endInMs };
}

/** Pause before a refresh that was not answered well is tried again. */
const retryMs = 10_000;

/** The timer after a refresh of ours that came to nothing: tried again, but the session still ends at its time. */
export function retried(timer: TimerRecord, nowMs: number): TimerRecord {
  return { ...timer, dueAtMs: Math.min(nowMs + retryMs, timer.endAtMs) };
}
