import type { Clock } from '@plenary/service';
import { TokenBucket } from './token-bucket.js';

/**
 * Lets an edge read so many pages of the log a second, whoever asks, in the order of asking: those who were behind or are new here must not
 * starve the live ones.
 *
 * Req: CHAT-027.
 */
export class PagePace {
  readonly #bucket: TokenBucket;
  readonly #waiting: (() => void)[] = [];

  constructor(
    pagesPerSecond: number,
    private readonly clock: Clock,
  ) {
    this.#bucket = new TokenBucket(pagesPerSecond, pagesPerSecond, clock.nowMs());
  }

  /** Resolves when one more page may be read. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#serve();
    });
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      if (!this.#bucket.take(this.clock.nowMs())) {
        this.clock.setTimer(this.#bucket.waitMs(), () => this.#serve());
        return;
      }
      this.#waiting.shift()!();
    }
  }
}
