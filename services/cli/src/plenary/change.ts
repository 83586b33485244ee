import { type XmlAttribute, type XmlElement, xmlElement, type XmlNode } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

type Prefix = 'info' | 'xcon' | 'chat';

/** An element of a conference document; attributes without a value are left out. */
export function element(
  prefix: Prefix,
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly XmlNode[] = [],
): XmlElement {
  const given: XmlAttribute[] = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [attributeOf(attribute, value)],
  );
  return xmlElement(namespaces[prefix], name, given, children);
}

/** `xcon:nickname` is of a namespace, `entity` of none. */
function attributeOf(name: string, value: string): XmlAttribute {
  const colon = name.indexOf(':');
  if (colon === -1) return { ns: '', name, value };
  return { ns: namespaces[name.slice(0, colon) as Prefix], name: name.slice(colon + 1), value };
}

/** An element with text; an empty text removes the element when it stands in a change. */
export function textElement(prefix: Prefix, name: string, text: string): XmlElement {
  return element(prefix, name, {}, text === '' ? [] : [text]);
}

/** A change of a conference: its parts, in the order of the schema. */
export function conferenceChange(
  entity: string,
  parts: {
    readonly description?: readonly XmlElement[];
    readonly state?: readonly XmlElement[];
    readonly users?: readonly XmlElement[];
  },
): XmlElement {
  const part = (name: string, children: readonly XmlElement[] | undefined): XmlElement[] =>
    children === undefined || children.length === 0 ? [] : [element('info', name, {}, children)];
  return element('info', 'conference-info', { entity }, [
    ...part('conference-description', parts.description),
    ...part('conference-state', parts.state),
    ...part('users', parts.users),
  ]);
}

/** A change of one user. */
export function userChange(
  entity: string,
  children: readonly XmlElement[] = [],
  attributes: Readonly<Record<string, string | undefined>> = {},
): XmlElement {
  return element('info', 'user', { entity, ...attributes }, children);
}
