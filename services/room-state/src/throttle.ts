export interface ThrottleOptions {
  /** Wrong answers one key may give in `windowMs`; 0: any number. */
  readonly attempts: number;
  readonly windowMs: number;
  /** Keys remembered; the one that was used longest ago goes first. */
  readonly keysMax: number;
  readonly nowMs: () => number;
}

/**
 * Slows guessing: each key has a bucket that every try fills and time empties. A try counts from its beginning and is given back
 * when the answer was right, so that many at once get no further than one after the other. In memory: each replica counts for itself.
 *
 * Req: SEC-011.
 */
export class Throttle {
  readonly #buckets = new Map<string, { readonly level: number; readonly atMs: number }>();

  constructor(private readonly options: ThrottleOptions) {}

  /** Counts a try for every key, unless one of them is full: then it is not to be looked at, and counts for none. */
  attempt(keys: readonly string[]): boolean {
    const { attempts } = this.options;
    if (attempts === 0) return true;
    if (keys.some((key) => this.#level(key) > attempts - 1)) return false;
    for (const key of keys) this.#set(key, this.#level(key) + 1);
    return true;
  }

  /** The answer was right. */
  giveBack(keys: readonly string[]): void {
    if (this.options.attempts > 0) for (const key of keys) this.#set(key, Math.max(0, this.#level(key) - 1));
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0;
    const { attempts, windowMs, nowMs } = this.options;
    return Math.max(0, bucket.level - ((nowMs() - bucket.atMs) * attempts) / windowMs);
  }

  #set(key: string, level: number): void {
    this.#buckets.delete(key);
    if (level > 0) this.#buckets.set(key, { level, atMs: this.options.nowMs() });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.options.keysMax) break;
      this.#buckets.delete(oldest);
    }
  }
}
