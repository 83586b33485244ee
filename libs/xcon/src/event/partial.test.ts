import { attributeOf, childElements, readXml, writeXml, type XmlElement } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults } from '../testing.js';
import { applyPartial, PARTIAL_FAULTS, partialConferenceInfo, toConferenceInfo } from './index.js';
import { counted, crowd, documents, unordered } from './testing.js';

const { info, xcon } = namespaces;
const asInfo = (document: XmlElement, version: number): XmlElement =>
  toConferenceInfo(document, { conferenceUri: 'sip:room@example.com', state: 'full', version });

function parsed(body: string, root = 'state="full" version="1"'): XmlElement {
  const read = readXml(
    `<conference-info xmlns="${info}" xmlns:xcon="${xcon}" entity="sip:room@example.com" ${root}>${body}</conference-info>`,
  );
  if (!read.ok) throw read.error;
  return read.value.root;
}

/** The body of what is sent, without the root's own words. */
function sent(before: string, after: string): string | undefined {
  const partial = partialConferenceInfo(parsed(before), parsed(after), 2);
  if (partial === undefined) return undefined;
  const text = writeXml(partial, { prefixes: { [info]: '', [xcon]: 'xcon' }, declaration: false });
  expect(text).toContain('version="2"');
  return `${attributeOf(partial, 'state') ?? ''} ${text.replace(/^<[^>]*>|<\/conference-info>$/gu, '')}`;
}

const user = (name: string, inside: string, nickname = ''): string =>
  `<user entity="sip:${name}@example.com"${nickname && ` xcon:nickname="${nickname}"`}>${inside}</user>`;
const endpoint = (name: string, inside: string): string => `<endpoint entity="sip:${name}@phone">${inside}</endpoint>`;

