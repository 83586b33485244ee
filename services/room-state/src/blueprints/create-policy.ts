import type { RoomPolicyView } from '@plenary/xcon';
import { isTarget, systemAdministrator, type Actor } from '../room/actor.js';

/** Whom something is left to: everybody who is authenticated, those on a list, administrators of the system. */
export interface SystemPolicy {
  readonly by: 'everybody' | 'listed' | 'administrators';
  /** XCON-USERIDs, URIs of any protocol, domains (`*@example.com`). */
  readonly listed: readonly string[];
}

/**
 * May this user make conferences, and make one of this blueprint? Administrators always may, who has proven nothing never.
 * Req: POL-002, SEC-005, CCMP-060.
 */
export function mayCreate(policy: SystemPolicy, actor: Actor, blueprint?: Pick<RoomPolicyView, 'createBy'>): boolean {
  if (actor.systemRoles.includes(systemAdministrator)) return true;
  return allows(policy, actor) && blueprint?.createBy !== 'administrators';
}

/** Does the system leave it to this user to delete conferences, where the conference's own rules do? Req: POL-002. */
export function mayDelete(policy: SystemPolicy, actor: Actor): boolean {
  return actor.systemRoles.includes(systemAdministrator) || allows(policy, actor);
}

function allows({ by, listed }: SystemPolicy, actor: Actor): boolean {
  if (!actor.authenticated) return false;
  switch (by) {
    case 'everybody':
      return true;
    case 'listed':
      return listed.some((target) => isTarget(target, { ...actor, roles: [] }));
    case 'administrators':
      return false;
    default:
      return by satisfies never;
  }
}
