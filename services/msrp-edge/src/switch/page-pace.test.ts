import { FakeClock } from '@plenary/service';
import { expect, it } from 'vitest';
import { settle } from '../testing.js';
import { PagePace } from './page-pace.js';

it('CHAT-027 lets pages through at its rate, in the order they were asked for', async () => {
  const clock = new FakeClock();
  const pace = new PagePace(2, clock);
  const served: number[] = [];
  for (let n = 0; n < 5; n++) void pace.turn().then(() => served.push(n));
  await settle();
  expect(served).toEqual([0, 1]);
  clock.advance(500);
  await settle();
  expect(served).toEqual([0, 1, 2]);
  clock.advance(500);
  clock.advance(500);
  await settle();
  expect(served).toEqual([0, 1, 2, 3, 4]);
});
