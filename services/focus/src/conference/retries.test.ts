import { status } from '@grpc/grpc-js';
import { FakeClock, RpcError } from '@plenary/service';
import { describe, expect, it, vi } from 'vitest';
import { Retries } from './retries.js';

const away = new RpcError(status.UNAVAILABLE, 'away', 'Leave');

/** Lets promises go on, then time. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  clock.advance(ms);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('work done again', () => {
  it('ERR-006 until the other side is back', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const done = new Retries(clock).run(() => {
      calls += 1;
      return calls < 3 ? Promise.reject(away) : Promise.resolve('done');
    });
    await pass(clock, 199);
    expect(calls).toBe(1);
    await pass(clock, 1);
    expect(calls).toBe(2);
    await pass(clock, 500);
    expect(await done).toBe('done');
    expect(clock.pendingTimers).toBe(0);
  });

  it('ERR-006 seven times at most, then it fails', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const done = new Retries(clock).run(() => {
      calls += 1;
      return Promise.reject(away);
    });
    const failed = expect(done).rejects.toBe(away);
    for (let pause = 0; pause < 10; pause++) await pass(clock, 10_000);
    await failed;
    expect(calls).toBe(7);
  });

  it('ERR-006 not where it would fail again', async () => {
    let calls = 0;
    const refused = new RpcError(status.INVALID_ARGUMENT, 'no', 'Leave');
    const done = new Retries(new FakeClock()).run(() => {
      calls += 1;
      return Promise.reject(refused);
    });
    await expect(done).rejects.toBe(refused);
    expect(calls).toBe(1);
  });

  it('ERR-006 stopped, it gives up within its pause, waits for the attempt under way, and begins none', async () => {
    const clock = new FakeClock();
    const retries = new Retries(clock);
    const pausing = retries.run(() => Promise.reject(away));
    const paused = expect(pausing).rejects.toBe(away);
    await pass(clock, 0);
    let fail = (_error: Error): void => undefined;
    let calls = 0;
    const trying = retries.run(() => {
      calls += 1;
      return new Promise((_, reject) => (fail = reject));
    });
    const tried = expect(trying).rejects.toBe(away);
    let isOver = false;
    const stopped = retries.stop().then(() => (isOver = true));
    await paused;
    await pass(clock, 0);
    expect([isOver, clock.pendingTimers]).toEqual([false, 0]);
    fail(away);
    await tried;
    await stopped;
    expect(calls).toBe(1);
    const late = vi.fn(() => Promise.reject(away));
    await expect(retries.run(late)).rejects.toBe(away);
    expect([late.mock.calls.length, clock.pendingTimers]).toEqual([1, 0]);
  });
});
