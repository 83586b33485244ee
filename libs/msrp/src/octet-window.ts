/**
 * The octets a decoder has at hand: those of the read under way, after what an earlier one left over. What is left at the end of a read is
 * copied into memory of our own; that memory is only ever appended to, so that views given out from it stay true.
 */
import { fastView } from './bytes.js';

const NO_OCTETS = new Uint8Array(0);
const LEAST_BYTES = 256;

export class OctetWindow {
  /** The octets at hand are those from `at` to `end`; what lies beyond `end` means nothing. */
  view: Uint8Array = NO_OCTETS;
  at = 0;
  end = 0;
  /** Ours; empty when nothing is left over. */
  #store: Uint8Array = NO_OCTETS;

  /** Octets of memory held. */
  get heldBytes(): number {
    return this.#store.byteLength;
  }

  append(octets: Uint8Array): void {
    const kept = this.end - this.at;
    if (kept === 0) {
      this.view = fastView(octets);
      this.at = 0;
      this.end = octets.byteLength;
      return;
    }
    if (this.end + octets.byteLength > this.#store.byteLength) this.#move(kept, (kept + octets.byteLength) * 2);
    this.#store.set(octets, this.end);
    this.end += octets.byteLength;
    this.view = this.#store;
  }

  /** Keeps what lies between `at` and `end`, in memory of at most twice its size plus a little, and lets go of everything else. */
  keepRest(): void {
    const kept = this.end - this.at;
    if (kept === 0) this.clear();
    else if (this.view !== this.#store || this.#store.byteLength > kept * 2 + 2 * LEAST_BYTES)
      this.#move(kept, kept + (kept >> 1));
  }

  clear(): void {
    this.at = this.end = 0;
    this.view = this.#store = NO_OCTETS;
  }

  #move(kept: number, sizeBytes: number): void {
    const store = fastView(new Uint8Array(Math.max(LEAST_BYTES, sizeBytes)));
    store.set(this.view.subarray(this.at, this.end));
    this.view = this.#store = store;
    this.at = 0;
    this.end = kept;
  }
}
