import {
  attributeOf,
  childElement,
  childElements,
  childrenNamed,
  textOf,
  type XmlElement,
  xmlElement,
  type XmlNode,
} from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';

export interface ConferenceInfoOptions {
  /** SIP URI of the conference: 'entity' of the document. */
  readonly conferenceUri: string;
  readonly state: 'full';
  /** Number of the document within the subscription, from 0; 32 bits. */
  readonly version: number;
}

/**
 * The conference document in the form of RFC 4575, for subscribers who know no other: of an XCON document only what RFC 4575 defines, and
 * `xcon:nickname`. Entities are URIs of the signalling protocol: a user's is the first entry of its `<associated-aors>` (which the
 * document's maker puts there: the URI by which private messages reach the user), then not repeated in the list; an endpoint's is its
 * contact (`chat:contact`, or its entity while it is only wanted). Where there is none, or a sibling has it already, the entity stays what
 * it is in the XCON document. `<user>`s without an `<endpoint>` are not in the conference and left out.
 *
 * Spec: RFC 6502 §4.1, RFC 4575 §5.   Req: NOTIF-002, EVT-010, EVT-016, EVT-017, EVT-018, EVT-021, Q2, Q3.
 */
export function toConferenceInfo(document: XmlElement, options: ConferenceInfoOptions): XmlElement {
  const { conferenceUri, state, version } = options;
  return xmlElement(
    namespaces.info,
    'conference-info',
    { entity: conferenceUri, state, version: String(version) },
    conferenceParts(document),
  );
}

function conferenceParts(document: XmlElement): XmlElement[] {
  return childElements(document).flatMap((part) => {
    if (part.ns !== namespaces.info) return [];
    if (part.name === 'users') return [usersOf(part)];
    if (part.name === 'sidebars-by-val') return [sidebarsOf(part)];
    return present(plain(part));
  });
}

function usersOf(users: XmlElement): XmlElement {
  const taken = new Set<string>();
  const list = childrenNamed(users, namespaces.info, 'user')
    .filter((user) => childElement(user, namespaces.info, 'endpoint') !== undefined)
    .map((user) => userOf(user, taken));
  return xmlElement(namespaces.info, 'users', [], list);
}

function userOf(user: XmlElement, taken: Set<string>): XmlElement {
  const aors = childElement(user, namespaces.info, 'associated-aors');
  const [first] = childrenNamed(aors, namespaces.info, 'entry');
  const uri = childElement(first, namespaces.info, 'uri');
  const own = attributeOf(user, 'entity');
  const shown = uri === undefined ? undefined : textOf(uri);
  const entity = free(shown, own, taken);
  const nickname = attributeOf(user, 'nickname', namespaces.xcon);
  const takenEndpoints = new Set<string>();
  const parts = childElements(user).flatMap((part) => {
    if (part.ns !== namespaces.info) return [];
    if (part.name === 'endpoint') return [endpointOf(part, takenEndpoints)];
    if (part !== aors || entity !== shown) return present(plain(part));
    return present(plain({ ...part, children: part.children.filter((child) => child !== first) }));
  });
  const attributes = [
    ...(entity === undefined ? [] : [{ ns: '', name: 'entity', value: entity }]),
    ...(nickname === undefined || nickname === '' ? [] : [{ ns: namespaces.xcon, name: 'nickname', value: nickname }]),
  ];
  return xmlElement(namespaces.info, 'user', attributes, parts);
}

function endpointOf(endpoint: XmlElement, taken: Set<string>): XmlElement {
  const contact = attributeOf(childElement(endpoint, namespaces.chat, 'contact'), 'uri');
  const entity = free(contact, attributeOf(endpoint, 'entity'), taken);
  return { ...plain(endpoint), attributes: entity === undefined ? [] : [{ ns: '', name: 'entity', value: entity }] };
}

function sidebarsOf(sidebars: XmlElement): XmlElement {
  const entries = childrenNamed(sidebars, namespaces.info, 'entry').map((entry) => {
    const description = childElement(entry, namespaces.info, 'conference-description');
    const uris = childrenNamed(childElement(description, namespaces.info, 'conf-uris'), namespaces.info, 'entry');
    const sip = uris.map(uriOf).find((uri) => /^sips?:/iu.test(uri));
    const entity = sip ?? attributeOf(entry, 'entity') ?? '';
    return xmlElement(namespaces.info, 'entry', { entity }, conferenceParts(entry));
  });
  return xmlElement(namespaces.info, 'sidebars-by-val', [], entries);
}

/** The wish if it is one and not taken, else the other. */
function free(wish: string | undefined, other: string | undefined, taken: Set<string>): string | undefined {
  const entity = wish !== undefined && wish !== '' && !taken.has(wish) ? wish : other;
  if (entity !== undefined) taken.add(entity);
  return entity;
}

/** The element without anything RFC 4575 does not define; entries that are XCON-URIs, which no signalling reaches, are left out too. */
function plain(element: XmlElement): XmlElement {
  const children = element.children.flatMap((child): XmlNode[] => {
    if (typeof child === 'string') return [child];
    if (child.ns !== namespaces.info) return [];
    return element.name === 'conf-uris' && /^xcon:/iu.test(uriOf(child)) ? [] : present(plain(child));
  });
  const attributes = element.attributes.filter(({ ns, name }) => ns === '' && name !== 'state' && name !== 'version');
  return { ...element, attributes, children };
}

const lists = new Set([
  'conf-uris',
  'service-uris',
  'uris',
  'associated-aors',
  'available-media',
  'roles',
  'sidebars-by-ref',
]);

/** Nothing for a list that would have no entry, which the schema does not allow. */
function present(element: XmlElement): XmlElement[] {
  return lists.has(element.name) && childElements(element).length === 0 ? [] : [element];
}

function uriOf(entry: XmlElement): string {
  const uri = childElement(entry, namespaces.info, 'uri');
  return uri === undefined ? '' : textOf(uri);
}
