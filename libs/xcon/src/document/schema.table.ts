import { namespaces } from '../namespaces.js';
import { chatTypes } from './chat.table.js';
import { conferenceTypes } from './conference.table.js';
import { floorTypes, timeTypes } from './floor-time.table.js';
import { mediaTypes } from './media.table.js';
import type { AttributeRule, ChildRule, ElementType, TypeName } from './schema.js';
import { userTypes } from './users.table.js';

/** RFC 6501 §5 and our extension elements: every type, its children in the order in which they are written. */
export const schemaTypes: Readonly<Record<TypeName, ElementType>> = {
  ...conferenceTypes,
  ...mediaTypes,
  ...userTypes,
  ...floorTypes,
  ...timeTypes,
  ...chatTypes,
  text: { text: 'string', merge: 'replace' },
  'required text': { text: 'token', merge: 'replace' },
  words: { text: 'words', merge: 'replace' },
  boolean: { text: 'boolean', merge: 'replace' },
  count: { text: 'count', merge: 'replace' },
  unsignedInt: { text: 'unsignedInt', merge: 'replace' },
  unsignedLong: { text: 'unsignedLong', merge: 'replace' },
  nonNegativeInteger: { text: 'nonNegativeInteger', merge: 'replace' },
  gain: { text: 'gain', merge: 'replace' },
  anyURI: { text: 'anyURI', merge: 'replace' },
  dateTime: { text: 'dateTime', merge: 'replace' },
  utcDateTime: { text: 'utcDateTime', merge: 'replace' },
  language: { text: 'language', merge: 'replace' },
  calendar: { text: 'calendar', merge: 'replace' },
};

/** What the root of a fragment stands for; its own name is not looked at. */
export type DocumentPart = 'conference-info' | 'users' | 'user' | 'sidebar';

/** Type and name of the root of each part. */
export const partTypes: Readonly<Record<DocumentPart, { readonly type: TypeName; readonly name: string }>> = {
  'conference-info': { type: 'conference', name: 'conference-info' },
  sidebar: { type: 'conference', name: 'conference-info' },
  users: { type: 'users', name: 'users' },
  user: { type: 'user', name: 'user' },
};

/** A child rule and its place in the order. */
export interface PlacedChild {
  readonly rule: ChildRule;
  readonly place: number;
}

const placed = new Map<TypeName, ReadonlyMap<string, PlacedChild>>();
const knownElements = new Set<string>();
for (const [name, type] of Object.entries(schemaTypes)) {
  const children = new Map<string, PlacedChild>();
  for (const [place, rule] of (type.children ?? []).entries()) {
    const key = elementKey(namespaces[rule.ns], rule.name);
    children.set(key, { rule, place });
    if (rule.alias !== undefined) children.set(elementKey(namespaces[rule.ns], rule.alias), { rule, place });
    knownElements.add(key);
  }
  placed.set(name as TypeName, children);
}

function elementKey(ns: string, name: string): string {
  return `${ns} ${name}`;
}

/** The rule for a child of that name in an element of that type. */
export function childRule(type: TypeName, ns: string, name: string): PlacedChild | undefined {
  return placed.get(type)?.get(elementKey(ns, name));
}

/** True when an element of that name stands anywhere in the data model. */
export function isKnownElement(ns: string, name: string): boolean {
  return knownElements.has(elementKey(ns, name)) || (ns === namespaces.info && name === 'conference-info');
}

const attributeNamespaces = {
  xcon: namespaces.xcon,
  chat: namespaces.chat,
  xml: 'http://www.w3.org/XML/1998/namespace',
};

/** Namespace of the attribute a rule names; empty: none. */
export function attributeNamespace(rule: AttributeRule): string {
  return rule.ns === undefined ? '' : attributeNamespaces[rule.ns];
}

/** The rule for an attribute of that name at an element of that type. */
export function attributeRule(type: TypeName, ns: string, name: string): AttributeRule | undefined {
  return schemaTypes[type].attributes?.find((rule) => rule.name === name && attributeNamespace(rule) === ns);
}
