/** Things that come one after another, and those who wait for one of them. */
export class Waiting<T> {
  readonly #all: T[];
  readonly #untaken: T[] = [];
  readonly #waiters = new Set<{ fits(item: T): boolean; give(item: T): void; fail(why: string): void }>();
  #ended = false;

  /** `all` gets everything that comes, taken or not. */
  constructor(all: T[]) {
    this.#all = all;
  }

  came(item: T): void {
    this.#all.push(item);
    for (const waiter of this.#waiters) {
      if (!waiter.fits(item)) continue;
      this.#waiters.delete(waiter);
      waiter.give(item);
      return;
    }
    this.#untaken.push(item);
  }

  ended(): void {
    this.#ended = true;
    for (const waiter of this.#waiters) waiter.fail('the connection was closed');
    this.#waiters.clear();
  }

  next(fits: (item: T) => boolean, timeoutMs = 8_000): Promise<T> {
    const index = this.#untaken.findIndex(fits);
    const [found] = index === -1 ? [] : this.#untaken.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        reject(new Error(`nothing that fits: ${why}; came instead: ${JSON.stringify(this.#untaken.slice(-5))}`));
      };
      const timer = setTimeout(() => fail(`${String(timeoutMs)} ms`), timeoutMs);
      const waiter = {
        fits,
        give: (item: T) => {
          clearTimeout(timer);
          resolve(item);
        },
        fail,
      };
      if (this.#ended) fail('the connection was closed');
      else this.#waiters.add(waiter);
    });
  }
}
