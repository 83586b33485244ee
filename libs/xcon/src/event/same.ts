import type { XmlAttribute, XmlElement, XmlNode } from '@plenary/wire/xml';

/**
 * True when two elements say the same: names, attributes in whatever order, children in order. White space between elements does not
 * count, text beside elements does. Cost: linear in the smaller one.
 */
export function sameElement(one: XmlElement, other: XmlElement): boolean {
  if (one === other) return true;
  if (one.name !== other.name || one.ns !== other.ns || !sameAttributes(one.attributes, other.attributes)) return false;
  const children = nodesOf(one);
  const others = nodesOf(other);
  if (children.length !== others.length) return false;
  for (let index = 0; index < children.length; index += 1)
    if (!sameNode(children[index] ?? '', others[index] ?? '')) return false;
  return true;
}

function sameNode(one: XmlNode, other: XmlNode): boolean {
  return typeof one === 'string' || typeof other === 'string' ? one === other : sameElement(one, other);
}

/** True when both hold the same attributes with the same values. */
export function sameAttributes(one: readonly XmlAttribute[], other: readonly XmlAttribute[]): boolean {
  if (one.length !== other.length) return false;
  for (const attribute of one) if (valueIn(other, attribute) !== attribute.value) return false;
  return true;
}

/** The value the list has for the attribute's name; undefined: none. */
export function valueIn(
  list: readonly XmlAttribute[],
  { ns, name }: Pick<XmlAttribute, 'ns' | 'name'>,
): string | undefined {
  for (const attribute of list) if (attribute.name === name && attribute.ns === ns) return attribute.value;
  return undefined;
}

/** The children that count: empty texts left out, and white space too where there are elements. */
export function nodesOf(element: XmlElement): readonly XmlNode[] {
  const { children } = element;
  let hasElements = false;
  let hasTexts = false;
  for (const child of children) {
    if (typeof child !== 'string') hasElements = true;
    else if (child === '' || hasTexts) return significant(children);
    else hasTexts = true;
  }
  return hasElements && hasTexts ? significant(children) : children;
}

function significant(children: readonly XmlNode[]): readonly XmlNode[] {
  const hasElements = children.some((child) => typeof child !== 'string');
  return children.filter((child) => typeof child !== 'string' || (hasElements ? child.trim() : child) !== '');
}
