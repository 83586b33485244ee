import type { Clock } from '@plenary/service';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Requests a second per address, each with a burst; bounded, the address unseen longest goes first. Req: SEC-013. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #entries: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `perSecond` 0: no limit. */
  constructor(clock: Clock, perSecond: number, burst: number, entries = 10_000) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#entries = entries;
  }

  /** Takes one; false when there is none. */
  take(key: string): boolean {
    if (this.#perSecond === 0) return true;
    const nowMs = this.#clock.nowMs();
    const known = this.#buckets.get(key);
    this.#buckets.delete(key);
    const gained = known === undefined ? this.#burst : (Math.max(0, nowMs - known.atMs) / 1_000) * this.#perSecond;
    const tokens = Math.min(this.#burst, (known?.tokens ?? 0) + gained);
    const isAllowed = tokens >= 1;
    this.#buckets.set(key, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#entries) break;
      this.#buckets.delete(oldest);
    }
    return isAllowed;
  }
}
