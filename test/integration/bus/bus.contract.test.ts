import { BusError, shardId, subjects, type Bus, type LogEvent, type PublishResult } from '@plenary/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryEngine, natsEngine, type Engine } from './engines.js';
import { eventOf, newRoom, publishAll, Recorder, stored, textOf } from './recording.js';

describe.each([
  ['memory', memoryEngine],
  ['nats', natsEngine],
] as const)('the bus over %s', (name, open) => {
  const shard = shardId(3);
  const other = shardId(4);
  let engine: Engine;
  let bus: Bus;

  beforeAll(async () => {
    engine = await open();
    bus = await engine.connect();
    await bus.ensureShards([shard, other]);
  });
  afterAll(() => engine.close());

  it('says what it is', () => {
    expect(bus.engine).toBe(name);
    expect(bus.connected).toBe(true);
  });

  it('gives every subscriber of a room the same events in the order of the log, chained by kind', async () => {
    const room = newRoom();
    const [one, two] = [new Recorder<LogEvent>(), new Recorder<LogEvent>()];
    const second = await engine.connect();
    const subscriptions = [bus.subscribeRoom(shard, room, one.add), second.subscribeRoom(shard, room, two.add)];
    await Promise.all(subscriptions.map((subscription) => subscription.ready()));
    const results = new Recorder<PublishResult>();
    for (let n = 0; n < 200; n += 1) {
      const sender = n % 2 === 0 ? bus : second;
      sender.publishToLog(eventOf(shard, room, `m${n}`, n % 5 === 0 ? 'st' : 'all'), results.add);
    }
    await Promise.all([results.count(200), one.count(200), two.count(200)]);

    const seqs = one.items.map((event) => event.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(200);
    expect(two.items.map((event) => event.seq)).toEqual(seqs);
    for (const kind of ['all', 'st'] as const) {
      const ofKind = one.items.filter((event) => event.kind === kind);
      expect(ofKind.map((event) => event.lastSeq)).toEqual([0, ...ofKind.slice(0, -1).map((event) => event.seq)]);
    }
    expect(one.items.every((event) => event.msgId === `${room}/${textOf(event)}`)).toBe(true);
    expect(one.items.every((event) => event.room === room && event.shard === shard)).toBe(true);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('answers with the sequence of the stored copy, in a later turn and after the call', async () => {
    const room = newRoom();
    let answered = false;
    const result = new Promise<PublishResult>((resolve) => {
      bus.publishToLog(eventOf(shard, room, 'a'), (answer) => {
        answered = true;
        resolve(answer);
      });
    });
    expect(answered).toBe(false);
    const { seq, duplicate } = stored(await result);
    expect(duplicate).toBe(false);
    expect(await bus.lastSeq(shard, room, 'all')).toBe(seq);
  });

  it('knows a message id again: same sequence, said to be a duplicate, not delivered again', async () => {
    const room = newRoom();
    const live = new Recorder<LogEvent>();
    const subscription = bus.subscribeRoom(shard, room, live.add);
    await subscription.ready();
    const first = stored(await bus.publishToLogAsync(eventOf(shard, room, 'a')));
    const again = stored(await bus.publishToLogAsync(eventOf(shard, room, 'a')));
    const next = stored(await bus.publishToLogAsync(eventOf(shard, room, 'b')));
    expect(again).toEqual({ kind: 'stored', seq: first.seq, duplicate: true });
    await live.when((items) => items.some((event) => event.seq === next.seq));
    expect(live.items.map(textOf)).toEqual(['a', 'b']);
    subscription.unsubscribe();
  });

  it('carries the trace context and any octets', async () => {
    const room = newRoom();
    const live = new Recorder<LogEvent>();
    const subscription = bus.subscribeRoom(shard, room, live.add);
    await subscription.ready();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const payload = Uint8Array.from({ length: 700 }, (_, index) => index % 256);
    // Looks like a header block, right where one would stand.
    const tricky = new TextEncoder().encode('NATS/1.0\r\nNats-Sequence: 999999\r\nNats-Msg-Id: x\r\n\r\n');
    await publishAll(bus, [
      eventOf(shard, room, 'traced', 'all', { payload, traceparent }),
      eventOf(shard, room, 'tricky', 'all', { payload: tricky }),
      eventOf(shard, room, 'empty', 'all', { payload: new Uint8Array() }),
    ]);
    const events = await live.count(3);
    const read = await bus.readAfter(shard, room, 'all', 0, 10);
    for (const from of [events, read]) {
      expect(from[0]?.traceparent).toBe(traceparent);
      expect([...(from[0]?.payload ?? [])]).toEqual([...payload]);
      expect([...(from[1]?.payload ?? [])]).toEqual([...tricky]);
      expect(from[1]?.traceparent).toBeUndefined();
      expect(from[2]?.payload.byteLength).toBe(0);
      expect(from.map((event) => event.msgId)).toEqual(['traced', 'tricky', 'empty'].map((id) => `${room}/${id}`));
    }
    subscription.unsubscribe();
  });

  it('refuses for good what is too large or has an id no header can carry', async () => {
    const room = newRoom();
    const large = await bus.publishToLogAsync(
      eventOf(shard, room, 'large', 'all', { payload: new Uint8Array(200 * 1024) }),
    );
    const larger = await bus.publishToLogAsync(
      eventOf(shard, room, 'larger', 'all', { payload: new Uint8Array(2 * 1024 * 1024) }),
    );
    const injected = await bus.publishToLogAsync({ ...eventOf(shard, room, 'x'), msgId: 'a\r\nNats-Rollup: all' });
    expect([large.kind, larger.kind, injected.kind]).toEqual(['refused', 'refused', 'refused']);
    expect(await bus.lastSeq(shard, room, 'all')).toBe(0);
  });

  it('counts the octets of publishes not yet answered', async () => {
    const room = newRoom();
    expect(bus.unansweredBytes).toBe(0);
    const results = new Recorder<PublishResult>();
    for (let n = 0; n < 10; n += 1) {
      bus.publishToLog(eventOf(shard, room, `${n}`, 'all', { payload: new Uint8Array(100) }), results.add);
    }
    expect(bus.unansweredBytes).toBe(1_000);
    await results.count(10);
    expect(bus.unansweredBytes).toBe(0);
  });

  it('reads the events of a room after a sequence, by kind and merged, within the limit', async () => {
    const room = newRoom();
    const neighbour = newRoom();
    const seqs = await publishAll(
      bus,
      Array.from({ length: 60 }, (_, n) => [
        eventOf(shard, room, `${n}`, n % 3 === 0 ? 'st' : 'all'),
        eventOf(shard, neighbour, `${n}`),
      ]).flat(),
    );
    const own = seqs.filter((_, index) => index % 2 === 0);
    const all = own.filter((_, n) => n % 3 !== 0);
    const st = own.filter((_, n) => n % 3 === 0);
    const seqsOf = (events: readonly LogEvent[]): number[] => events.map((event) => event.seq);

    expect(seqsOf(await bus.readAfter(shard, room, 'all', 0, 256))).toEqual(all);
    expect(seqsOf(await bus.readAfter(shard, room, 'st', 0, 256))).toEqual(st);
    expect(seqsOf(await bus.readRoomAfter(shard, room, 0, 256))).toEqual(own);
    for (const limit of [1, 2, 3, 5, 17]) {
      expect(seqsOf(await bus.readAfter(shard, room, 'all', all[6] ?? 0, limit))).toEqual(all.slice(7, 7 + limit));
      expect(seqsOf(await bus.readRoomAfter(shard, room, own[6] ?? 0, limit))).toEqual(own.slice(7, 7 + limit));
    }
    expect(await bus.readAfter(shard, room, 'all', all.at(-1) ?? 0, 10)).toEqual([]);
    expect(await bus.readAfter(shard, newRoom(), 'all', 0, 10)).toEqual([]);
    const [first] = await bus.readAfter(shard, room, 'all', 0, 1);
    expect(first).toMatchObject({ shard, room, kind: 'all', msgId: `${room}/1`, lastSeq: -1 });
  });

  it('knows the newest sequence of a subject and the bounds of a shard', async () => {
    const room = newRoom();
    expect(await bus.lastSeq(shard, room, 'st')).toBe(0);
    const [a, b] = await publishAll(bus, [eventOf(shard, room, 'a'), eventOf(shard, room, 'b', 'st')]);
    expect(await bus.lastSeq(shard, room, 'all')).toBe(a);
    expect(await bus.lastSeq(shard, room, 'st')).toBe(b);
    expect(await bus.shardBounds(shard)).toEqual({ firstSeq: 1, lastSeq: b });
    expect((await bus.shardBounds(shardId(4))).firstSeq).toBe(1);
  });

  it('gives state changes of all rooms to every plain subscriber, and to one of each queue', async () => {
    const [plain, left, right] = [new Recorder<LogEvent>(), new Recorder<LogEvent>(), new Recorder<LogEvent>()];
    const subscriptions = [
      bus.subscribeState(plain.add),
      bus.subscribeState(left.add, 'focus'),
      bus.subscribeState(right.add, 'focus'),
    ];
    await settled(bus);
    const rooms = Array.from({ length: 20 }, () => newRoom());
    await publishAll(
      bus,
      rooms.flatMap((room) => [eventOf(other, room, 'st', 'st'), eventOf(other, room, 'all')]),
    );
    await plain.count(20);
    await settled(bus);
    expect(plain.items.map((event) => event.room)).toEqual(rooms);
    expect(plain.items.every((event) => event.kind === 'st' && event.shard === other)).toBe(true);
    const shared = [...left.items, ...right.items].map((event) => event.room);
    expect(shared.toSorted()).toEqual(rooms.toSorted());
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('stops giving when unsubscribed', async () => {
    const room = newRoom();
    const [gone, kept] = [new Recorder<LogEvent>(), new Recorder<LogEvent>()];
    const leaving = bus.subscribeRoom(shard, room, gone.add);
    const staying = bus.subscribeRoom(shard, room, kept.add);
    await Promise.all([leaving.ready(), staying.ready()]);
    await publishAll(bus, [eventOf(shard, room, 'a')]);
    await Promise.all([gone.count(1), kept.count(1)]);
    leaving.unsubscribe();
    await publishAll(bus, [eventOf(shard, room, 'b')]);
    await kept.count(2);
    expect(gone.items).toHaveLength(1);
    staying.unsubscribe();
  });

  it('carries unstored messages by subject, with wildcards', async () => {
    const heads = new Recorder<[string, string]>();
    const all = bus.subscribeCore('chat.head.*', (payload, subject) => {
      heads.add([subject, new TextDecoder().decode(payload)]);
    });
    await settled(bus);
    bus.publishCore(subjects.head(shard), new TextEncoder().encode('x'));
    bus.publishCore(subjects.head(other), new TextEncoder().encode('y'));
    await heads.count(2);
    expect(heads.items).toEqual([
      ['chat.head.003', 'x'],
      ['chat.head.004', 'y'],
    ]);
    all.unsubscribe();
  });

  it('tells a stable incarnation per shard, and says what has no log', async () => {
    const incarnation = await bus.shardIncarnation(shard);
    expect(incarnation).not.toBe('');
    expect(await (await engine.connect()).shardIncarnation(shard)).toBe(incarnation);
    await bus.ensureShards([shard]);
    expect(await bus.shardIncarnation(shard)).toBe(incarnation);
    const missing = shardId(200);
    await expect(bus.shardIncarnation(missing)).rejects.toMatchObject({ name: 'BusError', code: 'not-found' });
    await expect(bus.readAfter(missing, newRoom(), 'all', 0, 1)).rejects.toBeInstanceOf(BusError);
    await expect(bus.lastSeq(missing, newRoom(), 'all')).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      bus.consumeShard(missing, 'x', { maxBatch: 1, maxWaitMs: 1 }, async () => undefined),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});

/** Waits until what was asked of the broker before is done: a room subscription's readiness is behind it all. */
async function settled(bus: Bus): Promise<void> {
  const done = new Recorder<true>();
  const subject = `test.settled.${Math.random().toString(36).slice(2)}`;
  const subscription = bus.subscribeCore(subject, () => {
    done.add(true);
  });
  bus.publishCore(subject, new Uint8Array());
  await done.count(1);
  subscription.unsubscribe();
}
