/**
 * The quoted-string of MSRP (RFC 4975 section 9), which knows two escapes only.
 *
 * ```abnf
 * quoted-string = DQUOTE *(qdtext / qd-esc) DQUOTE
 * qdtext        = SP / HTAB / %x21 / %x23-5B / %x5D-7E / UTF8-NONASCII
 * qd-esc        = (BACKSLASH BACKSLASH) / (BACKSLASH DQUOTE)
 * ```
 */

/** What stands between the quotes, unescaped; undefined when `text` is anything but one quoted-string. Req: MSRP-013. */
export function unquote(text: string): string | undefined {
  const last = text.length - 1;
  if (last < 1 || text[0] !== '"' || text[last] !== '"') return undefined;
  let value = '';
  for (let i = 1; i < last; i++) {
    let character = text[i] ?? '';
    if (character === '\\') {
      character = text[++i] ?? '';
      if (i === last || (character !== '\\' && character !== '"')) return undefined;
    } else if (character === '"' || isControl(character)) return undefined;
    value += character;
  }
  return value;
}

/** Writes a quoted-string. Throws a RangeError on control characters other than HTAB: the grammar has no place for them. */
export function quote(value: string): string {
  for (const character of value) if (isControl(character)) throw new RangeError('control character in quoted-string');
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code < 0x20 && code !== 0x09) || code === 0x7f;
}
