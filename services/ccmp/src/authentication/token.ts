import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { NamedIdentity } from './certificate-identity.js';

/** What bearer tokens must be like. */
export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** URL of the issuer's public keys, or a secret shared with it. */
  readonly keys: { readonly url: string } | { readonly secret: string };
  readonly claim: string;
}

/** Checks a token: whose it is; undefined when it proves nothing. Rejects when the issuer's keys cannot be had. */
export type TokenCheck = (token: string) => Promise<NamedIdentity | undefined>;

const clockToleranceSeconds = 30;
const maxTokenLength = 16 * 1024;

/** Signatures by public keys; those of a shared secret are taken only where there is one. */
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Checks JSON Web Tokens (RFC 7519): signature, issuer, audience, times; an expiry is demanded. */
export function tokenCheck(settings: TokenSettings): TokenCheck {
  const { keys, issuer, audience, claim } = settings;
  const options = { issuer, audience, clockTolerance: clockToleranceSeconds, requiredClaims: ['exp', claim] };
  const remote: JWTVerifyGetKey | undefined = 'url' in keys ? createRemoteJWKSet(new URL(keys.url)) : undefined;
  const secret = 'secret' in keys ? new TextEncoder().encode(keys.secret) : undefined;
  return async (token) => {
    if (token.length > maxTokenLength) return undefined;
    try {
      const { payload } =
        remote === undefined
          ? await jwtVerify(token, secret ?? new Uint8Array(), { ...options, algorithms: ['HS256'] })
          : await jwtVerify(token, remote, { ...options, algorithms: publicKeyAlgorithms });
      const name = payload[claim];
      if (typeof name !== 'string' || name === '') return undefined;
      return /^[a-z][a-z0-9+.-]*:/i.test(name) ? { uri: name } : { username: name };
    } catch (error) {
      if (proves(error)) return undefined;
      throw error;
    }
  };
}

/** The token's own fault, and not that its issuer does not answer. */
function proves(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return error instanceof TypeError && error.message.startsWith('Key');
  return !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC';
}

/** The token of an Authorization header field with the scheme Bearer (RFC 6750 §2.1); undefined for anything else. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
}
