import type { Bus } from '@plenary/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryEngine, natsEngine, type Engine } from './engines.js';
import { Recorder } from './recording.js';

type Change = readonly [key: string, value: string | undefined];

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);

describe.each([
  ['memory', memoryEngine],
  ['nats', natsEngine],
] as const)('buckets over %s', (_name, open) => {
  let engine: Engine;
  let bus: Bus;

  beforeAll(async () => {
    engine = await open();
    bus = await engine.connect();
  });
  afterAll(() => engine.close());

  it('keeps, lists, changes and deletes entries, for every bus', async () => {
    const bucket = await bus.bucket('kept', 60_000);
    const elsewhere = await (await engine.connect()).bucket('kept', 60_000);
    expect(await bucket.get('edge-1')).toBeUndefined();
    expect(await bucket.keys()).toEqual([]);
    await bucket.put('edge-1', octets('a'));
    await bucket.put('edge-2', octets('b'));
    await bucket.put('edge-1', octets('c'));
    expect(text(await elsewhere.get('edge-1'))).toBe('c');
    expect((await elsewhere.keys()).toSorted()).toEqual(['edge-1', 'edge-2']);
    await elsewhere.delete('edge-1');
    await elsewhere.delete('never-there');
    expect(await bucket.get('edge-1')).toBeUndefined();
    expect(await bucket.keys()).toEqual(['edge-2']);
  });

  it('tells a watch what is there, then every change', async () => {
    const bucket = await bus.bucket('watched', 60_000);
    await bucket.put('a', octets('1'));
    await bucket.put('b', octets('1'));
    const changes = new Recorder<Change>();
    const watch = await bucket.watch((key, value) => {
      changes.add([key, text(value)]);
    });
    await changes.count(2);
    await bucket.put('a', octets('2'));
    await bucket.delete('b');
    await changes.count(4);
    watch.unsubscribe();
    await bucket.put('a', octets('3'));
    expect(text(await bucket.get('a'))).toBe('3');
    expect(changes.items).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['b', undefined],
    ]);
  });

  it('lets entries age out after their last write, and tells the watches', async () => {
    const ttlMs = 1_000;
    const bucket = await bus.bucket('aging', ttlMs);
    await bucket.put('old', octets('1'));
    const changes = new Recorder<Change & { atMs?: number }>();
    const gone = new Map<string, number>();
    const watch = await bucket.watch((key, value) => {
      if (value === undefined) gone.set(key, performance.now());
      changes.add([key, text(value)]);
    });
    await changes.count(1);
    const beats: number[] = [];
    for (let beat = 0; beat < 5; beat += 1) {
      await bucket.put('beating', octets(`${beat}`));
      beats.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, ttlMs / 3));
    }
    await changes.when((all) => all.some(([key, value]) => key === 'old' && value === undefined));
    await changes.when((all) => all.some(([key, value]) => key === 'beating' && value === undefined));
    const lived = (gone.get('beating') ?? 0) - (beats.at(-1) ?? 0);
    expect(lived).toBeGreaterThan(ttlMs * 0.9);
    expect(lived).toBeLessThan(ttlMs * 4);
    expect(gone.get('old') ?? Infinity).toBeLessThan(gone.get('beating') ?? 0);
    expect(await bucket.keys()).toEqual([]);
    expect(changes.items.filter(([, value]) => value === undefined)).toHaveLength(2);
    watch.unsubscribe();
  });

  it('refuses another time to live and keys that are none', async () => {
    const bucket = await bus.bucket('strict', 5_000);
    await expect(bus.bucket('strict', 6_000)).rejects.toMatchObject({ code: 'drift' });
    for (const key of ['', 'a b', 'a..b', '.a', '*', 'a.>']) {
      await expect(bucket.put(key, octets('x'))).rejects.toMatchObject({ code: 'refused' });
    }
  });
});
