import { expect, it } from 'vitest';
import { Gate } from './gate.js';

it('lets so many run at once, in order, and goes on after a failure', async () => {
  const gate = new Gate(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number): Promise<number> =>
    gate.run(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (n === 0) throw new Error('zero');
      return n;
    });
  const results = [0, 1, 2, 3].map((n) => work(n).catch(() => 'failed'));
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  expect(await results[0]).toBe('failed');
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  ends[1]?.();
  ends[2]?.();
  expect(await results[2]).toBe(2);
  await Promise.resolve();
  ends[3]?.();
  expect(await Promise.all(results)).toEqual(['failed', 1, 2, 3]);
});
