/**
 * Message-IDs that were shown already: after a move to another edge what was not confirmed comes again (RFC 4975 section 5.4), and is dropped here.
 * Holds the youngest `limit` of them.
 */
export class SeenIds {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit = 4_096) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** True the first time. */
  add(messageId: string): boolean {
    if (this.#ids.has(messageId)) return false;
    this.#ids.add(messageId);
    if (this.#ids.size > this.#limit) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
    return true;
  }
}
