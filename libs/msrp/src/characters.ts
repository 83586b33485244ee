/** Character classes of the MSRP grammar (RFC 4975 section 9, RFC 3986 appendix A), as bits of one table. */
const ALPHANUM = 1;
const IDENT = 2;
const TOKEN = 4;
const SESSION_ID = 8;
const HOST = 16;
const UPALPHA = 32;

const classes = new Uint8Array(256);

function mark(bit: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    classes[code] = (classes[code] ?? 0) | bit;
  }
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS_AND_DIGITS = `${UPPER}${UPPER.toLowerCase()}0123456789`;
mark(UPALPHA, UPPER);
mark(ALPHANUM | IDENT | TOKEN | SESSION_ID | HOST, LETTERS_AND_DIGITS);
mark(IDENT, '.-+%=');
mark(TOKEN, "!#$%&'*+-.^_`{|}~");
mark(SESSION_ID, '-._~+=/');
// `;` is a sub-delim of RFC 3986 as well, but ends the authority of an MSRP URI.
mark(HOST, "-._~%!$&'()*+,=");

function all(bit: number, text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code > 255 || ((classes[code] ?? 0) & bit) === 0) return false;
  }
  return to > from;
}

export function isAlphanum(text: string): boolean {
  return all(ALPHANUM, text, 0, text.length);
}

/** `token` of RFC 4975: not the one of RFC 822. */
export function isToken(text: string): boolean {
  return all(TOKEN, text, 0, text.length);
}

export function isSessionId(text: string): boolean {
  return all(SESSION_ID, text, 0, text.length);
}

/** Characters of a reg-name or userinfo, without a check of percent-escapes. */
export function isHostText(text: string): boolean {
  return all(HOST, text, 0, text.length);
}

export function isMethod(text: string): boolean {
  return all(UPALPHA, text, 0, text.length);
}

/**
 * ```abnf
 * ident = ALPHANUM 3*31ident-char
 * ident-char = ALPHANUM / "." / "-" / "+" / "%" / "="
 * ```
 * Transaction ids and Message-IDs (RFC 4975 section 9): 4 to 32 octets.
 */
export function isIdent(text: string): boolean {
  const length = text.length;
  return length >= 4 && length <= 32 && all(ALPHANUM, text, 0, 1) && all(IDENT, text, 1, length);
}

/** {@link isIdent} of octets. */
export function areIdent(octets: Uint8Array, from: number, to: number): boolean {
  if (to - from < 4 || to - from > 32 || ((classes[octets[from] ?? 0] ?? 0) & ALPHANUM) === 0) return false;
  for (let i = from + 1; i < to; i++) if (((classes[octets[i] ?? 0] ?? 0) & IDENT) === 0) return false;
  return true;
}

/** The number written by the decimal digits `text`; -1 when it is anything else, `ceiling + 1` when it is larger than that. */
export function digits(text: string, ceiling: number): number {
  const length = text.length;
  if (length === 0) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    // Saturates: what is too large stays too large, however many digits follow.
    if (value <= ceiling) value = value * 10 + digit;
  }
  return value > ceiling ? ceiling + 1 : value;
}
