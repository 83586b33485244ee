import { status } from '@grpc/grpc-js';
import { FakeClock, RpcError } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { repeatedly } from './repeatedly.js';

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
    const done = repeatedly(() => {
      calls += 1;
      return calls < 3 ? Promise.reject(away) : Promise.resolve('done');
    }, clock);
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
    const done = repeatedly(() => {
      calls += 1;
      return Promise.reject(away);
    }, clock);
    const failed = expect(done).rejects.toBe(away);
    for (let pause = 0; pause < 10; pause++) await pass(clock, 10_000);
    await failed;
    expect(calls).toBe(7);
  });

  it('ERR-006 not where it would fail again', async () => {
    let calls = 0;
    const refused = new RpcError(status.INVALID_ARGUMENT, 'no', 'Leave');
    const done = repeatedly(() => {
      calls += 1;
      return Promise.reject(refused);
    }, new FakeClock());
    await expect(done).rejects.toBe(refused);
    expect(calls).toBe(1);
  });
});
