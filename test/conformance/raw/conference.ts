import { childElement, childElements, childrenNamed, attributeOf, textOf, type XmlElement } from '@plenary/wire/xml';
import { answerInfo, answerText, type CcmpAnswer, type CcmpParts } from './ccmp.js';
import { done, type CcmpUser, type MadeRoom } from './ccmp-user.js';

const info = 'urn:ietf:params:xml:ns:conference-info';

/** What a conference is made from: a parent, or what is to be said of it in place of the default blueprint. */
export interface NewConference {
  /** XCON-URI of what is cloned. */
  readonly parent?: string;
  readonly password?: string;
  /** XML inside `<confInfo>`; its entity is a placeholder. */
  readonly change?: string;
}

/** confRequest/create, whatever comes of it. */
export function tryCreate(user: CcmpUser, { parent, password, change }: NewConference = {}): Promise<CcmpAnswer> {
  const inner = change === undefined ? '' : `<confInfo entity="xcon:AUTO_GENERATE_1@localhost">${change}</confInfo>`;
  return user.ask('conf', {
    ...(parent === undefined ? {} : { confObjID: parent }),
    ...(password === undefined ? {} : { conferencePassword: password }),
    operation: 'create',
    inner,
  });
}

/** confRequest/create; the room as it is then: a reservation. */
export async function create(user: CcmpUser, wanted: NewConference = {}): Promise<MadeRoom> {
  const answer = done(await tryCreate(user, wanted));
  return { id: answerText(answer, 'confObjID') ?? '', uri: sipUriIn(answerInfo(answer, 'conf', 'confInfo')) };
}

/** Its SIP conference URI. */
export function sipUriIn(document: XmlElement | undefined): string {
  return urisIn(document).find((uri) => uri.startsWith('sip:')) ?? '';
}

/** The `<conf-uris>` of a document. */
export function urisIn(document: XmlElement | undefined): string[] {
  const uris = inDocument(document, 'conference-description', 'conf-uris');
  return childrenNamed(uris, info, 'entry').map((entry) => textIn(entry, 'uri') ?? '');
}

/** Labels of the `<available-media>` of a document, and the types that go with them. */
export function mediaIn(document: XmlElement | undefined): { readonly label: string; readonly type: string }[] {
  const media = inDocument(document, 'conference-description', 'available-media');
  return childrenNamed(media, info, 'entry').map((entry) => ({
    label: attributeOf(entry, 'label') ?? '',
    type: textIn(entry, 'type') ?? '',
  }));
}

/** The element at a path of names, whatever their namespaces. */
export function inDocument(document: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(
    (element, name) =>
      element === undefined ? undefined : childElements(element).find((child) => child.name === name),
    document,
  );
}

/** Text of the element at a path of names; undefined: there is none. */
export function textIn(document: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const found = inDocument(document, ...path);
  return found === undefined ? undefined : textOf(found);
}

/** The version a document says it is of. */
export function versionOf(document: XmlElement): number {
  return Number(attributeOf(document, 'version'));
}

/** The version an answer tells. */
export function answeredVersion(answer: CcmpAnswer): number {
  return Number(answerText(answer, 'version') ?? 0);
}

/** A change of the description. */
export const described = (change: string): string =>
  `<info:conference-description>${change}</info:conference-description>`;

/** A change of the state. */
export const inState = (change: string): string => `<info:conference-state>${change}</info:conference-state>`;

/** confRequest/retrieve of an object, whatever comes of it. */
export function tryRetrieve(user: CcmpUser, id: string, parts: CcmpParts = {}): Promise<CcmpAnswer> {
  return user.ask('conf', { confObjID: id, operation: 'retrieve', ...parts });
}

/** A `<users>` of a document. */
export function usersElementOf(document: XmlElement | undefined): XmlElement | undefined {
  return childElement(document, info, 'users');
}
