// RFC 3862 §2.3, §3.6:
//   Escape = "\" ( "u" 4(HEXDIG) / "b" / "t" / "n" / "r" / DQUOTE / "'" / "\" )

const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|([^]))/gu;
const LETTERS: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', r: '\r' };

/**
 * Resolves the escapes of a header value. Never fails: "Any unrecognized escape sequence SHOULD be treated as an instance of
 * the character following the backslash", and a backslash at the end "SHOULD be ignored" (RFC 3862 §2.3.1).
 * The result may hold control characters. Req: CPIM-010.
 */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  const resolved = text.replace(ESCAPE, (_all, hex: string | undefined, character: string | undefined) =>
    hex === undefined ? (LETTERS[character ?? ''] ?? character ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return endsInLoneBackslash(text) ? resolved.slice(0, -1) : resolved;
}

/**
 * Writes text as a header value: escapes for controls and backslash, and for `"` when `quoted`. "All other characters MUST NOT
 * be represented using an escape sequence" (RFC 3862 §2.3.1). Lone surrogates become U+FFFD. Req: CPIM-010.
 */
export function escapeText(text: string, quoted = false): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\' || (quoted && character === '"')) out += `\\${character}`;
    else if (code < 0x20 || code === 0x7f) out += escapeControl(code);
    else out += code >= 0xd800 && code <= 0xdfff ? '\ufffd' : character;
  }
  return out;
}

function escapeControl(code: number): string {
  if (code === 8) return '\\b';
  if (code === 9) return '\\t';
  if (code === 10) return '\\n';
  if (code === 13) return '\\r';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function endsInLoneBackslash(text: string): boolean {
  let count = 0;
  for (let at = text.length - 1; at >= 0 && text[at] === '\\'; at -= 1) count += 1;
  return count % 2 === 1;
}
