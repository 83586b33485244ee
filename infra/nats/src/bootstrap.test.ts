import type { BusAdmin, Store, StoreState } from '@plenary/bus';
import { describe, expect, it } from 'vitest';
import { bootstrap, isGood, wantedStores } from './bootstrap.js';

/** A broker that keeps states by name; `deaf`: takes an update and changes nothing, as an old server does. */
class FakeBroker implements Pick<BusAdmin, 'inspect' | 'make' | 'update'> {
  readonly calls: string[] = [];
  readonly #states: Map<string, StoreState>;
  constructor(
    states: Record<string, StoreState>,
    readonly deaf = false,
  ) {
    this.#states = new Map(Object.entries(states));
  }
  inspect(store: Store): Promise<StoreState> {
    return Promise.resolve(this.#states.get(nameOf(store)) ?? { kind: 'missing' });
  }
  make(store: Store): Promise<void> {
    return this.#change('make', store);
  }
  update(store: Store): Promise<void> {
    return this.#change('update', store);
  }
  #change(verb: string, store: Store): Promise<void> {
    this.calls.push(`${verb} ${nameOf(store)}`);
    if (!this.deaf) this.#states.set(nameOf(store), { kind: 'as-wanted' });
    return Promise.resolve();
  }
}

const nameOf = (store: Store): string => (store.kind === 'stream' ? store.shard : store.name);
const drift: StoreState = { kind: 'drift', differences: ['num_replicas is 1, not 3'] };

describe('the bootstrap of the bus', () => {
  it('wants a stream for each shard and every bucket', () => {
    expect(wantedStores(2).map(nameOf)).toEqual(['000', '001', 'edges', 'leases']);
  });

  it('makes what is missing and leaves what differs, and says so', async () => {
    const broker = new FakeBroker({ '000': drift, edges: { kind: 'as-wanted' } });
    const rows = await bootstrap(broker, wantedStores(2), 'make');
    expect(broker.calls).toEqual(['make 001', 'make leases']);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['drift', 'made', 'as-wanted', 'made']);
    expect(rows[0]?.differences).toEqual(['num_replicas is 1, not 3']);
    expect(isGood(rows)).toBe(false);
  });

  it('changes nothing with check', async () => {
    const broker = new FakeBroker({ '000': drift });
    const rows = await bootstrap(broker, wantedStores(1), 'check');
    expect(broker.calls).toEqual([]);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['drift', 'missing', 'missing']);
    expect(isGood(rows)).toBe(false);
  });

  it('changes what differs with update', async () => {
    const broker = new FakeBroker({ '000': drift });
    const rows = await bootstrap(broker, wantedStores(1), 'update');
    expect(broker.calls).toEqual(['update 000', 'make edges', 'make leases']);
    expect(rows[0]).toEqual({ name: 'CHAT_000', outcome: 'updated', differences: ['num_replicas is 1, not 3'] });
    expect(isGood(rows)).toBe(true);
  });

  it('believes a change only when it is read back', async () => {
    const rows = await bootstrap(new FakeBroker({ '000': drift }, true), wantedStores(1), 'update');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['drift', 'missing', 'missing']);
    expect(isGood(rows)).toBe(false);
  });
});
