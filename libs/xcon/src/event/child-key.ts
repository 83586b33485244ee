import type { XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';

/** What tells an element from its siblings of the same name: the predicate of a selector (RFC 5261 §4.1), and its value. */
export interface ChildKey {
  /** `@entity`, `@id`, `@label`, `@uri`, or `uri`: a child of that name. */
  readonly by: string;
  readonly value: string;
}

// RFC 4575 §4.5 names entity, id and uri; RFC 6501 adds label (available-media), uri (target), id (floor).
const keyAttributes: ReadonlyMap<string, string> = new Map(
  ['entity', 'id', 'label', 'uri'].map((name) => [name, `@${name}`]),
);

/** The key of an element: the first attribute that can be one; undefined for an element without, such as `<subject>`. */
export function childKey(element: XmlElement): ChildKey | undefined {
  for (const { ns, name, value } of element.attributes) {
    const by = ns === '' ? keyAttributes.get(name) : undefined;
    if (by !== undefined) return { by, value };
  }
  if (element.name !== 'entry') return undefined;
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    // `uri` comes first in an entry (RFC 4575 §5.3.1): what comes later is not looked at.
    const [text] = child.children;
    const isUri = child.name === 'uri' && child.ns === namespaces.info && child.children.length === 1;
    return isUri && typeof text === 'string' ? { by: 'uri', value: text } : undefined;
  }
  return undefined;
}
