import { createMemoryBus, type MemoryBus } from '@plenary/bus';
import { ChatEvent, Part } from '@plenary/proto/chat';
import { FakeClock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { EdgeCounters } from '../counters.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { PagePace } from '../switch/page-pace.js';
import { busWith, policy, ROOM, ROOM_URI, settle, SHARD, TAG } from '../testing.js';
import { LogTail } from './log-tail.js';
import { Origins } from './origins.js';
import { RecentMessages } from './recent.js';
import { RoomLog } from './room-log.js';
import { Room } from './room.js';

interface Reading {
  readonly bus: MemoryBus;
  readonly clock: FakeClock;
  /** Events of each page read. */
  readonly pages: number[];
  tail(options?: { fromSeq?: number; maxBytes?: number; pagesPerSecond?: number }): LogTail;
  /** Puts something said into the log. */
  put(text: string, over?: Partial<ChatEvent>): Promise<number>;
}

async function reading(): Promise<Reading> {
  const [bus, clock, pages] = [createMemoryBus(), new FakeClock(), [] as number[]];
  await bus.ensureShards([SHARD]);
  const noted = async <T>(read: Promise<T[]>): Promise<T[]> => {
    const page = await read;
    pages.push(page.length);
    return page;
  };
  const noting = busWith(bus, {
    readRoomAfter: (...args) => noted(bus.readRoomAfter(...args)),
    readAfter: (...args) => noted(bus.readAfter(...args)),
  });
  const listener = { event: () => true, repaired: () => undefined, hole: () => undefined };
  const log = new RoomLog(bus, SHARD, ROOM, clock, DEFAULT_LIMITS, new EdgeCounters(), listener);
  const init = { id: ROOM, shard: SHARD, conferenceUri: ROOM_URI, epoch: 1, tag: TAG, policy: policy() };
  const room = new Room(init, log, new RecentMessages(Infinity, 16, 1_024), new Origins(16, 1_000, 0));
  let said = 0;
  return {
    bus,
    clock,
    pages,
    tail: ({ fromSeq = 0, maxBytes = 1_000_000, pagesPerSecond = 100 } = {}) =>
      new LogTail(noting, room, fromSeq, { maxBytes, pageBytes: 1e6, pace: new PagePace(pagesPerSecond, clock) }),
    async put(text, over = {}) {
      const octets = Buffer.from(text);
      const event = ChatEvent.fromPartial({
        room: ROOM,
        senderPid: 'p-alice',
        wrappedType: 'text/plain',
        part: Part.WHOLE,
        offset: 1n,
        octets,
        ...over,
      });
      const payload = ChatEvent.encode(event).finish();
      const msgId = `${ROOM}/${said++}`;
      const result = await bus.publishToLogAsync({ shard: SHARD, room: ROOM, kind: 'all', msgId, payload });
      if (result.kind !== 'stored') throw new Error(result.kind);
      return result.seq;
    },
  };
}
const textsOf = ({ messages }: Awaited<ReturnType<LogTail['through']>>): string[] =>
  messages.map(({ octets }) => octets.toString());

describe('the tail of a log', () => {
  it('HIST-004 CHAT-027 is read once for all who ask, each as far as it is meant for', async () => {
    const { put, tail, pages } = await reading();
    const seqs: number[] = [];
    for (let n = 0; n < 300; n++) seqs.push(await put(`n${n}`));
    const shared = tail();
    const asked = [298, 10, 299, 299].map((n) => shared.through(seqs[n]!));
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => textsOf(answer).length)).toEqual([299, 11, 300, 300]);
    expect(answers.every(({ isWhole }) => isWhole)).toBe(true);
    expect(pages).toEqual([256, 44]);
    const later = await put('later');
    expect(textsOf(await shared.through(later)).at(-1)).toBe('later');
    expect(pages).toEqual([256, 44, 1]);
  });

  it('HIST-004 messages that began before are looked for all at once', async () => {
    const { put, tail, pages } = await reading();
    const heads: bigint[] = [];
    for (let n = 0; n < 20; n++) heads.push(BigInt(await put(`head ${n}`, { part: Part.HEAD })));
    const fromSeq = Number(heads.at(-1));
    let last = 0;
    for (const headSeq of heads)
      last = await put(' end', {
        part: Part.LAST,
        headSeq,
        offset: BigInt(`head ${heads.indexOf(headSeq)}`.length + 1),
      });
    const answer = await tail({ fromSeq }).through(last);
    expect(textsOf(answer)).toEqual(heads.map((_, n) => `head ${n} end`));
    expect([answer.isWhole, pages]).toEqual([true, [20, 40]]);
  });

  it('HIST-004 of one that began before and is too large, or no longer there, nothing is looked for in vain twice', async () => {
    const { put, tail, pages } = await reading();
    const headSeq = BigInt(await put('head', { part: Part.HEAD }));
    const large = await put('end', { part: Part.LAST, headSeq, offset: 5_000n });
    const tooLarge = await tail({ fromSeq: Number(headSeq), maxBytes: 1_000 }).through(large);
    expect([textsOf(tooLarge), tooLarge.isWhole, pages]).toEqual([[], false, [1]]);
    const gone = await put('end', { part: Part.LAST, headSeq: 1_000n, offset: 5n });
    const noHead = await tail({ fromSeq: large, maxBytes: 1_000 }).through(gone);
    expect([textsOf(noHead), noHead.isWhole]).toEqual([[], false]);
  });

  it('HIST-004 a message left out for its size is not asked for again at its end', async () => {
    const { put, tail, pages } = await reading();
    const headSeq = BigInt(await put('x'.repeat(600), { part: Part.HEAD }));
    await put('x'.repeat(600), { part: Part.FRAGMENT, headSeq, offset: 601n });
    const last = await put('', { part: Part.LAST, headSeq, offset: 1n });
    const answer = await tail({ maxBytes: 1_000 }).through(last);
    expect([textsOf(answer), answer.isWhole, pages]).toEqual([[], false, [3]]);
  });

  it('CHAT-027 holds no more octets of messages that have not ended than of those that have', async () => {
    const { put, tail } = await reading();
    const heads: bigint[] = [];
    for (let n = 0; n < 4; n++) heads.push(BigInt(await put(String(n).repeat(400), { part: Part.HEAD })));
    let last = 0;
    for (const headSeq of heads) last = await put('', { part: Part.LAST, headSeq, offset: 401n });
    const answer = await tail({ maxBytes: 1_000 }).through(last);
    expect(textsOf(answer).map((text) => text[0])).toEqual(['2', '3']);
    expect([answer.isWhole, answer.isCut]).toEqual([false, false]);
  });

  it('HIST-004 says when older ones made room', async () => {
    const { put, tail } = await reading();
    let last = 0;
    for (const text of ['old', 'x'.repeat(998), 'new']) last = await put(text);
    const answer = await tail({ maxBytes: 1_000 }).through(last);
    expect([textsOf(answer), answer.isCut]).toEqual([['new'], true]);
  });

  it('CHAT-027 reads at the pace of the edge, and not without end', async () => {
    const { put, tail, pages, clock } = await reading();
    let last = 0;
    for (let n = 0; n < 600; n++) last = await put('.'.repeat(10));
    const slow = tail({ pagesPerSecond: 1 }).through(last);
    await settle();
    expect(pages).toHaveLength(1);
    for (let n = 0; n < 2; n++) {
      clock.advance(1_000);
      await settle();
    }
    expect((await slow).messages).toHaveLength(600);
    pages.length = 0;
    // What is read counts, not what is shown.
    const bounded = await tail({ maxBytes: 100 }).through(last);
    expect([bounded.isWhole, pages]).toEqual([false, [256]]);
  });

  it('HIST-007 fails for all who ask when the log does not answer', async () => {
    const { bus, put } = await reading();
    const last = await put('said');
    const away = busWith(bus, { readRoomAfter: () => Promise.reject(new Error('away')) });
    const clock = new FakeClock();
    const log = new RoomLog(bus, SHARD, ROOM, clock, DEFAULT_LIMITS, new EdgeCounters(), {
      event: () => true,
      repaired: () => undefined,
      hole: () => undefined,
    });
    const init = { id: ROOM, shard: SHARD, conferenceUri: ROOM_URI, epoch: 1, tag: TAG, policy: policy() };
    const room = new Room(init, log, new RecentMessages(Infinity, 16, 1_024), new Origins(16, 1_000, 0));
    const tail = new LogTail(away, room, 0, { maxBytes: 100, pageBytes: 100, pace: new PagePace(10, clock) });
    const asked = await Promise.allSettled([tail.through(last), tail.through(last)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
