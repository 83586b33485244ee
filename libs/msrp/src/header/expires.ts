/** Expires, Min-Expires, Max-Expires (RFC 4976 section 7): `"Expires:" SP 1*DIGIT`, in seconds. */
import { err, ok, type Result } from '@plenary/wire';
import { digits } from '../characters.js';
import { MsrpError } from '../errors.js';

/** Seconds. Err `bad-expires`, also for a number above `ceiling` (MSRP-016). */
export function parseExpires(value: string, ceiling: number): Result<number, MsrpError> {
  const seconds = digits(value, ceiling);
  return seconds < 0 || seconds > ceiling ? err(new MsrpError('bad-expires')) : ok(seconds);
}

export function formatExpires(seconds: number): string {
  return String(seconds);
}
