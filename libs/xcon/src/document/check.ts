import { err, ok, type Result } from '@plenary/wire';
import { childElements, textOf, type XmlElement } from '@plenary/wire/xml';
import { DocumentFault } from '../errors.js';
import { namespaces } from '../namespaces.js';
import { attributesOf } from './check-attributes.js';
import { checkConsistency } from './consistency.js';
import { ElementPath, keyOf } from './element-path.js';
import { defaultDocumentLimits, type DocumentLimits } from './limits.js';
import type { ChildRule, ElementType, TypeName } from './schema.js';
import { childRule, type DocumentPart, isKnownElement, partTypes, schemaTypes } from './schema.table.js';
import { readValue } from './values.js';

/**
 * `whole`: what is stored and sent; everything mandatory is there, nothing optional is empty.
 * `change`: what an update brings; mandatory elements may be missing, an empty element or attribute is a removal.
 */
export type CheckMode = 'whole' | 'change';

/**
 * Checks a conference document, or a part of one, and brings it into the form in which it is stored: names and children in the order of
 * RFC 6501, values trimmed, tolerated forms rewritten (the list stands in the README), and everything of unknown namespaces left out
 * ("MUST ignore", §6). A whole document that is let through is valid against the schema of RFC 6501 §5. A checked document is checked
 * already.
 *
 * Placeholders have to be replaced before. Err `document-invalid` or `document-too-large`, with the place.
 * Spec: RFC 6501 §4, §5, §6.   Req: CONF-023, CONF-024, CONF-025, FLOOR-001, FLOOR-002.
 */
export function checkDocument(
  element: XmlElement,
  part: DocumentPart,
  mode: CheckMode,
  limits: DocumentLimits = defaultDocumentLimits,
): Result<XmlElement, DocumentFault> {
  const { type, name } = partTypes[part];
  const check = new Check(mode, limits);
  const path = part === 'user' ? ElementPath.root.child('users') : ElementPath.root;
  try {
    return ok(check.element(element, { ns: 'info', name, type, count: '?' }, atRoot(element, part, path), 1));
  } catch (error) {
    if (error instanceof DocumentFault) return err(error);
    throw error;
  }
}

function atRoot(element: XmlElement, part: DocumentPart, path: ElementPath): ElementPath {
  const { type, name } = partTypes[part];
  return type === 'conference' ? path : path.child(name, schemaTypes[type], keyOf(element, schemaTypes[type]));
}

interface CheckedChild {
  readonly place: number;
  readonly rule: ChildRule;
  readonly element: XmlElement;
}

class Check {
  #elements = 0;

  constructor(
    readonly mode: CheckMode,
    readonly limits: DocumentLimits,
  ) {}

  element(element: XmlElement, rule: ChildRule, path: ElementPath, depth: number): XmlElement {
    if (depth > this.limits.depth) throw new DocumentFault('document-too-large', String(path), 'nested too deeply');
    if (++this.#elements > this.limits.elements)
      throw new DocumentFault('document-too-large', String(path), 'too many elements');
    const type = schemaTypes[rule.type];
    const checked = {
      ns: namespaces[rule.ns],
      name: rule.name,
      attributes: attributesOf(element, rule, path, { mode: this.mode, limits: this.limits, isRoot: depth === 1 }),
    };
    if (type.text !== undefined) return { ...checked, children: this.#text(element, type, path) };
    const children = this.#children(element, rule.type, path, depth);
    if (this.mode === 'whole' && rule.type === 'conference')
      checkConsistency(
        children.map((child) => child.element),
        path,
      );
    return { ...checked, children: children.map((child) => child.element) };
  }

  #text(element: XmlElement, type: ElementType, path: ElementPath): readonly string[] {
    for (const child of childElements(element))
      if (!isForeign(child)) throw new DocumentFault('document-invalid', String(path.child(child.name)), 'misplaced');
    const given = textOf(element);
    if (given === '' && this.mode === 'change') return [];
    const read = readValue(type.text ?? 'string', type.readAs?.[given] ?? given, this.limits);
    if ('fault' in read) throw faultOf(read, path);
    return read.value === '' ? [] : [read.value];
  }

  #children(element: XmlElement, typeName: TypeName, path: ElementPath, depth: number): readonly CheckedChild[] {
    const type = schemaTypes[typeName];
    if (element.children.some((child) => typeof child === 'string' && child.trim() !== ''))
      throw new DocumentFault('document-invalid', String(path), 'text between elements');
    const kept: CheckedChild[] = [];
    for (const child of childElements(element)) {
      const placed = childRule(typeName, child.ns, child.name);
      if (placed === undefined) {
        this.#leaveOut(child, type, path);
        continue;
      }
      const { rule, place } = placed;
      const childType = schemaTypes[rule.type];
      const childPath = path.child(rule.name, childType, keyOf(child, childType));
      const checked = this.element(child, rule, childPath, depth + 1);
      if (this.mode === 'change' || !isEmpty(checked, rule)) kept.push({ place, rule, element: checked });
    }
    this.#count(kept, type, path);
    return kept.toSorted((one, other) => one.place - other.place);
  }

  /** Returns where a child that has no place there is left out without a fault. */
  #leaveOut(child: XmlElement, type: ElementType, path: ElementPath): void {
    if (isForeign(child)) return;
    if (child.ns === namespaces.xcon && type.leftOut?.includes(child.name) === true) return;
    const place = String(path.child(child.name));
    if (isKnownElement(child.ns, child.name)) throw new DocumentFault('document-invalid', place, 'misplaced');
    if (child.ns === namespaces.chat || type.open !== true)
      throw new DocumentFault('document-invalid', place, 'unknown element');
  }

  #count(kept: readonly CheckedChild[], type: ElementType, path: ElementPath): void {
    const counts = new Map<ChildRule, number>();
    const keys = new Set<string>();
    for (const { rule, element } of kept) {
      const count = (counts.get(rule) ?? 0) + 1;
      counts.set(rule, count);
      const once = rule.count === '?' || rule.count === '1';
      if (once && count > 1) throw new DocumentFault('document-invalid', String(path.child(rule.name)), 'twice');
      const limit = this.limits[rule.limit ?? 'entries'];
      if (count > limit)
        throw new DocumentFault('document-too-large', String(path.child(rule.name)), `more than ${String(limit)}`);
      const childType = schemaTypes[rule.type];
      const key = once ? undefined : keyOf(element, childType);
      if (key === undefined) continue;
      const full = `${rule.name} ${key}`;
      if (keys.has(full))
        throw new DocumentFault('document-invalid', String(path.child(rule.name, childType, key)), 'twice');
      keys.add(full);
    }
    for (const rule of type.children ?? []) {
      const isKey = type.key !== undefined && 'child' in type.key && type.key.child === rule.name;
      const wanted = (rule.count === '1' || rule.count === '+') && (this.mode === 'whole' || isKey);
      if (wanted && !counts.has(rule))
        throw new DocumentFault('document-invalid', String(path.child(rule.name)), 'missing');
    }
  }
}

function isForeign(element: XmlElement): boolean {
  return element.ns !== namespaces.info && element.ns !== namespaces.xcon && element.ns !== namespaces.chat;
}

/** Optional elements without content are not stored. */
function isEmpty(element: XmlElement, rule: ChildRule): boolean {
  return element.attributes.length === 0 && element.children.length === 0 && rule.count !== '1';
}

function faultOf(read: { readonly fault: string; readonly tooLarge?: true }, path: ElementPath): DocumentFault {
  const code = read.tooLarge === true ? 'document-too-large' : 'document-invalid';
  return new DocumentFault(code, String(path), read.fault);
}
