import { isTarget } from '../room/actor.js';

/** Who looks at a conference document. */
export interface DocumentViewer {
  /** XCON-USERIDs of the viewer, in lower case; several where its account has several. Empty: nobody known. */
  readonly userIds: readonly string[];
  /** URIs that stand for the viewer. */
  readonly uris: readonly string[];
  /** May it manipulate the conference: moderator or administrator, of the conference or of the system. Req: XCON-017, NOTIF-009. */
  readonly privileged: boolean;
  /** Roles in the conference; undefined: takes part and no more. Req: COLLAB-003. */
  readonly roles?: readonly string[] | undefined;
}

/** Is this XCON-USERID one of the viewer's? */
export function isSelf(viewer: DocumentViewer, userId: string): boolean {
  return viewer.userIds.includes(userId.toLowerCase());
}

/** Does a list of targets (XCON-USERIDs, URIs, domains) name the viewer? Req: POL-012. */
export function listNames(list: readonly string[], { userIds, uris }: DocumentViewer): boolean {
  const named = userIds.length === 0 ? [''] : userIds;
  return list.some((target) => named.some((userId) => isTarget(target, { userId, uris, roles: [] })));
}
