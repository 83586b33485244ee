/**
 * A cursor over octets for text protocols: each call reads one thing and moves on, or reads nothing and stays. It never throws on what it reads
 * and never copies more than it gives back; `offset` is for error texts.
 */

/** A set of octets: 1 for each that is in it. */
export type OctetSet = Uint8Array;

/** The set of the (ASCII) characters of a string. Throws a RangeError on a character that is not ASCII. */
export function octetSet(characters: string): OctetSet {
  const set = new Uint8Array(256);
  for (const character of characters) {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0x7f) throw new RangeError('an octet set is made of ASCII');
    set[code] = 1;
  }
  return set;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const DIGIT: OctetSet = octetSet('0123456789');
export const ALPHA: OctetSet = octetSet(LETTERS);
/** `token` of RFC 3261 section 25.1 (SIP, digest, and what takes its tokens from there). */
export const SIP_TOKEN: OctetSet = octetSet(`${LETTERS}0123456789-.!%*_+\`'~`);

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Scanner {
  readonly #octets: Uint8Array;
  readonly #end: number;
  #offset: number;

  /** Reads `octets` from `from` up to, not including, `to`. */
  constructor(octets: Uint8Array, from = 0, to: number = octets.byteLength) {
    this.#octets = octets;
    this.#offset = from;
    this.#end = Math.min(to, octets.byteLength);
  }

  /** Where the next octet stands, counted from the beginning of the array. */
  get offset(): number {
    return this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#end;
  }

  /** The next octet without moving, -1 at the end. */
  peek(): number {
    return this.atEnd ? -1 : (this.#octets[this.#offset] ?? -1);
  }

  /** Moves over `text` (ASCII, with case) when it comes next. */
  skip(text: string): boolean {
    if (this.#offset + text.length > this.#end) return false;
    for (let i = 0; i < text.length; i++) if (this.#octets[this.#offset + i] !== text.charCodeAt(i)) return false;
    this.#offset += text.length;
    return true;
  }

  /** The longest run of octets of `set`, as text; undefined when there is none. */
  token(set: OctetSet): string | undefined {
    const from = this.#offset;
    let at = from;
    while (at < this.#end && set[this.#octets[at] ?? 0] === 1) at++;
    if (at === from) return undefined;
    this.#offset = at;
    return this.#ascii(from, at);
  }

  /** The number written by the digits that come next; undefined when there are none or it is above `ceiling`. */
  number(ceiling: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const from = this.#offset;
    let value = 0;
    let at = from;
    for (; at < this.#end && DIGIT[this.#octets[at] ?? 0] === 1; at++) {
      value = value * 10 + ((this.#octets[at] ?? 0) - 0x30);
      if (value > ceiling) return undefined;
    }
    if (at === from) return undefined;
    this.#offset = at;
    return value;
  }

  /**
   * A quoted-string, unescaped and without its quotes; undefined when none comes next, when it does not end, holds a control character other
   * than HTAB, or is not UTF-8. `escapable` lists what a backslash may stand before; by default any octet but CR and LF (RFC 3261
   * `quoted-pair`).
   */
  quotedString(escapable?: OctetSet): string | undefined {
    if (this.peek() !== QUOTE) return undefined;
    const octets: number[] = [];
    for (let at = this.#offset + 1; at < this.#end; at++) {
      let octet = this.#octets[at] ?? 0;
      if (octet === QUOTE) {
        const text = decoded(octets);
        if (text !== undefined) this.#offset = at + 1;
        return text;
      }
      if (octet === BACKSLASH) {
        at++;
        if (at >= this.#end) return undefined;
        octet = this.#octets[at] ?? 0;
        const isGood = escapable === undefined ? octet !== CR && octet !== LF && octet < 0x80 : escapable[octet] === 1;
        if (!isGood) return undefined;
      } else if ((octet < SP && octet !== HTAB) || octet === 0x7f) return undefined;
      octets.push(octet);
    }
    return undefined;
  }

  /** Moves over one CRLF. */
  crlf(): boolean {
    return this.skip('\r\n');
  }

  /** Moves over spaces and tabs; true when there was one. */
  blanks(): boolean {
    const from = this.#offset;
    while (this.peek() === SP || this.peek() === HTAB) this.#offset++;
    return this.#offset > from;
  }

  /** Moves over `LWS = [*WSP CRLF] 1*WSP` (RFC 3261 section 25.1); true when it came next. A CRLF that folds nothing is left. */
  lws(): boolean {
    const from = this.#offset;
    const hasBlanks = this.blanks();
    const afterBlanks = this.#offset;
    if (this.crlf() && this.blanks()) return true;
    this.#offset = hasBlanks ? afterBlanks : from;
    return hasBlanks;
  }

  /** Everything up to the next `octet`, or to the end, as octets: a view. */
  until(octet: number): Uint8Array {
    const from = this.#offset;
    const found = this.#octets.indexOf(octet, from);
    this.#offset = found === -1 || found > this.#end ? this.#end : found;
    return this.#octets.subarray(from, this.#offset);
  }

  #ascii(from: number, to: number): string {
    let text = '';
    for (let i = from; i < to; i++) text += String.fromCharCode(this.#octets[i] ?? 0);
    return text;
  }
}

function decoded(octets: readonly number[]): string | undefined {
  try {
    return utf8.decode(Uint8Array.from(octets));
  } catch {
    return undefined;
  }
}
