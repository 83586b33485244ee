/**
 * Retry-After (RFC 3261 section 20.33): delta-seconds [ comment ] *( SEMI ( "duration" EQUAL delta-seconds / generic ) )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNumber, maxDeltaSeconds, parseNumber } from './numbers.js';
import { formatParams, type HeaderParams, scanParams } from './params.js';
import { Scanner } from './scan.js';

export interface RetryAfter {
  readonly seconds: number;
  readonly params: HeaderParams;
}

/** Parses Retry-After; a comment is skipped. A number beyond 32 bits is malformed (RFC 4475 section 3.1.2.5). */
export function parseRetryAfter(value: string): Result<RetryAfter, SipError> {
  const scanner = new Scanner(value);
  const seconds = parseNumber(scanner.lws().match(/\d+/y) ?? '', maxDeltaSeconds);
  if (!seconds.ok) return seconds;
  scanner.lws().match(/\((?:[^()\\]|\\.)*\)/sy);
  const params = scanParams(scanner);
  if (params === undefined) return err(new SipError('malformed-header', 'Parameters.'));
  return ok({ seconds: seconds.value, params });
}

export function formatRetryAfter({ seconds, params }: RetryAfter): string {
  return `${formatNumber(seconds, maxDeltaSeconds)}${formatParams(params)}`;
}
