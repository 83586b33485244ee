import type { RoomMessage } from '../rooms/room-message.js';

/** What an answer needs to know of the copy it answers. */
export interface SentCopy {
  /** Of the room it was said in. */
  readonly tag: string;
  readonly seq: number;
  readonly headSeq: number;
  readonly wrappedType: string;
}

/**
 * The newest copies by transaction id, one entry per message and not per recipient: recipients answer only when something is
 * wrong, and by then the id is all they give. Bounded; the oldest are forgotten.
 */
export class SentCopies {
  readonly #byId = new Map<string, SentCopy>();
  readonly #ring: (string | undefined)[];
  #at = 0;

  constructor(limit = 8192) {
    this.#ring = Array.from({ length: limit });
  }

  remember(transactionId: string, message: RoomMessage): void {
    if (this.#byId.has(transactionId)) return;
    const oldest = this.#ring[this.#at];
    if (oldest !== undefined) this.#byId.delete(oldest);
    this.#ring[this.#at] = transactionId;
    this.#at = (this.#at + 1) % this.#ring.length;
    const { tag, seq, headSeq } = message;
    this.#byId.set(transactionId, { tag, seq, headSeq, wrappedType: message.event.wrappedType });
  }

  find(transactionId: string): SentCopy | undefined {
    return this.#byId.get(transactionId);
  }
}
