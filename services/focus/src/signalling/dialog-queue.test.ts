import { describe, expect, it } from 'vitest';
import { DialogQueue, queueKey } from './dialog-queue.js';

/** Work that ends when told. */
function held(log: string[], name: string): { work: () => Promise<string>; release: () => void; fail: () => void } {
  let release = (): void => undefined;
  let fail = (): void => undefined;
  const gate = new Promise<void>((resolve, reject) => {
    release = resolve;
    fail = () => {
      reject(new Error(name));
    };
  });
  const work = async (): Promise<string> => {
    log.push(`${name} begins`);
    await gate;
    log.push(`${name} ends`);
    return name;
  };
  return { work, release, fail };
}

describe('the queue of dialogs', () => {
  it('SIP-020 does the work of one dialog piece by piece, of two side by side', async () => {
    const queue = new DialogQueue();
    const log: string[] = [];
    const [a, b, other] = ['a', 'b', 'other'].map((name) => held(log, name)) as [
      ReturnType<typeof held>,
      ReturnType<typeof held>,
      ReturnType<typeof held>,
    ];
    const done = [queue.run('1', a.work), queue.run('1', b.work), queue.run('2', other.work)];
    other.release();
    await done[2];
    expect(log).toEqual(['a begins', 'other begins', 'other ends']);
    b.release();
    a.release();
    expect(await Promise.all(done)).toEqual(['a', 'b', 'other']);
    expect(log.slice(3)).toEqual(['a ends', 'b begins', 'b ends']);
  });

  it('SIP-020 goes on after work that failed, and tells who gave it', async () => {
    const queue = new DialogQueue();
    const log: string[] = [];
    const first = held(log, 'first');
    const failed = queue.run('1', first.work);
    const second = queue.run('1', () => Promise.resolve('second'));
    first.fail();
    await expect(failed).rejects.toThrow('first');
    expect(await second).toBe('second');
  });

  it('ERR-007 keeps nothing of dialogs without work, and says when there is none', async () => {
    const queue = new DialogQueue();
    const log: string[] = [];
    const one = held(log, 'one');
    const done = queue.run('1', one.work);
    let isIdle = false;
    const idle = queue.idle().then(() => (isIdle = true));
    await Promise.resolve();
    expect([queue.size, isIdle]).toEqual([1, false]);
    one.release();
    await done;
    await idle;
    expect([queue.size, isIdle]).toEqual([0, true]);
  });

  it('SIP-022 names a dialog by Call-ID and our tag', () => {
    expect(queueKey({ callId: 'c', localTag: 't' })).not.toBe(queueKey({ callId: 'c', localTag: 'u' }));
  });
});
