import { readFileSync } from 'node:fs';
import { attributeOf, childElements, childrenNamed, readXml, type XmlElement } from '@plenary/wire/xml';
import { expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { attributeRule, childRule, isKnownElement, schemaTypes } from './schema.table.js';
import type { TypeName } from './schema.js';
import { conferenceRoles } from './users.table.js';

const schema = readFileSync(new URL('../../../../test/vectors/schemas/rfc6501.rnc', import.meta.url), 'utf8').replace(
  /anyElement =[\s\S]*$/u,
  '',
);

/** Names of a kind in the printed schema, those of the xcon namespace with their prefix. */
function printed(kind: 'element' | 'attribute'): readonly string[] {
  return [...new Set([...schema.matchAll(new RegExp(`\\b${kind} ([\\w:-]+)`, 'gu'))].map(([, name = '']) => name))];
}

it('FLOOR-001 the tables have every element of RFC 6501 §5', () => {
  const missing = printed('element').filter((name) => {
    const [prefix, local] = name.includes(':') ? name.split(':') : ['', name];
    return !isKnownElement(prefix === 'xcon' ? namespaces.xcon : namespaces.info, local ?? '');
  });
  expect(missing).toEqual([]);
});

it('the tables have every attribute of RFC 6501 §5', () => {
  const known = new Set(
    Object.values(schemaTypes).flatMap((type) =>
      (type.attributes ?? []).map(({ ns, name }) => (ns === 'xml' ? `xml:${name}` : name)),
    ),
  );
  expect(printed('attribute').filter((name) => !known.has(name))).toEqual([]);
});

it('the tables have no element of the standard namespaces that RFC 6501 has not', () => {
  const names = new Set(printed('element'));
  const own = Object.values(schemaTypes)
    .flatMap((type) => type.children ?? [])
    .filter(({ ns, name }) => ns !== 'chat' && !names.has(ns === 'xcon' ? `xcon:${name}` : name));
  expect(own).toEqual([]);
});

it('every type is used, has text or children or attributes, and keys that it has', () => {
  const used = new Set<TypeName>(
    Object.values(schemaTypes).flatMap((type) => (type.children ?? []).map((rule) => rule.type)),
  );
  used.add('conference');
  for (const [name, type] of Object.entries(schemaTypes)) {
    expect(used, name).toContain(name);
    expect((type.text ?? type.children ?? type.attributes) === undefined, name).toBe(false);
    if (type.key === undefined) continue;
    const found =
      'attribute' in type.key
        ? attributeRule(name as TypeName, '', type.key.attribute)
        : childRule(name as TypeName, namespaces.info, type.key.child);
    expect(found, name).toBeDefined();
  }
});

it('FILE-X-005 the published schema of the extension elements has the same elements and attributes', () => {
  const published = readXml(
    readFileSync(new URL('../../../../infra/docs/schemas/plenary-chat-1.xsd', import.meta.url), 'utf8'),
  );
  if (!published.ok) throw published.error;
  const attributesIn = (element: XmlElement): string[] =>
    childElements(element).flatMap((inner) =>
      inner.name === 'attribute'
        ? [attributeOf(inner, 'name') ?? '']
        : inner.name === 'element'
          ? []
          : attributesIn(inner),
    );
  const elements = new Map(
    childrenNamed(published.value.root, 'http://www.w3.org/2001/XMLSchema', 'element').map((element) => [
      attributeOf(element, 'name'),
      attributesIn(element),
    ]),
  );
  const rules = Object.values(schemaTypes).flatMap((type) => type.children ?? []);
  const own = rules.filter(({ ns, name }) => ns === 'chat' && name !== 'target');
  expect(own).toHaveLength(8);
  for (const { name, type } of own)
    expect([name, elements.get(name)]).toEqual([name, (schemaTypes[type].attributes ?? []).map((rule) => rule.name)]);
});

it('roles are those of RFC 6501', () => {
  for (const role of conferenceRoles) expect(schema).toContain(`"${role}"`);
});
