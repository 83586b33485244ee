/**
 * Content-Disposition (RFC 3261 section 20.11): what a body is for, and whether it must be understood.
 *
 * Content-Disposition = disp-type *( SEMI disp-param )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatParams, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { isToken, Scanner } from './scan.js';

export interface ContentDisposition {
  /** Lower case: `session`, `render`, `recipient-list`, … */
  readonly type: string;
  /** Default `required`. */
  readonly handling: 'required' | 'optional';
  readonly params: HeaderParams;
}

/** Parses Content-Disposition. Unknown handling counts as required: refusing is safer than ignoring. */
export function parseContentDisposition(value: string): Result<ContentDisposition, SipError> {
  const scanner = new Scanner(value);
  const type = scanner.lws().token();
  const params = type === undefined ? undefined : scanParams(scanner);
  if (type === undefined || params === undefined) return err(new SipError('malformed-header', 'No disposition.'));
  const isOptional = paramValue(params, 'handling')?.toLowerCase() === 'optional';
  const handling = isOptional ? 'optional' : 'required';
  return ok({ type: type.toLowerCase(), handling, params: withoutParams(params, 'handling') });
}

/** Writes Content-Disposition; `handling=required` is the default and left out. */
export function formatContentDisposition({ type, handling, params }: ContentDisposition): string {
  if (!isToken(type)) throw new TypeError('not a disposition');
  return `${type}${handling === 'optional' ? ';handling=optional' : ''}${formatParams(params)}`;
}
