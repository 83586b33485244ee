import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@plenary/service';
import type { Identity } from '@plenary/proto/roomstate';

/**
 * Remembers for a little while whom a name and password proved, so that room-state is not asked for each request. The key of an entry
 * is an HMAC under a key of this process: no password is kept. Only what was proven is remembered; bounded, the oldest goes first.
 */
export class ProofMemory {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #entries: number;
  readonly #secret = randomBytes(32);
  readonly #known = new Map<string, { readonly untilMs: number; readonly identity: Identity }>();

  /** `keepMs` 0: remembers nothing. */
  constructor(clock: Clock, keepMs: number, entries = 10_000) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#entries = entries;
  }

  find(username: string, password: string): Identity | undefined {
    const key = this.#keyOf(username, password);
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    if (known.untilMs > this.#clock.nowMs()) return known.identity;
    this.#known.delete(key);
    return undefined;
  }

  keep(username: string, password: string, identity: Identity): void {
    if (this.#keepMs === 0) return;
    const key = this.#keyOf(username, password);
    this.#known.delete(key);
    this.#known.set(key, { untilMs: this.#clock.nowMs() + this.#keepMs, identity });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#entries) break;
      this.#known.delete(oldest);
    }
  }

  #keyOf(username: string, password: string): string {
    return createHmac('sha256', this.#secret)
      .update(`${String(username.length)}:${username}${password}`)
      .digest('base64');
  }
}
