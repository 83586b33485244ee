import {
  checkNonce,
  formatChallenge,
  identityEquals,
  makeNonce,
  parseCredentials,
  verifyDigest,
  type DigestAlgorithm,
  type DigestCredentials,
  type Hmac,
} from '@plenary/wire';
import type { Clock } from '@plenary/service';
import { formatUri, parseUri, readAssertedIdentities, readVias, type SipFlow, type SipRequest } from '@plenary/sip';
import type { FocusEvents } from '../events.js';
import type { DigestAlgorithmName } from '../room-state/interface.js';
import type { NonceStore } from '../store/interface.js';
import type { CredentialCache } from './credential-cache.js';
import type { FailureLimit } from './failure-limit.js';
import { hashHex } from './hash.js';

/** Who sent a request, as far as the focus vouches for it. */
export interface AuthenticatedUser {
  /** Address of record. */
  readonly uri: string;
  /** Every URI it may call itself, its address of record first. */
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

export type AuthOutcome =
  | { readonly kind: 'authenticated'; readonly user: AuthenticatedUser }
  /** Answer 401 with these WWW-Authenticate values. */
  | { readonly kind: 'challenge'; readonly challenges: readonly string[] }
  /** Answer 403: too many wrong answers, or somebody else's From. */
  | { readonly kind: 'forbidden' };

export interface AuthenticatorOptions {
  readonly realm: string;
  /** Offered in this order, strongest first (AUTH-002). */
  readonly algorithms: readonly DigestAlgorithmName[];
  readonly hmac: Hmac;
  readonly nonceLifetimeMs: number;
  readonly clock: Clock;
  readonly credentials: CredentialCache;
  readonly nonces: NonceStore;
  readonly failures: FailureLimit;
  /** Peers whose P-Asserted-Identity counts: addresses, `tls:` and a domain. */
  readonly trustedPeers: ReadonlySet<string>;
  /** Makes the part of a nonce that keeps two challenges apart: base64url. */
  readonly unique: () => string;
  readonly events: Pick<FocusEvents, 'authFailed'>;
}

/** H(A1) compared against when the user is unknown, so that both failures take the same time (AUTH-007). */
const nobodysHa1: Record<DigestAlgorithmName, string> = { MD5: '0'.repeat(32), 'SHA-256': '0'.repeat(64) };

/**
 * Digest authentication of requests from outside (RFC 3261 section 22, RFC 7616, RFC 8760), and P-Asserted-Identity from trusted peers
 * (RFC 3325). Nonces prove themselves, so any replica takes the answer to another one's challenge; only their use counts are shared.
 * Rejects when room-state or the database does not answer.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  async authenticate(request: SipRequest, flow: SipFlow, from: string): Promise<AuthOutcome> {
    const { trustedPeers, failures, events } = this.#options;
    const isTrusted = isTrustedPeer(trustedPeers, flow);
    if (isTrusted) {
      const asserted = readAssertedIdentities(request.headers);
      const identities = asserted.ok ? asserted.value.map(({ uri }) => formatUri(uri)) : [];
      // A telephone number is the second name where there are two.
      const uri = identities.find((identity) => /^sips?:/iu.test(identity)) ?? identities[0];
      if (uri !== undefined) return { kind: 'authenticated', user: { uri, identities, systemRoles: [] } };
    }
    const certified = flow.tlsPeer?.users.find((user) => identityEquals(user, from));
    // The certificate says whose From it may be (RFC 7701 section 5.2; AUTH-014).
    if (certified !== undefined)
      return { kind: 'authenticated', user: { uri: certified, identities: [certified], systemRoles: [] } };
    const presented = this.#presented(request);
    const source = isTrusted ? addressBeforeProxy(request, flow) : flow.remoteAddress;
    if (failures.exceeded(source, presented?.username)) return { kind: 'forbidden' };
    if (!presented) return this.#challenge(false);

    const outcome = await this.#check(presented, request);
    if (typeof outcome === 'string') {
      events.authFailed(outcome);
      // An old nonce says nothing about the person; anything else may be guessing.
      if (outcome !== 'stale' && outcome !== 'replayed') failures.note(source, presented.username);
      return this.#challenge(outcome === 'stale' || outcome === 'replayed');
    }
    if (!outcome.identities.some((identity) => identityEquals(identity, from))) {
      events.authFailed('identity');
      return { kind: 'forbidden' };
    }
    return { kind: 'authenticated', user: outcome };
  }

  /** Credentials for our realm with an algorithm we offer. */
  #presented(request: SipRequest): (DigestCredentials & { algorithm: DigestAlgorithmName }) | undefined {
    for (const value of request.headers.getAll('Authorization')) {
      const credentials = parseCredentials(value);
      if (!credentials.ok || credentials.value.realm !== this.#options.realm) continue;
      const algorithm = this.#options.algorithms.find((offered) => offered === credentials.value.algorithm);
      if (algorithm !== undefined) return { ...credentials.value, algorithm };
    }
    return undefined;
  }

