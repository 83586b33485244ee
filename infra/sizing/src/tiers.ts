import type { Assumptions } from './assumptions.js';
import { coresOf, type Constants } from './constants.js';
import { demandOf, edgesAtLeast, shardsFor, type Demand } from './demand.js';
import { roomGroups, type Population } from './population.js';
import { simulateSlice, type Slice } from './slice.js';

export interface Tier {
  readonly name: string;
  /** What runs: pods, servers, shards; spare for a lost zone and headroom in it. */
  readonly count: number;
  readonly of: string;
  /** Cores used by all of them at the busiest. */
  readonly cores: number;
  /** Memory used by sessions, octets. */
  readonly memoryBytes: number;
  /** Which of its limits decides. */
  readonly limitedBy: string;
}

export interface Sizing {
  readonly population: Population;
  readonly demand: Demand;
  readonly slice: Slice;
  readonly tiers: readonly Tier[];
  /** A lost zone: its participants come again; how long until all are in, by what focus and room-state can take. */
  readonly rejoinSeconds: number;
}

/** What a population needs. The same input gives the same answer. */
export function sizeOf(population: Population, constants: Constants, assumptions: Assumptions): Sizing {
  const groups = roomGroups(population);
  const planned = demandOf(groups, (group) => edgesAtLeast(group, assumptions), assumptions);
  const plannedEdges = Math.max(2, edgesFor(planned, 1, constants, assumptions).count);
  const slice = simulateSlice(groups, plannedEdges, planned.rates.joins, assumptions);
  const demand = demandOf(groups, slice.edgesOf, assumptions);
  const edges = edgesFor(demand, slice.imbalance, constants, assumptions);
  const focus = byCores('focus', 'pods', demand, constants, assumptions);
  const roomState = byCores('room-state', 'pods', demand, constants, assumptions);
  const history = byCores('history', 'pods', demand, constants, assumptions);
  const tiers = [
    edges,
    focus,
    roomState,
    history,
    ccmp,
    shardTier(demand, assumptions),
    natsFor(demand, constants, assumptions),
    postgresFor(demand, constants, assumptions),
  ];
  const joinsPerSecond = Math.min(
    ...([focus, roomState] as const).map(({ count, name }) => {
      const perJoin = (constants.micros[name as 'focus' | 'room-state'].joins ?? 0) / 1e6;
      return perJoin === 0 ? Infinity : ((count * (assumptions.zones - 1)) / assumptions.zones) * (0.9 / perJoin);
    }),
  );
  return { population, demand, slice, tiers, rejoinSeconds: demand.participants / assumptions.zones / joinsPerSecond };
}

/** More than needed, so that the zones that are left can carry it. At least one in every zone, and a whole number in each. */
function spared(needed: number, { headroom, zones }: Assumptions): number {
  const perZone = Math.max(1, Math.ceil((needed * headroom) / Math.max(1, zones - 1) - 1e-9));
  return perZone * zones;
}

function edgesFor(demand: Demand, imbalance: number, constants: Constants, assumptions: Assumptions): Tier {
  const { rates, participants, egressBytesPerSecond } = demand;
  const cores = coresOf('msrp-edge', rates, constants);
  const memoryBytes = participants * constants.bytesPerSession['msrp-edge'];
  const limits: readonly (readonly [string, number])[] = [
    ['CPU', cores / assumptions.processCores],
    ['sessions', participants / (assumptions.sessionsPerEdge * assumptions.loadCeiling)],
    ['deliveries', rates.deliveries / (assumptions.deliveriesPerSecondPerEdge * assumptions.loadCeiling)],
    ['egress', egressBytesPerSecond / (assumptions.egressBytesPerSecondPerEdge * assumptions.loadCeiling)],
    ['memory', memoryBytes / assumptions.edgeMemoryBytes],
  ];
  const [limitedBy, needed] = limits.reduce((most, limit) => (limit[1] > most[1] ? limit : most));
  const all = spared(needed * imbalance, assumptions);
  const perPool = Math.ceil(all / assumptions.pools);
  return {
    name: 'msrp-edge',
    count: perPool * assumptions.pools,
    of: `pods, ${perPool} in each of ${assumptions.pools} pools`,
    cores,
    memoryBytes,
    limitedBy,
  };
}

function byCores(
  name: 'focus' | 'room-state' | 'history',
  of: string,
  demand: Demand,
  constants: Constants,
  assumptions: Assumptions,
): Tier {
  const cores = coresOf(name, demand.rates, constants);
  const count = spared(cores / assumptions.processCores, assumptions);
  const isLeast = count === assumptions.zones;
  const memoryBytes = demand.participants * constants.bytesPerSession[name];
  return { name, count, of, cores, memoryBytes, limitedBy: isLeast ? 'one a zone' : 'CPU' };
}

const ccmp: Tier = {
  name: 'ccmp',
  count: 3,
  of: 'pods',
  cores: 0,
  memoryBytes: 0,
  limitedBy: 'one a zone; control requests are not modelled',
};

function shardTier({ rates }: Demand, assumptions: Assumptions): Tier {
  const count = shardsFor(rates.sends, assumptions);
  const limitedBy = count === 4 ? 'the least' : 'messages stored';
  return { name: 'NATS shards', count, of: 'streams', cores: 0, memoryBytes: 0, limitedBy };
}

function natsFor(demand: Demand, constants: Constants, assumptions: Assumptions): Tier {
  const cores = coresOf('nats', demand.rates, constants) * assumptions.natsReplicas;
  const count = Math.max(assumptions.natsReplicas, spared(cores / assumptions.natsNodeCores, assumptions));
  return {
    name: 'NATS servers',
    count,
    of: 'servers',
    cores,
    memoryBytes: 0,
    limitedBy: count === assumptions.natsReplicas ? 'copies of a stream' : 'CPU',
  };
}

function postgresFor(demand: Demand, constants: Constants, assumptions: Assumptions): Tier {
  const cores = coresOf('postgres', demand.rates, constants);
  const primaries = Math.max(1, Math.ceil((cores * assumptions.headroom) / assumptions.postgresCores - 1e-9));
  return {
    name: 'PostgreSQL',
    count: primaries * assumptions.zones,
    of: `servers: ${primaries} primary with ${assumptions.zones - 1} standbys${primaries > 1 ? ' each; more than one primary is more than this version can use' : ''}`,
    cores,
    memoryBytes: 0,
    limitedBy: primaries > 1 ? 'CPU of the primary' : 'one primary',
  };
}
