import type { UserId } from '@plenary/wire';
import type { AccountIdentity, Accounts } from './accounts.js';
import type { ProvenIdentity } from './users/interface.js';
import { isUserUri } from './users/identity-key.js';
import type { Throttle } from './throttle.js';

/** Who somebody has proven to be. */
export interface Authenticated extends AccountIdentity {
  readonly kind: 'authenticated';
  /** XCON-USERIDs bound to the identity, the first URI's first. */
  readonly userIds: readonly UserId[];
}

/** `throttled`: too many wrong answers came from there, or for that user; this one was not looked at. */
export type AuthenticationAnswer = Authenticated | { readonly kind: 'refused' } | { readonly kind: 'throttled' };

export interface AuthenticationOptions {
  readonly accounts: Accounts;
  readonly users: {
    proven(identity: ProvenIdentity): Promise<UserId>;
    idsOf(identity: ProvenIdentity): Promise<UserId[]>;
  };
  readonly throttle: Throttle;
}

/**
 * Who is this? An unknown user and a wrong password get one answer after the same work, and who guesses is slowed, by source and
 * by user name. Whoever is authenticated has an XCON-USERID from then on.
 *
 * Req: CCMP-050, SEC-011, XCON-007, XCON-010.
 */
export class Authentication {
  constructor(private readonly options: AuthenticationOptions) {}

  async byPassword(username: string, password: string, source: string): Promise<AuthenticationAnswer> {
    const { accounts, throttle } = this.options;
    const keys = [`user ${username}`, ...(source === '' ? [] : [`source ${source}`])];
    if (!throttle.attempt(keys)) return { kind: 'throttled' };
    const account = await accounts.checkPassword(username, password);
    if (account === undefined) return { kind: 'refused' };
    throttle.giveBack(keys);
    return this.#authenticated(account);
  }

  /** An identity somebody else has checked: an account's name, or a URI. */
  async byAssertion(username: string, uri: string): Promise<AuthenticationAnswer> {
    if (username === '' && !isUserUri(uri)) return { kind: 'refused' };
    const account = await this.options.accounts.asserted(username, uri);
    return account === undefined ? { kind: 'refused' } : this.#authenticated(account);
  }

  async #authenticated(account: AccountIdentity): Promise<Authenticated> {
    const { users } = this.options;
    const identity = { uris: account.uris, username: account.username };
    const first = await users.proven(identity);
    const userIds = [...new Set([first, ...(await users.idsOf(identity))])];
    return { kind: 'authenticated', ...account, userIds };
  }
}
