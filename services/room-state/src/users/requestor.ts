import type { Identity, Requestor } from '@plenary/proto/roomstate';
import type { UserId } from '@plenary/wire';
import type { KnownUser } from '../conference/users.js';
import { nobody, type Actor } from '../room/actor.js';
import type { ProvenIdentity } from './interface.js';

/** What is asked of the directory to find out who a requestor is. */
export interface RequestorUsers {
  find(userId: string): Promise<KnownUser | undefined>;
  proven(identity: ProvenIdentity): Promise<UserId>;
  idsOf(identity: ProvenIdentity): Promise<UserId[]>;
}

/** Why a requestor is not who it says: 421, 401 and 424 of RFC 6503 §5.4. */
export type RequestorRefusal = 'unknown-user' | 'not-bound' | 'unauthenticated';

/** Who asks, with what is known of it; `user` is undefined where nobody is named. */
export type ResolvedRequestor =
  | { readonly kind: 'resolved'; readonly actor: Actor; readonly user: KnownUser | undefined }
  | { readonly kind: 'refused'; readonly code: RequestorRefusal };

/**
 * Who asks. The XCON-USERID must be known, and be one of the proven identity's; without a proof only a user who never proved
 * anything may be named, because the id is all such a user has. An identity without an id acts under its first one.
 *
 * Req: CCMP-035 (424, 421, 401 in that order), CCMP-047, XCON-007, XCON-008, SEC-008.
 */
export async function resolveRequestor(
  requestor: Requestor | undefined,
  users: RequestorUsers,
): Promise<ResolvedRequestor> {
  const { userId = '', identity } = requestor ?? {};
  if (identity === undefined)
    return userId === '' ? { kind: 'resolved', actor: nobody, user: undefined } : claimed(userId, users);
  const proven = { uris: identity.uris, username: identity.username };
  const user = await users.find(userId === '' ? await firstId(identity, users) : userId);
  if (user === undefined) return refused('unknown-user');
  if (!isOneOf(identity.userIds, user.userId) && !isOneOf(await users.idsOf(proven), user.userId))
    return refused('not-bound');
  const { systemRoles } = identity;
  // Each of several ids is authorised by itself: by the URIs that are mapped to it.
  const uris = user.uris.length > 0 ? user.uris : identity.uris;
  return { kind: 'resolved', user, actor: { userId: user.userId, uris, systemRoles, authenticated: true } };
}

async function claimed(userId: string, users: RequestorUsers): Promise<ResolvedRequestor> {
  const user = await users.find(userId);
  if (user === undefined) return refused('unknown-user');
  if (!user.anonymous) return refused('unauthenticated');
  const actor: Actor = { userId: user.userId, uris: [], systemRoles: [], authenticated: false };
  return { kind: 'resolved', user, actor };
}

async function firstId({ userIds, uris, username }: Identity, users: RequestorUsers): Promise<string> {
  return userIds[0] ?? users.proven({ uris, username });
}

function isOneOf(ids: readonly string[], userId: UserId): boolean {
  return ids.some((id) => id.toLowerCase() === userId);
}

function refused(code: RequestorRefusal): ResolvedRequestor {
  return { kind: 'refused', code };
}
