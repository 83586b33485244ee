import { entryRoles, type Actor } from '../room/actor.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { DocumentViewer } from './viewer.js';

/**
 * Somebody as it looks at the document of a conference. `otherIds`: further XCON-USERIDs of the same person, so that it sees itself
 * under each. Req: NOTIF-009, POL-001.
 */
export function viewerIn(state: RoomState, actor: Actor, otherIds: readonly string[] = []): DocumentViewer {
  const own = actor.userId === '' ? [] : [actor.userId];
  const userIds = [...new Set([...own, ...otherIds.map((id) => id.toLowerCase())])];
  const roles = entryRoles(state, actor);
  return { userIds, uris: actor.uris, roles, privileged: may(state, actor, 'see-private') };
}
