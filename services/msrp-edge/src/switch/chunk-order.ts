/**
 * Octets of one message that came ahead of their turn: chunks may arrive "re-cut, merged or out of order" after relays
 * (RFC 4975 section 7.3.1). Bounded by octets and pieces.   Req: RPT-009, RPT-010, CHAT-019.
 */
export class AheadOctets {
  /** By start, ascending; pieces may overlap. */
  readonly #pieces: { start: number; octets: Buffer }[] = [];
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly maxPieces: number,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a copy of `octets`, whose first stands at `start` (1-based). False: over the bounds, nothing was kept. */
  put(start: number, octets: Uint8Array): boolean {
    const last = this.#pieces.at(-1);
    if (this.#bytes + octets.length > this.maxBytes) return false;
    if (last !== undefined && last.start + last.octets.length === start) {
      // The usual case: the chunk goes on where its last read ended.
      last.octets = Buffer.concat([last.octets, octets]);
    } else {
      if (this.#pieces.length >= this.maxPieces) return false;
      const at = this.#pieces.findIndex((piece) => piece.start > start);
      this.#pieces.splice(at === -1 ? this.#pieces.length : at, 0, { start, octets: Buffer.from(octets) });
    }
    this.#bytes += octets.length;
    return true;
  }

  /** The octets that go on at `next`, if they are here. Where pieces overlap, what is given first stands. */
  take(next: number): Buffer | undefined {
    for (;;) {
      const first = this.#pieces[0];
      if (first === undefined || first.start > next) return undefined;
      this.#pieces.shift();
      this.#bytes -= first.octets.length;
      const skip = next - first.start;
      if (skip < first.octets.length) return first.octets.subarray(skip);
    }
  }
}
