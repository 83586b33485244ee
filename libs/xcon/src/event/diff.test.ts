import { attributeOf, childElements, readXml, withChildren, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults, vector } from '../testing.js';
import { applyDiff, DIFF_FAULTS, diffDocuments, formatDiff } from './index.js';
import { canonical, crowd, text } from './testing.js';

const { info, xcon, chat } = namespaces;

function conference(...parts: readonly XmlElement[]): XmlElement {
  return xmlElement(info, 'conference-info', { entity: 'xcon:room@example.com', version: '1' }, parts);
}

function parsed(body: string): XmlElement {
  const read = readXml(`<r xmlns="${info}" xmlns:xcon="${xcon}" xmlns:chat="${chat}">${body}</r>`);
  if (!read.ok) throw read.error;
  return conference(...childElements(read.value.root));
}

/** The operations as text: name, selector, other attributes. */
function operations(before: XmlElement, after: XmlElement): string[] {
  return childElements(diffDocuments(before, after) ?? conference()).map(({ name, attributes, children }) =>
    [name, ...attributes.map(({ name: attribute, value }) => `${attribute}=${value}`), children.length].join(' '),
  );
}

describe('what a diff says', () => {
  it('NOTIF-004 one user more among 10,000 is one add and one replace', () => {
    expect(operations(crowd(10_000), crowd(10_001))).toEqual([
      'replace sel=*/conference-state/user-count/text() 1',
      'add sel=*/users 1',
    ]);
  });

  it('NOTIF-004 one of 10,000 users muted is one replace', () => {
    const muted = (index: number): XmlElement[] =>
      index === 4711 ? [text('languages', 'de')] : [text('languages', 'en')];
    const unmuted = (): XmlElement[] => [text('languages', 'en')];
    expect(operations(crowd(10_000, unmuted), crowd(10_000, muted))).toEqual([
      "replace sel=*/users/user[@entity='xcon-userid:u4711@example.com']/languages/text() 1",
    ]);
  });

  it('NOTIF-004 a user who left is one remove', () => {
    const [state, users] = childElements(crowd(100));
    const left = withChildren(users as XmlElement, childElements(users as XmlElement).slice(1));
    expect(
      operations(conference(state as XmlElement, users as XmlElement), conference(state as XmlElement, left)),
    ).toEqual(["remove sel=*/users/user[@entity='xcon-userid:u0@example.com'] 0"]);
  });

  it.each([
    ['text given', '<subject/>', '<subject>a</subject>', 'add sel=*/subject 1'],
    ['text taken', '<subject>a</subject>', '<subject/>', 'remove sel=*/subject/text() 0'],
    ['element taken', '<subject>a</subject>', '', 'remove sel=*/subject 0'],
    ['element put first', '<users/>', '<subject/><users/>', 'add sel=* pos=prepend 1'],
    ['element put between', '<a/><users/>', '<a/><subject/><users/>', 'add sel=*/a pos=after 1'],
    ['elements put last', '<a/>', '<a/><b/><c/>', 'add sel=* 2'],
    ['prefix of the data model', '<xcon:a>1</xcon:a>', '<xcon:a>2</xcon:a>', 'replace sel=*/xcon:a/text() 1'],
    ['no prefix for others', '<b/><chat:a>1</chat:a>', '<b/><chat:a>2</chat:a>', 'replace sel=*/*[2]/text() 1'],
    ['by number where nothing else tells', '<e>1</e><e>2</e>', '<e>1</e><e>3</e>', 'replace sel=*/e[2]/text() 1'],
    ['by id', '<m id="7">1</m>', '<m id="7">2</m>', "replace sel=*/m[@id='7']/text() 1"],
    [
      'by label',
      '<entry label="m">1</entry>',
      '<entry label="m">2</entry>',
      "replace sel=*/entry[@label='m']/text() 1",
    ],
    [
      'by uri',
      '<entry><uri>sip:a@b</uri><purpose>1</purpose></entry>',
      '<entry><uri>sip:a@b</uri><purpose>2</purpose></entry>',
      "replace sel=*/entry[uri='sip:a@b']/purpose/text() 1",
    ],
    [
      'a key in the other quotes',
      '<m id="it\'s">1</m>',
      '<m id="it\'s">2</m>',
      'replace sel=*/m[@id="it\'s"]/text() 1',
    ],
    ['a key with both', '<m id="\'&quot;">1</m>', '<m id="\'&quot;">2</m>', 'replace sel=*/m/text() 1'],
    ['a key twice', '<m id="1"/><m id="1">1</m>', '<m id="1"/><m id="1">2</m>', 'replace sel=*/m[2]/text() 1'],
    ['attribute given', '<m id="1"/>', '<m id="1" a="b"/>', "add sel=*/m[@id='1'] type=@a 1"],
    ['attribute taken', '<m id="1" a="b"/>', '<m id="1"/>', "remove sel=*/m[@id='1']/@a 0"],
    ['attribute changed', '<m id="1" a="b"/>', '<m id="1" a="c"/>', "replace sel=*/m[@id='1']/@a 1"],
    ['attribute emptied', '<m id="1" a="b"/>', '<m id="1" a=""/>', "replace sel=*/m[@id='1']/@a 0"],
    [
      'nickname',
      '<user entity="x" xcon:nickname="a"/>',
      '<user entity="x" xcon:nickname="b"/>',
      "replace sel=*/user[@entity='x']/@xcon:nickname 1",
    ],
    [
      'an attribute that has no prefix here: the whole element',
      '<endpoint entity="x" chat:nickname="a"/>',
      '<endpoint entity="x" chat:nickname="b"/>',
      "replace sel=*/endpoint[@entity='x'] 1",
    ],
    ['text and elements: the whole element', '<a>1<b/></a>', '<a>2<b/></a>', 'replace sel=*/a 1'],
    ['text instead of elements', '<a><b/></a>', '<a>2</a>', 'replace sel=*/a 1'],
    ['key changed: another one', '<m id="1"/>', '<m id="2"/>', "remove sel=*/m[@id='1'] 0|add sel=* 1"],
  ])('NOTIF-004 %s', (_title, before, after, expected) => {
    expect(operations(parsed(before), parsed(after)).join('|')).toBe(expected);
    const diff = diffDocuments(parsed(before), parsed(after)) as XmlElement;
    const applied = applyDiff(parsed(before), diff);
    expect(applied.ok && canonical(applied.value)).toEqual(canonical(parsed(after)));
  });

  it('order changed: as few as possible move', () => {
    const before = parsed('<m id="1"/><m id="2"/><m id="3"/><m id="4"/>');
    const after = parsed('<m id="4"/><m id="1"/><m id="2"/><m id="3"/>');
    expect(operations(before, after)).toEqual(["remove sel=*/m[@id='4'] 0", 'add sel=* pos=prepend 1']);
  });

  it('white space between elements is no change', () => {
    expect(diffDocuments(parsed('<a>\n  <b/>\n</a>'), parsed('<a><b/></a>'))).toBeUndefined();
  });

  it('another root is put in its place', () => {
    const other = xmlElement(info, 'other', { entity: 'xcon:room@example.com' });
    const diff = diffDocuments(conference(), other) as XmlElement;
    expect(applyDiff(conference(), diff)).toEqual({ ok: true, value: other });
  });

  it('NOTIF-004 the root names the conference, in the namespace of RFC 6501', () => {
    const written = formatDiff(diffDocuments(parsed(''), parsed('<subject>a</subject>')) as XmlElement);
    expect(written).toContain(
      `<xcon:conference-info-diff xmlns="${info}" xmlns:xcon="${xcon}" entity="xcon:room@example.com">`,
    );
    expect(schemaFaults(written, 'rfc6502.xsd')).toEqual([]);
  });
});

