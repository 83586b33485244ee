import { type XmlElement, xmlElement, type XmlNode } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { namespaces } from '../namespaces.js';

const { info, xcon, chat } = namespaces;

/** An element of RFC 4575 with text. */
export function text(name: string, value: string, ns: string = info): XmlElement {
  return xmlElement(ns, name, [], value === '' ? [] : [value]);
}

const words = fc.constantFrom('', 'a', 'Alice & Bob', "it's", 'say "x"', ' spaced ', 'two\nlines');
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.option(arbitrary).map((value) => (value === null ? [] : [value]));
const leaf = (name: string, ns: string = info): fc.Arbitrary<XmlElement> => words.map((value) => text(name, value, ns));

const uriEntry: fc.Arbitrary<XmlElement> = fc
  .tuple(fc.constantFrom('sip:a@example.com', 'sip:b@example.com', 'xmpp:c@example.com'), some(leaf('display-text')))
  .map(([uri, more]) => xmlElement(info, 'entry', [], [text('uri', uri), ...more]));
const uris = (name: string): fc.Arbitrary<XmlElement> =>
  fc
    .uniqueArray(uriEntry, { minLength: 1, maxLength: 3, selector: (entry) => JSON.stringify(entry.children[0]) })
    .map((entries) => xmlElement(info, name, [], entries));

const media = fc
  .tuple(fc.constantFrom('1', '2', '3'), fc.constantFrom('sendrecv', 'recvonly'))
  .map(([id, status]) => xmlElement(info, 'media', { id }, [text('type', 'message'), text('status', status)]));
const endpoint = fc
  .tuple(
    fc.constantFrom('chat1', 'chat2', 'sip:phone@example.com', "it's"),
    fc.uniqueArray(media, { maxLength: 3, selector: (one) => one.attributes[0]?.value }),
    some(fc.constantFrom('connected', 'on-hold').map((status) => text('status', status))),
    some(words.map((uri) => xmlElement(chat, 'contact', { uri }))),
    some(words),
  )
  .map(([entity, streams, status, contact, nickname]) =>
    xmlElement(
      info,
      'endpoint',
      [{ ns: '', name: 'entity', value: entity }, ...nickname.map((value) => ({ ns: chat, name: 'nickname', value }))],
      [...status, ...streams, ...contact],
    ),
  );
const roles = fc
  .array(fc.constantFrom('moderator', 'participant', 'observer'), { minLength: 1, maxLength: 3 })
  .map((list) =>
    xmlElement(
      info,
      'roles',
      [],
      list.map((role) => text('entry', role)),
    ),
  );
const user = fc
  .tuple(
    fc.integer({ min: 0, max: 9 }),
    some(leaf('display-text')),
    some(uris('associated-aors')),
    some(roles),
    fc.uniqueArray(endpoint, { maxLength: 2, selector: (one) => one.attributes[0]?.value }),
    some(fc.constantFrom('', 'Ali', 'Bob')),
    some(leaf('provide-anonymity', xcon)),
  )
  .map(([number, display, aors, ofUser, endpoints, nickname, anonymity]) =>
    xmlElement(
      info,
      'user',
      [
        { ns: '', name: 'entity', value: `xcon-userid:u${String(number)}@example.com` },
        ...nickname.map((value) => ({ ns: xcon, name: 'nickname', value })),
      ],
      [...display, ...aors, ...ofUser, ...endpoints, ...anonymity],
    ),
  );
const target = fc
  .constantFrom('sip:x@example.com', 'sip:y@example.com')
  .map((uri) => xmlElement(xcon, 'target', { uri, method: 'refer' }));
