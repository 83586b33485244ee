/**
 * Header fields in the order they stood, several of one name allowed; names compare without case.
 * Values are kept as text, unfolded and trimmed by whoever read them.
 */
export class HeaderFields {
  readonly #fields: { name: string; key: string; value: string }[] = [];

  constructor(fields: Iterable<readonly [name: string, value: string]> = []) {
    for (const [name, value] of fields) this.append(name, value);
  }

  /** How many fields there are. */
  get size(): number {
    return this.#fields.length;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    return this.#fields.find((field) => field.key === key)?.value;
  }

  /** All values of that name, in order. */
  getAll(name: string): string[] {
    const key = name.toLowerCase();
    return this.#fields.filter((field) => field.key === key).map((field) => field.value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  append(name: string, value: string): this {
    this.#fields.push({ name, key: name.toLowerCase(), value });
    return this;
  }

  prepend(name: string, value: string): this {
    this.#fields.unshift({ name, key: name.toLowerCase(), value });
    return this;
  }

  /** Replaces every field of that name by one, at the place of the first. */
  set(name: string, value: string): this {
    const key = name.toLowerCase();
    const first = this.#fields.findIndex((field) => field.key === key);
    if (first === -1) return this.append(name, value);
    this.#fields[first] = { name, key, value };
    for (let i = this.#fields.length - 1; i > first; i--) if (this.#fields[i]?.key === key) this.#fields.splice(i, 1);
    return this;
  }

  delete(name: string): this {
    const key = name.toLowerCase();
    for (let i = this.#fields.length - 1; i >= 0; i--) if (this.#fields[i]?.key === key) this.#fields.splice(i, 1);
    return this;
  }

  /** Name (as written) and value of every field, in order. */
  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (const { name, value } of this.#fields) yield [name, value];
  }

  clone(): HeaderFields {
    return new HeaderFields(this);
  }
}
