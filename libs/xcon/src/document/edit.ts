import { childElements, xmlElement, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { keyOf } from './element-path.js';
import { childRule, schemaTypes } from './schema.table.js';
import type { ChildRule, SchemaNamespace, TypeName } from './schema.js';

/** Makes an element of the data model, by the short name of its namespace. */
export function documentElement(
  ns: SchemaNamespace,
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly (XmlElement | string)[] = [],
): XmlElement {
  return xmlElement(namespaces[ns], name, attributes, children);
}

/** An empty conference document. */
export function emptyDocument(entity: string): XmlElement {
  return documentElement('info', 'conference-info', { entity });
}

/**
 * The document with the one element at `path` (local names from the root down, as `['conference-state', 'active']`) replaced;
 * undefined removes it. What is missing on the way is made, children keep the order of the schema. Lists cannot be on the way.
 * Throws `RangeError` for a path the data model does not have.
 */
export function withElement(
  document: XmlElement,
  path: readonly string[],
  element: XmlElement | undefined,
): XmlElement {
  if (path.map((_name, index) => ruleAt('conference', path.slice(0, index + 1))).some(isList))
    throw new RangeError(`${path.join('/')} leads through a list`);
  return put(document, 'conference', path, element);
}

function isList(rule: ChildRule): boolean {
  return rule.count === '*' || rule.count === '+';
}

/** The same for an element with text only; undefined removes it. */
export function withText(document: XmlElement, path: readonly string[], text: string | undefined): XmlElement {
  const rule = ruleAt('conference', path);
  const element = text === undefined ? undefined : documentElement(rule.ns, rule.name, {}, text === '' ? [] : [text]);
  return withElement(document, path, element);
}

/**
 * The document with one entry of the list at `path` put in: it takes the place of the one with the same key, or stands behind the
 * others. Throws `RangeError` for a path that is no list with a key.
 */
export function withEntry(document: XmlElement, path: readonly string[], entry: XmlElement): XmlElement {
  return changeList(document, path, (olds, type) => {
    const key = keyOf(entry, schemaTypes[type]);
    const at = olds.findIndex((old) => keyOf(old, schemaTypes[type]) === key);
    return at === -1 ? [...olds, entry] : olds.with(at, entry);
  });
}

/** The document without the entry of that key in the list at `path`. */
export function withoutEntry(document: XmlElement, path: readonly string[], key: string): XmlElement {
  return changeList(document, path, (olds, type) => olds.filter((old) => keyOf(old, schemaTypes[type]) !== key));
}

/** The document with exactly these entries in the list at `path`. */
export function withEntries(document: XmlElement, path: readonly string[], entries: readonly XmlElement[]): XmlElement {
  return changeList(document, path, () => entries);
}

/** The element with its children in the order of the schema, `entries` in place of those of the rule's name. */
function withList(element: XmlElement, type: TypeName, rule: ChildRule, entries: readonly XmlElement[]): XmlElement {
  const others = childElements(element).filter((child) => child.name !== rule.name || child.ns !== namespaces[rule.ns]);
  const place = (child: XmlElement): number => childRule(type, child.ns, child.name)?.place ?? Number.MAX_SAFE_INTEGER;
  return { ...element, children: [...others, ...entries].toSorted((one, other) => place(one) - place(other)) };
}

function changeList(
  document: XmlElement,
  path: readonly string[],
  change: (olds: readonly XmlElement[], type: TypeName) => readonly XmlElement[],
): XmlElement {
  const rule = ruleAt('conference', path);
  if (!isList(rule)) throw new RangeError(`${path.join('/')} is no list`);
  const above = path.slice(0, -1);
  const holderType = above.length === 0 ? 'conference' : ruleAt('conference', above).type;
  const holder = above.length === 0 ? document : find(document, 'conference', above);
  const olds = childElements(holder ?? emptyDocument('')).filter(
    (child) => child.name === rule.name && child.ns === namespaces[rule.ns],
  );
  const entries = change(olds, rule.type);
  if (holder === undefined && entries.length === 0) return document;
  const own = above.length === 0 ? undefined : ruleAt('conference', above);
  const base = holder ?? documentElement(own?.ns ?? 'info', own?.name ?? '');
  const changed = withList(base, holderType, rule, entries);
  return above.length === 0 ? changed : withElement(document, above, isEmpty(changed) ? undefined : changed);
}

function isEmpty(element: XmlElement): boolean {
  return element.children.length === 0 && element.attributes.length === 0;
}

function find(element: XmlElement, type: TypeName, path: readonly string[]): XmlElement | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return element;
  const rule = ruleOf(type, name);
  const child = childElements(element).find((one) => one.name === name && one.ns === namespaces[rule.ns]);
  return child === undefined ? undefined : find(child, rule.type, rest);
}

function put(element: XmlElement, type: TypeName, path: readonly string[], leaf: XmlElement | undefined): XmlElement {
  const [name, ...rest] = path;
  if (name === undefined) return element;
  const rule = ruleOf(type, name);
  const old = childElements(element).find((child) => child.name === name && child.ns === namespaces[rule.ns]);
  if (rest.length === 0) return withList(element, type, rule, leaf === undefined ? [] : [leaf]);
  if (old === undefined && leaf === undefined) return element;
  return withList(element, type, rule, [put(old ?? documentElement(rule.ns, name), rule.type, rest, leaf)]);
}

function ruleAt(type: TypeName, path: readonly string[]): ChildRule {
  const [name = '', ...rest] = path;
  const rule = ruleOf(type, name);
  return rest.length === 0 ? rule : ruleAt(rule.type, rest);
}

function ruleOf(type: TypeName, name: string): ChildRule {
  const rule = schemaTypes[type].children?.find((one) => one.name === name);
  if (rule === undefined) throw new RangeError(`the data model has no ${name} there`);
  return rule;
}
