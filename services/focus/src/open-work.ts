/**
 * What is under way and nobody waits for: a request being served, a leave that room-state has not heard of yet, a BYE without its answer. A drain
 * waits for it.
 */
export class OpenWork {
  readonly #open = new Set<Promise<unknown>>();

  get size(): number {
    return this.#open.size;
  }

  /** Counts `work` until it has ended, well or not. Whoever gives it handles its failure. */
  track(work: Promise<unknown>): void {
    this.#open.add(work);
    const over = (): void => {
      this.#open.delete(work);
    };
    work.then(over, over);
  }

  /** Resolves when nothing is open, what was begun meanwhile included. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }
}
