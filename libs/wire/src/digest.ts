/**
 * Digest access authentication for SIP and for MSRP AUTH: RFC 7616, with RFC 8760 (SIP algorithms) and RFC 2617's
 * form without qop. Only qop "auth"; no "-sess" algorithm, no auth-int, no userhash.
 *
 * Nothing is hashed here: the hash is an argument, so that this runs in a browser as well.
 */
import { type DigestAlgorithm, type DigestCredentials, quoteDigest } from './digest-params.js';

/** Hash of a text (UTF-8 octets) or of octets, in lower-case hex. Must know every algorithm it is called with. */
export type HashHex = (algorithm: DigestAlgorithm, data: string | Uint8Array) => string;

/** HA1 = H( username ":" realm ":" password ), RFC 7616 section 3.4.2. This, not the password, is what is kept. */
export function digestHa1(
  hash: HashHex,
  algorithm: DigestAlgorithm,
  user: { readonly username: string; readonly realm: string; readonly password: string },
): string {
  return hash(algorithm, `${user.username}:${user.realm}:${user.password}`);
}

/** HA2 = H( Method ":" digest-uri-value ), RFC 7616 section 3.4.3. */
export function digestHa2(hash: HashHex, algorithm: DigestAlgorithm, method: string, uri: string): string {
  return hash(algorithm, `${method}:${uri}`);
}

/** What a response is made of beside HA1 and the method. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly nonce: string;
  readonly uri: string;
  /** Absent: the form of RFC 2069, without nc and cnonce. */
  readonly qop?: 'auth' | undefined;
  /** 8 hex digits. */
  readonly nc?: string | undefined;
  readonly cnonce?: string | undefined;
}

/** response, in lower-case hex (RFC 7616 section 3.4.1; without qop RFC 2617 section 3.2.2.1). */
export function digestResponse(hash: HashHex, ha1: string, method: string, input: DigestInput): string {
  return keyed(hash, ha1, digestHa2(hash, input.algorithm, method, input.uri), input);
}

/** rspauth of Authentication-Info: as the response, but A2 = ":" digest-uri-value (RFC 7616 section 3.5). */
export function digestRspauth(hash: HashHex, ha1: string, input: DigestInput): string {
  return keyed(hash, ha1, digestHa2(hash, input.algorithm, '', input.uri), input);
}

function keyed(hash: HashHex, ha1: string, ha2: string, input: DigestInput): string {
  const { algorithm, nonce, nc, cnonce, qop } = input;
  if (qop === undefined) return hash(algorithm, `${ha1}:${nonce}:${ha2}`);
  if (nc === undefined || cnonce === undefined) throw new TypeError('qop needs nc and cnonce');
  return hash(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
}

/**
 * Whether the response in the credentials is the one that somebody who knows HA1 gives for this method.
 *
 * `uri` is what to hash when the credentials carry none (MSRP AUTH clients may omit it, RFC 4976 section 5.1); whether
 * a uri they do carry is ours to serve is the caller's question. Takes the same time for every wrong response, so for
 * an unknown user call it with some HA1 of the right length.
 */
export function verifyDigest(
  hash: HashHex,
  ha1: string,
  method: string,
  credentials: DigestCredentials,
  uri: string | undefined = credentials.uri,
): boolean {
  const { algorithm, nonce, nc, cnonce, qop, response } = credentials;
  const digestUri = credentials.uri ?? uri;
  if (digestUri === undefined) return false;
  const expected = digestResponse(hash, ha1, method, { algorithm, nonce, uri: digestUri, qop, nc, cnonce });
  return equalInConstantTime(expected, response.toLowerCase());
}

/** Compares two texts in a time that depends on their lengths only. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) difference |= (a.charCodeAt(i) || 0) ^ (b.charCodeAt(i) || 0);
  return difference === 0;
}

/** Value of Authentication-Info (RFC 7616 section 3.5). */
export function formatAuthenticationInfo(info: {
  readonly rspauth?: string | undefined;
  readonly nextnonce?: string | undefined;
  readonly qop?: 'auth' | undefined;
  readonly nc?: string | undefined;
  readonly cnonce?: string | undefined;
}): string {
  const params: string[] = [];
  if (info.nextnonce !== undefined) params.push(`nextnonce=${quoteDigest(info.nextnonce)}`);
  if (info.qop !== undefined) params.push(`qop=${info.qop}`);
  if (info.rspauth !== undefined) params.push(`rspauth=${quoteDigest(info.rspauth)}`);
  if (info.cnonce !== undefined) params.push(`cnonce=${quoteDigest(info.cnonce)}`);
  if (info.nc !== undefined) params.push(`nc=${info.nc}`);
  return params.join(', ');
}
