/** A queue with one reader, who can wait for the next item. */
export class Arrivals<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** Puts an item back in front. */
  unshift(item: T): void {
    this.#items.unshift(item);
  }

  /** The next item, waiting at most `timeoutMs` for it; undefined when there is none in time or the queue is closed. */
  async next(timeoutMs?: number): Promise<T | undefined> {
    if (this.#items.length === 0 && !this.#closed && (timeoutMs === undefined || timeoutMs > 0)) {
      await new Promise<void>((resolve) => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#wake?.(), timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          this.#wake = undefined;
          resolve();
        };
      });
    }
    return this.#closed ? undefined : this.#items.shift();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends every wait; what is queued is forgotten. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
