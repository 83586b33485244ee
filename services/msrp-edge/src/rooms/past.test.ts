import { createMemoryBus } from '@plenary/bus';
import { FakeClock } from '@plenary/service';
import { expect, it } from 'vitest';
import { EdgeCounters } from '../counters.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { FakeHistory, kept, policy, ROOM, ROOM_URI, SHARD, TAG } from '../testing.js';
import { PagePace } from '../switch/page-pace.js';
import { Origins } from './origins.js';
import { Past } from './past.js';
import { RecentMessages } from './recent.js';
import { RoomLog } from './room-log.js';
import { Room } from './room.js';

it('HIST-004 an answer of history stays no longer than it serves: a page of it is megabytes', async () => {
  const clock = new FakeClock();
  const bus = createMemoryBus();
  const listener = { event: () => true, repaired: () => undefined, hole: () => undefined };
  const log = new RoomLog(bus, SHARD, ROOM, clock, DEFAULT_LIMITS, new EdgeCounters(), listener);
  const room = new Room(
    { id: ROOM, shard: SHARD, conferenceUri: ROOM_URI, epoch: 1, tag: TAG, policy: policy() },
    log,
    new RecentMessages(Infinity, 16, 1_024),
    new Origins(16, 1_000, clock.nowMs()),
  );
  const history = new FakeHistory();
  history.messages = [kept(1, 'sip:zoe@localhost', 'old')];
  const pace = new PagePace(10, clock);
  const past = new Past(history, bus, clock, { replayBytes: 1_024, replayReuseMs: 1_000, pageBytes: 1_024, pace });
  for (let n = 0; n < 3; n++) expect((await past.last(room, 5, 10)).messages).toHaveLength(1);
  expect([history.reads.length, past.size]).toEqual([1, 1]);
  clock.advance(1_000);
  expect(past.size).toBe(0);
});
