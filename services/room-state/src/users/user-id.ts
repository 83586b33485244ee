import { parseIdentity, type UserId } from '@plenary/wire';
import { formatXconUserId } from '@plenary/xcon';
import { inBase36, type RandomBytes } from '../ids.js';

/** 26 characters of base36 are 134 bits. */
const idLength = 26;

/** A new XCON-USERID nobody can guess, in lower case. Spec: RFC 6501 §4.6.5, §8. Req: XCON-005, XCON-008. */
export function newUserId(domain: string, random: RandomBytes): UserId {
  return formatXconUserId({ userId: inBase36(idLength, random), host: domain });
}

/**
 * The XCON-USERID a user of the demo has: its name. `undefined` for a URI of elsewhere, and for names with other
 * characters than such an id has, or upper-case letters: those would be another user's in lower case. Req: Q27 by XCON-008.
 */
export function demoUserId(domain: string, uri: string): UserId | undefined {
  const identity = parseIdentity(uri);
  if (identity === undefined || (identity.scheme !== 'sip' && identity.scheme !== 'sips')) return undefined;
  const { user, host, port, gr } = identity;
  const plain = host === domain.toLowerCase() && port === undefined && gr === undefined;
  return plain && /^[a-z0-9\-._~]{1,64}$/.test(user) ? formatXconUserId({ userId: user, host: domain }) : undefined;
}
