import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectNatsBus, shardId, type Bus, type LogEvent, type PublishResult } from '@plenary/bus';
import { startNatsServer, type NatsServer } from '@plenary/dev';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { natsServerPath } from '../setup/nats-server.js';
import { natsOptions, startNats } from './engines.js';
import { eventOf, newRoom, publishAll, Recorder, stored, textOf } from './recording.js';

describe('the bus while nats-server is away', () => {
  const shard = shardId(0);
  let dataDir: string;
  let server: NatsServer;
  let bus: Bus;
  let reconnected: Recorder<true>;
  let discard: () => Promise<void>;

  beforeEach(async () => {
    const started = await startNats();
    ({ dataDir, discard } = started);
    server = started;
    bus = await connectNatsBus(natsOptions(server.url, { closeTimeoutMs: 500 }));
    await bus.ensureShards([shard]);
    reconnected = new Recorder();
    bus.onReconnect(() => {
      reconnected.add(true);
    });
  });
  afterEach(async () => {
    await bus.close();
    await server.kill();
    await discard();
  });

  async function restart(): Promise<void> {
    server = await startNatsServer({ binary: natsServerPath(), dataDir, port: server.port });
  }

  it('ends a publish in time, and says that it does not know', async () => {
    await server.stop();
    const startedAtMs = performance.now();
    const result = await bus.publishToLogAsync(eventOf(shard, newRoom(), 'a', 'all', { timeoutMs: 600 }));
    expect(result).toEqual({ kind: 'timeout' });
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(600);
    expect(bus.connected).toBe(false);
    expect(bus.unansweredBytes).toBe(0);
  });

  it('stores once what was published before, during and after a crash, and goes on', async () => {
    const room = newRoom();
    const incarnation = await bus.shardIncarnation(shard);
    const live = new Recorder<LogEvent>();
    await bus.subscribeRoom(shard, room, live.add).ready();
    const results = new Recorder<PublishResult>();
    const publish = (n: number): void => bus.publishToLog(eventOf(shard, room, `${n}`), results.add);
    for (let n = 0; n < 300; n += 1) publish(n);
    await results.count(1);
    await server.kill();
    for (let n = 300; n < 400; n += 1) publish(n);
    await restart();
    await Promise.all([results.count(400), reconnected.count(1)]);
    expect(bus.connected).toBe(true);
    expect(results.items.every((result) => result.kind === 'stored')).toBe(true);
    const events = [
      ...(await bus.readAfter(shard, room, 'all', 0, 256)),
      ...(await bus.readAfter(shard, room, 'all', 256, 256)),
    ];
    const bySeq = new Map(events.map((event) => [event.seq, event]));
    expect(bySeq.size).toBe(400);
    expect(new Set([...bySeq.values()].map(textOf)).size).toBe(400);
    expect(await bus.shardIncarnation(shard)).toBe(incarnation);

    const { seq } = stored(await bus.publishToLogAsync(eventOf(shard, room, 'after')));
    await live.when((items) => items.some((event) => event.seq === seq));
    expect(live.items.find((event) => event.seq === seq)?.lastSeq).toBe(seq - 1);
  });

  it('tries again under the same id while the server hangs, and nothing is stored or delivered twice', async () => {
    const room = newRoom();
    const live = new Recorder<LogEvent>();
    await bus.subscribeRoom(shard, room, live.add).ready();
    server.signal('SIGSTOP');
    const results = new Recorder<PublishResult>();
    for (let n = 0; n < 20; n += 1) bus.publishToLog(eventOf(shard, room, `${n}`), results.add);
    // Longer than the time after which a publish is sent again.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(results.items).toHaveLength(0);
    server.signal('SIGCONT');
    await results.count(20);
    const { seq } = stored(await bus.publishToLogAsync(eventOf(shard, room, 'after')));
    await live.when((items) => items.some((event) => event.seq === seq));
    expect(live.items.map(textOf)).toEqual([...Array.from({ length: 20 }, (_, n) => `${n}`), 'after']);
    expect(results.items.map((result) => stored(result).seq)).toEqual(
      live.items.slice(0, 20).map((event) => event.seq),
    );
  });

  it('makes everything again after the data was lost, with another incarnation', async () => {
    const room = newRoom();
    const incarnation = await bus.shardIncarnation(shard);
    const bucket = await bus.bucket('edges', 30_000);
    const changes = new Recorder<string>();
    await bucket.watch((key, value) => {
      changes.add(`${key}=${value === undefined ? 'gone' : new TextDecoder().decode(value)}`);
    });
    const consumed = new Recorder<LogEvent>();
    const consumer = await bus.consumeShard(shard, 'history', { maxBatch: 10, maxWaitMs: 5 }, async (events) => {
      for (const event of events) consumed.add(event);
    });
    await publishAll(bus, [eventOf(shard, room, 'a'), eventOf(shard, room, 'b')]);
    await bucket.put('edge-1', new TextEncoder().encode('x'));
    await Promise.all([consumed.count(2), changes.count(1)]);

    await server.kill();
    rmSync(join(dataDir, 'jetstream'), { recursive: true });
    await restart();
    await reconnected.count(1);
    const { seq } = stored(await bus.publishToLogAsync(eventOf(shard, room, 'c')));
    expect(seq).toBe(1);
    expect(await bus.shardIncarnation(shard)).not.toBe(incarnation);
    await consumed.count(3);
    expect(consumed.items.map(textOf)).toEqual(['a', 'b', 'c']);
    // The bucket is made again a moment after the connection is back.
    await expect
      .poll(
        () =>
          bucket.put('edge-2', new TextEncoder().encode('y')).then(
            () => true,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
    await changes.when((all) => all.includes('edge-2=y'));
    await consumer.stop();
  });

  it('hands what a vanished consumer had in hand to the next one, in order', async () => {
    const room = newRoom();
    const vanishing = await connectNatsBus(natsOptions(server.url, { closeTimeoutMs: 50 }));
    const taken = new Recorder<number>();
    // It takes one batch, of whatever size, and vanishes with the second in hand.
    let firstBatch = 0;
    await vanishing.consumeShard(shard, 'history', { maxBatch: 5, maxWaitMs: 5 }, async (events) => {
      for (const event of events) taken.add(event.seq);
      if (firstBatch > 0) await new Promise(() => undefined);
      firstBatch = events.length;
    });
    const messages = Array.from({ length: 40 }, (_, n) => eventOf(shard, room, `${n}`));
    await publishAll(bus, messages.slice(0, 30));
    await taken.when((seqs) => firstBatch > 0 && seqs.length > firstBatch);
    await vanishing.close();
    const got = new Recorder<number>();
    const next = await bus.consumeShard(shard, 'history', { maxBatch: 5, maxWaitMs: 5 }, async (events) => {
      for (const event of events) got.add(event.seq);
    });
    await publishAll(bus, messages.slice(30));
    await got.when((seqs) => seqs.includes(40));
    expect(got.items).toEqual(Array.from({ length: 40 - firstBatch }, (_, n) => n + firstBatch + 1));
    await next.stop();
  });

  it('ends what is unanswered with `closed`, and later publishes too', async () => {
    await server.stop();
    const pending = bus.publishToLogAsync(eventOf(shard, newRoom(), 'a'));
    await bus.close();
    expect(await pending).toEqual({ kind: 'closed' });
    expect(await bus.publishToLogAsync(eventOf(shard, newRoom(), 'b'))).toEqual({ kind: 'closed' });
    expect(bus.connected).toBe(false);
    await expect(bus.ensureShards([shard])).rejects.toMatchObject({ code: 'closed' });
  });

  it('stores what was published before it is closed', async () => {
    const results = new Recorder<PublishResult>();
    for (let n = 0; n < 50; n += 1) bus.publishToLog(eventOf(shard, newRoom(), `${n}`), results.add);
    await bus.close();
    expect(results.items.map((result) => result.kind)).toEqual(Array.from({ length: 50 }, () => 'stored'));
  });

  it('reports a stream that is not as wanted, and a server that is not there', async () => {
    const different = await connectNatsBus(natsOptions(server.url, { streams: { maxAgeMs: 60_000 } }));
    await expect(different.ensureShards([shard])).rejects.toMatchObject({
      code: 'drift',
      message: expect.stringContaining('max_age is 3600000000000, not 60000000000') as string,
    });
    await different.close();
    await server.stop();
    await expect(connectNatsBus(natsOptions(server.url))).rejects.toMatchObject({ code: 'unreachable' });
  });
});
