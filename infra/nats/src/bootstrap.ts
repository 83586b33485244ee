import type { BusAdmin, Store, StoreState } from '@plenary/bus';
import { shardId, streamName, wellKnownBuckets } from '@plenary/bus';

export type BootstrapMode =
  /** Only looks. */
  | 'check'
  /** Makes what is missing, changes nothing that is there. */
  | 'make'
  /** Also brings what differs to what is wanted. */
  | 'update';

export interface BootstrapRow {
  /** Name of the stream, or `bucket <name>`. */
  readonly name: string;
  readonly outcome: 'as-wanted' | 'made' | 'updated' | 'missing' | 'drift';
  /** Each difference as a sentence, where there is drift or was. */
  readonly differences: readonly string[];
}

/** Everything that has to be there: the stream of each shard, and the buckets. */
export function wantedStores(shards: number): Store[] {
  return [
    ...Array.from({ length: shards }, (_, number): Store => ({ kind: 'stream', shard: shardId(number) })),
    ...Object.entries(wellKnownBuckets).map(([name, ttlMs]): Store => ({ kind: 'bucket', name, ttlMs })),
  ];
}

/** Goes through everything wanted, one after another; `onRow` is told each outcome as it is known. Throws `BusError`. */
export async function bootstrap(
  admin: Pick<BusAdmin, 'inspect' | 'make' | 'update'>,
  stores: readonly Store[],
  mode: BootstrapMode,
  onRow: (row: BootstrapRow) => void = () => undefined,
): Promise<BootstrapRow[]> {
  const rows: BootstrapRow[] = [];
  for (const store of stores) {
    const row = await look(admin, store, mode);
    rows.push(row);
    onRow(row);
  }
  return rows;
}

/** True where services can start: nothing is missing and nothing differs. */
export function isGood(rows: readonly BootstrapRow[]): boolean {
  return rows.every(({ outcome }) => outcome !== 'missing' && outcome !== 'drift');
}

async function look(
  admin: Pick<BusAdmin, 'inspect' | 'make' | 'update'>,
  store: Store,
  mode: BootstrapMode,
): Promise<BootstrapRow> {
  const name = store.kind === 'stream' ? streamName(store.shard) : `bucket ${store.name}`;
  const before = await admin.inspect(store);
  if (before.kind === 'as-wanted') return { name, outcome: 'as-wanted', differences: [] };
  if (mode === 'check' || (mode === 'make' && before.kind === 'drift')) return asFound(name, before);
  if (before.kind === 'missing') await admin.make(store);
  else await admin.update(store);
  // Believed only when read back: a server older than a setting drops it without a word.
  const after = await admin.inspect(store);
  if (after.kind !== 'as-wanted') return asFound(name, after);
  return before.kind === 'missing'
    ? { name, outcome: 'made', differences: [] }
    : { name, outcome: 'updated', differences: before.differences };
}

function asFound(name: string, state: Exclude<StoreState, { kind: 'as-wanted' }>): BootstrapRow {
  return state.kind === 'missing'
    ? { name, outcome: 'missing', differences: [] }
    : { name, outcome: 'drift', differences: state.differences };
}
