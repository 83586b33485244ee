/**
 * A map that is forked for every change of a room: a fork shares what it was forked from and keeps only what differs, so that
 * its cost does not grow with the room. Iterates as a `Map` would: in order of insertion, a key that was deleted and set again at the end.
 *
 * What a fork was made from must not be changed any more.
 */
export class ForkedMap<K, V extends object | string> implements ReadonlyMap<K, V> {
  readonly #base: ReadonlyMap<K, V>;
  /** Keys of `#base` whose value is another now, or none. */
  readonly #changed: Map<K, V | undefined>;
  /** Keys that come after those of `#base`. */
  readonly #added: Map<K, V>;
  #gone: number;

  private constructor(base: ReadonlyMap<K, V>, changed: Map<K, V | undefined>, added: Map<K, V>, gone: number) {
    this.#base = base;
    this.#changed = changed;
    this.#added = added;
    this.#gone = gone;
  }

  static of<K, V extends object | string>(map: ReadonlyMap<K, V>): ForkedMap<K, V> {
    if (!(map instanceof ForkedMap)) return new ForkedMap(map, new Map(), new Map(), 0);
    return (map as ForkedMap<K, V>).#fork();
  }

  get size(): number {
    return this.#base.size - this.#gone + this.#added.size;
  }

  get(key: K): V | undefined {
    const added = this.#added.get(key);
    if (added !== undefined) return added;
    return this.#changed.has(key) ? this.#changed.get(key) : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): this {
    if (this.#inBase(key)) this.#changed.set(key, value);
    else this.#added.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    if (this.#added.delete(key)) return true;
    if (!this.#inBase(key)) return false;
    this.#changed.set(key, undefined);
    this.#gone += 1;
    return true;
  }

  clear(): void {
    this.#added.clear();
    for (const key of this.#base.keys()) this.#changed.set(key, undefined);
    this.#gone = this.#base.size;
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#base) {
      const now = this.#changed.has(key) ? this.#changed.get(key) : value;
      if (now !== undefined) yield [key, now];
    }
    yield* this.#added;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(fn: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) fn(value, key, this);
  }

  /** Is it there, at the place it has in the base? */
  #inBase(key: K): boolean {
    return this.#changed.has(key) ? this.#changed.get(key) !== undefined : this.#base.has(key);
  }

  #fork(): ForkedMap<K, V> {
    const differing = this.#changed.size + this.#added.size;
    // With the root of the size as bound, neither copying the differences nor putting them together now and then costs more than that.
    if (differing > Math.max(32, 2 * Math.sqrt(this.#base.size)))
      return new ForkedMap(new Map(this.entries()), new Map(), new Map(), 0);
    return new ForkedMap(this.#base, new Map(this.#changed), new Map(this.#added), this.#gone);
  }
}
