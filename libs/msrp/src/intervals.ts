/** Which octets of a message have come: disjoint intervals `[from, to)`, sorted, never touching. */
export class Intervals {
  readonly #bounds: { from: number; to: number }[] = [];

  /** Number of separate stretches; gaps are one less, plus one before the first if that does not begin at 0. */
  get count(): number {
    return this.#bounds.length;
  }

  /** True when exactly `[0, to)` is covered. */
  covers(to: number): boolean {
    if (to === 0) return true;
    const first = this.#bounds[0];
    return first !== undefined && first.from === 0 && first.to >= to;
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    const bounds = this.#bounds;
    // In order is the rule: the last stretch grows.
    let first = bounds.length;
    while (first > 0 && (bounds[first - 1]?.to ?? 0) >= from) first--;
    let last = first;
    let merged = { from, to };
    for (let bound = bounds[last]; bound !== undefined && bound.from <= to; bound = bounds[++last])
      merged = { from: Math.min(merged.from, bound.from), to: Math.max(merged.to, bound.to) };
    bounds.splice(first, last - first, merged);
  }
}
