/**
 * Session timers (RFC 4028), without a clock: what to answer, what to offer, when to refresh and when to give up. Intervals on the wire
 * are whole seconds, as their header fields are; what a clock needs is in milliseconds. Req: SIP-031, SIP-032.
 */
import { ok, type HeaderFields, type Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { readList, readOptional } from '../header/list.js';
import {
  formatMinSe,
  formatSessionExpires,
  leastMinSe,
  parseMinSe,
  parseSessionExpires,
} from '../header/session-expires.js';

export type Refresher = 'uac' | 'uas';

/** What a session refresh request (INVITE, UPDATE) says about timers. */
export interface SessionTimerRequest {
  /** `Supported` (or `Require`) holds `timer`. */
  readonly supportsTimer: boolean;
  /** Session-Expires, if there is one. */
  readonly intervalS: number | undefined;
  readonly refresher: Refresher | undefined;
  /** Min-SE, if there is one. */
  readonly minSeS: number | undefined;
}

/** Reads what a message says about timers. Err: Session-Expires, Min-SE, Supported or Require is malformed, 400. */
export function readSessionTimer(headers: HeaderFields): Result<SessionTimerRequest, SipError> {
  const expires = readOptional(headers, 'Session-Expires', parseSessionExpires);
  if (!expires.ok) return expires;
  const minSe = readOptional(headers, 'Min-SE', parseMinSe);
  if (!minSe.ok) return minSe;
  let supportsTimer = false;
  for (const name of ['Supported', 'Require']) {
    const tags = readList(headers, name, ok);
    if (!tags.ok) return tags;
    supportsTimer ||= tags.value.some((tag) => tag.toLowerCase() === 'timer');
  }
  return ok({
    supportsTimer,
    intervalS: expires.value?.seconds,
    refresher: expires.value?.refresher,
    minSeS: minSe.value,
  });
}

/** What we want. */
export interface SessionTimerPolicy {
  /** The shortest interval we take; below 90 counts as 90. */
  readonly minSeS: number;
  /** The interval we ask for, and the longest we accept. */
  readonly intervalS: number;
  /** Who refreshes when the peer leaves the choice to us. */
  readonly preferredRefresher: Refresher;
}

export type SessionTimerAnswer =
  /** 422 with this Min-SE. */
  | { readonly type: 'too-small'; readonly minSeS: number }
  /** Session-Expires with these values in the 2xx; `require`: the 2xx also has `Require: timer`. */
  | { readonly type: 'timer'; readonly intervalS: number; readonly refresher: Refresher; readonly require: boolean };

/**
 * The UAS side (section 9 with table 2). A peer that asks for no timer gets one all the same, refreshed by whoever can: a dialog whose client
 * has vanished is found by nothing else.
 */
export function answerSessionTimer(request: SessionTimerRequest, policy: SessionTimerPolicy): SessionTimerAnswer {
  const ourMinS = Math.max(leastMinSe, policy.minSeS);
  const floorS = Math.max(leastMinSe, request.minSeS ?? 0);
  const asked = request.intervalS;
  // A 422 is of use only to who understands it: section 9 grants it for requests with `Supported: timer`.
  if (request.supportsTimer && asked !== undefined && asked < ourMinS) return { type: 'too-small', minSeS: ourMinS };
  const intervalS =
    asked === undefined
      ? Math.max(policy.intervalS, ourMinS, floorS)
      : // "The UAS MUST NOT increase the value of the Session-Expires header field" (section 9).
        Math.min(asked, Math.max(policy.intervalS, ourMinS, floorS));
  if (!request.supportsTimer) return { type: 'timer', intervalS, refresher: 'uas', require: false };
  const refresher = request.refresher ?? policy.preferredRefresher;
  // MUST for `uac`, SHOULD for `uas` when the UAC supports timers (section 9).
  return { type: 'timer', intervalS, refresher, require: true };
}

/** The header fields for the response: Min-SE of a 422, or Session-Expires and Require of a 2xx. */
export function sessionTimerHeaders(answer: SessionTimerAnswer): [name: string, value: string][] {
  if (answer.type === 'too-small') return [['Min-SE', formatMinSe(answer.minSeS)]];
  const { intervalS, refresher } = answer;
  const expires = formatSessionExpires({ seconds: intervalS, refresher, params: [] });
  return [['Session-Expires', expires], ...(answer.require ? [['Require', 'timer'] as [string, string]] : [])];
}

/** The timer of one dialog as plain JSON; `weRefresh` says whose duty the refresh is. */
export interface SessionTimer {
  readonly intervalS: number;
  readonly weRefresh: boolean;
}

/** What a 2xx to a session refresh request of ours sets; `undefined` when the session does not expire (section 7.2). */
export function readSessionTimerAnswer(response: {
  readonly intervalS: number | undefined;
  readonly refresher: Refresher | undefined;
}): SessionTimer | undefined {
  if (response.intervalS === undefined || response.intervalS <= 0) return undefined;
  // A response without the parameter breaks a MUST of section 9; the safe reading is that we refresh.
  return { intervalS: response.intervalS, weRefresh: response.refresher !== 'uas' };
}

/** Session-Expires, refresher and Min-SE of a session refresh request of ours. */
export interface SessionTimerOffer {
  readonly intervalS: number;
  readonly refresher: Refresher | undefined;
  /** Left out of the request when `undefined`. */
  readonly minSeS: number | undefined;
}

/**
 * What a request of ours says (section 7.1, 7.4). `current` is the timer of the dialog, if it has one; `learnedMinSeS` the largest Min-SE seen in a
 * 422 or in a session refresh request of the peer.
 */
export function offerSessionTimer(
  policy: SessionTimerPolicy,
  current: SessionTimer | undefined,
  learnedMinSeS: number | undefined,
): SessionTimerOffer {
  const minSeS = learnedMinSeS === undefined ? undefined : Math.max(leastMinSe, learnedMinSeS);
  // "it SHOULD be equal to the maximum of the Min-SE header field ... and the current session interval" (section 7.4).
  const intervalS = Math.max(minSeS ?? leastMinSe, current?.intervalS ?? policy.intervalS);
  const refresher = current === undefined ? undefined : current.weRefresh ? 'uac' : 'uas';
  return { intervalS, refresher, minSeS };
}

/**
 * When to act, counted from the 2xx: the refresher sends a refresh at half the interval and gives up at its end; the other side sends BYE
 * "slightly before the session expiration. The minimum of 32 seconds and one third of the session interval" (section 10).
 */
export function sessionTimerSchedule(timer: SessionTimer): {
  readonly refreshInMs: number | undefined;
  readonly endInMs: number;
} {
  const intervalMs = timer.intervalS * 1_000;
  if (timer.weRefresh) return { refreshInMs: intervalMs / 2, endInMs: intervalMs };
  return { refreshInMs: undefined, endInMs: intervalMs - Math.min(32_000, Math.floor(intervalMs / 3)) };
}
