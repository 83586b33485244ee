/**
 * Content-Type and Accept (RFC 3261 sections 20.1, 20.15).
 *
 * media-type = m-type SLASH m-subtype *( SEMI m-parameter );  media-range = `*` `/` `*` / m-type "/*" / media-type
 */
import { err, type HeaderFields, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { readList } from './list.js';
import { formatParams, type HeaderParams, scanParams } from './params.js';
import { isToken, Scanner } from './scan.js';

/** A media type, or in Accept a range with `*`. Type and subtype are in lower case. */
export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  readonly params: HeaderParams;
}

/** Parses Content-Type or one element of Accept. Err `malformed-header`. */
export function parseMediaType(value: string): Result<MediaType, SipError> {
  const scanner = new Scanner(value);
  const type = scanner.lws().token();
  const subtype = scanner.eat('/') ? scanner.token() : undefined;
  const params = subtype === undefined ? undefined : scanParams(scanner);
  if (type === undefined || subtype === undefined || params === undefined) {
    return err(new SipError('malformed-header', 'No media type.'));
  }
  return ok({ type: type.toLowerCase(), subtype: subtype.toLowerCase(), params });
}

export function formatMediaType({ type, subtype, params }: MediaType): string {
  if (!isToken(type) || !isToken(subtype)) throw new TypeError('not a media type');
  return `${type}/${subtype}${formatParams(params)}`;
}

/** `type/subtype` in lower case, without parameters. */
export function mediaTypeName({ type, subtype }: MediaType): string {
  return `${type}/${subtype}`;
}

/**
 * Whether an answer of that type is welcome. Without Accept only `application/sdp` is (section 20.1); an empty Accept
 * admits nothing; an unreadable one is taken as absent (section 8.2.2). q=0 refuses.
 */
export function accepts(headers: HeaderFields, name: string): boolean {
  const ranges = headers.has('Accept') ? readList(headers, 'Accept', parseMediaType) : undefined;
  if (ranges === undefined || !ranges.ok) return name.toLowerCase() === 'application/sdp';
  const [type, subtype] = name.toLowerCase().split('/');
  return ranges.value.some(
    (range) =>
      (range.type === '*' || range.type === type) &&
      (range.subtype === '*' || range.subtype === subtype) &&
      !range.params.some((param) => param.name.toLowerCase() === 'q' && Number(param.value) === 0),
  );
}
