import { err, ok, type Result } from '@plenary/wire';
import { attributeOf, childElements, type XmlAttribute, type XmlElement, type XmlNode } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { conferenceInfoRule, type PartialRule, ruleOf, slotOf, withState } from './partial-rules.js';

/** Why a notified document did not change the local one, and what the subscriber does about it. */
export const PARTIAL_FAULTS = {
  'version-stale': 'not newer than what is there: to be dropped',
  'version-gap': 'a document is missing in between: refresh the subscription for a full one',
  'partial-invalid': 'not a conference-info document, one of another conference, or one without version or key',
} as const;
export type PartialFaultCode = keyof typeof PARTIAL_FAULTS;

export class PartialFault extends Error {
  override name = 'PartialFault';

  constructor(readonly code: PartialFaultCode) {
    super(PARTIAL_FAULTS[code]);
  }
}

/**
 * The document a subscriber has after a NOTIFY: `local` with `received` applied, or `received` itself when it is full or says that the
 * conference is gone ('state' deleted). Without `local` only a full document will do. Local documents have no 'state' below their root.
 *
 * Spec: RFC 4575 §4.6.   Req: EVT-012, EVT-015.
 */
export function applyPartial(local: XmlElement | undefined, received: XmlElement): Result<XmlElement, PartialFault> {
  if (received.ns !== namespaces.info || received.name !== 'conference-info') return fault('partial-invalid');
  const state = attributeOf(received, 'state') ?? 'full';
  const version = versionOf(received);
  const had = local === undefined ? undefined : versionOf(local);
  // "If the value in the document is equal to or less than the local version, the document is discarded without processing."
  if (version !== undefined && had !== undefined && version <= had) return fault('version-stale');
  if (state !== 'partial') return ok({ ...unstated(received, conferenceInfoRule), attributes: received.attributes });
  if (version === undefined || attributeOf(local, 'entity') !== attributeOf(received, 'entity'))
    return fault(local === undefined ? 'version-gap' : 'partial-invalid');
  if (local === undefined || had === undefined || version > had + 1) return fault('version-gap');
  const merged = merge(local, received, conferenceInfoRule);
  return merged === undefined ? fault('partial-invalid') : ok(withState(merged, 'full'));
}

function fault(code: PartialFaultCode): Result<never, PartialFault> {
  return err(new PartialFault(code));
}

function versionOf(document: XmlElement): number | undefined {
  const text = attributeOf(document, 'version')?.trim() ?? '';
  return /^\d{1,10}$/u.test(text) ? Number(text) : undefined;
}

/** Step 3 of RFC 4575 §4.6; undefined when an element lacks its key. */
function merge(local: XmlElement, received: XmlElement, rule: PartialRule): XmlElement | undefined {
  const slots = grouped(local, rule);
  const changes = grouped(received, rule);
  if (slots === undefined || changes === undefined) return undefined;
  for (const [slot, [first, ...more]] of changes) {
    if (first === undefined) continue;
    const childRule = ruleOf(rule, first);
    const state = childRule?.state === true ? attributeOf(first, 'state') : undefined;
    const [was] = slots.get(slot) ?? [];
    if (state === 'deleted') slots.delete(slot);
    else if (state === 'partial' && was !== undefined && childRule !== undefined) {
      const merged = merge(was, first, childRule);
      if (merged === undefined) return undefined;
      slots.set(slot, [merged]);
    } else
      slots.set(
        slot,
        [first, ...more].map((child) => unstated(child, childRule)),
      );
  }
  const order = Object.keys(rule.children);
  const rank = (child: XmlElement): number => {
    const at = ruleOf(rule, child) === undefined ? -1 : order.indexOf(child.name);
    return at === -1 ? order.length : at;
  };
  const children = [...slots.values()].flat().toSorted((one, other) => rank(one) - rank(other));
  return { ...local, attributes: mergedAttributes(local.attributes, received.attributes), children };
}

/** Children by what finds them; several where an element the schema does not know occurs more than once. */
function grouped(element: XmlElement, rule: PartialRule): Map<string, XmlElement[]> | undefined {
  const groups = new Map<string, XmlElement[]>();
  for (const child of childElements(element)) {
    const slot = slotOf(rule, child);
    if (slot === undefined) return undefined;
    const group = groups.get(slot);
    if (group === undefined) groups.set(slot, [child]);
    else group.push(child);
  }
  return groups;
}

function mergedAttributes(local: readonly XmlAttribute[], received: readonly XmlAttribute[]): readonly XmlAttribute[] {
  const names = new Map(local.map((attribute) => [`${attribute.ns} ${attribute.name}`, attribute]));
  for (const attribute of received)
    if (attribute.ns !== '' || attribute.name !== 'state') names.set(`${attribute.ns} ${attribute.name}`, attribute);
  return [...names.values()];
}

/** The element, and what is in it, without 'state'; what is deleted in it is left out. */
function unstated(element: XmlElement, rule: PartialRule | undefined): XmlElement {
  if (rule?.state !== true) return element;
  const children = element.children.flatMap((child): XmlNode[] => {
    if (typeof child === 'string') return [child];
    const childRule = ruleOf(rule, child);
    const isGone = childRule?.state === true && attributeOf(child, 'state') === 'deleted';
    return isGone ? [] : [unstated(child, childRule)];
  });
  return withState({ ...element, children }, undefined);
}
