import { RpcError } from '@plenary/service';
import type { Clock } from '@plenary/service';
import { OpenWork } from '../open-work.js';

/** Pauses between attempts, milliseconds. */
const pausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000];

/** Work that is done again while it fails in a way that may pass, until this focus stops. */
export class Retries {
  readonly #clock: Clock;
  readonly #open = new OpenWork();
  /** What ends each pause that is under way. */
  readonly #pauses = new Set<() => void>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True from `stop` on: what failed then was given up, not tried to the end. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Does it, again up to seven times within about 19 s; then rejects with the last error. Once stopped it is done once and not again. `work` has
   * to bear repetition.
   */
  run<T>(work: () => Promise<T>, mayPass: (error: unknown) => boolean = isAway): Promise<T> {
    const done = this.#repeat(work, mayPass);
    this.#open.track(done);
    return done;
  }

  /** Ends all pauses: what waited in one rejects with its last error. Resolves when the attempts under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#pauses) end();
    await this.#open.idle();
  }

  async #repeat<T>(work: () => Promise<T>, mayPass: (error: unknown) => boolean): Promise<T> {
    for (const pauseMs of pausesMs) {
      try {
        return await work();
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (!this.#isStopped) await this.#pause(pauseMs);
        if (this.#isStopped) throw error;
      }
    }
    return work();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const timer = this.#clock.setTimer(ms, end);
      this.#pauses.add(end);
    });
  }
}

/** The service asked was away, too slow or overtaxed. */
export function isAway(error: unknown): boolean {
  return error instanceof RpcError && error.retryable;
}
