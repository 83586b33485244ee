import { attributeOf, childElement, childElements, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';

const info = 'urn:ietf:params:xml:ns:conference-info';
const xcon = 'urn:ietf:params:xml:ns:xcon-conference-info';
const chat = 'urn:x-plenary:ns:chat:1';

/** One `<endpoint>` of a conference document. */
export interface RosterEndpoint {
  readonly entity: string;
  readonly status: string | undefined;
  readonly joiningMethod: string | undefined;
  /** `chat:nickname`. */
  readonly nickname: string | undefined;
  readonly label: string | undefined;
  /** Of its medium. */
  readonly mediaStatus: string | undefined;
}

/** One `<user>` of a conference document. */
export interface RosterUser {
  readonly entity: string;
  readonly displayText: string | undefined;
  /** `xcon:nickname`. */
  readonly nickname: string | undefined;
  readonly anonymity: string | undefined;
  readonly roles: readonly string[];
  readonly aors: readonly string[];
  readonly endpoints: readonly RosterEndpoint[];
}

/** The users of a conference document, whatever the name of its root. */
export function rosterOf(document: XmlElement | undefined): RosterUser[] {
  return childrenNamed(childElement(document, info, 'users'), info, 'user').map(rosterUser);
}

/** The `<user>` of somebody; undefined: the document has none. */
export function inRoster(document: XmlElement | undefined, entity: string): RosterUser | undefined {
  return rosterOf(document).find((user) => user.entity === entity);
}

/** A `<user>`, or a `<userInfo>`, taken apart. */
export function rosterUser(user: XmlElement): RosterUser {
  return {
    entity: attributeOf(user, 'entity') ?? '',
    displayText: textIn(user, info, 'display-text'),
    nickname: attributeOf(user, 'nickname', xcon),
    anonymity: textIn(user, xcon, 'provide-anonymity'),
    roles: entriesIn(user, 'roles').map(textOf),
    aors: entriesIn(user, 'associated-aors').map((entry) => textIn(entry, info, 'uri') ?? ''),
    endpoints: childrenNamed(user, info, 'endpoint').map((endpoint) => {
      const media = childElement(endpoint, info, 'media');
      return {
        entity: attributeOf(endpoint, 'entity') ?? '',
        status: textIn(endpoint, info, 'status'),
        joiningMethod: textIn(endpoint, info, 'joining-method'),
        nickname: attributeOf(endpoint, 'nickname', chat),
        label: textIn(media, info, 'label'),
        mediaStatus: textIn(media, info, 'status'),
      };
    }),
  };
}

/** Text of `<users>/<name>` of the XCON namespace. */
export function usersText(document: XmlElement, name: string): string | undefined {
  return textIn(childElement(document, info, 'users'), xcon, name);
}

/** 'uri' of the targets of one of the lists of `<users>`. */
export function targetsOf(document: XmlElement | undefined, list: string): string[] {
  const found = childElement(childElement(document, info, 'users'), xcon, list);
  return found === undefined ? [] : childElements(found).map((target) => attributeOf(target, 'uri') ?? '');
}

function entriesIn(user: XmlElement, name: string): XmlElement[] {
  return childrenNamed(childElement(user, info, name), info, 'entry');
}

function textIn(element: XmlElement | undefined, ns: string, name: string): string | undefined {
  const child = childElement(element, ns, name);
  return child === undefined ? undefined : textOf(child);
}
