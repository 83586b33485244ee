import { describe, expect, it } from 'vitest';
import { HeaderFields } from '@plenary/wire';
import {
  answerSessionTimer,
  offerSessionTimer,
  readSessionTimer,
  readSessionTimerAnswer,
  type SessionTimerPolicy,
  type SessionTimerRequest,
  sessionTimerHeaders,
  sessionTimerSchedule,
} from './session-timer.js';

const policy: SessionTimerPolicy = { minSeS: 120, intervalS: 3_600, preferredRefresher: 'uac' };
const request = (fields: Partial<SessionTimerRequest> = {}): SessionTimerRequest => ({
  supportsTimer: true,
  intervalS: 1_800,
  refresher: undefined,
  minSeS: undefined,
  ...fields,
});

describe('RFC 4028 table 2', () => {
  it.each([
    ['N', undefined, 'uas', false],
    ['Y', undefined, 'uac', true],
    ['Y', 'uac', 'uac', true],
    ['Y', 'uas', 'uas', true],
  ] as const)('SIP-031 UAC supports %s, refresher %s: %s', (supports, refresher, expected, require) => {
    const answer = answerSessionTimer(request({ supportsTimer: supports === 'Y', refresher }), policy);
    expect(answer).toEqual({ type: 'timer', intervalS: 1_800, refresher: expected, require });
  });

  it('SIP-031 without a choice of the UAC ours counts', () => {
    expect(answerSessionTimer(request(), { ...policy, preferredRefresher: 'uas' })).toMatchObject({ refresher: 'uas' });
  });

  it('SIP-031 below our Min-SE is 422, which is never below 90', () => {
    expect(answerSessionTimer(request({ intervalS: 119 }), policy)).toEqual({ type: 'too-small', minSeS: 120 });
    expect(answerSessionTimer(request({ intervalS: 89 }), { ...policy, minSeS: 10 })).toEqual({
      type: 'too-small',
      minSeS: 90,
    });
    expect(answerSessionTimer(request({ intervalS: 90 }), { ...policy, minSeS: 10 })).toMatchObject({ intervalS: 90 });
  });

  it('SIP-031 who does not know timers cannot be helped by a 422', () => {
    expect(answerSessionTimer(request({ supportsTimer: false, intervalS: 60 }), policy)).toMatchObject({
      type: 'timer',
      intervalS: 60,
      refresher: 'uas',
    });
  });

  it('SIP-031 the value is never raised, never lowered under the Min-SE of the request', () => {
    expect(answerSessionTimer(request({ intervalS: 10_000 }), policy)).toMatchObject({ intervalS: 3_600 });
    expect(answerSessionTimer(request({ intervalS: 10_000, minSeS: 5_000 }), policy)).toMatchObject({
      intervalS: 5_000,
    });
    expect(answerSessionTimer(request({ intervalS: 200 }), policy)).toMatchObject({ intervalS: 200 });
  });

  it('SIP-031 no Session-Expires: we ask for one ourselves, not below Min-SE', () => {
    expect(answerSessionTimer(request({ intervalS: undefined }), policy)).toMatchObject({ intervalS: 3_600 });
    expect(answerSessionTimer(request({ intervalS: undefined, minSeS: 7_200 }), policy)).toMatchObject({
      intervalS: 7_200,
    });
    expect(answerSessionTimer(request({ intervalS: undefined, supportsTimer: false }), policy)).toEqual({
      type: 'timer',
      intervalS: 3_600,
      refresher: 'uas',
      require: false,
    });
  });
});

describe('header fields', () => {
  it('SIP-031 are read', () => {
    const headers = new HeaderFields([
      ['Supported', '100rel, Timer'],
      ['Session-Expires', '1800;refresher=uac'],
      ['Min-SE', '90'],
    ]);
    const value = { supportsTimer: true, intervalS: 1_800, refresher: 'uac', minSeS: 90 };
    expect(readSessionTimer(headers)).toEqual({ ok: true, value });
    expect(readSessionTimer(new HeaderFields([['Session-Expires', 'soon']])).ok).toBe(false);
    expect(readSessionTimer(new HeaderFields())).toMatchObject({ ok: true, value: { supportsTimer: false } });
  });

  it('SIP-031 and written', () => {
    expect(sessionTimerHeaders({ type: 'too-small', minSeS: 90 })).toEqual([['Min-SE', '90']]);
    expect(sessionTimerHeaders({ type: 'timer', intervalS: 1_800, refresher: 'uac', require: true })).toEqual([
      ['Session-Expires', '1800;refresher=uac'],
      ['Require', 'timer'],
    ]);
  });
});

describe('refreshes', () => {
  it('SIP-032 the refresher refreshes at half the interval', () => {
    expect(sessionTimerSchedule({ intervalS: 1_800, weRefresh: true })).toEqual({
      refreshInMs: 900_000,
      endInMs: 1_800_000,
    });
  });

  it('SIP-032 the other side ends at expiry minus the smaller of 32 s and a third', () => {
    expect(sessionTimerSchedule({ intervalS: 1_800, weRefresh: false })).toEqual({
      refreshInMs: undefined,
      endInMs: 1_768_000,
    });
    expect(sessionTimerSchedule({ intervalS: 90, weRefresh: false }).endInMs).toBe(60_000);
  });

  it('SIP-032 a refresh of ours repeats interval and role, and raises to the Min-SE learned', () => {
    const current = { intervalS: 1_800, weRefresh: true };
    expect(offerSessionTimer(policy, undefined, undefined)).toEqual({
      intervalS: 3_600,
      refresher: undefined,
      minSeS: undefined,
    });
    expect(offerSessionTimer(policy, current, undefined)).toEqual({
      intervalS: 1_800,
      refresher: 'uac',
      minSeS: undefined,
    });
    expect(offerSessionTimer(policy, { ...current, weRefresh: false }, 2_000)).toEqual({
      intervalS: 2_000,
      refresher: 'uas',
      minSeS: 2_000,
    });
  });

  it('SIP-032 the 2xx sets the timer, or says there is none', () => {
    expect(readSessionTimerAnswer({ intervalS: 100, refresher: 'uas' })).toEqual({ intervalS: 100, weRefresh: false });
    expect(readSessionTimerAnswer({ intervalS: 100, refresher: 'uac' })).toEqual({ intervalS: 100, weRefresh: true });
    expect(readSessionTimerAnswer({ intervalS: undefined, refresher: undefined })).toBeUndefined();
  });
});
