import { identityEquals, identityKey } from '@plenary/wire';
import type { ConferenceView } from '@plenary/xcon';

/** Somebody as lists of targets are compared with it. */
export interface Listable {
  /** XCON-USERID, lower case; empty: nobody known. */
  readonly userId: string;
  /** All URIs mapped to it. */
  readonly uris: readonly string[];
  readonly roles: readonly string[];
}

type TargetList = readonly (string | { readonly uri: string })[];

/** A list of targets, read once. */
interface TargetIndex {
  /** In lower case: ids, roles, URIs of other kinds. */
  readonly exact: ReadonlySet<string>;
  /** URIs that are identities, by their key. */
  readonly identities: ReadonlyMap<string, readonly string[]>;
  /** `*@host`, and `scheme:*@host`. */
  readonly domains: ReadonlySet<string>;
}

const indexes = new WeakMap<TargetList, TargetIndex>();

/**
 * Is somebody meant by any target of a list: a URI of any protocol, an XCON-USERID, a domain (`*@example.com`, with or without scheme), or
 * a role? Costs the same however long the list is; a list is read once. Req: POL-012.
 */
export function namesSomebody(list: TargetList, { userId, uris, roles }: Listable): boolean {
  if (list.length === 0) return false;
  const index = indexOf(list);
  if (index.exact.has(userId) || roles.some((role) => index.exact.has(role))) return true;
  return [userId, ...uris].some((uri) => namesUri(index, uri));
}

function namesUri({ exact, identities, domains }: TargetIndex, uri: string): boolean {
  const lower = uri.toLowerCase();
  if (exact.has(lower)) return true;
  if (domains.size > 0) {
    const [, scheme = '', host = ''] = /^([a-z][a-z0-9+.-]*):[^@]*@([^;?/:>]+)/.exec(lower) ?? [];
    if (host !== '' && (domains.has(`*@${host}`) || domains.has(`${scheme}:*@${host}`))) return true;
  }
  const key = identities.size === 0 ? undefined : identityKey(uri);
  return key !== undefined && identities.get(key)?.some((target) => identityEquals(target, uri)) === true;
}

function indexOf(list: TargetList): TargetIndex {
  const known = indexes.get(list);
  if (known !== undefined) return known;
  const exact = new Set<string>();
  const identities = new Map<string, string[]>();
  const domains = new Set<string>();
  for (const entry of list) {
    const target = typeof entry === 'string' ? entry : entry.uri;
    const lower = target.toLowerCase();
    const key = identityKey(target);
    // Case tells users of SIP apart (RFC 3261 section 19.1.4); names of other kinds are compared without it.
    if (/^(?:[a-z][a-z0-9+.-]*:)?\*@./.test(lower)) domains.add(lower);
    else if (key !== undefined) identities.set(key, [...(identities.get(key) ?? []), target]);
    else if (lower !== '') exact.add(lower);
  }
  const index = { exact, identities, domains };
  indexes.set(list, index);
  return index;
}

type UserView = ConferenceView['users'][number];

const entries = new WeakMap<ConferenceView, ReadonlyMap<string, UserView>>();

/** Entry of a user in `<users>` of the static document. */
export function userEntry(view: ConferenceView, userId: string): UserView | undefined {
  if (userId === '' || view.users.length === 0) return undefined;
  const known = entries.get(view) ?? new Map(view.users.map((user) => [user.entity.toLowerCase(), user]));
  entries.set(view, known);
  return known.get(userId);
}

/** Lists that decide who may be in a conference: those its admission policy looks at. */
export function listsOf({ admission, policy, allowed, denied, banned, persistent }: ConferenceView): boolean {
  if (admission === 'anonymous') return false;
  if (denied.length + banned.length > 0) return true;
  return (admission === 'closedAuthenticated' || policy.membersOnly) && allowed.length + persistent.length > 0;
}
