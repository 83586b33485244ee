import { attributeOf, childElements, textOf, type XmlElement } from '@plenary/wire/xml';
import { keyOf } from './element-path.js';
import type { ElementType, TypeName } from './schema.js';
import { schemaTypes } from './schema.table.js';

/** True for an element without attributes, children and text. */
export function isEmptyElement(element: XmlElement): boolean {
  return element.attributes.length === 0 && element.children.length === 0;
}

/** True for an entry of a list that says nothing but which one it is. */
export function isKeyOnly(element: XmlElement, type: ElementType): boolean {
  if (type.key === undefined) return false;
  return 'attribute' in type.key
    ? element.children.length === 0 && element.attributes.length === 1
    : element.attributes.length === 0 && element.children.length === 1;
}

/** Elements of a list by their keys, in their order. */
export function keyed(elements: readonly XmlElement[], type: ElementType): Map<string, XmlElement> {
  const entries = new Map<string, XmlElement>();
  for (const element of elements) entries.set(keyOf(element, type) ?? '', element);
  return entries;
}

/** True when two elements say the same: names, attributes in any order, texts without white space around them, children in order. */
export function equalElements(one: XmlElement | undefined, other: XmlElement | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one === other) return true;
  if (one.ns !== other.ns || one.name !== other.name || one.attributes.length !== other.attributes.length) return false;
  if (!one.attributes.every(({ ns, name, value }) => attributeOf(other, name, ns) === value)) return false;
  if (textOf(one) !== textOf(other)) return false;
  const [children, others] = [childElements(one), childElements(other)];
  return children.length === others.length && children.every((child, index) => equalElements(child, others[index]));
}

/**
 * `old` with the attributes of `change`; an empty one removes. The key of an entry and identifier and version of a conference stay.
 * `note` hears of each attribute that was named.
 */
export function withMergedAttributes(
  old: XmlElement,
  change: XmlElement,
  typeName: TypeName,
  note: (name: string, isChanged: boolean) => void,
): XmlElement {
  const type = schemaTypes[typeName];
  const key = type.key !== undefined && 'attribute' in type.key ? type.key.attribute : undefined;
  let attributes = old.attributes;
  for (const attribute of change.attributes) {
    const { ns, name, value } = attribute;
    if (ns === '' && (name === key || (typeName === 'conference' && name === 'version'))) continue;
    const before = attributeOf(old, name, ns);
    note(name, (before ?? '') !== value);
    const others = attributes.filter((one) => one.ns !== ns || one.name !== name);
    attributes = value === '' ? others : inOrder([...others, attribute], typeName);
  }
  return { ...old, attributes };
}

function inOrder(attributes: XmlElement['attributes'], typeName: TypeName): XmlElement['attributes'] {
  const names = (schemaTypes[typeName].attributes ?? []).map(({ name }) => name);
  return attributes.toSorted((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}
