/**
 * Subscription-State (RFC 6665 section 8.2.3).
 *
 * Subscription-State = substate-value *( SEMI ( "reason" / "expires" / "retry-after" / generic-param ) )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNumber, maxDeltaSeconds, parseNumber } from './numbers.js';
import { formatParams, type HeaderParam, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { isToken, Scanner } from './scan.js';

export interface SubscriptionState {
  /** Lower case: `active`, `pending`, `terminated` or an extension. */
  readonly state: string;
  /** Lower case: `deactivated`, `probation`, `rejected`, `timeout`, `giveup`, `noresource`, `invariant`, … */
  readonly reason?: string | undefined;
  readonly expiresSeconds?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly params: HeaderParams;
}

/** Parses Subscription-State. Numbers that cannot be read are left out: the state still says what matters. */
export function parseSubscriptionState(value: string): Result<SubscriptionState, SipError> {
  const scanner = new Scanner(value);
  const state = scanner.lws().token();
  const params = state === undefined ? undefined : scanParams(scanner);
  if (state === undefined || params === undefined) return err(new SipError('malformed-header', 'No state.'));
  const reason = paramValue(params, 'reason');
  const expires = parseNumber(paramValue(params, 'expires') ?? '', maxDeltaSeconds);
  const retryAfter = parseNumber(paramValue(params, 'retry-after') ?? '', maxDeltaSeconds);
  return ok({
    state: state.toLowerCase(),
    ...(reason === undefined ? {} : { reason: reason.toLowerCase() }),
    ...(expires.ok ? { expiresSeconds: expires.value } : {}),
    ...(retryAfter.ok ? { retryAfterSeconds: retryAfter.value } : {}),
    params: withoutParams(params, 'reason', 'expires', 'retry-after'),
  });
}

export function formatSubscriptionState(value: SubscriptionState): string {
  const { state, reason, expiresSeconds, retryAfterSeconds, params } = value;
  if (!isToken(state)) throw new TypeError('not a state');
  const known: HeaderParam[] = [];
  if (expiresSeconds !== undefined) known.push(seconds('expires', expiresSeconds));
  if (reason !== undefined) known.push({ name: 'reason', value: reason });
  if (retryAfterSeconds !== undefined) known.push(seconds('retry-after', retryAfterSeconds));
  return `${state}${formatParams(known)}${formatParams(params)}`;
}

function seconds(name: string, value: number): HeaderParam {
  return { name, value: formatNumber(value, maxDeltaSeconds) };
}
