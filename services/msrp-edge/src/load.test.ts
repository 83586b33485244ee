import { describe, expect, it } from 'vitest';
import { LoadMeter, type LoadTotals } from './load.js';

const ceilings = { sessions: 1_000, deliveriesPerSecond: 10_000, egressBytesPerSecond: 1_000_000, delayMs: 100 };
const totals = (over: Partial<LoadTotals> = {}): LoadTotals => ({
  sessions: 0,
  deliveries: 0,
  egressBytes: 0,
  delayMs: 0,
  rooms: [],
  ...over,
});
const meter = (maxRooms = 64): LoadMeter => new LoadMeter(ceilings, maxRooms);

describe('the load of an edge', () => {
  it.each([
    ['sessions', { sessions: 600 }, 0.6],
    ['the delay of the event loop', { delayMs: 40 }, 0.4],
    ['more than everything', { sessions: 5_000 }, 1],
  ])('counts %s', (_, over, load) => {
    expect(meter().sample(totals(over), 0).load).toBe(load);
  });

  it.each([
    ['deliveries', { deliveries: 16_000 }],
    ['octets', { egressBytes: 1_600_000 }],
  ])('counts %s by the second, and comes to the rate within some samples', (name, one) => {
    const reading = meter();
    reading.sample(totals(), 0);
    const loads = [1, 2, 3, 4, 5, 6].map((n) => {
      const sum = Object.fromEntries(Object.entries(one).map(([key, value]) => [key, value * n]));
      return reading.sample(totals(sum), n * 2_000).load;
    });
    expect(loads[0], name).toBeCloseTo(0.4);
    expect(loads[5], name).toBeCloseTo(0.8, 1);
  });

  it('says which rooms take how much of it, the busiest only, and forgets those that went', () => {
    const reading = meter(2);
    const rooms = (n: number) => [
      { id: 'hot', copies: 8_000 * n, copiedBytes: 0 },
      { id: 'big', copies: 10, copiedBytes: 400_000 * n },
      { id: 'warm', copies: 1_000 * n, copiedBytes: 0 },
      { id: 'quiet', copies: n, copiedBytes: n },
    ];
    reading.sample(totals(), 0);
    expect(reading.sample(totals({ rooms: rooms(1) }), 1_000).roomLoad).toEqual({ hot: 0.4, big: 0.2 });
    expect(Object.keys(reading.sample(totals({ rooms: rooms(2).slice(1) }), 2_000).roomLoad)).toEqual(['big', 'warm']);
    expect(reading.sample(totals(), 3_000).roomLoad).toEqual({});
  });

  it('a room that was let go and came back counts from zero', () => {
    const reading = meter();
    reading.sample(totals({ rooms: [{ id: 'r', copies: 5_000, copiedBytes: 0 }] }), 0);
    const after = reading.sample(totals({ rooms: [{ id: 'r', copies: 1_000, copiedBytes: 0 }] }), 1_000);
    expect(after.roomLoad).toEqual({ r: 0.05 });
  });
});
