import { expect, it } from 'vitest';
import { OpenWork } from './open-work.js';

it('SIP-033 work under way is waited for, what it begins included, and how it ends is no matter', async () => {
  const work = new OpenWork();
  let fail = (error: Error): void => {
    throw error;
  };
  let release = (): void => undefined;
  const second = new Promise<void>((resolve) => (release = resolve));
  const first = new Promise<void>((_, reject) => (fail = reject)).finally(() => {
    work.track(second);
  });
  first.catch(() => undefined);
  work.track(first);
  let isIdle = false;
  const idle = work.idle().then(() => (isIdle = true));
  fail(new Error('no matter'));
  await first.catch(() => undefined);
  expect([work.size > 0, isIdle]).toEqual([true, false]);
  release();
  await idle;
  expect(work.size).toBe(0);
});
