import { describe, expect, it } from 'vitest';
import { requestOf } from '../signalling/testing.js';
import { answerTimer, retried, timerFrom } from './session-timer.js';

const policy = { minSeS: 90, intervalS: 1_800, preferredRefresher: 'uac' as const };
const ask = (headers: Record<string, string>) => answerTimer(requestOf('INVITE', headers), policy, 1_000_000);

describe('session timers', () => {
  it('SIP-031 below our minimum: too small, with Min-SE', () => {
    expect(ask({ Supported: 'timer', 'Session-Expires': '89' })).toEqual({
      kind: 'too-small',
      headers: [['Min-SE', '90']],
    });
  });

  it('SIP-031 what cannot be read is malformed', () => {
    expect(ask({ 'Session-Expires': 'soon' }).kind).toBe('malformed');
  });

  it('SIP-031 SIP-032 the device refreshes: we look at its end, and ask it to keep timers', () => {
    expect(ask({ Supported: 'timer', 'Session-Expires': '100' })).toEqual({
      kind: 'agreed',
      headers: [
        ['Session-Expires', '100;refresher=uac'],
        ['Require', 'timer'],
      ],
      timer: { weRefresh: false, intervalSeconds: 100, dueAtMs: 1_068_000, endAtMs: 1_068_000 },
    });
  });

  it('SIP-031 SIP-032 the device knows no timers: we refresh at half the interval', () => {
    expect(ask({})).toEqual({
      kind: 'agreed',
      headers: [['Session-Expires', '1800;refresher=uas']],
      timer: { weRefresh: true, intervalSeconds: 1_800, dueAtMs: 1_900_000, endAtMs: 2_800_000 },
    });
  });

  it('SIP-032 a refresh that came to nothing is tried again, never after the end', () => {
    const timer = timerFrom(100, true, 0);
    expect(retried(timer, 50_000)).toMatchObject({ dueAtMs: 60_000, endAtMs: 100_000 });
    expect(retried(timer, 95_000)).toMatchObject({ dueAtMs: 100_000, endAtMs: 100_000 });
  });
});
