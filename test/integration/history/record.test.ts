import { subjects } from '@plenary/bus';
import { HeadBeacon, Part } from '@plenary/proto/chat';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineNames, enter, install, type Entered, type Installation, type Replica } from '../room-state/replicas.js';
import { keptOf, message, roomNow, say, startHistory, type Reader } from './readers.js';

describe.each(engineNames)('the kept log on PostgreSQL and the %s bus', (engine) => {
  let installation: Installation;
  let roomState: Replica;
  const readers: Reader[] = [];

  beforeEach(async () => {
    installation = await install(engine);
    roomState = await installation.start({ PLENARY_DEMO: 'true', ROOM_STATE_JOIN_GROUP_MS: '0' });
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    await installation.close();
  });

  async function read(
    ...more: Parameters<typeof startHistory> extends [unknown, unknown, ...infer Rest] ? Rest : never
  ): Promise<Reader> {
    const reader = await startHistory(installation, roomState, ...more);
    readers.push(reader);
    return reader;
  }
  const waitFor = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

  it('CHAT-032 5,000 mixed messages are kept exactly, in order, though batches crash between commit and ack', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const lobby = await enter(roomState, 'sip:lobby@localhost', 'alice');
    let crashes = 0;
    let batches = 0;
    await read(
      { HISTORY_BATCH_EVENTS: '100' },
      {
        beforeAck: () => {
          batches += 1;
          if (batches % 7 !== 0 || crashes >= 5) return;
          crashes += 1;
          throw new Error('a crash between commit and ack');
        },
      },
    );
    const expected = new Map<number, string>();
    await publishMixed(minutes, lobby, expected);
    const [reader] = readers;
    if (reader === undefined) throw new Error('no reader');
    await waitFor(async () => expect(await count(reader)).toBe(expected.size));
    expect(crashes).toBe(5);
    const kept = await keptOf(reader, minutes.room);
    expect(kept.map(({ seq, octets }) => [Number(seq), octets.toString()])).toEqual(
      [...expected].toSorted(([a], [b]) => a - b),
    );
    expect(kept[0]).toMatchObject({
      senderPid: minutes.pid,
      senderEntity: 'sip:alice@localhost',
      wrappedType: 'text/plain',
    });
    expect(await keptOf(reader, lobby.room)).toEqual([]);
  });

  /** 5,000 messages, many in flight: whole, in parts, aborted, private, composing, in a logged and an unlogged room. */
  async function publishMixed(minutes: Entered, lobby: Entered, expected: Map<number, string>): Promise<void> {
    const { bus } = installation;
    const pending: Promise<void>[] = [];
    for (let index = 0; index < 5_000; index++) {
      const messageId = `m${String(index)}`;
      const body = `body ${String(index)} `;
      const octets = Buffer.from(body);
      if (index % 10 === 3) pending.push(said(say(bus, lobby, { messageId, octets })));
      else if (index % 10 === 4) pending.push(said(say(bus, minutes, { messageId, octets, audiencePid: 'p9' })));
      else if (index % 50 === 5)
        pending.push(said(say(bus, minutes, { messageId, octets, wrappedType: 'application/im-iscomposing+xml' })));
      else if (index % 50 === 7) pending.push(inParts(messageId, body, index % 100 === 7));
      else pending.push(say(bus, minutes, { messageId, octets }).then((seq) => void expected.set(seq, body)));
      if (pending.length >= 200) await Promise.all(pending.splice(0));
    }
    await Promise.all(pending);

    async function inParts(messageId: string, body: string, ends: boolean): Promise<void> {
      const headSeq = await say(bus, minutes, { messageId, part: Part.HEAD, octets: Buffer.from(body) });
      const next = { messageId, headSeq: BigInt(headSeq) };
      const at = (offset: number) => ({ offset: BigInt(offset) });
      await say(bus, minutes, {
        ...next,
        ...at(body.length + 1),
        part: Part.FRAGMENT,
        octets: Buffer.from('and more'),
      });
      const end = { ...next, ...at(body.length + 9), part: ends ? Part.LAST : Part.ABORT };
      await say(bus, minutes, end);
      if (ends) expected.set(headSeq, `${body}and more`);
    }
  }
  const said = async (published: Promise<number>): Promise<void> => void (await published);
  const count = async ({ context }: Reader): Promise<number> =>
    Number((await context.database.pool.query('select count(*) from history.message')).rows[0]?.count);

  it('CHAT-032 a reader killed in the middle of a batch leaves nothing half done; the next one goes on', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const dying = await startHistory(installation, roomState, { HISTORY_BATCH_EVENTS: '50' });
    const expected: string[] = [];
    const { bus } = installation;
    for (let index = 0; index < 400; index++) {
      const body = `n${String(index)}`;
      expected.push(body);
      void bus.publishToLogAsync(message(minutes, { messageId: body, octets: Buffer.from(body) }));
    }
    await waitFor(async () => expect(await count(dying)).toBeGreaterThan(0));
    // Its connections break while batches are being written.
    await roomState.context.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'history' and datname = current_database()`,
    );
    await dying.server.stop();
    const next = await read();
    await waitFor(async () => expect(await count(next)).toBe(400));
    expect((await keptOf(next, minutes.room)).map(({ octets }) => octets.toString())).toEqual(expected);
  });

  it('CHAT-032 logging on and off count from their place in the log, also for messages in flight', async () => {
    const room = await enter(roomState, 'sip:toggled@localhost', 'alice');
    const { bus } = installation;
    const kept: string[] = [];
    let sent = 0;
    for (let round = 0; round < 6; round++) {
      const on = round % 2 === 0;
      await roomState.context.rooms.setLogging(room.room, on);
      for (let index = 0; index < 20; index++) {
        const body = `t${String(sent++)}`;
        await say(bus, room, { messageId: body, octets: Buffer.from(body) });
        if (on) kept.push(body);
      }
    }
    const reader = await read({ HISTORY_BATCH_EVENTS: '7' });
    await waitFor(async () => expect(await count(reader)).toBe(kept.length));
    expect((await keptOf(reader, room.room)).map(({ octets }) => octets.toString())).toEqual(kept);
  });

  it('the same message published again after the log forgot its id is kept once', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const reader = await read();
    const again = message(minutes, { messageId: 'once', octets: Buffer.from('once') });
    await installation.bus.publishToLogAsync(again);
    await installation.bus.publishToLogAsync({ ...again, msgId: `${again.msgId}/later` });
    await say(installation.bus, minutes, { messageId: 'after', octets: Buffer.from('after') });
    await waitFor(async () => expect(await count(reader)).toBe(2));
    expect((await keptOf(reader, minutes.room)).map(({ messageId }) => messageId)).toEqual(['once', 'after']);
    expect(await reader.context.telemetry.scrape()).toMatch(/chat_history_rows_total\{result="duplicate"\} 1/);
  });

  it('what cannot be read is passed over, counted, and holds nothing up', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const reader = await read();
    const bad = message(minutes, { messageId: 'bad' });
    await installation.bus.publishToLogAsync({ ...bad, payload: Buffer.from('not one of ours') });
    await say(installation.bus, minutes, { messageId: 'nul', senderEntity: 'sip:a\0b@localhost' });
    await say(installation.bus, minutes, { messageId: 'good', octets: Buffer.from('good') });
    await waitFor(async () => expect(await count(reader)).toBe(1));
    expect(await reader.context.telemetry.scrape()).toMatch(/chat_history_malformed_total 2/);
  });

  it('while room-state cannot be asked about a room the log is silent on, nothing is lost and nothing guessed', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    let asked = 0;
    const reader = await read(
      {},
      {
        directory: {
          now: () => {
            asked += 1;
            if (asked < 3) return Promise.reject(new Error('room-state is away'));
            return Promise.resolve(roomNow({ logged: true }));
          },
          close: () => undefined,
        },
      },
    );
    const stranger: Entered = { ...minutes, room: '01HZZZZZZZZZZZZZZZZZZZZZZZ' as Entered['room'] };
    await say(installation.bus, stranger, { messageId: 'first', octets: Buffer.from('first') });
    await waitFor(async () => expect(await count(reader)).toBe(1));
    expect(asked).toBe(3);
  });

  it('heads of all rooms that moved are told, logged or not, and edges can find a lost last message by them', async () => {
    const lobby = await enter(roomState, 'sip:lobby@localhost', 'alice');
    const heads = new Map<string, { all: number; st: number }>();
    const subscription = installation.bus.subscribeCore(subjects.head(lobby.shard), (payload) => {
      for (const { room, allSeq, stSeq } of HeadBeacon.decode(payload).heads)
        heads.set(room, { all: Number(allSeq), st: Number(stSeq) });
    });
    await read({ HISTORY_BEACON_MS: '50ms' });
    const seq = await say(installation.bus, lobby, { messageId: 'last', octets: Buffer.from('last') });
    await waitFor(() => {
      expect(heads.get(lobby.room)?.all).toBe(seq);
      expect(heads.get(lobby.room)?.st).toBeGreaterThan(0);
      return Promise.resolve();
    });
    subscription.unsubscribe();
  });

  it('a query pages by count and by size, and stays in its epoch', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const reader = await read({ HISTORY_PAGE_BYTES: '1000' });
    for (let index = 0; index < 9; index++)
      await say(installation.bus, minutes, { messageId: `q${String(index)}`, octets: Buffer.alloc(400, index) });
    await waitFor(async () => expect(await count(reader)).toBe(9));
    const page = (limit: number) =>
      reader.context.store.query({ room: minutes.room, epoch: 1, afterSeq: 0n, limit, maxBytes: 1_000 });
    expect(await page(1)).toMatchObject({ more: true, messages: [{ messageId: 'q0' }] });
    expect((await page(100)).messages).toHaveLength(2);
    expect(await keptOf(reader, minutes.room, 1, 4)).toHaveLength(9);
    expect(await keptOf(reader, minutes.room, 2)).toEqual([]);
  });

  it('a new log starts a new epoch: the same sequences are kept beside the old ones', async () => {
    const minutes = await enter(roomState, 'sip:minutes@localhost', 'alice');
    const first = await startHistory(installation, roomState);
    await say(installation.bus, minutes, { messageId: 'old', octets: Buffer.from('old') });
    await waitFor(async () => expect(await count(first)).toBe(1));
    await first.stop();
    await roomState.stop();
    await installation.loseLogs();
    roomState = await installation.start({ PLENARY_DEMO: 'true' });
    const second = await read();
    await say(installation.bus, minutes, { messageId: 'new', epoch: 2, octets: Buffer.from('new') });
    await waitFor(async () => expect(await count(second)).toBe(2));
    expect((await keptOf(second, minutes.room, 1)).map(({ messageId }) => messageId)).toEqual(['old']);
    expect((await keptOf(second, minutes.room, 2)).map(({ messageId }) => messageId)).toEqual(['new']);
  });
});
