import { FakeClock } from '@plenary/service';
import { expect, it } from 'vitest';
import { Deadline, DeadlinePassed } from './deadline.js';

it('CCMP-013 a deadline tells what is left of it, and then that it has passed', async () => {
  const clock = new FakeClock();
  const deadline = new Deadline(clock, 1_000);
  clock.advance(400);
  expect(deadline.remainingMs()).toBe(600);
  const late = deadline.within(new Promise(() => undefined));
  clock.advance(600);
  await expect(late).rejects.toThrow(DeadlinePassed);
  expect(() => deadline.remainingMs()).toThrow(DeadlinePassed);
});

it('work that ends in time leaves no timer behind', async () => {
  const clock = new FakeClock();
  expect(await new Deadline(clock, 1_000).within(Promise.resolve('done'))).toBe('done');
  await Promise.resolve();
  expect(clock.pendingTimers).toBe(0);
});
