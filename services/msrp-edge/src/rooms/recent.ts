import type { RoomMessage } from './room-message.js';

/**
 * The newest messages of a room, without a hole between them: sessions that catch up share them instead of asking the log.
 * Bounded by number and octets; the oldest go first.
 */
export class RecentMessages {
  #messages: RoomMessage[] = [];
  #from = 0;
  #bytes = 0;
  /** Everything after this sequence is here. */
  #floorSeq: number;

  constructor(
    floorSeq: number,
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {
    this.#floorSeq = floorSeq;
  }

  get size(): number {
    return this.#messages.length - this.#from;
  }

  push(message: RoomMessage): void {
    this.#messages.push(message);
    this.#bytes += message.octets.length;
    while (this.size > this.maxEvents || (this.#bytes > this.maxBytes && this.size > 0)) this.#dropOldest();
  }

  /** The log was not followed from here on: nothing older is known. */
  restart(floorSeq: number): void {
    this.#messages = [];
    this.#from = 0;
    this.#bytes = 0;
    this.#floorSeq = floorSeq;
  }

  /** Up to `limit` messages after `seq`, oldest first; undefined when some of them are no longer here. */
  after(seq: number, limit: number): RoomMessage[] | undefined {
    if (seq < this.#floorSeq) return undefined;
    const from = this.#firstAfter(seq);
    return this.#messages.slice(from, from + limit);
  }

  /** The message with this sequence, if it is still here. */
  find(seq: number): RoomMessage | undefined {
    const message = this.#messages[this.#firstAfter(seq - 1)];
    return message?.seq === seq ? message : undefined;
  }

  #firstAfter(seq: number): number {
    let low = this.#from;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#messages[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(): void {
    const oldest = this.#messages[this.#from]!;
    this.#floorSeq = oldest.seq;
    this.#bytes -= oldest.octets.length;
    this.#from++;
    if (this.#from > 256 && this.#from * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#from);
      this.#from = 0;
    }
  }
}
