import type { KV, KvWatchEntry } from '@nats-io/kv';
import type { QueuedIterator } from '@nats-io/transport-node';
import type { BusLogger } from './logger.js';
import { messageOf } from './nats-errors.js';

/**
 * One watch over a bucket. The broker tells of writes and deletes but not of entries that age out, so each key's last
 * write is timed here; when its time is over the broker is asked, and the key is told as gone only if it says so.
 */
export class BucketWatch {
  /** When each present key may be gone, by the local clock. */
  readonly #dueMs = new Map<string, number>();
  #changes: QueuedIterator<KvWatchEntry> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly kv: () => KV,
    private readonly ttlMs: number,
    private readonly handler: (key: string, value: Uint8Array | undefined) => void,
    private readonly logger: BusLogger,
  ) {}

  /** Starts, or starts anew: then every present entry is told again. */
  async start(): Promise<void> {
    const changes = await this.kv().watch();
    if (this.#stopped) {
      changes.stop();
      return;
    }
    this.#changes?.stop();
    this.#changes = changes;
    void this.#follow(changes);
    this.#timer ??= setTimeout(this.#sweep, this.#sweepMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#changes?.stop();
  }

  async #follow(changes: QueuedIterator<KvWatchEntry>): Promise<void> {
    try {
      for await (const entry of changes) {
        if (this.#stopped || changes !== this.#changes) return;
        if (entry.operation !== 'PUT') this.#gone(entry.key);
        else {
          this.#dueMs.set(entry.key, performance.now() + this.#leftMs(entry));
          this.handler(entry.key, entry.value);
        }
      }
    } catch (error) {
      this.logger.warn({ error: messageOf(error) }, 'watch of a bucket ended; it starts anew with the connection');
    }
  }

  readonly #sweep = async (): Promise<void> => {
    const nowMs = performance.now();
    for (const [key, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) continue;
      try {
        const entry = await this.kv().get(key);
        if (this.#stopped) return;
        if (entry === null || entry.operation !== 'PUT') this.#gone(key);
      } catch {
        // Not known while the broker does not answer: looked at again with the next sweep.
        break;
      }
    }
    if (!this.#stopped) this.#timer = setTimeout(this.#sweep, this.#sweepMs);
  };

  get #sweepMs(): number {
    return Math.min(1_000, Math.max(50, this.ttlMs / 8));
  }

  /** Time to live that an entry has left; clocks may differ, so it is never thought longer than the whole nor negative. */
  #leftMs(entry: KvWatchEntry): number {
    return Math.min(this.ttlMs, Math.max(0, entry.created.getTime() + this.ttlMs - Date.now()));
  }

  #gone(key: string): void {
    if (this.#dueMs.delete(key)) this.handler(key, undefined);
  }
}
