import { describe, expect, it } from 'vitest';
import {
  attributeOf,
  childElement,
  childElements,
  childrenNamed,
  defaultXmlLimits,
  readXml,
  textOf,
  withChildren,
  writeXml,
  XML_ERRORS,
  xmlElement,
  XmlError,
  type XmlElement,
} from './index.js';

function read(text: string): XmlElement {
  const document = readXml(text);
  if (!document.ok) throw document.error;
  return document.value.root;
}

function fault(text: string, limits = defaultXmlLimits): string {
  const document = readXml(text, limits);
  return document.ok ? 'taken' : document.error.code;
}

describe('readXml', () => {
  it('tells elements and attributes apart by namespace and local name, whatever their prefixes', () => {
    const one = read('<a xmlns="urn:u" xmlns:p="urn:v"><p:b q="1" p:z="2">x</p:b></a>');
    const other = read('<k:a xmlns:k="urn:u"><b xmlns="urn:v" xmlns:r="urn:v" q="1" r:z="2">x</b></k:a>');
    expect(other).toEqual(one);
    expect(attributeOf(childElement(one, 'urn:v', 'b'), 'z', 'urn:v')).toBe('2');
    expect(attributeOf(childElement(one, 'urn:v', 'b'), 'z')).toBeUndefined();
  });

  it('joins neighbouring texts, CDATA and the five entities; comments are told apart', () => {
    const document = readXml('<a>1 &lt; <![CDATA[<2>]]>&#x41;<!-- why --></a>');
    expect(document.ok && document.value.root.children).toEqual(['1 < <2>A']);
    expect(document.ok && document.value.comments).toEqual([' why ']);
  });

  it('tells the declarations of prefixes, for names in values; of one prefix the first', () => {
    const document = readXml(
      '<p:a xmlns:p="urn:1" xmlns="urn:2"><b xmlns="urn:3" xmlns:p="urn:4" xmlns:q="urn:5"/></p:a>',
    );
    expect(document.ok && Object.fromEntries(document.value.prefixes)).toEqual({ p: 'urn:1', '': 'urn:2', q: 'urn:5' });
  });

  it.each([
    ['<a>', 'xml-malformed'],
    ['<a></b>', 'xml-malformed'],
    ['', 'xml-malformed'],
    ['text', 'xml-malformed'],
    ['<p:a/>', 'xml-malformed'],
    ['<a b="1" b="2"/>', 'xml-malformed'],
    ['<a>&unknown;</a>', 'xml-malformed'],
    ['<a>&#0;</a>', 'xml-malformed'],
    ['<!DOCTYPE a><a/>', 'xml-doctype'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'xml-doctype'],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml-doctype'],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'xml-encoding'],
    ['<?xml version="1.0" encoding="utf-8"?><a/>', 'taken'],
  ])('%s: %s', (text, code) => {
    expect(fault(text)).toBe(code);
  });

  it('refuses what is beyond a limit, whichever it is', () => {
    const limits = { characters: 200, depth: 3, elements: 4, attributesPerElement: 2, attributes: 3 };
    expect(fault(`<a>${'x'.repeat(200)}</a>`, limits)).toBe('xml-too-large');
    expect(fault('<a><b><c/></b></a>', limits)).toBe('taken');
    expect(fault('<a><b><c><d/></c></b></a>', limits)).toBe('xml-too-deep');
    expect(fault('<a><b/><b/><b/><b/></a>', limits)).toBe('xml-too-many-elements');
    expect(fault('<a b="" c="" d=""/>', limits)).toBe('xml-too-many-attributes');
    expect(fault('<a b="" c=""><e b="" c=""/></a>', limits)).toBe('xml-too-many-attributes');
  });

  it.each([
    ['50,000-deep nesting', '<a>'.repeat(50_000) + '</a>'.repeat(50_000)],
    ['attributes without end', `<a ${Array.from({ length: 100_000 }, (_, n) => `a${String(n)}="x"`).join(' ')}/>`],
  ])('SEC-013 %s costs next to nothing', (_, text) => {
    readXml('<warm/>');
    const before = process.cpuUsage();
    expect(readXml(text, { ...defaultXmlLimits, characters: text.length }).ok).toBe(false);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(50_000);
  });

  it("says the line, and the parser's reason in one line", () => {
    const document = readXml('<a>\n<b>\n</c></a>');
    expect(document.ok).toBe(false);
    if (document.ok) return;
    expect(document.error).toBeInstanceOf(XmlError);
    expect(document.error.line).toBe(3);
    expect(document.error.message.startsWith(XML_ERRORS['xml-malformed'])).toBe(true);
    expect(document.error.message).not.toContain('\n');
  });
});

describe('writeXml', () => {
  const element = xmlElement('urn:u', 'a', { q: 'say "hi"\n<&>' }, [
    'x < y & z\r',
    xmlElement('urn:v', 'b', [{ ns: 'urn:v', name: 'z', value: '1' }]),
    xmlElement('urn:u', 'c', [{ ns: 'urn:u', name: 'own', value: '2' }], ['t']),
    xmlElement('', 'd'),
  ]);

  it.each([
    ['prefixes of its own', {}],
    ['a default namespace', { prefixes: { 'urn:u': '' } }],
    ['given prefixes', { prefixes: { 'urn:u': 'u', 'urn:v': 'v' } }],
  ])('writes with %s what reads as the same element', (_, options) => {
    expect(read(writeXml(element, options))).toEqual(element);
  });

  it('begins with a declaration unless told otherwise, and declares no prefix nobody uses', () => {
    const prefixes = { 'urn:u': 'u', 'urn:v': 'v' };
    expect(writeXml(xmlElement('urn:u', 'a'), { prefixes })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<u:a xmlns:u="urn:u"/>',
    );
    expect(writeXml(xmlElement('urn:u', 'a'), { prefixes, declaration: false })).toBe('<u:a xmlns:u="urn:u"/>');
  });

  it('SEC-017 writes characters XML cannot hold as U+FFFD, so that nothing it writes is refused', () => {
    const text = writeXml(xmlElement('', 'a', { b: '\u0001' }, ['\u0000\uD800x\uFFFF\u{1F600}']));
    expect(read(text)).toEqual(xmlElement('', 'a', { b: '\uFFFD' }, ['\uFFFD\uFFFDx\uFFFD\u{1F600}']));
  });
});

describe('the tree', () => {
  const element = read('<a xmlns="urn:u"> one <b/>two<c/><b n="2"/> </a>');

  it('gives children by name, text of its own, and the same element with other children', () => {
    expect(childElements(element).map(({ name }) => name)).toEqual(['b', 'c', 'b']);
    expect(childrenNamed(element, 'urn:u', 'b').map((child) => attributeOf(child, 'n'))).toEqual([undefined, '2']);
    expect(childrenNamed(undefined, 'urn:u', 'b')).toEqual([]);
    expect(childElement(element, 'urn:v', 'b')).toBeUndefined();
    expect(textOf(element)).toBe('one two');
    expect(withChildren(element, ['x'])).toEqual({ ...element, children: ['x'] });
  });

  it('leaves attributes out that are undefined', () => {
    expect(xmlElement('', 'a', { b: undefined, c: '1' }).attributes).toEqual([{ ns: '', name: 'c', value: '1' }]);
  });
});
