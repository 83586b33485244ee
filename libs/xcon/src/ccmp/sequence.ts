import { childElements, type XmlElement } from '@plenary/wire/xml';
import { err, ok, type Result } from '@plenary/wire';

/** An element's children, sorted out. */
export interface Sequence {
  /** Those the schema names, by name. */
  readonly own: ReadonlyMap<string, XmlElement>;
  /** Elements of foreign namespaces (`xs:any namespace="##other"`). */
  readonly others: readonly XmlElement[];
  /** The one element of the message's own namespace, after all others. */
  readonly message: XmlElement | undefined;
}

/**
 * Reads the children of an element whose type is a sequence: `names` (in no namespace) at most once each and in that order, then
 * elements of other namespaces, then at most one element of the namespace `spelling`. Text but white space is refused.
 * Err says what was out of place.
 *
 * Spec: RFC 6503 §11.
 */
export function readSequence(
  element: XmlElement,
  names: readonly string[],
  spelling: string,
): Result<Sequence, string> {
  const own = new Map<string, XmlElement>();
  const others: XmlElement[] = [];
  let message: XmlElement | undefined;
  let next = 0;
  if (hasText(element)) return err(`<${element.name}> has text between its elements`);
  for (const child of childElements(element)) {
    if (message !== undefined) return err(`<${element.name}> goes on after <${message.name}>`);
    if (child.ns === spelling) message = child;
    else if (child.ns !== '') others.push(child);
    else {
      const at = names.indexOf(child.name);
      if (at === -1) return err(`<${element.name}> has no <${child.name}>`);
      if (at < next || others.length > 0) return err(`<${child.name}> is out of place in <${element.name}>`);
      own.set(child.name, child);
      next = at + 1;
    }
  }
  return ok({ own, others, message });
}

function hasText(element: XmlElement): boolean {
  return element.children.some((child) => typeof child === 'string' && child.trim() !== '');
}

/** Text of an element that may hold nothing else: as it stands. Undefined when it has child elements. */
export function simpleText(element: XmlElement): string | undefined {
  let text = '';
  for (const child of element.children) {
    if (typeof child !== 'string') return undefined;
    text += child;
  }
  return text;
}
