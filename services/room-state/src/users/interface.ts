import type { UserId } from '@plenary/wire';
import type { KnownUser } from '../conference/users.js';

/** An identity somebody has proven. */
export interface ProvenIdentity {
  /** URIs the proof vouches for, the AOR first; never empty. */
  readonly uris: readonly string[];
  /** The account, where the proof went by one; empty: none. */
  readonly username: string;
}

/** A user to be made for an identity, unless that has one. */
export interface IdentityClaim {
  readonly key: string;
  readonly uri: string;
  readonly userId: UserId;
  /** Empty: none. */
  readonly username: string;
  readonly displayText: string;
  readonly email: string;
}

/** Tables `users` and `user_identities`. Every method is one transaction. */
export interface UserStore {
  /**
   * Whose each identity is now: of the user it had, or of the claim's. A claim's user that is there already gets the identity
   * added. Keys must differ. An identity never changes its user.
   */
  claimIdentities(claims: readonly IdentityClaim[]): Promise<ReadonlyMap<string, UserId>>;
  /** Users of those of the keys that have one. */
  usersOfIdentities(keys: readonly string[]): Promise<ReadonlyMap<string, UserId>>;
  /** Adds identities to a user; those that have a user stay with it. */
  bindIdentities(userId: UserId, identities: readonly Pick<IdentityClaim, 'key' | 'uri'>[]): Promise<void>;
  /** Notes the account of a user that has none. */
  noteUsername(userId: UserId, username: string): Promise<void>;
  addAnonymousUser(user: Pick<KnownUser, 'userId' | 'displayText' | 'email'>): Promise<void>;
  readUsers(userIds: readonly UserId[]): Promise<KnownUser[]>;
  userIdsOfAccount(username: string): Promise<UserId[]>;
  /** Forgets users without an identity that are in no room and were made that long ago; at most `limit` of them. */
  purgeAnonymousUsers(olderThanMs: number, limit: number): Promise<number>;
}
