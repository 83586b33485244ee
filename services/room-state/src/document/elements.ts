import { attributeOf, xmlElement, type XmlElement, type XmlNode } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

type Attributes = Readonly<Record<string, string | undefined>>;

/** A child to be: an element, or nothing where there is nothing to say. */
export type MaybeElement = XmlElement | undefined;

/** An element of RFC 4575's namespace. */
export function info(name: string, attributes: Attributes, children: readonly (MaybeElement | string)[]): XmlElement {
  return xmlElement(namespaces.info, name, attributes, present(children));
}

/** An element of RFC 6501's namespace. */
export function xcon(name: string, attributes: Attributes, children: readonly (MaybeElement | string)[]): XmlElement {
  return xmlElement(namespaces.xcon, name, attributes, present(children));
}

/** An extension element; its values are attributes. */
export function chat(name: string, attributes: Attributes, children: readonly XmlElement[] = []): XmlElement {
  return xmlElement(namespaces.chat, name, attributes, children);
}

/** An element with that text; nothing for an empty one. */
export function infoText(name: string, text: string): MaybeElement {
  return text === '' ? undefined : info(name, {}, [text]);
}

export function xconText(name: string, text: string): MaybeElement {
  return text === '' ? undefined : xcon(name, {}, [text]);
}

function present(children: readonly (MaybeElement | string)[]): XmlNode[] {
  return children.filter((child): child is XmlNode => child !== undefined);
}

/** Is it the element of that namespace and name? */
export function isNamed(element: XmlElement, ns: keyof typeof namespaces, name: string): boolean {
  return element.name === name && element.ns === namespaces[ns];
}

/** The same with each child element as `change` gives it; those for which it gives nothing are left out. Texts stay. */
export function mapChildren(element: XmlElement, change: (child: XmlElement) => MaybeElement): XmlElement {
  let changed = false;
  const children: XmlNode[] = [];
  for (const child of element.children) {
    const next = typeof child === 'string' ? child : change(child);
    if (next !== child) changed = true;
    if (next !== undefined) children.push(next);
  }
  return changed ? { ...element, children } : element;
}

/** The same with that attribute set, or without it for `undefined`. */
export function withAttribute(element: XmlElement, name: string, value: string | undefined, ns = ''): XmlElement {
  if (attributeOf(element, name, ns) === value) return element;
  const others = element.attributes.filter((attribute) => attribute.name !== name || attribute.ns !== ns);
  return { ...element, attributes: value === undefined ? others : [...others, { ns, name, value }] };
}
