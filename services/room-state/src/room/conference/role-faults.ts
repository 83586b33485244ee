import type { ConferenceView } from '@plenary/xcon';
import { entryRoles, standingOf, type Actor, type Standing } from '../actor.js';
import type { RoomState } from '../state.js';

const power: Readonly<Record<string, number>> = { administrator: 3, moderator: 2, participant: 1, observer: 1 };

/**
 * What stands against the roles and flags a new document gives, in words; undefined: nothing. Nobody raises a role above the own one, or
 * touches one above it; the last administrator stays one. Req: POL-021.
 */
export function roleFaults(state: RoomState, actor: Actor, after: ConferenceView): string | undefined {
  const own = powerOf(standingOf(state, actor));
  const users = new Set([...state.view.users, ...after.users].map(({ entity }) => entity.toLowerCase()));
  for (const userId of users) {
    const before = rolePower(state, userId);
    const now = rolePower({ view: after, ownerUserId: state.ownerUserId }, userId);
    if (before === now) continue;
    if (now > own || before > own) return 'a role above the own one';
    if (before === power['administrator'] && !administrators(state, after)) return 'the last administrator stays one';
  }
  return undefined;
}

/** Is anybody still an administrator of the conference? */
function administrators(state: RoomState, after: ConferenceView): boolean {
  const { ownerUserId } = state;
  const named = after.users.some(({ roles }) => roles.includes('administrator'));
  return (
    named || (ownerUserId !== '' && rolePower({ view: after, ownerUserId }, ownerUserId) === power['administrator'])
  );
}

function rolePower(state: Pick<RoomState, 'view' | 'ownerUserId'>, userId: string): number {
  const roles = entryRoles(state, { userId: userId as Actor['userId'], systemRoles: [] });
  return Math.max(...roles.map((role) => power[role] ?? 0), 0);
}

function powerOf(standing: Standing): number {
  return power[standing] ?? 0;
}
