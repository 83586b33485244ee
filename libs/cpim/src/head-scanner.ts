import { CpimError } from './errors.js';
import type { CpimLimits } from './limits.js';

const CR = 13;
const LF = 10;
const HYPHEN = 0x2d;
/** `content` in lower case. */
const CONTENT = [0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74] as const;

/**
 * Finds where the headers of a CPIM object end, octet by octet, without reading them. It can be left at any octet and taken up
 * again with more octets behind the same ones, so the outcome cannot depend on how the object was cut.
 *
 * Two layouts are told apart (CPIM-002, CPIM-003): the first block holds an un-prefixed `Content-*` header, then the first empty
 * line starts the content; otherwise a second block of MIME headers follows and the second empty line starts the content.
 *
 * Spec: RFC 3862 §2, §2.2; RFC 4975 §11.4; RFC 7701 §9.3.   Req: CPIM-003, CPIM-013.
 */
export class HeadScanner {
  /** Index after the last octet looked at; once `done`, the content offset. */
  at = 0;
  done = false;
  /** True when an octet above 127 was seen. */
  beyondAscii = false;
  readonly #limits: CpimLimits;
  #lineAt = 0;
  #afterCr = false;
  #inContentHeaders = false;
  #joined = false;
  #lines = 0;

  constructor(limits: CpimLimits) {
    this.#limits = limits;
  }

  /**
   * Looks at `octets` from where it stopped before. The octets seen before must stand at the same indexes.
   * Returns an error, or undefined; then `done` tells whether the head is complete.
   */
  scan(octets: Uint8Array): CpimError | undefined {
    const end = Math.min(octets.length, this.#limits.headBytes);
    for (let at = this.at; at < end; at += 1) {
      const octet = octets[at] ?? 0;
      if (octet === LF) {
        if (!this.#afterCr) return new CpimError('control-character');
        this.#afterCr = false;
        const error = this.#endLine(octets, at + 1);
        if (error !== undefined || this.done) return error;
      } else if (this.#afterCr) {
        return new CpimError('control-character');
      } else if (octet === CR) {
        this.#afterCr = true;
      } else if (octet > 0x7e) {
        if (octet === 0x7f) return new CpimError('control-character');
        this.beyondAscii = true;
      } else if (octet < 0x20 && octet !== 9) {
        // RFC 3862 §2.2: "The header MUST NOT contain any control characters (0-31)". HTAB is left to the header that has it.
        return new CpimError('control-character');
      }
    }
    this.at = end;
    return octets.length >= this.#limits.headBytes ? new CpimError('head-too-large') : undefined;
  }

  #endLine(octets: Uint8Array, next: number): CpimError | undefined {
    const line = this.#lineAt;
    this.#lineAt = next;
    if (next - line > 2) {
      if (!this.#inContentHeaders && !this.#joined && isContentHeader(octets, line, next)) this.#joined = true;
      this.#lines += 1;
      return this.#lines > this.#limits.headers ? new CpimError('too-many-headers') : undefined;
    }
    if (this.#joined || this.#inContentHeaders) {
      this.done = true;
      this.at = next;
    } else this.#inContentHeaders = true;
    return undefined;
  }
}

/** True when the line begins with an un-prefixed `Content-*` name, in any case. */
function isContentHeader(octets: Uint8Array, from: number, to: number): boolean {
  for (let index = 0; index < CONTENT.length; index += 1) {
    if (((octets[from + index] ?? 0) | 0x20) !== CONTENT[index]) return false;
  }
  if (octets[from + CONTENT.length] !== HYPHEN) return false;
  for (let at = from + CONTENT.length; at < to; at += 1) {
    const octet = octets[at];
    if (octet === 0x3a) return true;
    if (octet === 0x2e) return false;
  }
  return false;
}
