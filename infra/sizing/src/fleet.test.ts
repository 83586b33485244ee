import { describe, expect, it } from 'vitest';
import { Fleet, type FleetOptions, type FleetRoom } from './fleet.js';
import { seededRandom, shuffle } from './random.js';

const options = (over: Partial<FleetOptions> = {}): FleetOptions => ({
  edges: 12,
  replicas: 3,
  heartbeatSeconds: 2,
  joinsPerSecond: 300,
  roomCap: 2_000,
  roomLoadCap: 0.35,
  loadCeiling: 0.7,
  sessionsPerEdge: 20_000,
  deliveriesPerSecondPerEdge: 40_000,
  roomsTold: 256,
  busyRoomsTold: 64,
  random: seededRandom(7),
  ...over,
});
const rooms = (count: number, messagesPerSecond = 0): FleetRoom[] =>
  Array.from({ length: count }, (_, n) => ({ id: `room-${n}`, messagesPerSecond }));

describe('the choice of edges with entries up to 2 s old and three replicas', () => {
  it('keeps 10,000 rooms of 5 on one edge each, whoever they join through, and all edges alike', () => {
    const fleet = new Fleet(options());
    const all = rooms(10_000);
    const joins = shuffle(
      all.flatMap((room) => [room, room, room, room, room]),
      seededRandom(1),
    );
    for (const room of joins) fleet.join(room);
    const homes = all.map((room) => fleet.edgesOf(room).length);
    expect(homes.filter((count) => count === 1).length / all.length).toBeGreaterThan(0.9);
    expect(Math.max(...homes)).toBeLessThanOrEqual(3);
    const loads = fleet.edges.map(({ sessions }) => sessions / (50_000 / 12));
    expect(Math.max(...loads)).toBeLessThan(1.25);
    expect(fleet.refused).toBe(0);
  });

  it('brings a flash crowd of 50,000 in at 3,000 a second; no edge is above the cap by more than a session of each replica', () => {
    const fleet = new Fleet(options({ edges: 40, joinsPerSecond: 3_000 }));
    const [crowd] = rooms(1);
    if (crowd === undefined) throw new Error('no room');
    for (let n = 0; n < 50_000; n++) {
      const edge = fleet.join(crowd);
      expect(edge?.sessions).toBeLessThan(2_000 + 3);
    }
    expect(fleet.edgesOf(crowd)).toHaveLength(25);
  });

  it('spreads a room where much is said before its cap', () => {
    const fleet = new Fleet(options({ joinsPerSecond: 20 }));
    const busy = { id: 'busy', messagesPerSecond: 50 };
    for (let n = 0; n < 1_000; n++) fleet.join(busy);
    const hot = fleet.edgesOf(busy).map((edge) => fleet.loadOf(edge));
    expect(hot.length).toBeGreaterThan(2);
    // 35 % of an edge, and what joins within the age of an entry.
    expect(Math.max(...hot)).toBeLessThan(0.35 + (20 * 2 * 50) / 40_000 + 0.01);
    const quiet = { id: 'quiet', messagesPerSecond: 0.1 };
    for (let n = 0; n < 1_000; n++) fleet.join(quiet);
    expect(fleet.edgesOf(quiet)).toHaveLength(1);
  });

  it('a fresh edge takes its share of new rooms and not all of them', () => {
    const fleet = new Fleet(options({ edges: 10 }));
    for (const edge of fleet.edges.slice(1)) edge.sessions = 10_000;
    for (const room of rooms(2_000)) for (let n = 0; n < 4; n++) fleet.join(room);
    const fresh = fleet.edges[0]?.sessions ?? 0;
    expect(fresh / 8_000).toBeGreaterThan(1 / 10);
    expect(fresh / 8_000).toBeLessThan(3 / 10);
  });
});
