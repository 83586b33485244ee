/** A list that grows at its end and is cut at its front, both in constant time on average. */
export class TrimmedList<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The item at `index` counted from the oldest one still held. */
  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#head + index];
  }

  last(): T | undefined {
    return this.at(this.length - 1);
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Drops the oldest item and returns it; what was dropped is let go of at the latest when as much again follows. */
  shift(): T | undefined {
    const item = this.at(0);
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= 64 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
