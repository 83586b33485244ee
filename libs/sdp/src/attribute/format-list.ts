// RFC 4975 §8.6, the grammar of accept-types and accept-wrapped-types:
//   format-list  = format-entry *( SP format-entry )
//   format-entry = ( ( type "/" subtype ) / ( type "/" "*" ) ) *( ";" type-param ) / "*"
//   type-param   = parm-attribute "=" ( token / quoted-string )

const TOKEN = "[!#$%&'+\\-.^_`{|}~0-9A-Za-z]+";
const ENTRY = /(?:"(?:[^"\\]|\\[^])*"|[^\s"])+/gu;
const TYPE = new RegExp(`^(?:\\*|${TOKEN}/(?:\\*|${TOKEN}))$`, 'u');

/** Entries kept of one list at most; what stands behind them is ignored. */
export const FORMAT_LIST_LIMIT = 64;
/** Characters of one list looked at. */
const CHARACTERS = 4096;

/**
 * Reads a list: each entry in lower case without its parameters, repeats left out. "A format-entry with one or more parameters is
 * assumed to match the same format-entry with no parameters" (RFC 4975 §8.6). Empty and malformed entries are left out.
 * Req: SDP-008.
 */
export function parseFormatList(value: string): readonly string[] {
  const entries = new Set<string>();
  for (const [entry] of value.slice(0, CHARACTERS).matchAll(ENTRY)) {
    const type = (entry.split(';', 1)[0] ?? '').toLowerCase();
    if (TYPE.test(type)) entries.add(type);
    if (entries.size >= FORMAT_LIST_LIMIT) break;
  }
  return [...entries];
}

/** Writes a list. Throws `RangeError` when it is empty or holds something that is no entry. */
export function formatFormatList(entries: readonly string[]): string {
  if (entries.length === 0 || !entries.every((entry) => TYPE.test(entry)))
    throw new RangeError('malformed format list');
  return entries.join(' ');
}

/** True when the list has the media type, all of its type, or `*`. The type compares without case and without parameters. */
export function admits(list: readonly string[], mediaType: string): boolean {
  const type = (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  const family = `${type.slice(0, type.indexOf('/') + 1)}*`;
  return list.some((entry) => entry === '*' || entry === type || entry === family);
}
