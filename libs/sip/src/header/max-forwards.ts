/**
 * Max-Forwards (RFC 3261 section 20.22): 0 to 255.
 */
import type { Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { formatNumber, parseNumber } from './numbers.js';

/** What a request begins with (section 8.1.1.6). */
export const initialMaxForwards = 70;

export function parseMaxForwards(value: string): Result<number, SipError> {
  return parseNumber(value, 255);
}

export function formatMaxForwards(hops: number): string {
  return formatNumber(hops, 255);
}
