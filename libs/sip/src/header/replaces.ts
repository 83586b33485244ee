/**
 * Replaces and Join (RFC 3891 section 6.1; RFC 3911 section 7.1): a dialog, named from the receiver's point of view.
 *
 * Replaces = callid *( SEMI ( to-tag / from-tag / early-flag / generic-param ) )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { parseCallId } from './call-id.js';
import { findParam, formatParams, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { Scanner } from './scan.js';

export interface Replaces {
  readonly callId: string;
  /** The receiver's own tag. */
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
  readonly params: HeaderParams;
}

/** Parses Replaces or Join. "A Replaces header field MUST contain exactly one to-tag and exactly one from-tag". */
export function parseReplaces(value: string): Result<Replaces, SipError> {
  const scanner = new Scanner(value);
  const callId = parseCallId(scanner.lws().match(/[^\s;]+/y) ?? '');
  if (!callId.ok) return callId;
  const params = scanParams(scanner);
  const toTag = params === undefined ? undefined : paramValue(params, 'to-tag');
  const fromTag = params === undefined ? undefined : paramValue(params, 'from-tag');
  if (params === undefined || toTag === undefined || fromTag === undefined) {
    return err(new SipError('malformed-header', 'No to-tag and from-tag.'));
  }
  const earlyOnly = findParam(params, 'early-only') !== undefined;
  const rest = withoutParams(params, 'to-tag', 'from-tag', 'early-only');
  return ok({ callId: callId.value, toTag, fromTag, earlyOnly, params: rest });
}

export function formatReplaces({ callId, toTag, fromTag, earlyOnly, params }: Replaces): string {
  const tags = formatParams([
    { name: 'to-tag', value: toTag },
    { name: 'from-tag', value: fromTag },
  ]);
  return `${callId}${tags}${earlyOnly ? ';early-only' : ''}${formatParams(params)}`;
}
