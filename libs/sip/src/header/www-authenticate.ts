/**
 * WWW-Authenticate and Authorization (RFC 3261 sections 20.7, 20.44; RFC 8760): one challenge or one set of
 * credentials per header field, never a comma list. The values are those of `@plenary/wire`'s digest.
 */
import {
  type DigestChallenge,
  type DigestCredentials,
  formatChallenge,
  type HeaderFields,
  parseChallenge,
  parseCredentials,
} from '@plenary/wire';

/** The Digest challenges of a 401 that we can answer, in order; others are skipped. */
export function readChallenges(headers: HeaderFields): DigestChallenge[] {
  return headers.getAll('WWW-Authenticate').flatMap((value) => {
    const challenge = parseChallenge(value);
    return challenge.ok ? [challenge.value] : [];
  });
}

/** One header field per challenge, in the order given: strongest first (RFC 8760 section 2.4). */
export function appendChallenges(headers: HeaderFields, challenges: readonly DigestChallenge[]): void {
  for (const challenge of challenges) headers.append('WWW-Authenticate', formatChallenge(challenge));
}

/**
 * The Digest credentials for a realm; `undefined` when there are none, or only such as cannot be read or are of another
 * scheme: then the request is challenged as if it had none (AUTH-002).
 */
export function readCredentials(headers: HeaderFields, realm: string): DigestCredentials | undefined {
  for (const value of headers.getAll('Authorization')) {
    const credentials = parseCredentials(value);
    if (credentials.ok && credentials.value.realm === realm) return credentials.value;
  }
  return undefined;
}
