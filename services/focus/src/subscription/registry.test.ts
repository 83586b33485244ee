import { describe, expect, it } from 'vitest';
import { Registry } from './registry.js';
import { Subscriber } from './subscriber.js';
import { recordOf } from './testing.js';

describe('subscribers of a replica', () => {
  it('EVT-007 subscriptions of one dialog are told apart by their id', () => {
    const registry = new Registry();
    const plain = new Subscriber(recordOf());
    const named = new Subscriber(recordOf({ eventId: 'two' }));
    const watch = registry.add(plain);
    expect(registry.add(named)).toBe(watch);
    expect(registry.size).toBe(2);
    expect(registry.find(recordOf())).toBe(plain);
    expect(registry.find(recordOf({ eventId: 'two' }))).toBe(named);
    expect(registry.find(recordOf({ eventId: 'three' }))).toBeUndefined();
    registry.drop(plain);
    expect(plain.isGone).toBe(true);
    expect(registry.all()).toEqual([named]);
    expect(registry.rooms()).toEqual([watch]);
    registry.drop(named);
    expect(registry.watch('R1')).toBeUndefined();
  });

  it('dropping one that was replaced leaves the new one', () => {
    const registry = new Registry();
    const old = new Subscriber(recordOf());
    const fresh = new Subscriber(recordOf());
    registry.add(old);
    registry.add(fresh);
    registry.drop(old);
    expect(registry.find(recordOf())).toBe(fresh);
    expect(registry.watch('R1')?.subscribers).toEqual(new Set([fresh]));
  });
});
