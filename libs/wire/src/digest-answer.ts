import { digestHa1, digestResponse, type HashHex } from './digest.js';
import type { DigestChallenge, DigestCredentials } from './digest-params.js';
import { digestAlgorithms } from './digest-params.js';

/**
 * The client's side: credentials for a challenge (RFC 7616 section 3.4).
 *
 * `nonceCount` is how many requests, this one included, were sent with this nonce: 1 to 2**32 - 1.
 */
export function answerChallenge(
  hash: HashHex,
  challenge: DigestChallenge,
  user: { readonly username: string; readonly password: string },
  request: { readonly method: string; readonly uri: string; readonly cnonce: string; readonly nonceCount: number },
): DigestCredentials {
  const { realm, nonce, algorithm, qop, opaque } = challenge;
  const { method, uri, cnonce, nonceCount } = request;
  if (!Number.isInteger(nonceCount) || nonceCount < 1 || nonceCount > 0xffffffff) throw new RangeError('nonceCount');
  const ha1 = digestHa1(hash, algorithm, { ...user, realm });
  const counted = qop === undefined ? {} : { qop, nc: nonceCount.toString(16).padStart(8, '0'), cnonce };
  const response = digestResponse(hash, ha1, method, { algorithm, nonce, uri, ...counted });
  const echoed = opaque === undefined ? {} : { opaque };
  return { username: user.username, realm, nonce, uri, response, algorithm, ...counted, ...echoed };
}

/**
 * The strongest of several challenges that can be computed: "use the topmost header field that it supports" would be
 * the server's order (RFC 8760 section 2.4); servers that list MD5 first get SHA-256 all the same.
 */
export function strongestChallenge(challenges: readonly DigestChallenge[]): DigestChallenge | undefined {
  return digestAlgorithms.map((name) => challenges.find(({ algorithm }) => algorithm === name)).find((found) => found);
}
