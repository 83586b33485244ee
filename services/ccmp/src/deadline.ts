import type { Clock } from '@plenary/service';

/** The time of a request ran out. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  constructor() {
    super('the time of the request has run out');
  }
}

/** Until when a request may be at work. Req: CCMP-013. */
export class Deadline {
  readonly #clock: Clock;
  readonly #atMs: number;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#atMs = clock.nowMs() + ms;
  }

  /** What is left, more than 0; throws `DeadlinePassed` when nothing is. */
  remainingMs(): number {
    const left = this.#atMs - this.#clock.nowMs();
    if (left <= 0) throw new DeadlinePassed();
    return left;
  }

  /** Settles with `work`, or rejects with `DeadlinePassed` when that takes too long; the work itself goes on. */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = this.#clock.setTimer(Math.max(0, this.#atMs - this.#clock.nowMs()), () => {
        reject(new DeadlinePassed());
      });
      work.then(resolve, reject).finally(() => {
        timer.cancel();
      });
    });
  }
}
