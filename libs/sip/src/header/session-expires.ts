/**
 * Session-Expires and Min-SE (RFC 4028 sections 4, 5).
 *
 * Session-Expires = delta-seconds *( SEMI ( "refresher" EQUAL ("uas" / "uac") / generic-param ) )
 * Min-SE = delta-seconds *( SEMI generic-param )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNumber, maxDeltaSeconds, parseNumber } from './numbers.js';
import { formatParams, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { Scanner } from './scan.js';

export interface SessionExpires {
  /** Seconds. Values below 90 are read; whether they are refused with 422 is the session's question. */
  readonly seconds: number;
  readonly refresher?: 'uac' | 'uas' | undefined;
  readonly params: HeaderParams;
}

/** The least Min-SE there is, in seconds: "MUST NOT be less than 90 seconds" (RFC 4028 section 5). */
export const leastMinSe = 90;

/** Parses Session-Expires. A refresher other than uac and uas is malformed. */
export function parseSessionExpires(value: string): Result<SessionExpires, SipError> {
  const scanner = new Scanner(value);
  const seconds = parseNumber(scanner.lws().match(/\d+/y) ?? '', maxDeltaSeconds);
  if (!seconds.ok) return seconds;
  const params = scanParams(scanner);
  const refresher = params === undefined ? undefined : paramValue(params, 'refresher')?.toLowerCase();
  if (params === undefined || (refresher !== undefined && refresher !== 'uac' && refresher !== 'uas')) {
    return err(new SipError('malformed-header', 'Parameters.'));
  }
  const rest = withoutParams(params, 'refresher');
  return ok({ seconds: seconds.value, ...(refresher === undefined ? {} : { refresher }), params: rest });
}

export function formatSessionExpires({ seconds, refresher, params }: SessionExpires): string {
  const role = refresher === undefined ? '' : `;refresher=${refresher}`;
  return `${formatNumber(seconds, maxDeltaSeconds)}${role}${formatParams(params)}`;
}

/** Parses Min-SE: seconds; its parameters mean nothing so far and are dropped. */
export function parseMinSe(value: string): Result<number, SipError> {
  const scanner = new Scanner(value);
  const seconds = parseNumber(scanner.lws().match(/\d+/y) ?? '', maxDeltaSeconds);
  if (!seconds.ok) return seconds;
  return scanParams(scanner) === undefined ? err(new SipError('malformed-header', 'Parameters.')) : seconds;
}

export function formatMinSe(seconds: number): string {
  return formatNumber(seconds, maxDeltaSeconds);
}
