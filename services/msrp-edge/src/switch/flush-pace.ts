/** How the pace of writing is set. */
export interface FlushPaceOptions {
  /** The pause after a flush, in multiples of what the flush cost. 0: none. */
  readonly paceFactor: number;
  /** The longest pause, ms. It adds to the time a copy takes, but only when the flush before was as expensive as that. */
  readonly paceMaxMs: number;
}

/** Pauses shorter than this are not worth a timer, whose steps are 1 ms. */
const LEAST_MS = 0.5;

/**
 * Says when the next flush may begin: not before the last one has been over for a multiple of what it cost.
 *
 * A flush costs per socket, whatever it carries, so an edge whose time goes into flushing gets more for it by flushing less often. Where
 * there is little to do, or long nothing, there is no pause: what comes is written in the turn it came in.
 */
export class FlushPace {
  #notBeforeMs = 0;

  constructor(private readonly options: FlushPaceOptions) {}

  /** Milliseconds until the next flush may begin; 0: now. Times are of one monotonic clock. */
  waitMs(nowMs: number): number {
    const waitMs = this.#notBeforeMs - nowMs;
    return waitMs < LEAST_MS ? 0 : waitMs;
  }

  /** A flush took from `startMs` to `endMs`. */
  flushed(startMs: number, endMs: number): void {
    const { paceFactor, paceMaxMs } = this.options;
    this.#notBeforeMs = endMs + Math.min(paceMaxMs, Math.max(0, endMs - startMs) * paceFactor);
  }
}
