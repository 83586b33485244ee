/** Octets of one message in order, come and not yet published. */
export class PendingOctets {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** `onChange` hears how many octets more (or fewer) are held. */
  constructor(private readonly onChange: (bytes: number) => void) {}

  get bytes(): number {
    return this.#bytes;
  }

  push(octets: Buffer): void {
    this.#parts.push(octets);
    this.#count(octets.length);
  }

  /** They were taken too early: they come first again. */
  putBack(octets: Buffer): void {
    this.#parts.unshift(octets);
    this.#count(octets.length);
  }

  /** The next octets, `max` at most. */
  take(max: number): Buffer {
    const parts: Buffer[] = [];
    let taken = 0;
    while (taken < max) {
      const first = this.#parts[0];
      if (first === undefined) break;
      const part = first.subarray(0, max - taken);
      if (part.length === first.length) this.#parts.shift();
      else this.#parts[0] = first.subarray(part.length);
      parts.push(part);
      taken += part.length;
    }
    this.#count(-taken);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  clear(): void {
    this.#parts = [];
    this.#count(-this.#bytes);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.onChange(bytes);
  }
}
