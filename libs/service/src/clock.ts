/** Time as an argument: whoever needs to know or wait gets a clock. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  nowMs(): number;
  /** Calls `fn` once, after `ms` milliseconds. Does not keep the process alive by itself. */
  setTimer(ms: number, fn: () => void): Timer;
}

export interface Timer {
  /** After this the timer does not fire. Doing it twice, or too late, is harmless. */
  cancel(): void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(ms, fn) {
    const timeout = setTimeout(fn, ms);
    timeout.unref();
    return {
      cancel: () => {
        clearTimeout(timeout);
      },
    };
  },
};

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock for tests: stands still until `advance`. */
export class FakeClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #timers = new Set<Due>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(ms: number, fn: () => void): Timer {
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, fn };
    this.#timers.add(due);
    return {
      cancel: () => {
        this.#timers.delete(due);
      },
    };
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /**
   * Moves on by `ms` and fires what falls due on the way, in order of time, each seeing its own time; a timer set by one
   * that fires counts too.
   */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#timers) {
      if (due.atMs > endMs) continue;
      if (first === undefined || due.atMs < first.atMs || (due.atMs === first.atMs && due.order < first.order))
        first = due;
    }
    return first;
  }
}
