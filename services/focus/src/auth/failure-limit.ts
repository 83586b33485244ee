import type { Clock } from '@plenary/service';

const windowMs = 60_000;
/** An address may stand for many people: it is shut out later than one name tried from it. */
const namesPerAddress = 10;
/** Of a name, which the peer chooses. */
const nameLength = 64;

/** Counts wrong credentials per address and name, so that guessing gets 403 instead of another challenge (AUTH-007). */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #entries: number;
  readonly #failures = new Map<string, { count: number; readonly untilMs: number }>();

  /** `max`: of one name at one address within a minute, ten times as many for all names of an address. `entries`: how many are remembered; the oldest goes first. */
  constructor(clock: Clock, max: number, entries = 10_000) {
    this.#clock = clock;
    this.#max = max;
    this.#entries = entries;
  }

  exceeded(address: string, username: string | undefined): boolean {
    if (this.#count(address) >= this.#max * namesPerAddress) return true;
    return username !== undefined && this.#count(keyOf(address, username)) >= this.#max;
  }

  note(address: string, username: string): void {
    this.#add(address);
    this.#add(keyOf(address, username));
  }

  #count(key: string): number {
    const entry = this.#failures.get(key);
    return entry && entry.untilMs > this.#clock.nowMs() ? entry.count : 0;
  }

  #add(key: string): void {
    const entry = this.#failures.get(key);
    if (entry && entry.untilMs > this.#clock.nowMs()) {
      entry.count += 1;
      return;
    }
    this.#failures.delete(key);
    this.#failures.set(key, { count: 1, untilMs: this.#clock.nowMs() + windowMs });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= this.#entries) break;
      this.#failures.delete(oldest);
    }
  }
}

function keyOf(address: string, username: string): string {
  return `${address} ${username.slice(0, nameLength)}`;
}
