/**
 * Finding the end of a body (RFC 4975 sections 7.1 and 7.3.1): CRLF, seven hyphens, the transaction id of the start line, a flag, CRLF.
 * Anything less is data.
 */
import { indexOfOctets } from './bytes.js';
import type { ContinuationFlag } from './message.js';

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
const LONGEST_ID = 32;

/** Octets of the longest end-line with the CRLF before it. */
export const LONGEST_END = 2 + 7 + LONGEST_ID + 1 + 2;

/** Bodies up to this are searched octet by octet: a native search costs more to begin than it saves. */
const SHORT_SEARCH = 256;

/** The flag an octet stands for. */
export function flagOf(octet: number | undefined): ContinuationFlag | undefined {
  switch (octet) {
    case 0x24:
      return '$';
    case 0x2b:
      return '+';
    case 0x23:
      return '#';
    default:
      return undefined;
  }
}

/** The flag when the line from `from` to `to` is the end-line of the id at `idFrom` to `idTo` in the same octets. */
export function endLineFlag(
  view: Uint8Array,
  from: number,
  to: number,
  idFrom: number,
  idTo: number,
): ContinuationFlag | undefined {
  const length = idTo - idFrom;
  if (to - from !== 8 + length) return undefined;
  for (let i = from; i < from + 7; i++) if (view[i] !== HYPHEN) return undefined;
  for (let i = 0; i < length; i++) if (view[from + 7 + i] !== view[idFrom + i]) return undefined;
  return flagOf(view[to - 1]);
}

/** The end of one body, to be searched for. */
export class BodyEnd {
  /** CRLF, seven hyphens, then the id. */
  readonly #needle = new Uint8Array(2 + 7 + LONGEST_ID);
  #length = 0;

  constructor() {
    this.#needle.fill(HYPHEN);
    this.#needle[0] = CR;
    this.#needle[1] = LF;
  }

  /** Octets of the end up to its flag. */
  get length(): number {
    return this.#length;
  }

  /** Sets the id: the octets of `view` from `from` to `to`. */
  set(view: Uint8Array, from: number, to: number): void {
    let at = 9;
    for (let i = from; i < to; i++) this.#needle[at++] = view[i] ?? 0;
    this.#length = at;
  }

  /**
   * Where the end begins, at or after `from`. When it is not at hand: -1 minus the place up to which everything is known to be body; what
   * follows from there may be the beginning of the end.
   */
  find(view: Uint8Array, from: number, end: number): number {
    const short = Math.min(end, from + SHORT_SEARCH);
    for (let i = from; i < short; i++) {
      if (view[i] !== CR || (i + 2 < end && view[i + 2] !== HYPHEN)) continue;
      const match = this.#match(view, i, end);
      if (match > 0) return i;
      if (match < 0) return -1 - i;
    }
    if (short === end) return -1 - end;
    let at = short;
    const needle = this.#needle.subarray(0, this.#length);
    while (at + this.#length <= end) {
      const found = indexOfOctets(view, needle, at);
      if (found === -1 || found >= end) break;
      const match = this.#match(view, found, end);
      if (match > 0) return found;
      if (match < 0) return -1 - found;
      at = found + 2;
    }
    for (let i = Math.max(at, end - LONGEST_END); i < end; i++)
      if (view[i] === CR && this.#match(view, i, end) < 0) return -1 - i;
    return -1 - end;
  }

  /** 1: the whole end stands at `at`; -1: the octets at hand are a beginning of it; 0: neither. */
  #match(view: Uint8Array, at: number, end: number): 0 | 1 | -1 {
    const needle = this.#needle;
    const length = this.#length;
    const known = Math.min(length, end - at);
    for (let i = 0; i < known; i++) if (view[at + i] !== needle[i]) return 0;
    const tail = at + length;
    if (tail >= end) return -1;
    if (flagOf(view[tail]) === undefined) return 0;
    if (tail + 1 >= end) return -1;
    if (view[tail + 1] !== CR) return 0;
    if (tail + 2 >= end) return -1;
    return view[tail + 2] === LF ? 1 : 0;
  }
}
