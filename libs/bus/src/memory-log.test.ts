import type { RoomId, ShardId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { LogPublish } from './interface.js';
import { MemoryLog } from './memory-log.js';
import { shardId } from './subjects.js';

const shard: ShardId = shardId(3);
const a = 'A' as RoomId;
const b = 'B' as RoomId;
const roomy = { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000, dedupWindowMs: 1_000 };

function message(room: RoomId, id: string, kind: 'all' | 'st' = 'all', sizeBytes = 10): LogPublish {
  return { shard, room, kind, msgId: `${room}/${id}`, payload: new Uint8Array(sizeBytes) };
}

describe('the log of a shard in memory', () => {
  it('chains each subject by the sequence of the event before it', () => {
    const log = new MemoryLog(shard, 'x', roomy);
    const chain = [message(a, '1'), message(b, '1'), message(a, '2'), message(a, 's', 'st'), message(b, '2')].map(
      (each) => log.append(each, 0).event,
    );
    expect(chain.map((event) => [event?.seq, event?.lastSeq])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 0],
      [5, 2],
    ]);
  });

  it('finds a message id again within the window and forgets it after', () => {
    const log = new MemoryLog(shard, 'x', roomy);
    expect(log.append(message(a, '1'), 0).seq).toBe(1);
    expect(log.append(message(a, '1'), 999)).toEqual({ seq: 1, event: undefined });
    expect(log.append(message(a, '1'), 1_000).seq).toBe(2);
  });

  it('keeps no more events, bytes and time than allowed, and the sequence goes on', () => {
    const byCount = new MemoryLog(shard, 'x', { ...roomy, maxEvents: 3 });
    const bySize = new MemoryLog(shard, 'x', { ...roomy, maxBytes: 35 });
    const byAge = new MemoryLog(shard, 'x', { ...roomy, maxAgeMs: 30 });
    for (const log of [byCount, bySize, byAge]) {
      for (let n = 1; n <= 6; n += 1) log.append(message(a, `${n}`), n * 10);
      expect(log.bounds).toEqual({ firstSeq: 4, lastSeq: 6 });
      expect(log.readAfter(0, 10, 60).map((event) => event.seq)).toEqual([4, 5, 6]);
      expect(log.readAfter(0, 10, 60, { room: a, kind: 'all' }).map((event) => event.seq)).toEqual([4, 5, 6]);
    }
    expect(byAge.lastSeq(a, 'all', 1_000)).toBe(0);
    expect(byAge.bounds).toEqual({ firstSeq: 7, lastSeq: 6 });
    expect(byAge.append(message(a, '7'), 1_000).event?.lastSeq).toBe(0);
  });

  it('merges both kinds of a room in log order', () => {
    const log = new MemoryLog(shard, 'x', roomy);
    for (let n = 1; n <= 9; n += 1) log.append(message(n % 3 === 0 ? b : a, `${n}`, n % 2 === 0 ? 'st' : 'all'), 0);
    expect(log.readAfter(2, 3, 0, { room: a }).map((event) => event.seq)).toEqual([4, 5, 7]);
    expect(log.readAfter(2, 3, 0, { room: a, kind: 'st' }).map((event) => event.seq)).toEqual([4, 8]);
  });

  it('keeps its own copy of a payload', () => {
    const log = new MemoryLog(shard, 'x', roomy);
    const sent = message(a, '1');
    log.append(sent, 0);
    sent.payload[0] = 7;
    expect(log.readAfter(0, 1, 0)[0]?.payload[0]).toBe(0);
  });
});
