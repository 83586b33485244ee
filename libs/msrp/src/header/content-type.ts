/**
 * Content-Type (RFC 4975 section 9).
 *
 * ```abnf
 * media-type = type "/" subtype *( ";" gen-param )
 * gen-param  = pname [ "=" pval ]
 * pval       = token / quoted-string
 * ```
 * Blanks around `;` are tolerated.
 */
import { err, ok, type Result } from '@plenary/wire';
import { isToken } from '../characters.js';
import { MsrpError } from '../errors.js';
import { quote, unquote } from '../quoted-string.js';

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly name: string;
  /** Parameters in order, names in lower case, values unquoted; undefined for a name alone. */
  readonly params: readonly (readonly [name: string, value: string | undefined])[];
}

/** Err `bad-content-type`. */
export function parseContentType(value: string): Result<MediaType, MsrpError> {
  const [name = '', ...parts] = splitAtSemicolons(value);
  const slash = name.indexOf('/');
  if (slash === -1 || !isToken(name.slice(0, slash)) || !isToken(name.slice(slash + 1)))
    return err(new MsrpError('bad-content-type'));
  const params: (readonly [string, string | undefined])[] = [];
  for (const part of parts) {
    const equals = part.indexOf('=');
    const paramName = equals === -1 ? part : part.slice(0, equals);
    const text = equals === -1 ? undefined : part.slice(equals + 1);
    const paramValue = text?.startsWith('"') === true ? unquote(text) : text;
    const isGood = text === undefined || (paramValue !== undefined && (text.startsWith('"') || isToken(text)));
    if (!isToken(paramName) || !isGood) return err(new MsrpError('bad-content-type', 'parameter'));
    params.push([paramName.toLowerCase(), paramValue]);
  }
  return ok({ name: name.toLowerCase(), params });
}

export function formatContentType(type: MediaType): string {
  let text = type.name;
  for (const [name, value] of type.params) {
    if (value === undefined) text += `;${name}`;
    else text += `;${name}=${isToken(value) ? value : quote(value)}`;
  }
  return text;
}

/** The media type without parameters and in lower case, for comparison; what is malformed comes back as it is. */
export function mediaTypeName(value: string): string {
  const semicolon = value.indexOf(';');
  return (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}

/** Splits at `;` outside quotes and trims the parts. */
function splitAtSemicolons(value: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (isQuoted && character === '\\') i++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ';' && !isQuoted) {
      parts.push(value.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(value.slice(from).trim());
  return parts;
}
