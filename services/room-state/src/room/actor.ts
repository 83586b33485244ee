import type { UserId } from '@plenary/wire';
import type { PendingState, RoomState } from './state.js';
import { namesSomebody, userEntry, type Listable } from './targets.js';

/** Who asks: an XCON-USERID, and what was proven of it. */
export interface Actor {
  /** Empty: nobody known. */
  readonly userId: UserId | '';
  /** URIs that were proven to be this user's, of any protocol. */
  readonly uris: readonly string[];
  readonly systemRoles: readonly string[];
  /** False: the id, if any, is known by its claim alone. */
  readonly authenticated: boolean;
}

/** Nobody in particular: the system itself acts by other means. */
export const nobody: Actor = { userId: '', uris: [], systemRoles: [], authenticated: false };

/** Roles of RFC 6501 §4.6.5.2 as the matrix of rights uses them; `none`: an outsider nobody has proven. */
export type Standing = 'administrator' | 'moderator' | 'participant' | 'user' | 'observer' | 'none';

/** The system role that may everything. */
export const systemAdministrator = 'administrator';

export { userEntry } from './targets.js';

/**
 * Roles of somebody who enters, most powerful first: those of its `<user>` entry; the owner and administrators of the system are
 * administrators; everybody else takes part and no more. Req: POL-004.
 */
export function entryRoles(
  state: Pick<RoomState, 'view' | 'ownerUserId'>,
  { userId, systemRoles }: Pick<Actor, 'userId' | 'systemRoles'>,
): readonly string[] {
  const named = userEntry(state.view, userId)?.roles ?? [];
  const roles = new Set<string>(named.filter((role) => role !== 'none' && role !== 'user'));
  if (systemRoles.includes(systemAdministrator)) roles.add('administrator');
  if (state.ownerUserId !== '' && state.ownerUserId === userId && named.length === 0) roles.add('administrator');
  if (!roles.has('observer')) roles.add('participant');
  return roleOrder.filter((role) => roles.has(role));
}

const roleOrder = ['administrator', 'moderator', 'participant', 'observer'];

/** What somebody is to a room right now. */
export function standingOf(state: RoomState, actor: Actor): Standing {
  const roles = entryRoles(state, actor);
  const known = actor.userId !== '' && (actor.authenticated || isHere(state, actor.userId));
  if (roles.includes('administrator') && (known || actor.systemRoles.includes(systemAdministrator)))
    return 'administrator';
  if (roles.includes('moderator') && known) return 'moderator';
  if (actor.userId !== '' && isHere(state, actor.userId))
    return roles.includes('observer') ? 'observer' : 'participant';
  return actor.authenticated ? 'user' : 'none';
}

/** Is this user in the room, or called into it? Req: XCON-025. */
export function isHere(state: RoomState, userId: string): boolean {
  return presentUser(state, userId) !== undefined || [...state.calls.values()].some((call) => call.userId === userId);
}

/** The participant that is this user; undefined: not in the room. */
export function presentUser(
  state: Pick<RoomState, 'participants'>,
  userId: string,
): ReturnType<RoomState['participants']['get']> {
  for (const participant of state.participants.values()) if (participant.userId === userId) return participant;
  return undefined;
}

/** Those who wait for a moderator as this user. */
export function pendingOf(state: RoomState, userId: string): readonly PendingState[] {
  return [...state.pending.values()].filter((pending) => pending.userId === userId);
}

/**
 * Is somebody meant by a target of a list: a URI of any protocol, an XCON-USERID, a domain (`*@example.com`, with or without scheme), or
 * a role? Req: POL-012.
 */
export function isTarget(target: string, somebody: Listable): boolean {
  return namesSomebody([target], somebody);
}
