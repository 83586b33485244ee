import type { UserId } from '@plenary/wire';
import { normalizeXconUserId } from '@plenary/xcon';
import type { KnownUser, NewUser, Users } from '../conference/users.js';
import type { RandomBytes } from '../ids.js';
import { Gathered } from './gathered.js';
import { userKey } from './identity-key.js';
import type { IdentityClaim, ProvenIdentity, UserStore } from './interface.js';
import { demoUserId, newUserId } from './user-id.js';

export interface UserDirectoryOptions {
  readonly store: UserStore;
  readonly domain: string;
  /** Users of the domain have their names as XCON-USERIDs. Req: XCON-005 for everybody else. */
  readonly demo: boolean;
  readonly random: RandomBytes;
  /** Identities kept in memory; the one that was used longest ago goes first. */
  readonly cachedMax: number;
}

interface KeyedUri {
  readonly key: string;
  readonly uri: string;
}

/** What is remembered of an identity: its user, and which others and whose account were noted with it. */
interface Known {
  readonly userId: UserId;
  readonly bound: ReadonlySet<string>;
  readonly username: string;
}

/**
 * Who is who: the one mapping of the identities of every protocol to XCON-USERIDs.
 *
 * What was mapped once stays so, on every replica, and is remembered here. New identities that come while a statement is under
 * way share the next one. URIs that can stand for no user are left out; where none is left, `RangeError`: callers check what
 * comes from outside with `isUserUri`.
 *
 * Req: XCON-007, XCON-010, XCON-011, CCMP-077, SEC-014.
 */
export class UserDirectory implements Users {
  readonly #known = new Map<string, Known>();
  readonly #claims: Gathered<IdentityClaim, UserId>;

  constructor(private readonly options: UserDirectoryOptions) {
    const { store } = options;
    this.#claims = new Gathered(
      (claim) => claim.key,
      (claims) => store.claimIdentities(claims),
    );
  }

  idOf(uris: readonly string[]): Promise<UserId> {
    return this.proven({ uris, username: '' });
  }

  /** The user of a proven identity, made when it is new. URIs nobody else has become this user's, the account too. */
  proven({ uris, username }: ProvenIdentity): Promise<UserId> {
    return this.#userOf(keyed(uris), { username, displayText: '', email: '' });
  }

  /**
   * The user somebody else names by its URIs: whoever later proves one of them is that user. What a requestor merely claims of
   * itself must not be handed over here: it would make it somebody else.
   */
  async register({ uris, displayText, email }: NewUser): Promise<KnownUser> {
    const identities = keyed(uris);
    if (identities.length === 0) {
      const userId = newUserId(this.options.domain, this.options.random);
      await this.options.store.addAnonymousUser({ userId, displayText, email });
      return { userId, username: '', uris: [], displayText, email, anonymous: true };
    }
    const userId = await this.#userOf(identities, { username: '', displayText, email });
    const user = await this.find(userId);
    if (user === undefined) throw new Error('a user that was just registered is not there');
    return user;
  }

  async find(userId: string): Promise<KnownUser | undefined> {
    return [...(await this.findAll([userId])).values()][0];
  }

  /** The same for many at once, by their ids; unknown ones are left out. */
  async findAll(userIds: readonly string[]): Promise<ReadonlyMap<UserId, KnownUser>> {
    const ids = new Set(userIds.flatMap((text) => this.#normal(text)));
    if (ids.size === 0) return new Map();
    const found = await this.options.store.readUsers([...ids]);
    return new Map(found.map((user) => [user.userId, user]));
  }

  /** Every XCON-USERID bound to these URIs or the account, the first URI's first. Req: XCON-007, SEC-008. */
  async idsOf({ uris, username }: ProvenIdentity): Promise<UserId[]> {
    const keys = keyed(uris).map(({ key }) => key);
    const found = await this.options.store.usersOfIdentities(keys);
    const ofAccount = username === '' ? [] : await this.options.store.userIdsOfAccount(username);
    return [...new Set([...keys.flatMap((key) => found.get(key) ?? []), ...ofAccount])];
  }

  /** The user of the first identity that has one, else a new one of the first. */
  async #userOf(
    identities: readonly KeyedUri[],
    about: Pick<IdentityClaim, 'username' | 'displayText' | 'email'>,
  ): Promise<UserId> {
    const [first, ...others] = identities;
    if (first === undefined) throw new RangeError('no URI of a user is given');
    const known = this.#recall(first.key);
    const unbound = others.filter(({ key }) => known?.bound.has(key) !== true);
    const isNamed = about.username === '' || known?.username === about.username;
    if (known !== undefined && unbound.length === 0 && isNamed) return known.userId;
    const { store } = this.options;
    const userId = known?.userId ?? (await this.#claim(first, about, await this.#knownUserOf(identities)));
    if (unbound.length > 0) await store.bindIdentities(userId, unbound);
    if (!isNamed) await store.noteUsername(userId, about.username);
    this.#remember(first.key, {
      userId,
      bound: new Set([...(known?.bound ?? []), ...others.map(({ key }) => key)]),
      username: about.username === '' ? (known?.username ?? '') : about.username,
    });
    return userId;
  }

  /** Where there is more than one identity, a later one may be known already. */
  async #knownUserOf(identities: readonly KeyedUri[]): Promise<UserId | undefined> {
    if (identities.length < 2) return undefined;
    const found = await this.options.store.usersOfIdentities(identities.map(({ key }) => key));
    return identities.flatMap(({ key }) => found.get(key) ?? [])[0];
  }

  #claim(
    identity: KeyedUri,
    about: Pick<IdentityClaim, 'username' | 'displayText' | 'email'>,
    known: UserId | undefined,
  ): Promise<UserId> {
    const { demo, domain, random } = this.options;
    const own = demo ? demoUserId(domain, identity.uri) : undefined;
    return this.#claims.ask({ ...identity, ...about, userId: known ?? own ?? newUserId(domain, random) });
  }

  #normal(text: string): UserId[] {
    const id = normalizeXconUserId(text, this.options.domain);
    return id.ok ? [id.value] : [];
  }

  #recall(key: string): Known | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.options.cachedMax) break;
      this.#known.delete(oldest);
    }
  }
}

/** The URIs with their keys, each key once. */
function keyed(uris: readonly string[]): KeyedUri[] {
  const byKey = new Map<string, string>();
  for (const uri of uris) {
    const key = userKey(uri);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, uri);
  }
  return [...byKey].map(([key, uri]) => ({ key, uri }));
}
