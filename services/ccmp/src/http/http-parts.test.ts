import { FakeClock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { ConnectionTurns } from './connection-turns.js';
import { sourceOf } from './source.js';
import { TokenBuckets } from './token-buckets.js';

describe('SEC-013 the rate of an address', () => {
  it('is filled again with time, up to the burst', () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets(clock, 2, 3);
    const taken = (): boolean[] => Array.from({ length: 5 }, () => buckets.take('a'));
    expect(taken()).toEqual([true, true, true, false, false]);
    clock.advance(1_000);
    expect(taken()).toEqual([true, true, false, false, false]);
    clock.advance(60_000);
    expect(taken()).toEqual([true, true, true, false, false]);
    expect(buckets.take('b')).toBe(true);
  });

  it('is without limit at 0, and remembers no more addresses than it may', () => {
    const clock = new FakeClock();
    expect(Array.from({ length: 100 }, () => new TokenBuckets(clock, 0, 1).take('a'))).not.toContain(false);
    const few = new TokenBuckets(clock, 1, 1, 2);
    for (const address of ['a', 'b', 'c']) few.take(address);
    // The oldest has been forgotten, and so has its use.
    expect(few.take('a')).toBe(true);
    expect(few.take('c')).toBe(false);
  });
});

describe('CCMP-009 the turns of a connection', () => {
  it('come one after the other, and no more may wait than that', async () => {
    const turns = new ConnectionTurns(1);
    const order: string[] = [];
    let release: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    expect(turns.isQuiet).toBe(true);
    expect(turns.add(() => first.then(() => void order.push('first')))).toBe(true);
    const second = new Promise<void>((resolve) => {
      turns.add(() => {
        order.push('second');
        resolve();
        return Promise.resolve();
      });
    });
    expect(turns.add(() => Promise.resolve())).toBe(false);
    expect(turns.isQuiet).toBe(false);
    release();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('are quiet while the only request is still on its way', () => {
    const turns = new ConnectionTurns(4);
    turns.add(() => new Promise(() => undefined));
    turns.isReading = true;
    expect(turns.isQuiet).toBe(true);
    turns.add(() => Promise.resolve());
    expect(turns.isQuiet).toBe(false);
  });
});

describe('where a request comes from', () => {
  const proxies = new Set(['192.0.2.1']);
  it.each([
    ['198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['::ffff:198.51.100.7', undefined, '198.51.100.7'],
    ['192.0.2.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:192.0.2.1', '10.0.0.1, 2001:db8::7', '2001:db8::7'],
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', 'evil<script>', '192.0.2.1'],
    [undefined, undefined, ''],
  ])('%s with %s is %s', (peer, forwarded, source) => {
    expect(sourceOf(peer, forwarded, proxies)).toBe(source);
  });
});
