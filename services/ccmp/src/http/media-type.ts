/** The media type of CCMP bodies, RFC 6503 §12.3. */
export const ccmpMediaType = 'application/ccmp+xml';

/** As it is sent: with the charset (decision on CCMP-003). */
export const ccmpContentType = 'application/ccmp+xml;charset=UTF-8';

interface MediaType {
  /** `type/subtype`, lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// RFC 9110 §5.6.2, §8.3.1
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const typePattern = new RegExp(`^(${token}/${token})$`);
const parameterPattern = new RegExp(`^(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")$`);

/** One media type or range with its parameters; undefined when it is none. */
function parseMediaType(text: string): MediaType | undefined {
  const [type = '', ...rest] = splitOutsideQuotes(text, ';');
  const matched = typePattern.exec(type.trim());
  if (matched === null) return undefined;
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    if (piece.trim() === '') continue;
    const parameter = parameterPattern.exec(piece.trim());
    if (parameter === null) return undefined;
    const [, name = '', plain, quoted = ''] = parameter;
    parameters.set(name.toLowerCase(), plain ?? quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return { type: (matched[1] ?? '').toLowerCase(), parameters };
}

/** True for CCMP in UTF-8; a type without charset is read as UTF-8, another charset is not taken. Req: CCMP-003. */
export function isCcmpContent(contentType: string | undefined): boolean {
  const parsed = contentType === undefined ? undefined : parseMediaType(contentType);
  if (parsed?.type !== ccmpMediaType) return false;
  const charset = parsed.parameters.get('charset');
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

/**
 * True when the client takes CCMP answers: Accept is missing, or the most specific range that covers it has a weight above 0
 * (RFC 9110 §12.5.1). An Accept that cannot be read excludes everything. Req: CCMP-003.
 */
export function acceptsCcmp(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  let best: { readonly rank: number; readonly weight: number } | undefined;
  for (const piece of splitOutsideQuotes(accept, ',')) {
    const range = piece.trim() === '' ? undefined : parseMediaType(piece);
    if (range === undefined) continue;
    const rank = rankOf(range);
    if (rank === 0) continue;
    const weight = Number(range.parameters.get('q') ?? '1');
    if (best === undefined || rank > best.rank || (rank === best.rank && weight > best.weight)) best = { rank, weight };
  }
  return best !== undefined && best.weight > 0;
}

/** How closely a range covers CCMP in UTF-8; 0: not at all. */
function rankOf({ type, parameters }: MediaType): number {
  if (type === '*/*') return 1;
  if (type === 'application/*') return 2;
  if (type !== ccmpMediaType) return 0;
  const charset = parameters.get('charset');
  if (charset === undefined) return 3;
  return charset.toLowerCase() === 'utf-8' ? 4 : 0;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let begun = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isQuoted && character === '\\') index++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      pieces.push(text.slice(begun, index));
      begun = index + 1;
    }
  }
  pieces.push(text.slice(begun));
  return pieces;
}
