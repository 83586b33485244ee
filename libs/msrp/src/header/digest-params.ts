/**
 * The parameter lists of Digest headers (RFC 4976 section 7), common to WWW-Authenticate, Authorization and
 * Authentication-Info.
 *
 * ```abnf
 * auth-param = token "=" ( token / quoted-string )
 * ```
 * Commas are followed by one SP in what we write, by any number of blanks in what we read.
 */
import { err, ok, type Result } from '@plenary/wire';
import { isToken } from '../characters.js';
import { MsrpError } from '../errors.js';
import { quote, unquote } from '../quoted-string.js';

/** More parameters than any use of Digest has. */
const MAX_PARAMS = 32;

/** Reads `name=value` pairs: values unquoted, by lower-case name. Err `bad-digest`, also when a name stands twice. */
export function parseDigestParams(text: string): Result<ReadonlyMap<string, string>, MsrpError> {
  const values = new Map<string, string>();
  for (const part of splitAtCommas(text)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).toLowerCase();
    const written = part.slice(equals + 1);
    const value = written.startsWith('"') ? unquote(written) : written;
    const isGood = value !== undefined && (written.startsWith('"') || isToken(written));
    if (!isToken(name) || !isGood || values.has(name) || values.size >= MAX_PARAMS)
      return err(new MsrpError('bad-digest'));
    values.set(name, value);
  }
  return ok(values);
}

/** Reads `Digest` SP and the pairs. Err `bad-digest`, also for another scheme: "Basic" is forbidden (section 9.1). */
export function parseDigest(value: string): Result<ReadonlyMap<string, string>, MsrpError> {
  const space = value.indexOf(' ');
  if (space === -1 || value.slice(0, space).toLowerCase() !== 'digest')
    return err(new MsrpError('bad-digest', 'scheme'));
  return parseDigestParams(value.slice(space + 1));
}

/** Writes the pairs in their order; those named in `bare` without quotes. */
export function formatDigestParams(
  values: Iterable<readonly [name: string, value: string | undefined]>,
  bare: ReadonlySet<string>,
): string {
  const parts: string[] = [];
  for (const [name, value] of values) {
    if (value === undefined) continue;
    if (bare.has(name) && !isToken(value)) throw new RangeError(`digest parameter ${name} is not a token`);
    parts.push(`${name}=${bare.has(name) ? value : quote(value)}`);
  }
  return parts.join(', ');
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (isQuoted && character === '\\') i++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ',' && !isQuoted) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}
