/** How many requests are at work, in all and from each address. Req: CCMP-013, SEC-013. */
export class Pending {
  readonly #max: number;
  readonly #perSource: number;
  readonly #bySource = new Map<string, number>();
  #count = 0;

  constructor(max: number, perSource: number) {
    this.#max = max;
    this.#perSource = perSource;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a place; undefined when there is none. What it returns gives the place back, once. */
  enter(source: string): (() => void) | undefined {
    const own = this.#bySource.get(source) ?? 0;
    if (this.#count >= this.#max || own >= this.#perSource) return undefined;
    this.#count++;
    this.#bySource.set(source, own + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count--;
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, left);
    };
  }
}
