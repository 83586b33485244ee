import { createHash } from 'node:crypto';
import { DigestAlgorithm } from '@plenary/proto/roomstate';
import type { AccountRecord, AccountStore } from './store/interface.js';

/** What an edge of the system needs to check a digest answer of one user. */
export interface Credential {
  /** H(A1), lower-case hex. */
  readonly ha1: string;
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
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

/**
 * The credential of a user, or `undefined` for an unknown one or another realm than the domain's. In demo mode every user
 * name has an account, with the password equal to the name.
 */
export async function findCredential(
  store: AccountStore,
  domain: string,
  demo: boolean,
  asked: { readonly username: string; readonly realm: string; readonly algorithm: DigestAlgorithm },
): Promise<Credential | undefined> {
  const { username, realm, algorithm } = asked;
  if (realm !== domain || !isUsername(username)) return undefined;
  if (algorithm !== DigestAlgorithm.MD5 && algorithm !== DigestAlgorithm.SHA256) return undefined;
  const kept = await store.findAccount(username);
  const account =
    kept?.realm === realm
      ? kept
      : demo
        ? accountRecord(domain, { username, password: username, identities: [], systemRoles: [] })
        : undefined;
  if (account === undefined) return undefined;
  const { identities, systemRoles } = account;
  return { ha1: algorithm === DigestAlgorithm.MD5 ? account.ha1Md5 : account.ha1Sha256, identities, systemRoles };
}

function aorOf(username: string, domain: string): string {
  return `sip:${username}@${domain}`;
}
