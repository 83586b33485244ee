import { type HeaderFields, ok, type Result } from '@plenary/wire';
import type { SipError } from './errors.js';
import { readOptional } from './header/list.js';
import { parseNumber } from './header/numbers.js';

/**
 * Content-Length in octets (RFC 3261 section 20.14); `undefined` when absent. Twice is an error even if both agree:
 * two readers that pick different ones would see different messages (RFC 4475 section 3.3.9).
 */
export function readContentLength(headers: HeaderFields): Result<number | undefined, SipError> {
  const length = readOptional(headers, 'Content-Length', (value) => parseNumber(value, Number.MAX_SAFE_INTEGER));
  return length.ok ? ok(length.value) : length;
}
