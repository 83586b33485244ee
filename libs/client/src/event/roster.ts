import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces, toConferenceInfo } from '@plenary/xcon';

/** Somebody who is in the room, as its document says. */
export interface RosterUser {
  /** The URI private messages reach the user by (RFC 7701 section 6.2). */
  readonly uri: string;
  /** Nickname in force (RFC 7701 section 7.4). */
  readonly nickname: string | undefined;
  readonly displayName: string | undefined;
  readonly roles: readonly string[];
  /** May not speak now, at none of its devices. */
  readonly isMuted: boolean;
}

const { info, xcon } = namespaces;

/** Who is in the room, of a document in either form; in the order of the document. */
export function rosterOf(document: XmlElement): RosterUser[] {
  const isXcon = attributeOf(document, 'entity')?.startsWith('xcon:') === true;
  const plain = isXcon ? toConferenceInfo(document, { conferenceUri: '', state: 'full', version: 1 }) : document;
  return childrenNamed(childElement(plain, info, 'users'), info, 'user').map(userOf);
}

/** How many are in the room: the list may be shorter (RFC 4575 section 5.5.1). Undefined where the document does not say. */
export function userCountOf(document: XmlElement): number | undefined {
  const count = childElement(childElement(document, info, 'conference-state'), info, 'user-count');
  const text = count === undefined ? '' : textOf(count);
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}

function userOf(user: XmlElement): RosterUser {
  const displayText = childElement(user, info, 'display-text');
  const roles = childrenNamed(childElement(user, info, 'roles'), info, 'entry').map(textOf);
  const statuses = childrenNamed(user, info, 'endpoint').flatMap((endpoint) =>
    childrenNamed(endpoint, info, 'media').map((media) => {
      const status = childElement(media, info, 'status');
      return status === undefined ? 'sendrecv' : textOf(status);
    }),
  );
  const speaks = (status: string): boolean => status === 'sendrecv' || status === 'sendonly';
  return {
    uri: attributeOf(user, 'entity') ?? '',
    nickname: attributeOf(user, 'nickname', xcon),
    displayName: displayText === undefined ? undefined : textOf(displayText),
    roles,
    isMuted: statuses.length > 0 && !statuses.some(speaks),
  };
}
