/**
 * A message into chunks (RFC 4975 sections 5.1 and 7.1.1): views on its body, in Byte-Range order, interruptible.
 */
import type { ByteRange, ContinuationFlag } from './message.js';

/**
 * "the sender MUST use `*` for the range-end" of a chunk above this, which makes it interruptible; and chunks are not cut below it except
 * the last one or by an interruption.
 */
export const INTERRUPTIBLE_ABOVE_BYTES = 2048;

/** Cuts one message. One chunk is open at a time: `open`, then `take` as often as wanted, then `close` or `abort`. */
export interface Chunker {
  /** Octets given out so far. */
  readonly offset: number;
  /** True when every octet was given out and the last chunk is closed. */
  readonly isDone: boolean;
  /** True between `open` and `close` or `abort`. */
  readonly isOpen: boolean;
  /** True when the open chunk may be closed before its end. */
  readonly isInterruptible: boolean;
  /**
   * Opens the next chunk, of at most `maxBytes` (at least {@link INTERRUPTIBLE_ABOVE_BYTES}), and gives its Byte-Range: with its
   * end up to 2048 octets, with `*` above, `1-0/0` for an empty body.
   */
  open(maxBytes?: number): ByteRange;
  /** The next octets of the open chunk, at most `maxBytes`; a view. Zero octets when the chunk has no more. */
  take(maxBytes?: number): Uint8Array;
  /** Ends the open chunk: `$` when the body is all out, `+` when not. Throws when octets are left and the chunk is not interruptible. */
  close(): ContinuationFlag;
  /** Ends the message for good: `#` for the open chunk. */
  abort(): '#';
}

/**
 * A chunker over `body`, which must not change while it is used.
 *
 * Req: RPT-013, RPT-015, RPT-016.
 */
export function createChunker(body: Uint8Array): Chunker {
  return new BodyChunker(body);
}

export interface Chunk {
  readonly range: ByteRange;
  /** A view on the body. */
  readonly octets: Uint8Array;
  readonly flag: ContinuationFlag;
}

/**
 * Splits a message into chunks of at most `maxChunkBytes` of body each, at least one, also for an empty body. The last one carries `$`,
 * the others `+`.
 *
 * Spec: RFC 4975 §5.1, §7.1.1.   Req: RPT-013, RPT-016.
 */
export function splitIntoChunks(body: Uint8Array, maxChunkBytes: number): Chunk[] {
  const chunker = createChunker(body);
  const chunks: Chunk[] = [];
  while (!chunker.isDone) {
    const range = chunker.open(maxChunkBytes);
    const octets = chunker.take();
    chunks.push({ range, octets, flag: chunker.close() });
  }
  return chunks;
}

class BodyChunker implements Chunker {
  readonly #body: Uint8Array;
  #offset = 0;
  /** Where the open chunk ends at the latest. */
  #chunkEnd = 0;
  #isOpen = false;
  #isInterruptible = false;
  #isDone = false;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  get offset(): number {
    return this.#offset;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isInterruptible(): boolean {
    return this.#isOpen && this.#isInterruptible;
  }

  open(maxBytes = Number.MAX_SAFE_INTEGER): ByteRange {
    if (this.#isOpen || this.#isDone) throw new Error('a chunk is open, or none is left');
    if (maxBytes < INTERRUPTIBLE_ABOVE_BYTES) throw new RangeError('chunks are not cut below 2048 octets');
    const total = this.#body.byteLength;
    const size = Math.min(total - this.#offset, maxBytes);
    this.#chunkEnd = this.#offset + size;
    this.#isOpen = true;
    this.#isInterruptible = size > INTERRUPTIBLE_ABOVE_BYTES;
    return { start: this.#offset + 1, end: this.#isInterruptible ? undefined : this.#chunkEnd, total };
  }

  take(maxBytes = Number.MAX_SAFE_INTEGER): Uint8Array {
    if (!this.#isOpen) throw new Error('no chunk is open');
    const from = this.#offset;
    this.#offset = Math.min(this.#chunkEnd, from + maxBytes);
    return this.#body.subarray(from, this.#offset);
  }

  close(): ContinuationFlag {
    if (!this.#isOpen) throw new Error('no chunk is open');
    if (this.#offset < this.#chunkEnd && !this.#isInterruptible) throw new Error('this chunk is not interruptible');
    this.#isOpen = false;
    this.#isDone = this.#offset === this.#body.byteLength;
    return this.#isDone ? '$' : '+';
  }

  abort(): '#' {
    this.#isOpen = false;
    this.#isDone = true;
    return '#';
  }
}
