import type { Assumptions } from './assumptions.js';
import { turnsOf, type PerDriver } from './points.js';
import type { RoomGroup } from './population.js';

/** What a population does, a second, at its busiest. */
export interface Demand {
  readonly participants: number;
  readonly rooms: number;
  readonly rates: PerDriver;
  readonly egressBytesPerSecond: number;
  /** Octets into and out of the broker, without the copies between its servers. */
  readonly busInBytesPerSecond: number;
  readonly busOutBytesPerSecond: number;
  readonly keptBytesPerSecond: number;
}

/** Edges a room of this size and rate is on at least: by its cap, and by what it may take of one edge. */
export function edgesAtLeast({ participants, messagesPerSecond }: RoomGroup, assumptions: Assumptions): number {
  const { roomCap, roomLoadCap, deliveriesPerSecondPerEdge } = assumptions;
  const byLoad = (messagesPerSecond * participants) / (roomLoadCap * deliveriesPerSecondPerEdge);
  return Math.max(1, Math.ceil(participants / roomCap - 1e-9), Math.ceil(byLoad - 1e-9));
}

/** Shards for so many messages a second. Their number is chosen once: a power of two, of which a room's shard is the rest of a hash. */
export function shardsFor(sendsPerSecond: number, { messagesPerSecondPerShard, headroom }: Assumptions): number {
  const needed = (sendsPerSecond * headroom) / messagesPerSecondPerShard;
  return 2 ** Math.max(2, Math.ceil(Math.log2(Math.max(1, needed))));
}

/** Octets of an event on the bus beside the message: sender, ids, trace. */
const eventOverheadBytes = 400;

/** `edgesOf` tells on how many edges a room of the group is, on average. */
export function demandOf(
  groups: readonly RoomGroup[],
  edgesOf: (group: RoomGroup) => number,
  assumptions: Assumptions,
): Demand {
  const { joinPeak, leaveAndRefresh, copiesPerWrite, copyOverheadBytes, keptOverheadBytes } = assumptions;
  const total = (of: (group: RoomGroup) => number): number =>
    groups.reduce((sum, group) => sum + group.rooms * of(group), 0);
  const copies = ({ participants, messagesPerSecond }: RoomGroup): number =>
    messagesPerSecond * Math.max(0, participants - 1);
  const onBus = ({ kind }: RoomGroup): number => kind.bodyBytes + copyOverheadBytes / 2 + eventOverheadBytes;
  const deliveries = total(copies);
  const egressBytesPerSecond = total((group) => copies(group) * (group.kind.bodyBytes + copyOverheadBytes));
  const logged = (group: RoomGroup): number => (group.kind.isLogged ? group.messagesPerSecond : 0);
  const sends = total(({ messagesPerSecond }) => messagesPerSecond);
  const joins = total(({ participants, kind }) => participants / (kind.stayMinutes * 60));
  return {
    participants: total(({ participants }) => participants),
    rooms: total(() => 1),
    rates: {
      joins: joins * joinPeak * (1 + leaveAndRefresh),
      sends,
      events: total((group) => group.messagesPerSecond * edgesOf(group)),
      deliveries,
      writes: deliveries / copiesPerWrite,
      egressKilobytes: egressBytesPerSecond / 1_000,
      loggedSends: total(logged),
      turns: turnsOf(sends, shardsFor(sends, assumptions)),
    },
    egressBytesPerSecond,
    busInBytesPerSecond: total((group) => group.messagesPerSecond * onBus(group)),
    // History reads every message too.
    busOutBytesPerSecond: total((group) => group.messagesPerSecond * (edgesOf(group) + 1) * onBus(group)),
    keptBytesPerSecond: total((group) => logged(group) * (group.kind.bodyBytes + keptOverheadBytes)),
  };
}
