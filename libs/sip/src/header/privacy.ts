/**
 * Privacy (RFC 3323 section 4.2): Privacy-hdr = priv-value *( ";" priv-value )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { isToken } from './scan.js';

/** What the peer asks for, lower case: `none`, `user`, `header`, `session`, `critical`, `id` (RFC 3325) or a token. */
export type PrivacyValues = readonly string[];

/** Parses Privacy. `none` beside anything else is malformed: "none" cannot be combined. */
export function parsePrivacy(value: string): Result<PrivacyValues, SipError> {
  const values = value.split(';').map((part) => part.trim().toLowerCase());
  if (!values.every(isToken)) return err(new SipError('malformed-header', 'No privacy values.'));
  if (values.length > 1 && values.includes('none')) return err(new SipError('malformed-header', 'none and others.'));
  return ok(values);
}

export function formatPrivacy(values: PrivacyValues): string {
  if (values.length === 0 || !values.every(isToken)) throw new TypeError('not privacy values');
  return values.join(';');
}
