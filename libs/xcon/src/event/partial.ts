import { childElements, type XmlAttribute, type XmlElement } from '@plenary/wire/xml';
import { conferenceInfoRule, type PartialRule, ruleOf, slotOf, withState } from './partial-rules.js';
import { nodesOf, sameAttributes, sameElement } from './same.js';

/**
 * What a subscriber who has `before` needs to have `after`, both full documents as `toConferenceInfo` makes them: a partial document
 * with the changed users (gone ones as deleted) and the changed parts of the conference; or, where a change cannot be said that way (an
 * element without 'state' is gone), the full `after`. Undefined when nothing changed but the version, or the order of siblings.
 *
 * `version` is the number of the document within the subscription: one more than the last one's. Cost: linear in the documents.
 *
 * Spec: RFC 4575 §4.4, §4.5, §5.2.   Req: EVT-012, EVT-013.
 */
export function partialConferenceInfo(before: XmlElement, after: XmlElement, version: number): XmlElement | undefined {
  const change = changeOf(before, after, conferenceInfoRule);
  if (change === 'same') return undefined;
  const element = change === 'full' ? withState(after, 'full') : change;
  const attributes = element.attributes.filter((attribute) => !isBookkeeping(attribute) || attribute.name === 'state');
  return { ...element, attributes: [...attributes, { ns: '', name: 'version', value: String(version) }] };
}

/** A partial form of the element; or that there is none and it has to come in full. */
function changeOf(before: XmlElement, after: XmlElement, rule: PartialRule): XmlElement | 'same' | 'full' {
  if (sameElement(before, after)) return 'same';
  const isPlain = [before, after].every((element) => nodesOf(element).every((node) => typeof node !== 'string'));
  const from = isPlain ? bySlot(before, rule) : undefined;
  const to = isPlain ? bySlot(after, rule) : undefined;
  const attributes = after.attributes.filter((attribute) => !isBookkeeping(attribute));
  const hasSameAttributes = sameAttributes(
    before.attributes.filter((attribute) => !isBookkeeping(attribute)),
    attributes,
  );
  // A partial element says nothing of attributes (RFC 4575 §4.6 step 3.2): a changed nickname brings the user in full.
  if (from === undefined || to === undefined || !hasSameAttributes) return 'full';
  const changes: XmlElement[] = [];
  for (const [slot, is] of to) {
    const was = from.get(slot);
    const change = was === undefined ? 'full' : changeOfChild(was, is, ruleOf(rule, is));
    if (change === 'full') changes.push(ruleOf(rule, is)?.state === true ? withState(is, 'full') : is);
    else if (change !== 'same') changes.push(change);
  }
  for (const [slot, was] of from) {
    if (to.has(slot)) continue;
    const childRule = ruleOf(rule, was);
    if (childRule?.state !== true || !isDeletable(was)) return 'full';
    changes.push(withState({ ...was, attributes: keyAttributes(was, childRule), children: [] }, 'deleted'));
  }
  return changes.length === 0 ? 'same' : withState({ ...after, attributes, children: changes }, 'partial');
}

function changeOfChild(was: XmlElement, is: XmlElement, rule: PartialRule | undefined): XmlElement | 'same' | 'full' {
  if (rule?.state === true) return changeOf(was, is, rule);
  return sameElement(was, is) ? 'same' : 'full';
}

/** Its children by what finds them; undefined when one has no key or two have the same. */
function bySlot(element: XmlElement, rule: PartialRule): ReadonlyMap<string, XmlElement> | undefined {
  const children = childElements(element);
  const slots = new Map(children.map((child) => [slotOf(rule, child) ?? '', child]));
  return slots.has('') || slots.size < children.length ? undefined : slots;
}

/** The schema has no `<sidebars-by-ref>` without an entry, not even a deleted one (RFC 4575 §6, uris-type). */
function isDeletable(element: XmlElement): boolean {
  return element.name !== 'sidebars-by-ref';
}

function keyAttributes(element: XmlElement, rule: PartialRule): readonly XmlAttribute[] {
  return element.attributes.filter(({ ns, name }) => ns === '' && `@${name}` === rule.key);
}

function isBookkeeping({ ns, name }: XmlAttribute): boolean {
  return ns === '' && (name === 'state' || name === 'version');
}
