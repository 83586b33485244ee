import type { KeptMessage, ReadRequest } from '@plenary/proto/history';
import { describe, expect, it } from 'vitest';
import { useHistories } from './installation.js';
import { baseMs, type ScriptedRoom } from './scripted-room.js';
import type { Reader } from './readers.js';

const histories = useHistories();
const texts = (messages: readonly KeptMessage[]): string[] =>
  messages.map(({ octets }) => Buffer.from(octets).toString());
const us = (seconds: number): bigint => BigInt(baseMs + seconds * 1_000) * 1_000n;
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** A logged room in which 1 … `count` were said, a second apart. */
async function spoken(
  count: number,
  env: Record<string, string> = {},
): Promise<{ reader: Reader; room: ScriptedRoom }> {
  const room = histories.room();
  await room.create();
  for (const text of numbers(1, count)) await room.say({ text });
  const reader = await histories.start(env);
  await histories.caughtUp(reader);
  return { reader, room };
}

/** All pages in one direction, each oldest first. */
async function pages(reader: Reader, room: ScriptedRoom, request: Partial<ReadRequest>): Promise<string[][]> {
  const found: string[][] = [];
  for (let cursor: string | undefined; cursor !== '';) {
    const page = await histories.read(reader, room, { ...request, cursor: cursor ?? '' });
    found.push(texts(page.messages));
    ({ cursor } = page);
  }
  return found;
}

