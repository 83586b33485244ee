import type { XmlAttribute, XmlElement } from '@plenary/wire/xml';
import { DocumentFault } from '../errors.js';
import { namespaces } from '../namespaces.js';
import type { ElementPath } from './element-path.js';
import type { DocumentLimits } from './limits.js';
import type { AttributeRule, ChildRule, ElementType } from './schema.js';
import { attributeNamespace, attributeRule, schemaTypes } from './schema.table.js';
import { readValue } from './values.js';

interface Options {
  readonly mode: 'whole' | 'change';
  readonly limits: DocumentLimits;
  readonly isRoot: boolean;
}

/**
 * The attributes of an element that its type has, in the order of the table. Others are left out, but for those of our own extension
 * elements, which are a fault: a setting that is misspelt would be lost. Throws `DocumentFault`.
 */
export function attributesOf(
  element: XmlElement,
  rule: ChildRule,
  path: ElementPath,
  options: Options,
): readonly XmlAttribute[] {
  const type = schemaTypes[rule.type];
  for (const { ns, name } of element.attributes) {
    const ours = ns === namespaces.chat || (ns === '' && rule.ns === 'chat');
    if (ours && attributeRule(rule.type, ns, name) === undefined)
      throw new DocumentFault('document-invalid', String(path.attribute(name)), 'unknown attribute');
  }
  return (type.attributes ?? []).flatMap((wanted) => {
    const value = attributeValue(element, wanted, path, options, mustHave(wanted, type, options));
    return value === undefined ? [] : [{ ns: attributeNamespace(wanted), name: wanted.name, value }];
  });
}

/** In a change only what tells elements of a list apart has to be there, and nothing at the root. */
function mustHave(rule: AttributeRule, type: ElementType, { mode, isRoot }: Options): boolean {
  if (rule.required !== true) return false;
  if (mode === 'whole') return true;
  return !isRoot && type.key !== undefined && 'attribute' in type.key && type.key.attribute === rule.name;
}

function attributeValue(
  element: XmlElement,
  rule: AttributeRule,
  path: ElementPath,
  { mode, limits }: Options,
  wanted: boolean,
): string | undefined {
  const given = givenValue(element, rule);
  if (given === undefined) {
    if (rule.instead !== undefined) return rule.instead;
    if (wanted) throw new DocumentFault('document-invalid', String(path.attribute(rule.name)), 'missing');
    return undefined;
  }
  if (given.length > limits.attributeLength)
    throw new DocumentFault('document-too-large', String(path.attribute(rule.name)));
  const value = rule.verbatim === true ? given : given.trim();
  if (value === '' && rule.required !== true) return mode === 'change' ? '' : undefined;
  const read = readValue(rule.type, rule.readAs?.[value] ?? value, limits);
  if ('fault' in read) throw new DocumentFault('document-invalid', String(path.attribute(rule.name)), read.fault);
  return rule.verbatim === true ? value : read.value;
}

function givenValue(element: XmlElement, rule: AttributeRule): string | undefined {
  const ns = attributeNamespace(rule);
  const named = element.attributes.filter((attribute) => attribute.name === rule.name);
  const exact = named.find((attribute) => attribute.ns === ns);
  const loose = rule.unqualified === true ? named.find((attribute) => attribute.ns === '') : undefined;
  return (exact ?? loose)?.value;
}
