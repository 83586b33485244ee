/**
 * P-Asserted-Identity (RFC 3325 section 9.1): one or two addresses. Whose word it is, is the caller's question (AUTH-010).
 *
 * PAssertedID-value = name-addr / addr-spec
 */
import { err, type HeaderFields, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { type NameAddr, parseNameAddr } from '../name-addr.js';
import { readList } from './list.js';

/**
 * The asserted addresses; empty when absent. "If there is one value, it MUST be a sip, sips, or tel URI. If there are
 * two values, one value MUST be a sip or sips URI and the other MUST be a tel URI." Anything else is malformed.
 */
export function readAssertedIdentities(headers: HeaderFields): Result<NameAddr[], SipError> {
  const identities = readList(headers, 'P-Asserted-Identity', parseNameAddr);
  if (!identities.ok) return identities;
  const kinds = identities.value.map(({ uri }) => uri.kind);
  const isSound = kinds.length <= 2 && !kinds.includes('other') && new Set(kinds).size === kinds.length;
  return isSound ? ok(identities.value) : err(new SipError('malformed-header', 'Not one sip and one tel URI.'));
}
