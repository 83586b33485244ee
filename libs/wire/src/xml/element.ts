/** One attribute; `ns` is empty where its name has no prefix. */
export interface XmlAttribute {
  readonly ns: string;
  readonly name: string;
  readonly value: string;
}

/** One element: name by namespace and local part, as XML 1.0 with namespaces tells elements apart; prefixes are not kept. */
export interface XmlElement {
  /** Empty: in no namespace. */
  readonly ns: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}

/** Text, with entities resolved and CDATA as text; or an element. Comments and processing instructions are no nodes. */
export type XmlNode = XmlElement | string;

/** Makes an element; attributes without namespace as a record, `undefined` ones left out. */
export function xmlElement(
  ns: string,
  name: string,
  attributes: Readonly<Record<string, string | undefined>> | readonly XmlAttribute[] = [],
  children: readonly XmlNode[] = [],
): XmlElement {
  const list: readonly XmlAttribute[] = isList(attributes)
    ? attributes
    : Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ ns: '', name: key, value }]));
  return { ns, name, attributes: list, children };
}

function isList(
  attributes: Readonly<Record<string, string | undefined>> | readonly XmlAttribute[],
): attributes is readonly XmlAttribute[] {
  return Array.isArray(attributes);
}

/** Its child elements, in order. */
export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** The first child of that name. */
export function childElement(element: XmlElement | undefined, ns: string, name: string): XmlElement | undefined {
  return element?.children.find(
    (child): child is XmlElement => typeof child !== 'string' && child.name === name && child.ns === ns,
  );
}

/** All children of that name, in order. */
export function childrenNamed(element: XmlElement | undefined, ns: string, name: string): XmlElement[] {
  return element === undefined ? [] : childElements(element).filter((child) => child.name === name && child.ns === ns);
}

/** Value of an attribute. */
export function attributeOf(element: XmlElement | undefined, name: string, ns = ''): string | undefined {
  return element?.attributes.find((attribute) => attribute.name === name && attribute.ns === ns)?.value;
}

/** Its own text, white space at both ends removed; that of its children is not in it. */
export function textOf(element: XmlElement): string {
  return element.children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}

/** The same element with other children. */
export function withChildren(element: XmlElement, children: readonly XmlNode[]): XmlElement {
  return { ...element, children };
}
