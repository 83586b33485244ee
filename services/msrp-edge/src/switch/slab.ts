const SLAB_BYTES = 512 * 1024;

/**
 * A reused block of octets in which one write is put together. A write the system takes at once leaves the block free for
 * the next; one that a socket still holds is left to it (`keep`), and the next is put behind it.
 */
export class Slab {
  #block = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #at = 0;
  #end = 0;

  /** `first`, `pieces` and `last` one after the other: `sizeBytes` octets in all. Valid until the next call, unless kept. */
  assemble(first: string, pieces: readonly (string | Buffer)[], last: string, sizeBytes: number): Buffer {
    if (sizeBytes > SLAB_BYTES) return write(Buffer.allocUnsafeSlow(sizeBytes), 0, first, pieces, last);
    if (this.#at + sizeBytes > SLAB_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#at = 0;
    }
    this.#end = this.#at + sizeBytes;
    return write(this.#block, this.#at, first, pieces, last);
  }

  /** The octets given last are still looked at: they stay as they are. */
  keep(): void {
    this.#at = this.#end;
  }
}

function write(block: Buffer, from: number, first: string, pieces: readonly (string | Buffer)[], last: string): Buffer {
  let at = from;
  if (first !== '') at += block.write(first, at, 'latin1');
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!;
    if (typeof piece === 'string') at += block.write(piece, at, 'latin1');
    else {
      block.set(piece, at);
      at += piece.length;
    }
  }
  if (last !== '') at += block.write(last, at, 'latin1');
  return block.subarray(from, at);
}
