import type { Bus, LogEvent, LogPublish, PublishResult } from '@plenary/bus';
import type { RoomId, ShardId } from '@plenary/wire';

let rooms = 0;
/** A room no other test uses. */
export function newRoom(): RoomId {
  rooms += 1;
  return `01J${rooms.toString().padStart(23, '0')}` as RoomId;
}

export function eventOf(
  shard: ShardId,
  room: RoomId,
  id: string,
  kind: 'all' | 'st' = 'all',
  more: Partial<LogPublish> = {},
): LogPublish {
  return { shard, room, kind, msgId: `${room}/${id}`, payload: new TextEncoder().encode(id), ...more };
}

/** Publishes one after the other and gives their sequences. */
export async function publishAll(bus: Bus, messages: readonly LogPublish[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const message of messages) seqs.push(stored(await bus.publishToLogAsync(message)).seq);
  return seqs;
}

export function stored(result: PublishResult): PublishResult & { kind: 'stored' } {
  if (result.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(result)}`);
  return result;
}

/** Collects what comes, and lets a test wait for a state of it. */
export class Recorder<T> {
  readonly items: T[] = [];
  #waiting: { until: (items: readonly T[]) => boolean; done: () => void }[] = [];

  readonly add = (item: T): void => {
    this.items.push(item);
    this.#waiting = this.#waiting.filter((waiting) => {
      if (!waiting.until(this.items)) return true;
      waiting.done();
      return false;
    });
  };

  /** Resolves when `until` holds; the timeout of the test is the bound. */
  async when(until: (items: readonly T[]) => boolean): Promise<readonly T[]> {
    if (!until(this.items)) await new Promise<void>((done) => this.#waiting.push({ until, done }));
    return this.items;
  }

  count(n: number): Promise<readonly T[]> {
    return this.when((items) => items.length >= n);
  }
}

export function textOf(event: Pick<LogEvent, 'payload'>): string {
  return new TextDecoder().decode(event.payload);
}
