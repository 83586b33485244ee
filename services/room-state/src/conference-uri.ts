import { identityKey, parseIdentity, type ConferenceUri } from '@plenary/wire';

const maxUriLength = 255;

/**
 * The one form of a conference URI that is stored and compared: scheme and host in lower case, no port, no parameters, no
 * headers. `sip:Lobby@LOCALHOST;transport=tcp` and `sip:Lobby@localhost:5060` name one room. `undefined` for anything but
 * `sip:` or `sips:` with user and host, up to 255 characters.
 */
export function conferenceUri(uri: string): ConferenceUri | undefined {
  if (uri.length > maxUriLength) return undefined;
  const identity = parseIdentity(uri);
  if (identity === undefined || identity.user === '') return undefined;
  if (identity.scheme !== 'sip' && identity.scheme !== 'sips') return undefined;
  return `${identity.scheme}:${escapeUser(identity.user)}@${identity.host}` as ConferenceUri;
}

/** Host of a URI in that form. */
export function hostOf(uri: ConferenceUri): string {
  return uri.slice(uri.lastIndexOf('@') + 1);
}

/** What two URIs of one user share; `undefined` for what is no identity. */
export function userKeyOf(uri: string): string | undefined {
  return identityKey(uri);
}

// user = 1*( unreserved / escaped / user-unreserved ), RFC 3261 section 25.1
function escapeUser(user: string): string {
  return user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/gu, (character) => encodeURIComponent(character));
}
