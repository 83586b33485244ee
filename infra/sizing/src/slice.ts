import type { Assumptions } from './assumptions.js';
import { edgesAtLeast } from './demand.js';
import { Fleet, type FleetRoom } from './fleet.js';
import type { RoomGroup } from './population.js';
import { seededRandom, shuffle } from './random.js';

/** What the real choice of edges made of a part of the population. */
export interface Slice {
  /** Edges and joins simulated. */
  readonly edges: number;
  readonly joins: number;
  /** The busiest edge in multiples of the average. */
  readonly imbalance: number;
  /** Load of each edge, in multiples of the average, lowest first. */
  readonly loads: readonly number[];
  /** Edges a room of this group is on, on average. */
  readonly edgesOf: (group: RoomGroup) => number;
  readonly refused: number;
}

/** Joins simulated at most; the rest of a larger population is like this part of it. */
const joinsAtMost = 80_000;
/** All come within this time, as after a failure: harder than an hour of coming and going, and sooner simulated. */
const longestSeconds = 100;
const fewestEdges = 12;
const mostEdges = 64;

/**
 * Lets a part of the population join, in an order drawn by a fixed seed, through focus replicas that know each edge by entries up to 2 s old.
 *
 * A population that fits is simulated whole, on as many edges as planned. Of a larger one a part is taken that keeps the mix of rooms, on fewer
 * edges; their ceilings, and the caps of rooms, are made smaller alike, so that edges are as full as planned.
 */
export function simulateSlice(
  groups: readonly RoomGroup[],
  plannedEdges: number,
  joinsPerSecond: number,
  assumptions: Assumptions,
): Slice {
  const participants = groups.reduce((sum, group) => sum + group.rooms * group.participants, 0);
  const part = Math.min(1, joinsAtMost / participants);
  const edges = part === 1 ? plannedEdges : Math.min(mostEdges, Math.max(fewestEdges, Math.round(plannedEdges * part)));
  const size = part === 1 ? 1 : (participants * part) / edges / (participants / plannedEdges);
  const sampled = sample(groups, part);
  const joins = shuffle(
    sampled.flatMap(({ room, joins: count }) => Array.from({ length: count }, () => room)),
    seededRandom(20),
  );
  const fleet = new Fleet({
    edges,
    replicas: 3,
    heartbeatSeconds: 2,
    joinsPerSecond: Math.max(joinsPerSecond * part, joins.length / longestSeconds),
    roomCap: Math.max(1, Math.round(assumptions.roomCap * size)),
    roomLoadCap: assumptions.roomLoadCap,
    loadCeiling: assumptions.loadCeiling,
    sessionsPerEdge: Math.max(1, Math.round(assumptions.sessionsPerEdge * size)),
    deliveriesPerSecondPerEdge: assumptions.deliveriesPerSecondPerEdge * size,
    roomsTold: 256,
    busyRoomsTold: 64,
    random: seededRandom(7),
  });
  for (const room of joins) fleet.join(room);
  const average = fleet.edges.reduce((sum, edge) => sum + fleet.loadOf(edge), 0) / edges;
  const loads = fleet.edges.map((edge) => fleet.loadOf(edge) / (average || 1)).toSorted((a, b) => a - b);
  const spread = spreadOf(sampled, fleet);
  return {
    edges,
    joins: joins.length,
    loads,
    imbalance: loads.at(-1) ?? 1,
    refused: fleet.refused,
    // The caps of the part are smaller: what has to spread by its size is told by the true ones.
    edgesOf: (group) =>
      Math.max(edgesAtLeast(group, assumptions), isLarge(group, assumptions) ? 1 : (spread.get(group) ?? 1)),
  };
}

function isLarge(group: RoomGroup, assumptions: Assumptions): boolean {
  return edgesAtLeast({ ...group, participants: group.participants * 4 }, assumptions) > 1;
}

interface Sampled {
  readonly group: RoomGroup;
  readonly room: FleetRoom;
  readonly joins: number;
}

/** Whole rooms with whole participants; what is left over goes on to the next group, so that the sums are right. */
function sample(groups: readonly RoomGroup[], part: number): Sampled[] {
  const sampled: Sampled[] = [];
  let roomsOwed = 0;
  for (const [index, group] of groups.entries()) {
    roomsOwed += group.rooms * part;
    const rooms = Math.floor(roomsOwed + 1e-6);
    roomsOwed -= rooms;
    let joinsOwed = 0;
    for (let n = 0; n < rooms; n++) {
      joinsOwed += group.participants;
      const joins = Math.floor(joinsOwed + 1e-6);
      joinsOwed -= joins;
      const room = { id: `room-${index}-${n}`, messagesPerSecond: group.messagesPerSecond };
      sampled.push({ group, room, joins });
    }
  }
  return sampled;
}

function spreadOf(sampled: readonly Sampled[], fleet: Fleet): Map<RoomGroup, number> {
  const edgesOf = new Map<FleetRoom, number>();
  for (const { rooms } of fleet.edges) for (const room of rooms.keys()) edgesOf.set(room, (edgesOf.get(room) ?? 0) + 1);
  const sums = new Map<RoomGroup, { edges: number; rooms: number }>();
  for (const { group, room } of sampled) {
    const sum = sums.get(group) ?? { edges: 0, rooms: 0 };
    sums.set(group, { edges: sum.edges + (edgesOf.get(room) ?? 0), rooms: sum.rooms + 1 });
  }
  return new Map([...sums].map(([group, { edges, rooms }]) => [group, edges / rooms]));
}
