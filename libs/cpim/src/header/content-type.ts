// RFC 2045 §5.1:
//   content   = "Content-Type" ":" type "/" subtype *( ";" parameter )
//   parameter = attribute "=" value       value = token / quoted-string

/** A media type and its parameters. */
export interface ContentType {
  /** `type/subtype` in lower case, without parameters. */
  readonly mediaType: string;
  /** Names in lower case, values without quotes; the first of a repeated name counts. */
  readonly params: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+\\-.^_`{|}~0-9A-Za-z]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`, 'u');
const PARAMETER = new RegExp(
  `[ \\t]*;[ \\t]*(?:(${TOKEN})[ \\t]*=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\[^])*)"))?[ \\t]*`,
  'uy',
);
const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** Reads a Content-Type; undefined when it is malformed. An empty parameter (`text/plain;`) is tolerated. */
export function parseContentType(value: string): ContentType | undefined {
  const semicolon = value.indexOf(';');
  const type = semicolon === -1 ? value : value.slice(0, semicolon).trimEnd();
  if (!MEDIA_TYPE.test(type)) return undefined;
  const mediaType = type.toLowerCase();
  if (semicolon === -1) return { mediaType, params: NO_PARAMS };
  const params = new Map<string, string>();
  PARAMETER.lastIndex = semicolon;
  while (PARAMETER.lastIndex < value.length) {
    const parameter = PARAMETER.exec(value);
    if (parameter === null) return undefined;
    const name = parameter[1]?.toLowerCase();
    if (name !== undefined && !params.has(name)) {
      params.set(name, parameter[2] ?? (parameter[3] ?? '').replace(/\\([^])/gu, '$1'));
    }
  }
  return { mediaType, params };
}

/** Writes a Content-Type, quoting values that are no token. Throws `RangeError` on a malformed type or parameter name. */
export function formatContentType(contentType: ContentType): string {
  if (!MEDIA_TYPE.test(contentType.mediaType)) throw new RangeError('malformed media type');
  let out = contentType.mediaType;
  for (const [name, value] of contentType.params) {
    if (!MEDIA_TYPE.test(`x/${name}`)) throw new RangeError('malformed parameter name');
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    if (/[\x00-\x08\x0a-\x1f\x7f]/u.test(value)) throw new RangeError('a control character in a parameter');
    out += MEDIA_TYPE.test(`x/${value}`) ? `;${name}=${value}` : `;${name}="${value.replace(/["\\]/gu, '\\$&')}"`;
  }
  return out;
}

/** True for `message/cpim` in any case, whatever its parameters. Req: CPIM-001. */
export function isCpim(contentType: string): boolean {
  if (contentType === 'message/cpim') return true;
  const semicolon = contentType.indexOf(';');
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase() === 'message/cpim';
}
