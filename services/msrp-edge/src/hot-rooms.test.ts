import type { Clock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { HotRooms, type HotRoom } from './hot-rooms.js';
import type { RoomTotals } from './load.js';

/** A clock whose one timer is fired by hand. */
function setUp(rooms: () => RoomTotals[]) {
  let nowMs = 0;
  let fire: () => void = () => undefined;
  const told: (readonly HotRoom[])[] = [];
  const clock = {
    setTimer: (_delayMs: number, fn: () => void) => {
      fire = fn;
      return { cancel: () => (fire = () => undefined) };
    },
  } as unknown as Clock;
  const hot = new HotRooms(
    clock,
    () => nowMs,
    rooms,
    (list) => told.push(list),
  );
  hot.start();
  const pass = (): void => {
    nowMs += 10_000;
    fire();
  };
  return { hot, pass, told };
}

const room = (id: string, copies: number): RoomTotals => ({ id, copies, copiedBytes: 0 });

describe('hot rooms', () => {
  it('ranks rooms by their legs a second, and gives every rank a reading', () => {
    let rooms = [room('a', 0), room('b', 0)];
    const { hot, pass } = setUp(() => rooms);
    rooms = [room('a', 50), room('b', 5_000), room('c', 100)];
    pass();
    const readings = hot.readings();
    expect(readings.map(({ labels }) => labels.rank)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 1)));
    expect(readings.slice(0, 4).map(({ value }) => value)).toEqual([500, 10, 5, 0]);
    pass();
    expect(hot.readings()[0]?.value).toBe(0);
  });

  it('counts a room that was let go and came back from zero', () => {
    let rooms = [room('a', 900)];
    const { hot, pass } = setUp(() => rooms);
    rooms = [room('a', 20)];
    pass();
    expect(hot.readings()[0]?.value).toBe(2);
  });

  it('keeps the twenty hottest of many', () => {
    let copies = 0;
    const { hot, pass } = setUp(() => Array.from({ length: 500 }, (_, n) => room(`r${String(n)}`, copies * n)));
    copies = 10;
    pass();
    expect(hot.readings().map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, n) => 499 - n));
  });

  it('tells once a minute which rooms are hot, and says nothing of quiet ones', () => {
    let copies = 0;
    const { pass, told } = setUp(() => [room('hot', copies), room('quiet', copies / 100)]);
    for (let sample = 0; sample < 12; sample++) {
      copies += 20_000;
      pass();
    }
    expect(told).toEqual([[{ id: 'hot', perSecond: 2_000 }], [{ id: 'hot', perSecond: 2_000 }]]);
  });

  it('stops', () => {
    let asked = 0;
    const { hot, pass } = setUp(() => {
      asked++;
      return [];
    });
    hot.stop();
    pass();
    expect(asked).toBe(1);
  });
});
