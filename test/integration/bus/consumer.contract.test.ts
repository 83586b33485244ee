import { shardId, type Bus, type BusConsumer, type LogEvent } from '@plenary/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryEngine, natsEngine, type Engine } from './engines.js';
import { eventOf, newRoom, publishAll, Recorder } from './recording.js';

describe.each([
  ['memory', memoryEngine],
  ['nats', natsEngine],
] as const)('durable consumers over %s', (_name, open) => {
  let engine: Engine;
  let bus: Bus;
  let shards = 10;

  /** A shard of its own for each test, so that it begins empty. */
  async function newShard() {
    const shard = shardId((shards += 1));
    await bus.ensureShards([shard]);
    return shard;
  }

  beforeAll(async () => {
    engine = await open();
    bus = await engine.connect();
  });
  afterAll(() => engine.close());

  it('gets the whole shard in log order, in batches no larger than asked for', async () => {
    const shard = await newShard();
    const rooms = [newRoom(), newRoom(), newRoom()];
    const messages = Array.from({ length: 120 }, (_, n) =>
      eventOf(shard, rooms[n % 3] ?? newRoom(), `${n}`, n % 4 === 0 ? 'st' : 'all'),
    );
    await publishAll(bus, messages.slice(0, 60));
    const batches = new Recorder<readonly LogEvent[]>();
    let handling = 0;
    const consumer = await bus.consumeShard(shard, 'history', { maxBatch: 16, maxWaitMs: 20 }, async (events) => {
      handling += 1;
      expect(handling).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      handling -= 1;
      batches.add(events);
    });
    await publishAll(bus, messages.slice(60));
    await batches.when((all) => all.flat().length === 120);
    const events = batches.items.flat();
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect(events.map((event) => [event.room, event.kind, event.msgId])).toEqual(
      messages.map((message) => [message.room, message.kind, message.msgId]),
    );
    expect(events.every((event) => event.lastSeq === -1)).toBe(true);
    expect(Math.max(...batches.items.map((batch) => batch.length))).toBeLessThanOrEqual(16);
    expect(batches.items.some((batch) => batch.length === 16)).toBe(true);
    await consumer.stop();
  });

  it('gets a rejected batch again, whole and before anything later', async () => {
    const shard = await newShard();
    const room = newRoom();
    await publishAll(
      bus,
      Array.from({ length: 6 }, (_, n) => eventOf(shard, room, `${n}`)),
    );
    const offered = new Recorder<number[]>();
    const consumer = await bus.consumeShard(shard, 'history', { maxBatch: 3, maxWaitMs: 50 }, async (events) => {
      offered.add(events.map((event) => event.seq));
      if (offered.items.length <= 2) throw new Error('database is away');
    });
    await offered.when((batches) => batches.flat().includes(6));
    expect(offered.items).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await consumer.stop();
  });

  it('goes on where it was, after a stop and whoever comes next', async () => {
    const shard = await newShard();
    const room = newRoom();
    const seen: number[] = [];
    for (const round of [0, 1, 2]) {
      await publishAll(
        bus,
        Array.from({ length: 10 }, (_, n) => eventOf(shard, room, `${round}.${n}`)),
      );
      const got = new Recorder<number>();
      const consumer = await (
        await engine.connect()
      ).consumeShard(shard, 'history', { maxBatch: 4, maxWaitMs: 5 }, async (events) => {
        for (const event of events) got.add(event.seq);
      });
      await got.count(10);
      await consumer.stop();
      seen.push(...got.items);
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  });

  it('does not take a batch for done when stopped while its handler fails', async () => {
    const shard = await newShard();
    const room = newRoom();
    await publishAll(bus, [eventOf(shard, room, 'a'), eventOf(shard, room, 'b')]);
    const tried = new Recorder<true>();
    const options = { maxBatch: 10, maxWaitMs: 30 };
    const failing = await bus.consumeShard(shard, 'history', options, async () => {
      tried.add(true);
      throw new Error('database is away');
    });
    await tried.count(1);
    await failing.stop();
    const got = new Recorder<number>();
    const working = await bus.consumeShard(shard, 'history', options, async (events) => {
      for (const event of events) got.add(event.seq);
    });
    await got.count(2);
    expect(got.items).toEqual([1, 2]);
    await working.stop();
  });

  it('is handled by one of several that offer themselves, and by the next when that one stops', async () => {
    const shard = await newShard();
    const room = newRoom();
    const handled = new Recorder<{ by: number; seq: number }>();
    const consumers: BusConsumer[] = [];
    for (const by of [0, 1, 2]) {
      const offering = await engine.connect();
      consumers.push(
        await offering.consumeShard(shard, 'history', { maxBatch: 5, maxWaitMs: 2 }, async (events) => {
          for (const event of events) handled.add({ by, seq: event.seq });
        }),
      );
    }
    const active: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const before = round * 20;
      await publishAll(
        bus,
        Array.from({ length: 20 }, (_, n) => eventOf(shard, room, `${round}.${n}`)),
      );
      await handled.count(before + 20);
      const who = new Set(handled.items.slice(before).map((item) => item.by));
      expect(who.size).toBe(1);
      const [only] = who;
      active.push(only ?? -1);
      await consumers[only ?? 0]?.stop();
    }
    expect(new Set(active)).toEqual(new Set([0, 1, 2]));
    expect(handled.items.map((item) => item.seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  });

  it('keeps a position for each durable name', async () => {
    const shard = await newShard();
    await publishAll(bus, [eventOf(shard, newRoom(), 'a'), eventOf(shard, newRoom(), 'b')]);
    for (const name of ['history', 'notify']) {
      const got = new Recorder<number>();
      const consumer = await bus.consumeShard(shard, name, { maxBatch: 5, maxWaitMs: 2 }, async (events) => {
        for (const event of events) got.add(event.seq);
      });
      await got.count(2);
      await consumer.stop();
      expect(got.items).toEqual([1, 2]);
    }
  });
});
