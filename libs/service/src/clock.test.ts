import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock } from './clock.js';

describe('FakeClock', () => {
  it('fires what falls due in order of time, each at its own time', () => {
    const clock = new FakeClock(1_000);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${String(clock.nowMs())}`);
    clock.setTimer(20, note('b'));
    clock.setTimer(10, () => {
      note('a')();
      clock.setTimer(5, note('inner'));
    });
    clock.setTimer(20, note('c'));
    const cancelled = clock.setTimer(15, note('never'));
    cancelled.cancel();
    clock.setTimer(31, note('later'));
    clock.advance(30);
    expect(fired).toEqual(['a@1010', 'inner@1015', 'b@1020', 'c@1020']);
    expect(clock.nowMs()).toBe(1_030);
    expect(clock.pendingTimers).toBe(1);
  });
});

describe('systemClock', () => {
  it('fires once, and not after a cancel', async () => {
    const fired: string[] = [];
    systemClock.setTimer(0, () => fired.push('cancelled')).cancel();
    await new Promise<void>((resolve) => {
      const keepAlive = setTimeout(() => undefined, 5_000);
      systemClock.setTimer(1, () => {
        fired.push('fired');
        clearTimeout(keepAlive);
        resolve();
      });
    });
    expect(fired).toEqual(['fired']);
  });
});
