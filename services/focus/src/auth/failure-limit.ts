import type { Clock } from '@plenary/service';

const windowMs = 60_000;

/** Counts wrong credentials per address, so that guessing gets 403 instead of another challenge (AUTH-007). */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #addresses: number;
  readonly #failures = new Map<string, { count: number; readonly untilMs: number }>();

  /** `addresses`: how many are remembered; the oldest goes first. */
  constructor(clock: Clock, max: number, addresses = 10_000) {
    this.#clock = clock;
    this.#max = max;
    this.#addresses = addresses;
  }

  exceeded(address: string): boolean {
    const entry = this.#failures.get(address);
    if (!entry) return false;
    if (entry.untilMs <= this.#clock.nowMs()) {
      this.#failures.delete(address);
      return false;
    }
    return entry.count >= this.#max;
  }

  note(address: string): void {
    const entry = this.#failures.get(address);
    if (entry && entry.untilMs > this.#clock.nowMs()) {
      entry.count += 1;
      return;
    }
    this.#failures.delete(address);
    this.#failures.set(address, { count: 1, untilMs: this.#clock.nowMs() + windowMs });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= this.#addresses) break;
      this.#failures.delete(oldest);
    }
  }
}
