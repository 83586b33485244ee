import { attributeOf, childElements, withChildren, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { sightOf } from '../document/persona.js';
import { isRule } from '../document/users.js';
import type { DocumentViewer } from '../document/viewer.js';
import type { RoomState } from '../room/state.js';

/**
 * A document as the maker of its clone may know it: who does not keep the lists of people gets none of them, nor what is noted of others,
 * for in the clone it would keep them. Req: SEC-007, SEC-009.
 */
export function knownPeople(document: XmlElement, viewer: DocumentViewer): XmlElement {
  if (viewer.privileged) return document;
  const parts = childElements(document).map((part) =>
    part.ns === namespaces.info && part.name === 'users'
      ? withChildren(
          part,
          childElements(part).filter((child) => isRule(child, viewer) || isOwnEntry(child, viewer)),
        )
      : part,
  );
  return withChildren(document, parts);
}

/** XCON-USERIDs of those in a conference whom the viewer may know. */
export function knownParticipants({ participants }: RoomState, viewer: DocumentViewer): string[] {
  return [...participants.values()]
    .filter((participant) => sightOf(participant, viewer) === 'identity')
    .map(({ userId }) => userId);
}

function isOwnEntry(child: XmlElement, { userIds }: DocumentViewer): boolean {
  if (child.ns !== namespaces.info || child.name !== 'user') return false;
  return userIds.includes((attributeOf(child, 'entity') ?? '').toLowerCase());
}
