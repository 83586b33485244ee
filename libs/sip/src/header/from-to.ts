/**
 * From and To (RFC 3261 sections 20.20, 20.39): an address and the tag of the dialog.
 *
 * from-spec = ( name-addr / addr-spec ) *( SEMI from-param ); from-param = tag-param / generic-param
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNameAddr, type NameAddr, parseNameAddr } from '../name-addr.js';
import { findParam, withoutParams } from './params.js';
import { isToken } from './scan.js';

/** From or To. `params` does not hold the tag. */
export interface FromTo extends NameAddr {
  readonly tag?: string | undefined;
}

/** Parses From or To. Err `malformed-header`, `malformed-uri`. A missing tag is none (RFC 2543 peers, first requests). */
export function parseFromTo(value: string): Result<FromTo, SipError> {
  const address = parseNameAddr(value);
  if (!address.ok) return address;
  const tag = findParam(address.value.params, 'tag');
  if (tag === undefined) return address;
  if (tag.value === undefined || tag.quoted === true || !isToken(tag.value)) {
    return err(new SipError('malformed-header', 'The tag is no token.'));
  }
  return ok({ ...address.value, params: withoutParams(address.value.params, 'tag'), tag: tag.value });
}

/** Writes From or To; the tag comes first among the parameters. */
export function formatFromTo(value: FromTo): string {
  const { tag, params, ...address } = value;
  return formatNameAddr({ ...address, params: tag === undefined ? params : [{ name: 'tag', value: tag }, ...params] });
}