describe('partial documents', () => {
  const alice = user('alice', '<display-text>Alice</display-text>' + endpoint('a', '<status>connected</status>'));
  const bob = user('bob', endpoint('b', '<status>connected</status>') + endpoint('c', '<status>connected</status>'));

  it.each([
    [
      'EVT-014 who joined comes in full',
      alice,
      alice + bob,
      `partial <users state="partial">${bob.replace('>', ' state="full">')}</users>`,
    ],
    [
      'EVT-013 who left is deleted',
      alice + bob,
      bob,
      'partial <users state="partial"><user entity="sip:alice@example.com" state="deleted"/></users>',
    ],
    [
      'EVT-013 an endpoint that left while others stay is deleted',
      bob,
      bob.replace(endpoint('b', '<status>connected</status>'), ''),
      'partial <users state="partial"><user entity="sip:bob@example.com" state="partial"><endpoint entity="sip:b@phone" state="deleted"/></user></users>',
    ],
    [
      'EVT-012 what changed of an endpoint',
      alice,
      alice.replace('connected', 'on-hold'),
      'partial <users state="partial"><user entity="sip:alice@example.com" state="partial"><endpoint entity="sip:a@phone" state="partial"><status>on-hold</status></endpoint></user></users>',
    ],
    [
      'EVT-012 an element without state that is gone brings its parent in full',
      alice,
      alice.replace('<display-text>Alice</display-text>', ''),
      `partial <users state="partial">${user('alice', endpoint('a', '<status>connected</status>')).replace('>', ' state="full">')}</users>`,
    ],
    [
      'EVT-014 a nickname brings its user in full',
      user('alice', endpoint('a', ''), 'Ali'),
      user('alice', endpoint('a', ''), 'Alina'),
      'partial <users state="partial"><user entity="sip:alice@example.com" xcon:nickname="Alina" state="full"><endpoint entity="sip:a@phone"/></user></users>',
    ],
    [
      'EVT-012 media come whole, by id',
      user('alice', endpoint('a', '<media id="1"><status>sendrecv</status></media><media id="2"/>')),
      user('alice', endpoint('a', '<media id="1"><status>recvonly</status></media><media id="2"/>')),
      'partial <users state="partial"><user entity="sip:alice@example.com" state="partial"><endpoint entity="sip:a@phone" state="partial"><media id="1"><status>recvonly</status></media></endpoint></user></users>',
    ],
  ])('%s', (_title, before, after, expected) => {
    expect(sent(`<users>${before}</users>`, `<users>${after}</users>`)).toBe(expected);
  });

  it.each([
    ['nothing changed', '<users/>', '<users/>', undefined],
    [
      'EVT-014 the description comes whole',
      '<conference-description><subject>a</subject></conference-description>',
      '<conference-description><subject>b</subject></conference-description>',
      'partial <conference-description><subject>b</subject></conference-description>',
    ],
    [
      'EVT-012 a part that has no state is gone: the full document',
      '<host-info/><users/>',
      '<users/>',
      'full <users/>',
    ],
    ['all users are gone', '<users/>', '', 'partial <users state="deleted"/>'],
    ['the first users', '', '<users/>', 'partial <users state="full"/>'],
    [
      'two users of one key: users in full',
      '<users/>',
      `<users>${alice}${alice}</users>`,
      `partial <users state="full">${alice}${alice}</users>`,
    ],
    [
      'the last sidebar by reference: the full document',
      '<sidebars-by-ref><entry><uri>sip:a</uri></entry></sidebars-by-ref>',
      '',
      'full ',
    ],
    [
      'one sidebar by reference less: the list in full',
      '<sidebars-by-ref><entry><uri>sip:a</uri></entry><entry><uri>sip:b</uri></entry></sidebars-by-ref>',
      '<sidebars-by-ref><entry><uri>sip:a</uri></entry></sidebars-by-ref>',
      'partial <sidebars-by-ref state="full"><entry><uri>sip:a</uri></entry></sidebars-by-ref>',
    ],
    [
      'NOTIF-010 one sidebar more',
      '<sidebars-by-val><entry entity="sip:a"/></sidebars-by-val>',
      '<sidebars-by-val><entry entity="sip:a"/><entry entity="sip:b"/></sidebars-by-val>',
      'partial <sidebars-by-val state="partial"><entry entity="sip:b" state="full"/></sidebars-by-val>',
    ],
    [
      'NOTIF-010 one sidebar less, and a change in another',
      '<sidebars-by-val><entry entity="sip:a"/><entry entity="sip:b"><users/></entry></sidebars-by-val>',
      '<sidebars-by-val><entry entity="sip:b"><users><user entity="sip:u"/></users></entry></sidebars-by-val>',
      'partial <sidebars-by-val state="partial"><entry entity="sip:b" state="partial"><users state="partial"><user entity="sip:u" state="full"/></users></entry><entry entity="sip:a" state="deleted"/></sidebars-by-val>',
    ],
  ])('%s', (_title, before, after, expected) => {
    expect(sent(before, after)).toBe(expected);
  });

  it('EVT-012 a document of another entity is full', () => {
    const after = parsed('', 'version="1"').attributes.map((one) => ({
      ...one,
      value: one.value.replace('room', 'hall'),
    }));
    const partial = partialConferenceInfo(parsed(''), { ...parsed(''), attributes: after }, 2);
    expect(partial?.attributes.map(({ value }) => value)).toEqual(['sip:hall@example.com', 'full', '2']);
  });

  it('EVT-012 EVT-013 applied to what a subscriber has, gives what there is; every document is valid', () => {
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        const before = asInfo(one, 1);
        const after = asInfo(other, 2);
        const partial = partialConferenceInfo(before, after, 2);
        if (partial === undefined) {
          expect(unordered({ ...before, attributes: [] })).toEqual(unordered({ ...after, attributes: [] }));
          return;
        }
        const applied = applyPartial(before, partial);
        expect(applied.ok && unordered(applied.value)).toEqual(unordered(after));
      }),
      { numRuns: 150 },
    );
  });

  it('EVT-012 the state of a child is never partial below a full parent', () => {
    const check = (element: XmlElement, parent: string): void => {
      const state = attributeOf(element, 'state') ?? (parent === 'partial' ? 'full' : parent);
      if (parent === 'full') expect(state).toBe('full');
      for (const child of childElements(element)) check(child, state);
    };
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        const partial = partialConferenceInfo(asInfo(one, 1), asInfo(other, 2), 2);
        if (partial !== undefined) check(partial, 'partial');
      }),
    );
  });

  it('EVT-010 partial documents are valid', () => {
    const before = asInfo(crowd(3), 1);
    const after = asInfo(crowd(5), 2);
    for (const partial of [partialConferenceInfo(before, after, 2), partialConferenceInfo(after, before, 2)]) {
      const text = writeXml(partial as XmlElement, { prefixes: { [info]: '', [xcon]: 'xcon' } });
      expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
    }
  });

  it('one user more among 10,000 is one user, at a cost that grows with the document', () => {
    const cost = (users: number): number => {
      let reads = 0;
      const before = counted(asInfo(crowd(users), 1), () => (reads += 1));
      const after = counted(asInfo(crowd(users + 1), 2), () => (reads += 1));
      const partial = partialConferenceInfo(before, after, 2) as XmlElement;
      expect(childElements(partial).map((part) => childElements(part).length)).toEqual([1, 1]);
      return reads;
    };
    expect(cost(10_000) / cost(1_000)).toBeLessThan(10.5);
  });
});

