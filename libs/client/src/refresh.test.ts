import type { SessionTimer, SipClock } from '@plenary/sip';
import { describe, expect, it } from 'vitest';
import { SessionRefresh } from './refresh.js';

class FakeClock implements SipClock {
  #now = 0;
  readonly #timers = new Set<{ at: number; fn: () => void }>();
  nowMs(): number {
    return this.#now;
  }
  setTimer(ms: number, fn: () => void): { cancel(): void } {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }
  get running(): number {
    return this.#timers.size;
  }
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.fn();
      for (let n = 0; n < 10; n++) await Promise.resolve();
    }
    this.#now = end;
  }
}

function refreshing(outcome: SessionTimer | undefined | 'failed' | 'gone'): {
  clock: FakeClock;
  at: number[];
  ended: number[];
  refresh: SessionRefresh;
} {
  const clock = new FakeClock();
  const [at, ended]: number[][] = [[], []];
  const refresh = new SessionRefresh(clock, {
    refresh: () => {
      at?.push(clock.nowMs());
      return Promise.resolve(outcome);
    },
    onExpired: () => ended?.push(clock.nowMs()),
  });
  return { clock, at: at ?? [], ended: ended ?? [], refresh };
}

describe('the session timer of a client', () => {
  const ours = { intervalS: 90, weRefresh: true };

  it('SIP-032 refreshes at half the interval, again and again', async () => {
    const { clock, at, ended, refresh } = refreshing(ours);
    refresh.restart(ours);
    await clock.advance(200_000);
    expect(at).toEqual([45_000, 90_000, 135_000, 180_000]);
    expect(ended).toEqual([]);
  });

  it('SIP-032 tries a failed refresh again, and ends with the session', async () => {
    const { clock, at, ended, refresh } = refreshing('failed');
    refresh.restart(ours);
    await clock.advance(200_000);
    expect(at.slice(0, 3)).toEqual([45_000, 50_000, 55_000]);
    expect(ended).toEqual([90_000]);
    expect(clock.running).toBe(0);
  });

  it('SIP-032 ends at once when the other side knows no such session', async () => {
    const { clock, ended, refresh } = refreshing('gone');
    refresh.restart(ours);
    await clock.advance(200_000);
    expect(ended).toEqual([45_000]);
  });

  it('SIP-032 ends when the refresh is theirs and does not come', async () => {
    const { clock, at, ended, refresh } = refreshing(ours);
    refresh.restart({ intervalS: 90, weRefresh: false });
    await clock.advance(200_000);
    expect(at).toEqual([]);
    expect(ended).toEqual([60_000]);
  });

  it('SIP-032 does nothing where there is no timer, and leaves none behind when stopped', async () => {
    const { clock, at, ended, refresh } = refreshing(ours);
    refresh.restart(undefined);
    expect(clock.running).toBe(0);
    refresh.restart(ours);
    refresh.stop();
    await clock.advance(200_000);
    expect([at, ended]).toEqual([[], []]);
  });
});