  async #check(
    credentials: DigestCredentials & { algorithm: DigestAlgorithmName },
    request: SipRequest,
  ): Promise<AuthenticatedUser | 'unknown' | 'wrong' | 'stale' | 'replayed'> {
    const { clock, hmac, nonceLifetimeMs, nonces, realm } = this.#options;
    const { username, algorithm, nonce, nc } = credentials;
    const freshness = checkNonce(nonce, clock.nowMs(), this.#scope(algorithm), hmac, { lifetimeMs: nonceLifetimeMs });
    if (freshness === 'forged') return 'wrong';
    // RFC 2069 clients, which count nothing, are not served (AUTH-004).
    if (nc === undefined || !namesTarget(credentials.uri, request.requestUri)) return 'wrong';
    const account = await this.#options.credentials.get(username, realm, algorithm);
    const right = verifyDigest(hashHex, account?.ha1 ?? nobodysHa1[algorithm], request.method, credentials);
    if (!account) return 'unknown';
    if (!right) return 'wrong';
    if (freshness === 'stale') return 'stale';
    const used = await nonces.use(nonce, Number.parseInt(nc, 16), clock.nowMs() + 2 * nonceLifetimeMs);
    if (!used) return 'replayed';
    const uri = account.identities[0] ?? `sip:${username}@${realm}`;
    return {
      uri,
      identities: account.identities.length > 0 ? account.identities : [uri],
      systemRoles: account.systemRoles,
    };
  }

  #challenge(stale: boolean): AuthOutcome {
    const { algorithms, clock, hmac, realm, unique } = this.#options;
    return {
      kind: 'challenge',
      challenges: algorithms.map((algorithm) =>
        formatChallenge({
          realm,
          nonce: makeNonce(clock.nowMs(), this.#scope(algorithm), hmac, unique()),
          algorithm,
          qop: 'auth',
          stale,
        }),
      ),
    };
  }

  #scope(algorithm: DigestAlgorithm): string {
    return `${this.#options.realm} ${algorithm}`;
  }
}

function isTrustedPeer(trusted: ReadonlySet<string>, { remoteAddress, tlsPeer }: SipFlow): boolean {
  if (trusted.has(remoteAddress)) return true;
  return tlsPeer?.domains.some((domain) => trusted.has(`tls:${domain}`)) === true;
}

/** Where a request came from before a proxy that is trusted: failures of its clients do not shut it out itself. */
function addressBeforeProxy(request: SipRequest, flow: SipFlow): string {
  const vias = readVias(request.headers);
  const [, before] = vias.ok ? vias.value : [];
  return before === undefined ? flow.remoteAddress : (before.received ?? before.host);
}

/** "the server MUST [check] that the resource designated by the Request-URI is the same as the one in the uri parameter" (RFC 7616 section 3.4). */
function namesTarget(uri: string | undefined, requestUri: string): boolean {
  if (uri === undefined) return false;
  if (uri === requestUri) return true;
  const [asked, target] = [parseUri(uri), parseUri(requestUri)];
  return asked.ok && target.ok && identityEquals(formatUri(asked.value), formatUri(target.value));
}
