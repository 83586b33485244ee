/**
 * Expires and Min-Expires (RFC 3261 sections 20.19, 20.23): delta-seconds.
 */
import type { Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { formatNumber, maxDeltaSeconds, parseNumber } from './numbers.js';

/** Seconds, 0 to 2**32 - 1. Err `malformed-header`; the reader may then take its default (RFC 4475 section 3.1.2.4). */
export function parseExpires(value: string): Result<number, SipError> {
  return parseNumber(value, maxDeltaSeconds);
}

export function formatExpires(seconds: number): string {
  return formatNumber(seconds, maxDeltaSeconds);
}
