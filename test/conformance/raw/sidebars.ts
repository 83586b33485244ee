import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { answerInfo, answerText, type CcmpAnswer } from './ccmp.js';
import { done, type CcmpUser, type MadeRoom } from './ccmp-user.js';
import { inDocument, sipUriIn, textIn } from './conference.js';

export type SidebarKind = 'sidebarByVal' | 'sidebarByRef';

/** A sidebar that was made by CCMP. */
export interface Sidebar extends MadeRoom {
  readonly kind: SidebarKind;
}

/** sidebarBy…Request on an object; `change`: what stands in its sidebarBy…Info, which is left out without it. */
export function askSidebar(
  user: CcmpUser,
  kind: SidebarKind,
  operation: 'retrieve' | 'create' | 'update' | 'delete',
  object: string,
  change?: string,
): Promise<CcmpAnswer> {
  const entity = operation === 'create' ? 'xcon:AUTO_GENERATE_1@localhost' : object;
  const inner = change === undefined ? '' : `<${kind}Info entity="${entity}">${change}</${kind}Info>`;
  return user.ask(kind, { confObjID: object, operation, inner });
}

/** The document in an answer; undefined: there is none. */
export function sidebarInfo(answer: CcmpAnswer, kind: SidebarKind): XmlElement | undefined {
  return answerInfo(answer, kind, `${kind}Info`);
}

/** sidebarBy…Request/create in a conference. */
export async function makeSidebar(
  user: CcmpUser,
  kind: SidebarKind,
  main: Pick<MadeRoom, 'id'>,
  change?: string,
): Promise<Sidebar> {
  const made = done(await askSidebar(user, kind, 'create', main.id, change));
  const id = answerText(made, 'confObjID') ?? '';
  return { kind, id, uri: sipUriIn(await sidebarDocument(user, { kind, id })) };
}

/** sidebarBy…Request/update; throws unless it is done. */
export async function updateSidebar(user: CcmpUser, sidebar: Sidebar, change: string): Promise<CcmpAnswer> {
  return done(await askSidebar(user, sidebar.kind, 'update', sidebar.id, change));
}

/** The document of a sidebar as this user may see it. */
export async function sidebarDocument(user: CcmpUser, { kind, id }: Pick<Sidebar, 'kind' | 'id'>): Promise<XmlElement> {
  const found = sidebarInfo(done(await askSidebar(user, kind, 'retrieve', id)), kind);
  if (found === undefined) throw new Error('no document of the sidebar');
  return found;
}

/** XCON-URIs of the sidebars a document of a main conference shows, of one kind. */
export function sidebarsIn(document: XmlElement | undefined, kind: SidebarKind): string[] {
  const list = inDocument(document, kind === 'sidebarByVal' ? 'sidebars-by-val' : 'sidebars-by-ref');
  if (list === undefined) return [];
  return childElements(list).map((entry) =>
    kind === 'sidebarByVal' ? (attributeOf(entry, 'entity') ?? '') : (textIn(entry, 'uri') ?? ''),
  );
}

/** `<users>` with these targets on the list of who may come in. */
export function allowedTargets(targets: Readonly<Record<string, 'dial-in' | 'dial-out'>>): string {
  const list = Object.entries(targets).map(([uri, method]) => `<xcon:target uri="${uri}" method="${method}"/>`);
  return `<info:users><xcon:allowed-users-list>${list.join('')}</xcon:allowed-users-list></info:users>`;
}

/** `available-media` of a change: label and status of each. */
export function media(entries: Readonly<Record<string, string>>): string {
  const written = Object.entries(entries).map(
    ([label, status]) =>
      `<info:entry label="${label}"><info:type>message</info:type><info:status>${status}</info:status></info:entry>`,
  );
  return `<info:conference-description><info:available-media>${written.join('')}</info:available-media></info:conference-description>`;
}
