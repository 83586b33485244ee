import type { Identity } from '@plenary/proto/roomstate';
import {
  type ClientCertificate,
  identityOfCertificate,
  type NamedIdentity,
} from './authentication/certificate-identity.js';
import type { ProofMemory } from './authentication/proof-memory.js';
import { bearerToken, type TokenCheck } from './authentication/token.js';
import type { ProofKind } from './config.js';
import type { Deadline } from './deadline.js';
import type { Events } from './events.js';
import type { RoomState } from './room-state/interface.js';

/** What a request brings to prove who sent it. */
export interface Proofs {
  /** The parameter `subject`, as it stands in the request. */
  readonly subject: { readonly username?: string | undefined; readonly password?: string | undefined } | undefined;
  readonly authorization: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Where the request came from, for the limit on guessing. */
  readonly source: string;
}

/** Who sent a request. */
export type Authentication =
  | { readonly kind: 'proven'; readonly identity: Identity }
  /** It brought no proof of a kind that counts here. */
  | { readonly kind: 'nothing' }
  /** It brought one that is wrong: one answer, whatever is wrong with it. */
  | { readonly kind: 'refused' };

const nameLength = 255;

/**
 * Finds out who sends requests. A subject parameter is looked at before a token, and that before a certificate; the first that is
 * there decides, and a wrong one is not made good by another. Passwords are room-state's to check, tokens and certificates are
 * checked here and room-state says whose they are.
 *
 * Spec: RFC 6503 §5.1, §10.2.   Req: CCMP-050, SEC-008, SEC-011.
 */
export class Authenticator {
  readonly #kinds: ReadonlySet<ProofKind>;
  readonly #roomState: RoomState;
  readonly #memory: ProofMemory;
  readonly #checkToken: TokenCheck | undefined;
  readonly #events: Events;

  constructor(options: {
    readonly kinds: readonly ProofKind[];
    readonly roomState: RoomState;
    readonly memory: ProofMemory;
    readonly checkToken: TokenCheck | undefined;
    readonly events: Events;
  }) {
    this.#kinds = new Set(options.kinds);
    this.#roomState = options.roomState;
    this.#memory = options.memory;
    this.#checkToken = options.checkToken;
    this.#events = options.events;
  }

  /** Rejects when nobody can say. */
  async authenticate(proofs: Proofs, deadline: Deadline): Promise<Authentication> {
    const { subject, source } = proofs;
    if (subject !== undefined && this.#kinds.has('subject')) return this.#bySubject(subject, source, deadline);
    const token = this.#kinds.has('token') ? bearerToken(proofs.authorization) : undefined;
    if (token !== undefined) {
      const named = await this.#checkToken?.(token);
      return named === undefined ? this.#refused('token') : this.#assert(named, source, 'token', deadline);
    }
    if (proofs.certificate !== undefined && this.#kinds.has('certificate')) {
      const named = identityOfCertificate(proofs.certificate);
      return named === undefined ? this.#refused('certificate') : this.#assert(named, source, 'certificate', deadline);
    }
    return { kind: 'nothing' };
  }

  async #bySubject(
    {
      username = '',
      password = '',
    }: { readonly username?: string | undefined; readonly password?: string | undefined },
    source: string,
    deadline: Deadline,
  ): Promise<Authentication> {
    // Longer names are no account's, and room-state does not look at them.
    if (username === '' || password === '' || username.length > nameLength) return this.#refused('subject');
    const known = this.#memory.find(username, password);
    if (known !== undefined) return { kind: 'proven', identity: known };
    const proof = { $case: 'password', value: { username, password } } as const;
    const { identity, throttled } = await this.#roomState.authenticate({ proof, source }, deadline);
    if (identity === undefined) return this.#refused(throttled ? 'throttled' : 'subject');
    this.#memory.keep(username, password, identity);
    return { kind: 'proven', identity };
  }

  async #assert(named: NamedIdentity, source: string, by: ProofKind, deadline: Deadline): Promise<Authentication> {
    const value = { username: '', uri: '', ...named };
    const { identity } = await this.#roomState.authenticate({ proof: { $case: 'assertion', value }, source }, deadline);
    return identity === undefined ? this.#refused(by) : { kind: 'proven', identity };
  }

  #refused(reason: ProofKind | 'throttled'): Authentication {
    this.#events.authenticationFailed(reason);
    return { kind: 'refused' };
  }
}