/** A diff of these operations, `xcon` the prefix of theirs. */
function diffOf(
  body: string,
  entity = 'xcon:room@example.com',
): { root: XmlElement; prefixes: ReadonlyMap<string, string> } {
  const read = readXml(
    `<x:conference-info-diff xmlns:x="${xcon}" xmlns:i="${info}" xmlns="${info}" entity="${entity}">${body}</x:conference-info-diff>`,
  );
  if (!read.ok) throw read.error;
  return read.value;
}

describe('applying', () => {
  it('NOTIF-004 the diff RFC 6502 prints', () => {
    const read = readXml(vector('rfc6502/01-conference-info-diff.xml'));
    if (!read.ok) throw read.error;
    const named = (document: XmlElement): XmlElement => ({
      ...document,
      attributes: [{ ns: '', name: 'entity', value: 'xcon:conference123@example.com' }],
    });
    const before = parsed(
      '<conference-state><user-count>4</user-count></conference-state><users><xcon:allowed-users-list/></users>',
    );
    const applied = applyDiff(named(before), read.value.root, { prefixes: read.value.prefixes });
    expect(applied.ok && canonical(applied.value)).toEqual(
      canonical(
        named(
          parsed(
            '<conference-state><user-count>5</user-count></conference-state><users><xcon:allowed-users-list><xcon:target uri="sip:john@example.com" method="refer"/></xcon:allowed-users-list></users>',
          ),
        ),
      ),
    );
  });

  it.each([
    ['a prefix of the diff', '<a>1</a>', '<x:replace sel="*/i:a/text()">2</x:replace>', '<a>2</a>'],
    ['from the root', '<a>1</a>', '<x:replace sel="/conference-info/a/text()">2</x:replace>', '<a>2</a>'],
    ['any element by number', '<a/><b/>', '<x:remove sel="*/*[2]"/>', '<a/>'],
    ['by its text', '<a>1</a><a>2</a>', '<x:remove sel="*/a[.=\'2\']"/>', '<a>1</a>'],
    ['by key and number', '<a id="1"/><a id="1" b=""/>', '<x:remove sel="*/a[@id=\'1\'][2]"/>', '<a id="1"/>'],
    ['before', '<b/>', '<x:add sel="*/b" pos="before"><a/></x:add>', '<a/><b/>'],
    ['after', '<b/>', '<x:add sel="*/b" pos="after"><a/><c/></x:add>', '<b/><a/><c/>'],
    ['text added to text', '<a>1</a>', '<x:add sel="*/a">2</x:add>', '<a>12</a>'],
    ['before a text', '<a>1</a>', '<x:add sel="*/a/text()" pos="before">0<b/></x:add>', '<a>0<b/>1</a>'],
    ['after a text', '<a>1</a>', '<x:add sel="*/a/text()" pos="after">2<b/></x:add>', '<a>12<b/></a>'],
    ['the second text', '<a>1<b/>2</a>', '<x:replace sel="*/a/text()[2]">3</x:replace>', '<a>1<b/>3</a>'],
    ['a text replaced by nothing', '<a>1</a>', '<x:replace sel="*/a/text()"/>', '<a/>'],
    ['texts join where an element went', '<a>1<b/>2</a>', '<x:remove sel="*/a/b"/>', '<a>12</a>'],
    ['white space before', '<a>1<c/> <b/></a>', '<x:remove sel="*/a/b" ws="before"/>', '<a>1<c/></a>'],
    ['white space on both sides', '<a>1<c/> <b/> <c/></a>', '<x:remove sel="*/a/b" ws="both"/>', '<a>1<c/><c/></a>'],
    ['white space after', '<a>1<b/> <c/></a>', '<x:remove sel="*/a/b" ws="after"/>', '<a>1<c/></a>'],
    ['an element in its white space', '<a/>', '<x:replace sel="*/a"> <b/> </x:replace>', '<b/>'],
    ['a foreign element is ignored', '<a/>', '<i:x/><x:remove sel="*/a"/>', ''],
    [
      'one after the other',
      '<a/>',
      '<x:add sel="*/a"><b/></x:add><x:add sel="*/a/b" type="@c">d</x:add>',
      '<a><b c="d"/></a>',
    ],
  ])('NOTIF-007 RFC 5261: %s', (_title, before, operation, after) => {
    const { root, prefixes } = diffOf(operation);
    const applied = applyDiff(parsed(before), root, { prefixes });
    expect(applied.ok && canonical(applied.value)).toEqual(canonical(parsed(after)));
  });

  it.each([
    ['unlocated-node', '<x:remove sel="*/b"/>'],
    ['unlocated-node', '<x:remove sel="*/a"/>'],
    ['unlocated-node', '<x:remove sel="*/s/@none"/>'],
    ['unlocated-node', '<x:remove sel="*/s/text()"/>'],
    ['invalid-patch-directive', '<x:move sel="*/s"/>'],
    ['invalid-patch-directive', '<x:toString sel="*/s"/>'],
    ['invalid-attribute-value', '<x:remove/>'],
    ['invalid-attribute-value', '<x:remove sel="*/s["/>'],
    ['invalid-attribute-value', '<x:remove sel="*/s[position()=1]"/>'],
    ['invalid-attribute-value', '<x:remove sel="*//s"/>'],
    ['invalid-attribute-value', '<x:add sel="*/s" pos="within"><b/></x:add>'],
    ['invalid-attribute-value', '<x:add sel="*/s" type="b">c</x:add>'],
    ['invalid-attribute-value', '<x:add sel="*" type="@entity">c</x:add>'],
    ['invalid-attribute-value', '<x:remove sel="*/s" ws="none"/>'],
    ['invalid-attribute-value', '<x:remove sel="*/@entity" ws="both"/>'],
    ['invalid-namespace-prefix', '<x:remove sel="*/q:s"/>'],
    ['invalid-node-types', '<x:replace sel="*/s">text</x:replace>'],
    ['invalid-node-types', '<x:replace sel="*/s"><a/><b/></x:replace>'],
    ['invalid-node-types', '<x:replace sel="*/@entity"><a/></x:replace>'],
    ['invalid-node-types', '<x:add sel="*/@entity"><a/></x:add>'],
    ['invalid-node-types', '<x:add sel="*/@entity" pos="after"><a/></x:add>'],
    ['invalid-node-types', '<x:add sel="*/@entity" type="@b">c</x:add>'],
    ['invalid-root-element-operation', '<x:remove sel="*"/>'],
    ['invalid-root-element-operation', '<x:add sel="*" pos="after"><b/></x:add>'],
    ['invalid-whitespace-directive', '<x:remove sel="*/s" ws="both"/>'],
    ['unsupported-id-function', '<x:remove sel="id(\'s\')"/>'],
  ] as const)('NOTIF-007 %s: %s', (code, operation) => {
    const { root, prefixes } = diffOf(`<x:add sel="*/s" type="@done">1</x:add>${operation}`);
    const before = parsed('<a/><a/><s/>');
    expect(applyDiff(before, root, { prefixes })).toMatchObject({
      ok: false,
      error: { code, operation: 1, message: DIFF_FAULTS[code] },
    });
    expect(attributeOf(childElements(before)[2], 'done')).toBeUndefined();
  });

  it('NOTIF-007 not a diff, a diff of another conference, one that costs too much', () => {
    expect(applyDiff(conference(), conference())).toMatchObject({ error: { code: 'invalid-diff-format' } });
    expect(applyDiff(conference(), diffOf('', 'xcon:other@example.com').root)).toMatchObject({
      error: { code: 'other-conference' },
    });
    const { root } = diffOf('<x:remove sel="*/users/user[@entity=\'xcon-userid:u5@example.com\']"/>');
    expect(applyDiff(crowd(100), root, { steps: 200 })).toMatchObject({ error: { code: 'diff-too-costly' } });
    expect(applyDiff(crowd(100), root, { steps: 400 }).ok).toBe(true);
  });
});
