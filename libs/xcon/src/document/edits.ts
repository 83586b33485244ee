import { childElement, childElements, withChildren, type XmlAttribute, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { documentElement, withElement, withEntries, withEntry, withoutEntry, withText } from './edit.js';
import { type DocumentPart, partTypes } from './schema.table.js';

const description = 'conference-description';
const state = 'conference-state';

function withRootAttribute(document: XmlElement, name: string, value: string | undefined): XmlElement {
  const others = document.attributes.filter((attribute) => attribute.ns !== '' || attribute.name !== name);
  const attributes: readonly XmlAttribute[] = value === undefined ? others : [...others, { ns: '', name, value }];
  return { ...document, attributes: attributes.toSorted((one, other) => (one.name < other.name ? -1 : 1)) };
}

/** With another XCON-URI. */
export function withEntity(document: XmlElement, entity: string): XmlElement {
  return withRootAttribute(document, 'entity', entity);
}

/** With `<active>`. */
export function withActive(document: XmlElement, active: boolean): XmlElement {
  return withText(document, [state, 'active'], String(active));
}

/** With `chat:logging`: since when (RFC 3339) and by whom; undefined: it is off, and no trace of it is left. */
export function withLogging(
  document: XmlElement,
  logging: { readonly since: string; readonly by?: string | undefined } | undefined,
): XmlElement {
  const element =
    logging === undefined
      ? undefined
      : documentElement('chat', 'logging', { active: 'true', since: logging.since, by: logging.by });
  return withElement(document, [state, 'logging'], element);
}

/** With `<cloning-parent>`; undefined: without. Req: CONF-006. */
export function withCloningParent(document: XmlElement, parent: string | undefined): XmlElement {
  return withText(document, [description, 'cloning-parent'], parent);
}

/** With `<sidebar-parent>`; undefined: without. Req: SIDE-005. */
export function withSidebarParent(document: XmlElement, parent: string | undefined): XmlElement {
  return withText(document, [description, 'sidebar-parent'], parent);
}

/** With `chat:alternate-venue`; undefined: without. Req: VENUE-001. */
export function withAlternateVenue(
  document: XmlElement,
  venue: { readonly uri: string; readonly reason?: string | undefined } | undefined,
): XmlElement {
  const element =
    venue === undefined
      ? undefined
      : documentElement('chat', 'alternate-venue', { uri: venue.uri, reason: venue.reason });
  return withElement(document, [description, 'alternate-venue'], element);
}

/** One entry of a list of URIs. */
export interface UriEntry {
  readonly uri: string;
  readonly displayText?: string | undefined;
  readonly purpose?: string | undefined;
  /** In `<conf-uris>` only. */
  readonly password?: string | undefined;
}

function uriElement(entry: UriEntry): XmlElement {
  const text = (ns: 'info' | 'xcon', name: string, value: string | undefined): XmlElement[] =>
    value === undefined || value === '' ? [] : [documentElement(ns, name, {}, [value])];
  return documentElement('info', 'entry', {}, [
    ...text('info', 'uri', entry.uri),
    ...text('info', 'display-text', entry.displayText),
    ...text('info', 'purpose', entry.purpose),
    ...text('xcon', 'conference-password', entry.password),
  ]);
}

/** With exactly these `<conf-uris>`. */
export function withConfUris(document: XmlElement, entries: readonly UriEntry[]): XmlElement {
  return withEntries(document, [description, 'conf-uris', 'entry'], entries.map(uriElement));
}

/** With one more, or another, `<conf-uris>` entry. */
export function withConfUri(document: XmlElement, entry: UriEntry): XmlElement {
  return withEntry(document, [description, 'conf-uris', 'entry'], uriElement(entry));
}

/** Without any `<conference-password>`. Req: POL-017. */
export function withoutPasswords(document: XmlElement): XmlElement {
  return withChildren(
    document,
    document.children
      .filter(
        (child) => typeof child === 'string' || child.ns !== namespaces.xcon || child.name !== 'conference-password',
      )
      .map((child) => (typeof child === 'string' ? child : withoutPasswords(child))),
  );
}

/** With that `<user>`: in the place of the one with its entity, or behind the others. */
export function withUser(document: XmlElement, user: XmlElement): XmlElement {
  return withEntry(document, ['users', 'user'], user);
}

/** Without the `<user>` of that entity. */
export function withoutUser(document: XmlElement, entity: string): XmlElement {
  return withoutEntry(document, ['users', 'user'], entity);
}

/** With exactly these targets of `<allowed-users-list>`; the persistent list stays. */
export function withAllowedTargets(
  document: XmlElement,
  targets: readonly { readonly uri: string; readonly method: string }[],
): XmlElement {
  return withEntries(
    document,
    ['users', 'allowed-users-list', 'target'],
    targets.map(({ uri, method }) => documentElement('xcon', 'target', { uri, method })),
  );
}

/** With exactly these URIs in `chat:banned`. */
export function withBannedTargets(document: XmlElement, uris: readonly string[]): XmlElement {
  return withEntries(
    document,
    ['users', 'banned', 'target'],
    uris.map((uri) => documentElement('chat', 'target', { uri })),
  );
}

/**
 * A change without what is the server's to say: parents, the number of users, sidebars, since when and by whom is logged. Clients that
 * send a whole document back do no harm so. Req: CONF-006.
 */
export function withoutServerElements(change: XmlElement, part: DocumentPart): XmlElement {
  if (partTypes[part].type !== 'conference') return change;
  const without = (element: XmlElement, names: readonly string[]): XmlElement =>
    withChildren(
      element,
      element.children.filter((child) => typeof child === 'string' || !names.includes(child.name)),
    );
  const parts = childElements(without(change, ['sidebars-by-ref', 'sidebars-by-val']));
  return withChildren(
    change,
    parts.map((child) => {
      if (child.name === description) return without(child, ['cloning-parent', 'sidebar-parent']);
      return child.name === state ? withoutLoggingDetails(without(child, ['user-count'])) : child;
    }),
  );
}

function withoutLoggingDetails(element: XmlElement): XmlElement {
  if (childElement(element, namespaces.chat, 'logging') === undefined) return element;
  return withChildren(
    element,
    element.children.map((child) =>
      typeof child === 'string' || child.name !== 'logging'
        ? child
        : { ...child, attributes: child.attributes.filter(({ name }) => name === 'active') },
    ),
  );
}
