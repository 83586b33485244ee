/**
 * Byte-Range (RFC 4975 sections 7.1.1 and 9).
 *
 * ```abnf
 * Byte-Range  = "Byte-Range:" SP range-start "-" range-end "/" total
 * range-start = 1*DIGIT
 * range-end   = 1*DIGIT / "*"
 * total       = 1*DIGIT / "*"
 * ```
 */
import { err, ok, type Result } from '@plenary/wire';
import { digits } from '../characters.js';
import { MsrpError } from '../errors.js';
import type { ByteRange } from '../message.js';

/**
 * Reads a range. Positions are 1-based and inclusive, so nothing at all is `1-0/0`. A range that does not fit its total
 * or its data is accepted: lengths are measured, not believed (MSRP-015).
 *
 * Err `bad-byte-range`; `number-too-large` for a number above `ceiling`, before anything is reserved for it.
 *
 * Req: MSRP-014, MSRP-016.
 */
export function parseByteRange(value: string, ceiling: number): Result<ByteRange, MsrpError> {
  const hyphen = value.indexOf('-');
  const slash = value.indexOf('/', hyphen + 1);
  if (hyphen === -1 || slash === -1) return err(new MsrpError('bad-byte-range'));
  const start = digits(value.slice(0, hyphen), ceiling);
  const end = numberOrStar(value.slice(hyphen + 1, slash), ceiling);
  const total = numberOrStar(value.slice(slash + 1), ceiling);
  if (start < 1 || end === -1 || total === -1) return err(new MsrpError('bad-byte-range'));
  if (start > ceiling || (end ?? 0) > ceiling || (total ?? 0) > ceiling)
    return err(new MsrpError('number-too-large', 'Byte-Range'));
  // One less than the start is the end of an empty range; anything below is no range.
  if (end !== undefined && end < start - 1) return err(new MsrpError('bad-byte-range'));
  return ok({ start, end, total });
}

export function formatByteRange(range: ByteRange): string {
  return `${range.start}-${range.end ?? '*'}/${range.total ?? '*'}`;
}

function numberOrStar(text: string, ceiling: number): number | undefined {
  return text === '*' ? undefined : digits(text, ceiling);
}
