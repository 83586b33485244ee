/** A set of code points, kept as sorted ranges. */
export class CodePointSet {
  /** Starts at even indexes, ends (inclusive) behind them. */
  readonly #bounds: Uint32Array;

  /** `ranges`: `FROM-TO` or `POINT` in hex, sorted and apart, separated by single spaces. */
  constructor(ranges: string) {
    this.#bounds = Uint32Array.from(
      ranges.split(' ').flatMap((range) => {
        const [from = '', to = from] = range.split('-');
        return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
      }),
    );
  }

  /** True when the set has the code point. */
  has(codePoint: number): boolean {
    let low = 0;
    let high = this.#bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (codePoint > (this.#bounds[middle * 2 + 1] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return codePoint >= (this.#bounds[low * 2] ?? Number.POSITIVE_INFINITY);
  }
}