const users = fc
  .tuple(
    fc.uniqueArray(user, { maxLength: 8, selector: (one) => one.attributes[0]?.value }),
    some(leaf('join-handling', xcon)),
    some(fc.array(target, { maxLength: 3 }).map((list) => xmlElement(xcon, 'allowed-users-list', [], list))),
    fc.array(
      fc.constantFrom('a', 'b').map((uri) => xmlElement(chat, 'target', { uri })),
      { maxLength: 2 },
    ),
  )
  .map(([list, ...others]) => xmlElement(info, 'users', [], [...list, ...others.flat()]));
const description = fc
  .tuple(some(leaf('display-text')), some(leaf('subject')), some(uris('conf-uris')), some(leaf('cloning-parent', xcon)))
  .map((parts) => xmlElement(info, 'conference-description', [], parts.flat()));
const state = fc
  .tuple(some(leaf('user-count')), some(leaf('active')))
  .map((parts) => xmlElement(info, 'conference-state', [], parts.flat()));
const sidebars = fc
  .uniqueArray(
    fc
      .tuple(fc.constantFrom('xcon:s1@example.com', 'xcon:s2@example.com'), some(description))
      .map(([entity, parts]) => xmlElement(info, 'entry', { entity }, parts)),
    { maxLength: 2, selector: (entry) => entry.attributes[0]?.value },
  )
  .map((entries) => xmlElement(info, 'sidebars-by-val', [], entries));

/** Conference documents with whatever a conference may hold: few keys, so that two of them have much in common. */
export const documents: fc.Arbitrary<XmlElement> = fc
  .tuple(
    fc.integer({ min: 0, max: 99 }),
    some(description),
    some(leaf('host-info')),
    some(state),
    some(users),
    some(uris('sidebars-by-ref')),
    some(sidebars),
    some(leaf('floor-information', xcon)),
    fc.array(leaf('extra', chat), { maxLength: 2 }),
  )
  .map(([version, ...parts]) =>
    xmlElement(info, 'conference-info', { entity: 'xcon:room@example.com', version: String(version) }, parts.flat()),
  );

/** A room of `count` users, one endpoint each. */
export function crowd(count: number, extra: (index: number) => readonly XmlElement[] = () => []): XmlElement {
  const list = Array.from({ length: count }, (_, index) =>
    xmlElement(info, 'user', { entity: `xcon-userid:u${String(index)}@example.com` }, [
      text('display-text', `User ${String(index)}`),
      xmlElement(info, 'endpoint', { entity: `chat${String(index)}` }, [text('status', 'connected')]),
      ...extra(index),
    ]),
  );
  return xmlElement(info, 'conference-info', { entity: 'xcon:room@example.com' }, [
    xmlElement(info, 'conference-state', [], [text('user-count', String(count))]),
    xmlElement(info, 'users', [], list),
  ]);
}

/** The document with attributes in one order and white space between elements left out, to compare. */
export function canonical(element: XmlElement): XmlElement {
  const attributes = element.attributes.toSorted((one, other) =>
    `${one.ns} ${one.name}` < `${other.ns} ${other.name}` ? -1 : 1,
  );
  const hasElements = element.children.some((child) => typeof child !== 'string');
  const children = element.children.flatMap((child): XmlNode[] => {
    if (typeof child !== 'string') return [canonical(child)];
    return hasElements && child.trim() === '' ? [] : [child];
  });
  return { ...element, attributes, children };
}

/** The document with siblings in one order too: for forms in which order has no meaning. */
export function unordered(element: XmlElement): XmlElement {
  const { attributes, children, ...names } = canonical(element);
  const sorted = children
    .map((child) => (typeof child === 'string' ? child : unordered(child)))
    .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return { ...names, attributes, children: sorted };
}

/** The element, counting each time its children are read, or those of what is in it. */
export function counted(element: XmlElement, count: () => void): XmlElement {
  const children = element.children.map((child) => (typeof child === 'string' ? child : counted(child, count)));
  return {
    ns: element.ns,
    name: element.name,
    get attributes() {
      count();
      return element.attributes;
    },
    get children() {
      count();
      return children;
    },
  };
}
