import { identityKey } from '@plenary/wire';

/** Characters of an identity at most. */
export const maxIdentityLength = 512;

/**
 * What the spellings of one identity share. SIP, SIPS, IM and TEL URIs are compared as CHAT-005 says; of an XMPP address
 * the resource is no part; any other URI is compared in lower case. `undefined` for what is no URI, or too long.
 *
 * Req: XCON-010, POL-012.
 */
export function userKey(uri: string): string | undefined {
  if (uri.length > maxIdentityLength) return undefined;
  const known = identityKey(uri);
  if (known !== undefined) return known;
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):([^\s<>"]+)$/.exec(uri.trim()) ?? [];
  if (rest === '' || /^(?:sips?|im|tel|xcon|xcon-userid)$/i.test(scheme)) return undefined;
  const bare = scheme.toLowerCase() === 'xmpp' ? (rest.split(/[/?]/, 1)[0] ?? '') : rest;
  return bare === '' ? undefined : JSON.stringify([scheme.toLowerCase(), bare.toLowerCase()]);
}

/** Can this URI stand for a user? */
export function isUserUri(uri: string): boolean {
  return userKey(uri) !== undefined;
}
