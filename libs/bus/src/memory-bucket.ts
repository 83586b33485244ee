import { assertBucketKey } from './bucket-key.js';
import type { Bucket, BusSubscription } from './interface.js';

type Watcher = (key: string, value: Uint8Array | undefined) => void;

/** A bucket in one process. Entries vanish `ttlMs` after their last write; one timer waits for the next to go. */
export class MemoryBucket implements Bucket {
  readonly #entries = new Map<string, { value: Uint8Array; expiresAtMs: number }>();
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly ttlMs: number,
    private readonly nowMs: () => number,
    private readonly later: (task: () => void) => void,
  ) {}

  async put(key: string, value: Uint8Array): Promise<void> {
    assertBucketKey(key);
    const kept = new Uint8Array(value);
    // Deleted first, so that the map stays in the order of expiry.
    this.#entries.delete(key);
    this.#entries.set(key, { value: kept, expiresAtMs: this.nowMs() + this.ttlMs });
    this.#tell(key, kept);
    this.#arm();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    assertBucketKey(key);
    this.#sweep();
    return this.#entries.get(key)?.value;
  }

  async delete(key: string): Promise<void> {
    assertBucketKey(key);
    if (this.#entries.delete(key)) this.#tell(key, undefined);
  }

  async keys(): Promise<string[]> {
    this.#sweep();
    return [...this.#entries.keys()];
  }

  async watch(handler: Watcher): Promise<BusSubscription> {
    this.#sweep();
    const present = [...this.#entries];
    const watcher: Watcher = (key, value) => {
      if (this.#watchers.has(watcher)) handler(key, value);
    };
    this.#watchers.add(watcher);
    this.later(() => {
      for (const [key, entry] of present) watcher(key, entry.value);
    });
    return { unsubscribe: () => void this.#watchers.delete(watcher) };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#watchers.clear();
    this.#entries.clear();
  }

  #tell(key: string, value: Uint8Array | undefined): void {
    for (const watcher of this.#watchers) this.later(() => watcher(key, value));
  }

  #sweep(): void {
    const nowMs = this.nowMs();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAtMs > nowMs) return;
      this.#entries.delete(key);
      this.#tell(key, undefined);
    }
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    const [next] = this.#entries.values();
    if (next === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#sweep();
        this.#arm();
      },
      Math.max(1, next.expiresAtMs - this.nowMs()),
    );
    this.#timer.unref();
  }
}
