import { subjects, type Bus, type LogEvent } from '@plenary/bus';
import { HeadBeacon } from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';

/** Rooms in one message: far under what the bus takes. */
const headsPerBeacon = 2_000;
/** A room that moved is named this many times, so that one lost beacon does no harm. */
const timesNamed = 2;

interface Head {
  allSeq: number;
  stSeq: number;
  times: number;
}

/**
 * Tells where the log of each room that moved now ends, logged or not: an edge that lost the last live copy of a room
 * learns of it here. A shard is told of from its first batch on, also when nothing moved: silence means that nobody
 * reads that log.
 */
export class HeadBeacons {
  readonly #shards = new Map<ShardId, Map<RoomId, Head>>();

  constructor(private readonly bus: Bus) {}

  moved(shard: ShardId, events: readonly LogEvent[]): void {
    const heads = this.#shards.get(shard) ?? new Map<RoomId, Head>();
    this.#shards.set(shard, heads);
    for (const { room, kind, seq } of events) {
      const head = heads.get(room) ?? { allSeq: 0, stSeq: 0, times: 0 };
      if (kind === 'all') head.allSeq = Math.max(head.allSeq, seq);
      else head.stSeq = Math.max(head.stSeq, seq);
      head.times = timesNamed;
      heads.set(room, head);
    }
  }

  /** The shard is not read here now: nothing is said of it until its next batch. */
  silence(shard: ShardId): void {
    this.#shards.delete(shard);
  }

  send(): void {
    for (const [shard, heads] of this.#shards) {
      const named = [...heads].map(([room, { allSeq, stSeq }]) => {
        return { room, allSeq: BigInt(allSeq), stSeq: BigInt(stSeq) };
      });
      for (let from = 0; from === 0 || from < named.length; from += headsPerBeacon) {
        const beacon = HeadBeacon.encode({ shard, heads: named.slice(from, from + headsPerBeacon) }).finish();
        this.bus.publishCore(subjects.head(shard), beacon);
      }
      for (const [room, head] of heads) if (--head.times <= 0) heads.delete(room);
    }
  }
}
