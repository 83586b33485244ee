import { attributeOf, type XmlElement } from '@plenary/wire/xml';
import type { ConferenceView } from '@plenary/xcon';
import { isNamed, mapChildren } from './elements.js';
import type { DocumentViewer } from './viewer.js';

/** Who may use a whiteboard, a screen or the like where its entry names no roles: whoever may speak. */
const speaking = ['administrator', 'moderator', 'participant'];

type Who = Pick<DocumentViewer, 'privileged' | 'roles'>;

/** The media with the places of work shared there: where they are is told to who may go there. Req: COLLAB-003. */
export function shownCollaborations(media: XmlElement, viewer: Who): XmlElement {
  return mapChildren(media, (entry) =>
    mapChildren(entry, (child) =>
      isNamed(child, 'chat', 'collaboration') && !mayUse(words(attributeOf(child, 'roles')), viewer)
        ? undefined
        : child,
    ),
  );
}

/** Labels of the media whose place of work the viewer is told. */
export function usableCollaborations(
  { availableMedia }: Pick<ConferenceView, 'availableMedia'>,
  viewer: Who,
): string[] {
  return availableMedia.flatMap(({ label, collaboration }) =>
    collaboration !== undefined && mayUse(collaboration.roles, viewer) ? [label] : [],
  );
}

function mayUse(wanted: readonly string[], { privileged, roles = ['participant'] }: Who): boolean {
  return privileged || roles.some((role) => (wanted.length === 0 ? speaking : wanted).includes(role));
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
