import { entryRoles, isHere, pendingOf, standingOf, userEntry, type Actor } from './actor.js';
import { rightsTable, type Condition, type Right } from './rights.table.js';
import { knownTo } from './rules.js';
import type { RoomState } from './state.js';
import { namesSomebody } from './targets.js';

/**
 * May this user do that to this conference object? The one question every protocol asks.
 *
 * Whether a join is admitted is asked of `entry.ts`, which the matrix leaves to the join rules. Req: POL-001.
 */
export function may(state: RoomState, actor: Actor, right: Right): boolean {
  const verdict = rightsTable[right][standingOf(state, actor)];
  if (verdict === 'yes' || verdict === 'no') return verdict === 'yes';
  return conditions[verdict](state, actor);
}

const conditions: Readonly<Record<Condition, (state: RoomState, actor: Actor) => boolean>> = {
  visible: (state, actor) => isNamed(state, actor) || isPublicTo(state, actor),
  named: isNamed,
  'delete-by': (state, actor) => state.view.policy.deleteBy === 'moderators' || isOwner(state, actor),
  'subject-by': (state) => state.view.policy.subjectBy === 'participants',
  'invite-flag': (state, actor) => userEntry(state.view, actor.userId)?.allowInvite === true,
  'remove-flag': (state, actor) => userEntry(state.view, actor.userId)?.allowRemove === true,
  sidebars: (state) => state.view.allowSidebars,
  readers: mayReadLog,
};

export function isOwner(state: RoomState, { userId }: Actor): boolean {
  return userId !== '' && state.ownerUserId === userId;
}

/** Does the document name the user, or is it in the room, or before its door? */
export function isNamed(state: RoomState, actor: Actor): boolean {
  const { userId } = actor;
  if (userId !== '' && (isHere(state, userId) || pendingOf(state, userId).length > 0)) return true;
  if (isOwner(state, actor) || (userId !== '' && knownTo(state.view).has(userId))) return true;
  return isAllowed(state, actor);
}

/** Is the user on the allowed list, registered in the persistent one, or given a role by name? */
export function isAllowed(state: Pick<RoomState, 'view'>, actor: Actor): boolean {
  const { view } = state;
  const roles = userEntry(view, actor.userId)?.roles;
  if (roles !== undefined && roles.length > 0 && !roles.includes('none')) return true;
  if (!actor.authenticated) return false;
  if (view.persistent.some(({ id }) => id.toLowerCase() === actor.userId)) return true;
  return namesSomebody(view.allowed, { ...actor, roles: roles ?? [] });
}

/** "discover public room": everybody the system knows; outsiders only where anonymous access is allowed. Req: Q22. */
function isPublicTo({ view, kind }: RoomState, actor: Actor): boolean {
  if (view.policy.secret) return false;
  if (kind === 'sidebar-by-val' || kind === 'sidebar-by-ref') return false;
  return actor.authenticated || actor.userId !== '' || view.admission === 'anonymous';
}

/** Req: HIST-008. */
function mayReadLog(state: RoomState, actor: Actor): boolean {
  if (isBanned(state, actor)) return false;
  const here = actor.userId !== '' && isHere(state, actor.userId);
  switch (state.view.history.readers) {
    case 'participants':
      return here;
    case 'members':
      return isAllowed(state, actor) || userEntry(state.view, actor.userId) !== undefined;
    case 'moderators':
      return false;
    default:
      return state.view.history.readers satisfies never;
  }
}

/**
 * Is the user kept out: on the deny list of an open conference, or banned from a closed one? Where everybody is admitted, both lists are
 * ignored. Req: POL-010, POL-013, Q14.
 */
export function isBanned({ view }: Pick<RoomState, 'view'>, actor: Actor): boolean {
  if (view.admission === 'anonymous') return false;
  const somebody = { ...actor, roles: userEntry(view, actor.userId)?.roles ?? [] };
  if (namesSomebody(view.banned, somebody)) return true;
  return view.admission === 'openAuthenticated' && namesSomebody(view.denied, somebody);
}

/** Do the lists keep this user out now, whoever let it in before? Moderators and administrators stay. Req: POL-022. */
export function isShutOut(state: Pick<RoomState, 'view' | 'ownerUserId'>, actor: Actor): boolean {
  const roles = entryRoles(state, actor);
  if (roles.includes('administrator') || roles.includes('moderator')) return false;
  if (isBanned(state, actor)) return true;
  const { admission, policy } = state.view;
  return (admission === 'closedAuthenticated' || policy.membersOnly) && !isAllowed(state, actor);
}
