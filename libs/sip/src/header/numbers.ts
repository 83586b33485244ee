import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';

/**
 * Parses 1*DIGIT up to `max`, leading zeros allowed (RFC 4475 section 3.1.1.1). Err `malformed-header` above it, also
 * for numbers too long to count with.
 */
export function parseNumber(text: string, max: number): Result<number, SipError> {
  const digits = text.trim();
  if (!/^\d+$/.test(digits)) return err(new SipError('malformed-header', 'Not a number.'));
  const value = Number(digits);
  return value <= max ? ok(value) : err(new SipError('malformed-header', `Above ${max}.`));
}

/** delta-seconds: "an unsigned 32-bit integer" of seconds (RFC 3261 section 20.19). */
export const maxDeltaSeconds = 2 ** 32 - 1;

/** Writes a number; throws when it is no whole number from 0 to `max`. */
export function formatNumber(value: number, max: number): string {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`not a whole number up to ${max}`);
  return String(value);
}