describe('what a subscriber does', () => {
  const local = parsed('<users/>', 'state="full" version="5"');
  it.each([
    ['EVT-015 a gap', 'state="partial" version="7"', 'version-gap'],
    ['the same again', 'state="partial" version="5"', 'version-stale'],
    ['an older full one', 'state="full" version="4"', 'version-stale'],
    ['no version', 'state="partial"', 'partial-invalid'],
    ['a version that is none', 'state="partial" version="x"', 'partial-invalid'],
  ] as const)('%s', (_title, root, code) => {
    expect(applyPartial(local, parsed('', root))).toMatchObject({
      ok: false,
      error: { code, message: PARTIAL_FAULTS[code] },
    });
  });

  it('EVT-015 a partial document without anything before it is a gap', () => {
    expect(applyPartial(undefined, parsed('', 'state="partial" version="6"'))).toMatchObject({
      error: { code: 'version-gap' },
    });
    const unnumbered = parsed('', 'state="full"');
    expect(applyPartial(unnumbered, parsed('', 'state="partial" version="6"'))).toMatchObject({
      error: { code: 'version-gap' },
    });
  });

  it('another document, another conference, a user without key', () => {
    const next = 'state="partial" version="6"';
    expect(applyPartial(local, { ...parsed('', next), name: 'other' })).toMatchObject({
      error: { code: 'partial-invalid' },
    });
    const other = parsed('', next).attributes.map((one) => (one.name === 'entity' ? { ...one, value: 'sip:x' } : one));
    expect(applyPartial(local, { ...parsed('', next), attributes: other })).toMatchObject({
      error: { code: 'partial-invalid' },
    });
    expect(applyPartial(local, parsed('<users state="partial"><user/></users>', next))).toMatchObject({
      error: { code: 'partial-invalid' },
    });
  });

  it('a full document takes the place of the local one, also with a gap; a deleted one says the conference is gone', () => {
    const full = parsed('<host-info/>', 'state="full" version="9"');
    expect(applyPartial(local, full)).toEqual({ ok: true, value: full });
    const gone = applyPartial(local, parsed('', 'state="deleted" version="6"'));
    expect(gone.ok && attributeOf(gone.value, 'state')).toBe('deleted');
  });

  it('a partial user nobody has heard of is added; what is deleted in a full one is not', () => {
    const applied = applyPartial(
      local,
      parsed(
        `<users state="partial"><user entity="sip:a" state="partial"><endpoint entity="e" state="deleted"/><endpoint entity="f" state="full"/></user><user entity="sip:b" state="deleted"/></users>`,
        'state="partial" version="6"',
      ),
    );
    expect(applied.ok && unordered(applied.value)).toEqual(
      unordered(
        parsed('<users><user entity="sip:a"><endpoint entity="f"/></user></users>', 'state="full" version="6"'),
      ),
    );
  });

  it('what comes new is put where the schema wants it', () => {
    const applied = applyPartial(
      local,
      parsed('<conference-description/><xcon:x/><sidebars-by-val/>', 'state="partial" version="6"'),
    );
    expect(applied.ok && childElements(applied.value).map(({ name }) => name)).toEqual([
      'conference-description',
      'users',
      'sidebars-by-val',
      'x',
    ]);
  });
});
