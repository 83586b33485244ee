import { readFileSync } from 'node:fs';
import { attributeOf, childElement, childrenNamed, type XmlElement, type XmlNode } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { RelaxNGValidator, XmlDocument, XmlValidateError } from 'libxml2-wasm';
import { namespaces } from '../namespaces.js';
import { checkDocument, type CheckMode } from './check.js';
import { readFragment } from './format.js';
import type { ChildRule, ElementType, TypeName, ValueType } from './schema.js';
import { attributeNamespace, type DocumentPart, schemaTypes } from './schema.table.js';

const declarations =
  `xmlns="${namespaces.info}" xmlns:xcon="${namespaces.xcon}" xmlns:chat="${namespaces.chat}"` +
  ' xmlns:other="urn:example:other"';

/** Reads `text`, an element whose prefixes are declared for it. Throws when it is not well-formed. */
export function fragment(text: string): XmlElement {
  const declared = text.replace(/^<([\w:-]+)/u, `<$1 ${declarations}`);
  const read = readFragment(declared);
  if (!read.ok) throw read.error;
  return read.value;
}

/** A conference document with that content. */
export function conference(content: string): XmlElement {
  return fragment(`<conference-info entity="xcon:1@example.com">${content}</conference-info>`);
}

/** The checked form; throws what it was refused with. */
export function checked(
  element: XmlElement,
  part: DocumentPart = 'conference-info',
  mode: CheckMode = 'whole',
): XmlElement {
  const result = checkDocument(element, part, mode);
  if (!result.ok) throw result.error;
  return result.value;
}

let validator: RelaxNGValidator | undefined;

/** What another implementation has against a document by the schema of RFC 6501 §5, as lines of text; empty: it is valid. */
export function relaxNgFaults(text: string): readonly string[] {
  validator ??= RelaxNGValidator.fromDoc(
    XmlDocument.fromBuffer(readFileSync(new URL('../../../../test/vectors/schemas/rfc6501.rng', import.meta.url))),
  );
  const document = XmlDocument.fromString(text);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map((detail) => detail.message.trim());
    throw error;
  } finally {
    document.dispose();
  }
}

const event = 'BEGIN:VEVENT\nDTSTART:20270104T090000Z\nDTEND:20270104T100000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT';
const text = fc.stringMatching(/^[a-zA-Zé<&>'"][a-zA-Z é<&>'"]{0,8}[a-zé]$/u);

function valueArbitrary(type: ValueType): fc.Arbitrary<string> {
  if (typeof type === 'object')
    return 'oneOf' in type
      ? fc.constantFrom(...type.oneOf)
      : fc.subarray([...type.someOf], { minLength: 1 }).map((some) => some.join(' '));
  const arbitraries: Record<Exclude<ValueType, object>, fc.Arbitrary<string>> = {
    string: text,
    words: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((some) => some.join(' ')),
    token: fc.constantFrom('1', '2', 'three'),
    boolean: fc.constantFrom('true', 'false'),
    int: fc.integer({ min: -9, max: 9 }).map(String),
    count: fc.nat(999).map(String),
    unsignedInt: fc.nat(999).map(String),
    unsignedLong: fc.nat(999).map(String),
    nonNegativeInteger: fc.constant('1'),
    gain: fc.integer({ min: -127, max: 127 }).map(String),
    anyURI: fc.constantFrom('sip:a@example.com', "sip:o'hara@example.com", 'xcon:2@example.com', 'tel:+1-2', 'x'),
    dateTime: fc.constantFrom('2027-01-04T09:00:00Z', '2027-01-04T09:00:00.5+01:00'),
    utcDateTime: fc.constant('2027-01-04T09:00:00Z'),
    language: fc.constantFrom('en', 'de-AT'),
    duration: fc.constantFrom('PT5M', 'P1D', 'P2W'),
    calendar: fc.constant(event),
    mediaTypes: fc.constantFrom('text/plain', 'image/* text/html'),
  };
  return arbitraries[type];
}

function attributesArbitrary(type: ElementType): fc.Arbitrary<XmlElement['attributes']> {
  const each = (type.attributes ?? []).map((rule) => {
    const value = valueArbitrary(rule.type);
    return (rule.required === true ? value : fc.option(value, { nil: undefined })).map((given) => ({ rule, given }));
  });
  return fc
    .tuple(...each)
    .map((all) =>
      all.flatMap(({ rule, given }) =>
        given === undefined ? [] : [{ ns: attributeNamespace(rule), name: rule.name, value: given }],
      ),
    );
}

function childrenArbitrary(rule: ChildRule, depth: number): fc.Arbitrary<readonly XmlElement[]> {
  if (depth <= 0 && (rule.count === '?' || rule.count === '*')) return fc.constant([]);
  const one = elementArbitrary(rule, depth - 1);
  if (rule.count === '1' || depth <= 0) return one.map((element) => [element]);
  if (rule.count === '?')
    return fc.oneof(
      fc.constant([]),
      fc.constant([]),
      one.map((element) => [element]),
    );
  return fc.array(one, { minLength: rule.count === '+' ? 1 : 0, maxLength: 3 }).map(withoutTwins);
}

function withoutTwins(elements: readonly XmlElement[]): readonly XmlElement[] {
  const key = (element: XmlElement): string => {
    const uri = childElement(element, namespaces.info, 'uri');
    return (
      ['entity', 'label', 'id'].map((name) => attributeOf(element, name)).join(' ') +
      JSON.stringify(uri?.children ?? '')
    );
  };
  const [first] = elements;
  const isKeyed = first !== undefined && (key(first).trim() !== '""' || first.name === 'entry');
  if (!isKeyed || (first.ns === namespaces.xcon && first.name === 'entry')) return elements;
  return elements.filter((element, index) => elements.findIndex((other) => key(other) === key(element)) === index);
}

function elementArbitrary(rule: ChildRule, depth: number): fc.Arbitrary<XmlElement> {
  const type = schemaTypes[rule.type];
  const children: fc.Arbitrary<readonly XmlNode[]> =
    type.text === undefined
      ? fc
          .tuple(...(type.children ?? []).map((child) => childrenArbitrary(child, depth)))
          .map((groups) => groups.flat())
      : valueArbitrary(type.text).map((value) => [value]);
  return fc
    .tuple(attributesArbitrary(type), children)
    .map(([attributes, nodes]) => ({ ns: namespaces[rule.ns], name: rule.name, attributes, children: nodes }))
    .map((element) => consistent(element, rule.type));
}

/** Floors only where their labels are. */
function consistent(element: XmlElement, type: TypeName): XmlElement {
  if (type === 'floor' && childElement(element, namespaces.xcon, 'moderator-id') === undefined)
    return {
      ...element,
      children: element.children.filter((child) => typeof child === 'string' || child.name !== 'algorithm'),
    };
  if (type !== 'conference') return element;
  const description = childElement(element, namespaces.info, 'conference-description');
  const media = childElement(description, namespaces.info, 'available-media');
  const labels = childrenNamed(media, namespaces.info, 'entry').map((entry) => attributeOf(entry, 'label'));
  if (labels.length === 0 || labels.includes('1')) return element;
  return {
    ...element,
    children: element.children.filter((child) => typeof child === 'string' || child.name !== 'floor-information'),
  };
}

/** Whole documents of all the model has, as somebody else may write them. */
export const documents: fc.Arbitrary<XmlElement> = elementArbitrary(
  { ns: 'info', name: 'conference-info', type: 'conference', count: '1' },
  6,
);
