/**
 * Which messages a room has seen, by where they came from: a resend that the log stored a second time (after its window of two
 * minutes) is not shown twice. Two generations, so that an entry lives between half and all of `windowMs`; bounded by `limit`.
 *
 * Spec: RFC 4975 section 5.4.   Req: TRN-016, CHAT-024.
 */
export class Origins {
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #turnedAtMs: number;

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    nowMs: number,
  ) {
    this.#turnedAtMs = nowMs;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** True when the same origin was stored before under another, lower sequence. */
  isRepeat(originId: string, seq: number, nowMs: number): boolean {
    if (this.#young.size * 2 >= this.limit || nowMs - this.#turnedAtMs > this.windowMs / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#turnedAtMs = nowMs;
    }
    const first = this.#young.get(originId) ?? this.#old.get(originId);
    if (first !== undefined && first < seq) return true;
    if (first === undefined) this.#young.set(originId, seq);
    return false;
  }
}
