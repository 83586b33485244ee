import { attributeOf, writeXml, type XmlAttribute, type XmlElement, xmlElement, type XmlNode } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { matchChildren, type Placed } from './match-children.js';
import { nodesOf, sameElement, valueIn } from './same.js';
import { Positions, selectorName, stepText, Uniqueness } from './selector-text.js';

/**
 * What makes one conference document of another: `<conference-info-diff>` with `<remove>`, `<replace>` and `<add>` elements, to be done
 * one after the other. Undefined when nothing changed. Children with a key (RFC 4575 §4.5: users by entity, media by id, …) are
 * followed by it, so one user's change costs one operation however many users there are. White space between elements does not count.
 *
 * Cost: linear in the documents; n log n where the order of siblings changed.
 *
 * Spec: RFC 6502 §5, RFC 5261 §4.   Req: NOTIF-004.
 */
export function diffDocuments(before: XmlElement, after: XmlElement): XmlElement | undefined {
  const operations: XmlElement[] = [];
  diffElement(before, after, () => '*', operations);
  if (operations.length === 0) return undefined;
  return xmlElement(
    namespaces.xcon,
    'conference-info-diff',
    { entity: attributeOf(after, 'entity') ?? attributeOf(before, 'entity') ?? '' },
    operations,
  );
}

/** Writes a diff with the declarations its selectors count on: no prefix for RFC 4575's namespace, `xcon` for RFC 6501's. */
export function formatDiff(diff: XmlElement): string {
  return writeXml(diff, {
    prefixes: { [namespaces.info]: '', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' },
  });
}

type Operations = XmlElement[];
/** Made only where something changed. */
type Selector = () => string;

function diffElement(before: XmlElement, after: XmlElement, selector: Selector, into: Operations): void {
  if (sameElement(before, after)) return;
  const from = nodesOf(before);
  const to = nodesOf(after);
  if (!isPatchable(before, after, from, to)) {
    into.push(operation('replace', selector(), {}, [after]));
    return;
  }
  diffAttributes(before.attributes, after.attributes, selector, into);
  if (isText(from) && isText(to)) diffText(from.join(''), to.join(''), selector, into);
  else if (isElements(from) && isElements(to)) diffChildren(from, to, selector, into);
}

/** Text or elements, not both, on each side; and no attribute changed that a selector cannot name. */
function isPatchable(before: XmlElement, after: XmlElement, from: readonly XmlNode[], to: readonly XmlNode[]): boolean {
  if (before.ns !== after.ns || before.name !== after.name) return false;
  if (!(isText(from) && isText(to)) && !(isElements(from) && isElements(to))) return false;
  const differs = (one: XmlElement, other: XmlElement): boolean =>
    one.attributes.some(
      (attribute) =>
        selectorName(attribute.ns, attribute.name, 'attribute') === undefined &&
        valueIn(other.attributes, attribute) !== attribute.value,
    );
  return !differs(before, after) && !differs(after, before);
}

function isText(nodes: readonly XmlNode[]): nodes is readonly string[] {
  return nodes.every((node) => typeof node === 'string');
}

function isElements(nodes: readonly XmlNode[]): nodes is readonly XmlElement[] {
  return nodes.every((node) => typeof node !== 'string');
}

function diffAttributes(
  before: readonly XmlAttribute[],
  after: readonly XmlAttribute[],
  selector: Selector,
  into: Operations,
): void {
  const nameOf = ({ ns, name }: XmlAttribute): string => `@${selectorName(ns, name, 'attribute') ?? ''}`;
  for (const attribute of before)
    if (valueIn(after, attribute) === undefined) into.push(operation('remove', `${selector()}/${nameOf(attribute)}`));
  for (const attribute of after) {
    const was = valueIn(before, attribute);
    const { value } = attribute;
    const text = value === '' ? [] : [value];
    if (was === undefined) into.push(operation('add', selector(), { type: nameOf(attribute) }, text));
    else if (was !== value) into.push(operation('replace', `${selector()}/${nameOf(attribute)}`, {}, text));
  }
}

function diffText(before: string, after: string, selector: Selector, into: Operations): void {
  if (before === after) return;
  if (before === '') into.push(operation('add', selector(), {}, [after]));
  else if (after === '') into.push(operation('remove', `${selector()}/text()`));
  else into.push(operation('replace', `${selector()}/text()`, {}, [after]));
}

/** Removes from the last, changes what stays, adds from the last: so numbers in selectors hold while the list changes. */
function diffChildren(
  from: readonly XmlElement[],
  to: readonly XmlElement[],
  selector: Selector,
  into: Operations,
): void {
  const { before, after, kept } = matchChildren(from, to);
  const unique = new Uniqueness(before, after);
  if (kept.length < before.length)
    removeChildren(before, new Set(kept.map((pair) => pair.before)), selector, unique, into);

  const staying = kept.map((pair) => before[pair.before] as Placed);
  const positions = new Positions(staying);
  const stepTo = (index: number): string => `${selector()}/${stepText(staying, index, positions, unique)}`;
  for (const [index, pair] of kept.entries()) {
    const was = before[pair.before]?.element;
    const is = after[pair.after]?.element;
    if (was !== undefined && is !== undefined) diffElement(was, is, () => stepTo(index), into);
  }

  for (let index = kept.length; index >= 0; index -= 1) {
    const first = (kept[index - 1]?.after ?? -1) + 1;
    const added = after.slice(first, kept[index]?.after ?? after.length).map(({ element }) => element);
    if (added.length === 0) continue;
    if (index === kept.length) into.push(operation('add', selector(), {}, added));
    else if (index === 0) into.push(operation('add', selector(), { pos: 'prepend' }, added));
    else into.push(operation('add', stepTo(index - 1), { pos: 'after' }, added));
  }
}

function removeChildren(
  before: readonly Placed[],
  staying: ReadonlySet<number>,
  selector: Selector,
  unique: Uniqueness,
  into: Operations,
): void {
  const positions = new Positions(before);
  for (let index = before.length - 1; index >= 0; index -= 1) {
    if (staying.has(index)) continue;
    into.push(operation('remove', `${selector()}/${stepText(before, index, positions, unique)}`));
  }
}

function operation(
  name: 'add' | 'replace' | 'remove',
  sel: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly XmlNode[] = [],
): XmlElement {
  return xmlElement(namespaces.xcon, name, { sel, ...attributes }, children);
}
