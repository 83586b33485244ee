import { createHash, timingSafeEqual } from 'node:crypto';
import { DigestAlgorithm } from '@plenary/proto/roomstate';
import { parseIdentity } from '@plenary/wire';
import type { AccountRecord, AccountStore } from './store/interface.js';

/** What an edge of the system needs to check a digest answer of one user. */
export interface Credential {
  /** H(A1), lower-case hex. */
  readonly ha1: string;
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

/** Whose account it is, once that is proven. */
export interface AccountIdentity {
  readonly username: string;
  /** AOR first. */
  readonly uris: readonly string[];
  readonly systemRoles: readonly string[];
}

export interface AccountsOptions {
  readonly store: AccountStore;
  readonly domain: string;
  /** Demo mode: every user name has an account, with the password equal to the name. */
  readonly demo: boolean;
  /** User names with the system role `administrator` in demo mode. */
  readonly demoAdministrators: readonly string[];
}

/** User names: what can stand in a SIP URI as it is. */
const usernamePattern = /^[A-Za-z0-9_.!~*'()+-]{1,64}$/;

export function isUsername(text: string): boolean {
  return usernamePattern.test(text);
}

/** H(A1) = H(username ":" realm ":" password). Spec: RFC 7616 §3.4.2. */
export function ha1(algorithm: 'md5' | 'sha256', username: string, realm: string, password: string): string {
  return createHash(algorithm).update(`${username}:${realm}:${password}`, 'utf8').digest('hex');
}

/** The account as it is kept: H(A1) for the domain's realm, the AOR first among its identities. */
export function accountRecord(
  domain: string,
  asked: {
    readonly username: string;
    readonly password: string;
    readonly identities: readonly string[];
    readonly systemRoles: readonly string[];
  },
): AccountRecord {
  const { username, password, systemRoles } = asked;
  return {
    username,
    realm: domain,
    ha1Md5: ha1('md5', username, domain, password),
    ha1Sha256: ha1('sha256', username, domain, password),
    identities: [...new Set([aorOf(username, domain), ...asked.identities])],
    systemRoles,
  };
}

/** The accounts as those see them who check proofs. Req: AUTH-016, CCMP-050. */
export class Accounts {
  constructor(private readonly options: AccountsOptions) {}

  /** The credential of a user, or `undefined` for an unknown one or another realm than the domain's. */
  async credential(asked: {
    readonly username: string;
    readonly realm: string;
    readonly algorithm: DigestAlgorithm;
  }): Promise<Credential | undefined> {
    const { username, realm, algorithm } = asked;
    if (realm !== this.options.domain) return undefined;
    if (algorithm !== DigestAlgorithm.MD5 && algorithm !== DigestAlgorithm.SHA256) return undefined;
    const account = await this.#find(username);
    if (account === undefined) return undefined;
    const { identities, systemRoles } = account;
    return { ha1: algorithm === DigestAlgorithm.MD5 ? account.ha1Md5 : account.ha1Sha256, identities, systemRoles };
  }

  /** Whose password it is. An unknown user and a wrong password take the same time and get the same answer. */
  async checkPassword(username: string, password: string): Promise<AccountIdentity | undefined> {
    const account = await this.#find(username);
    const given = Buffer.from(ha1('sha256', username, this.options.domain, password), 'hex');
    const kept = Buffer.alloc(given.byteLength);
    kept.write(account?.ha1Sha256 ?? '', 'hex');
    const right = timingSafeEqual(given, kept);
    return right && account !== undefined ? identityOf(account) : undefined;
  }

  /**
   * Whose identity somebody else has checked: that of an account by its name, else that of an account by one of its URIs, else
   * the URI alone. `undefined`: no such account, or nothing that can stand for a user.
   */
  async asserted(username: string, uri: string): Promise<AccountIdentity | undefined> {
    if (username !== '') {
      const account = await this.#find(username);
      return account === undefined ? undefined : identityOf(account);
    }
    if (uri === '') return undefined;
    const owner = await this.#ownerOf(uri);
    return owner === undefined ? { username: '', uris: [uri], systemRoles: [] } : identityOf(owner);
  }

  async #find(username: string): Promise<AccountRecord | undefined> {
    const { store, domain, demo, demoAdministrators } = this.options;
    if (!isUsername(username)) return undefined;
    const kept = await store.findAccount(username);
    if (kept?.realm === domain) return kept;
    if (!demo) return undefined;
    const systemRoles = demoAdministrators.includes(username) ? ['administrator'] : [];
    return accountRecord(domain, { username, password: username, identities: [], systemRoles });
  }

  /** Account of a URI: its user name in our domain, or whose identities hold it as it is spelled. */
  async #ownerOf(uri: string): Promise<AccountRecord | undefined> {
    const { store, domain } = this.options;
    const identity = parseIdentity(uri);
    const own = identity?.scheme === 'sip' || identity?.scheme === 'sips';
    if (own && identity.host === domain.toLowerCase() && identity.port === undefined && identity.gr === undefined)
      return this.#find(identity.user);
    const kept = await store.findAccountByIdentity(uri);
    return kept?.realm === domain ? kept : undefined;
  }
}

function identityOf({ username, identities, systemRoles }: AccountRecord): AccountIdentity {
  return { username, uris: identities, systemRoles };
}

function aorOf(username: string, domain: string): string {
  return `sip:${username}@${domain}`;
}