describe('reading the kept log', () => {
  it('HIST-005 HIST-003 1,000 messages are paged by cursor both ways, each once and in order', async () => {
    const { reader, room } = await spoken(1_000);
    const forward = await pages(reader, room, { count: 90, forward: true });
    expect(forward.map((page) => page.length)).toEqual([...Array<number>(11).fill(90), 10]);
    expect(forward.flat()).toEqual(numbers(1, 1_000));
    const back = await pages(reader, room, { count: 90 });
    expect(back.map((page) => page.length)).toEqual([...Array<number>(11).fill(90), 10]);
    expect(back.toReversed().flat()).toEqual(numbers(1, 1_000));
  }, 60_000);

  it('HIST-003 by number: none, one, more than there are, more than a page may have', async () => {
    const { reader, room } = await spoken(8, { HISTORY_PAGE_MESSAGES: '5' });
    expect(await histories.read(reader, room, { count: 0 })).toMatchObject({ messages: [], cursor: '' });
    expect(texts((await histories.read(reader, room, { count: 1 })).messages)).toEqual(['8']);
    expect(texts((await histories.read(reader, room, { count: 1, forward: true })).messages)).toEqual(['1']);
    const most = await histories.read(reader, room, { count: 2_000_000 });
    expect(texts(most.messages)).toEqual(numbers(4, 8));
    const rest = await histories.read(reader, room, { count: 5, cursor: most.cursor });
    expect([texts(rest.messages), rest.cursor]).toEqual([numbers(1, 3), '']);
  });

  it('HIST-001 by time: since is inclusive, before is exclusive, both to the microsecond', async () => {
    const { reader, room } = await spoken(9);
    const between = async (sinceUs: bigint, beforeUs: bigint): Promise<string[]> =>
      texts((await histories.read(reader, room, { sinceUs, beforeUs })).messages);
    expect(await between(us(3), us(6))).toEqual(numbers(3, 5));
    expect(await between(us(3) + 1n, us(6) + 1n)).toEqual(numbers(4, 6));
    expect(await between(us(7), 0n)).toEqual(numbers(7, 9));
    expect(await between(0n, us(2))).toEqual(['1']);
    expect(await between(us(5), us(5))).toEqual([]);
    expect(await between(us(6), us(3))).toEqual([]);
    expect(await between(2n ** 64n - 1n, 2n ** 64n - 1n)).toEqual([]);
    expect(await between(0n, 2n ** 64n - 1n)).toEqual(numbers(1, 9));
  });

  it('HIST-005 a cursor keeps its bounds and its direction; the request may only narrow them', async () => {
    const { reader, room } = await spoken(9);
    const first = await histories.read(reader, room, { sinceUs: us(2), beforeUs: us(8), count: 2, forward: true });
    expect(texts(first.messages)).toEqual(['2', '3']);
    const on = async (request: Partial<ReadRequest>): Promise<string[]> =>
      texts((await histories.read(reader, room, { ...request, cursor: first.cursor })).messages);
    expect(await on({})).toEqual(numbers(4, 7));
    expect(await on({ forward: false, sinceUs: us(1), beforeUs: us(9) })).toEqual(numbers(4, 7));
    expect(await on({ sinceUs: us(6) })).toEqual(['6', '7']);
    await expect(histories.read(reader, room, { cursor: 'AQAA' })).rejects.toMatchObject({ code: 3 });
  });

  it('HIST-005 a page ends at its size, after at least one message', async () => {
    const room = histories.room();
    await room.create();
    for (let index = 0; index < 6; index++) await room.say({ text: String(index).repeat(400) });
    const reader = await histories.start({ HISTORY_PAGE_BYTES: '1000' });
    await histories.caughtUp(reader);
    const sizes = async (forward: boolean): Promise<number[]> =>
      (await pages(reader, room, { count: 100, forward })).map((page) => page.length);
    expect([await sizes(true), await sizes(false)]).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });

  it('HIST-005 of a message that alone is larger than a page its headers are given, and how much there is more', async () => {
    const room = histories.room();
    await room.create();
    const head = 'From: <sip:a@localhost>\r\nTo: <sip:r@localhost>\r\n\r\nContent-Type: text/plain\r\n\r\n';
    for (const text of ['before', `${head}${'x'.repeat(5_000)}`, 'y'.repeat(5_000), 'after']) await room.say({ text });
    const reader = await histories.start({ HISTORY_PAGE_BYTES: '1000' });
    await histories.caughtUp(reader);
    for (const forward of [true, false]) {
      const found: [string, bigint][] = [];
      for (let cursor: string | undefined; cursor !== '';) {
        const page = await histories.read(reader, room, { count: 10, forward, cursor: cursor ?? '' });
        found.push(
          ...page.messages.map(({ octets, leftOutBytes }) => [octets.toString(), leftOutBytes] as [string, bigint]),
        );
        ({ cursor } = page);
      }
      expect(forward ? found : found.toReversed()).toEqual([
        ['before', 0n],
        [head, 5_000n],
        ['', 5_000n],
        ['after', 0n],
      ]);
    }
  });

  it('HIST-010 a room without a log, and one nobody knows, have no history: none, not an error', async () => {
    const room = histories.room();
    await room.create({ logged: false });
    await room.say({ text: 'gone' });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    expect((await histories.read(reader, room)).messages).toEqual([]);
    expect(await histories.read(reader, histories.room())).toEqual({
      messages: [],
      cursor: '',
      recordedEpoch: 0,
      recordedSeq: 0n,
    });
  });

  it('CHAT-X-013 HIST-004 the order is that of the log, whatever the clocks of the edges say, over all epochs', async () => {
    const room = histories.room();
    await room.create();
    await room.say({ text: 'first', atMs: baseMs + 5_000 });
    await room.say({ text: 'second', atMs: baseMs + 1_000 });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    await room.startsEpoch(2);
    const last = await room.say({ text: 'third', atMs: baseMs + 3_000 });
    await histories.caughtUp(reader);
    const page = await histories.read(reader, room);
    expect(texts(page.messages)).toEqual(['first', 'second', 'third']);
    expect([page.recordedEpoch, page.recordedSeq]).toEqual([2, BigInt(last)]);
    expect(texts((await histories.read(reader, room, { beforeUs: us(4), count: 1 })).messages)).toEqual(['third']);
  });

  it('HIST-004 the recorded place and the messages are of one moment: nothing after it is in the page, nothing before is missing', async () => {
    const room = histories.room();
    await room.create();
    const reader = await histories.start({ HISTORY_BATCH_EVENTS: '3', HISTORY_BATCH_WAIT_MS: '1ms' });
    const said: number[] = [];
    for (let index = 0; index < 300; index++) said.push(await room.say({ text: String(index) }));
    const moments = new Set<number>();
    for (let recordedSeq = 0n; recordedSeq < BigInt(said.at(-1)!);) {
      const page = await histories.read(reader, room);
      ({ recordedSeq } = page);
      expect(page.messages.map(({ seq }) => Number(seq))).toEqual(said.filter((seq) => BigInt(seq) <= recordedSeq));
      moments.add(page.messages.length);
    }
    expect(moments.size).toBeGreaterThan(2);
  });

  it('CHAT-032 LOG-007 a message is given with who sent it, under which name, when and what', async () => {
    const room = histories.room();
    await room.create();
    const seq = await room.say({ by: 'carol', text: 'hello' });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    expect((await histories.read(reader, room)).messages).toEqual([
      {
        room: room.id,
        epoch: 1,
        seq: BigInt(seq),
        senderPid: 'carol',
        senderEntity: 'sip:carol@localhost',
        senderNickname: 'carol the 1.',
        senderUserId: 'xcon-userid:carol@localhost',
        mediaLabel: '',
        wrappedType: 'text/plain',
        messageId: 'm1',
        receivedAtUs: us(1),
        octets: Buffer.from('hello'),
        leftOutBytes: 0n,
      },
    ]);
    const { rows } = await reader.context.database.pool.query('select sender_chat_id from history.message');
    expect(rows).toEqual([{ sender_chat_id: 'c-carol' }]);
  });
});
