import { attributeOf, type XmlElement } from '@plenary/wire/xml';
import {
  diffDocuments,
  eventMediaTypes,
  formatDiff,
  formatDocument,
  partialConferenceInfo,
  readFragment,
  toConferenceInfo,
} from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { ConferenceCopy } from './conference-copy.js';
import { rosterOf, userCountOf } from './roster.js';

const { conferenceInfo, xconConferenceInfo, xconConferenceInfoDiff } = eventMediaTypes;
const octets = (text: string): Uint8Array => Buffer.from(text);

function room(version: number, users: Readonly<Record<string, string>>, more = ''): XmlElement {
  const list = Object.entries(users).map(
    ([name, status]) =>
      `<user entity="xcon-userid:${name}@x" xcon:nickname="${name.toUpperCase()}"><display-text>The ${name}</display-text><associated-aors><entry><uri>sip:${name}@x</uri></entry></associated-aors><roles><entry>participant</entry></roles><endpoint entity="c-${name}"><media id="1"><type>message</type><status>${status}</status></media></endpoint></user>`,
  );
  const read = readFragment(
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" entity="xcon:r@x" version="${String(version)}"><conference-description><display-text>R</display-text>${more}</conference-description><conference-state><user-count>${String(list.length)}</user-count></conference-state><users>${list.join('')}</users></conference-info>`,
  );
  if (!read.ok) throw read.error;
  return read.value;
}
const legacy = (document: XmlElement, version: number): XmlElement =>
  toConferenceInfo(document, { conferenceUri: 'sip:r@x', state: 'full', version });

describe('a copy of a room', () => {
  it('NOTIF-007 whole XCON documents replace it, differences bring it up to date', () => {
    const copy = new ConferenceCopy();
    const [first, second] = [
      room(1, { ann: 'sendrecv' }),
      room(2, { ann: 'recvonly', bob: 'sendrecv' }, '<subject>Tea</subject>'),
    ];
    expect(copy.take(xconConferenceInfo, octets(formatDocument(first)))).toBe('changed');
    expect(copy.document).toEqual(first);
    const diff = diffDocuments(first, second);
    if (!diff) throw new Error('no difference');
    expect(copy.take(xconConferenceInfoDiff, octets(formatDiff(diff)))).toBe('changed');
    expect(copy.document).toEqual(second);
    const other = diffDocuments(room(2, { curt: 'sendrecv', dora: 'sendrecv' }), room(3, { dora: 'recvonly' }));
    expect(other && copy.take(xconConferenceInfoDiff, octets(formatDiff(other)))).toBe('broken');
    expect(copy.document).toEqual(second);
  });

  it('EVT-015 RFC 4575: partial documents, an old one is dropped, a gap asks for the whole', () => {
    const copy = new ConferenceCopy();
    const [one, two, three] = [
      room(1, { ann: 'sendrecv' }),
      room(2, { ann: 'sendrecv', bob: 'sendrecv' }),
      room(3, { bob: 'sendrecv' }),
    ];
    const partial = (from: XmlElement, to: XmlElement, version: number): Uint8Array => {
      const element = partialConferenceInfo(legacy(from, 0), legacy(to, 0), version);
      if (!element) throw new Error('no change');
      return octets(formatDocument(element));
    };
    expect(copy.take(conferenceInfo, octets(formatDocument(legacy(one, 1))))).toBe('changed');
    expect(copy.take(conferenceInfo, partial(one, two, 2))).toBe('changed');
    expect(copy.take(conferenceInfo, partial(one, two, 2))).toBe('stale');
    expect(copy.take(conferenceInfo, partial(two, three, 5))).toBe('broken');
    expect(copy.document && rosterOf(copy.document).map(({ uri }) => uri)).toEqual(['sip:ann@x', 'sip:bob@x']);
    expect(copy.take(conferenceInfo, octets(formatDocument(legacy(three, 6))))).toBe('changed');
    expect(copy.document && attributeOf(copy.document, 'version')).toBe('6');
  });

  it.each([
    [
      'a difference without a document',
      xconConferenceInfoDiff,
      '<conference-info-diff xmlns="urn:ietf:params:xml:ns:xcon-conference-info" entity="xcon:r@x"/>',
    ],
    ['no XML', xconConferenceInfo, 'hello'],
    ['another type', 'text/plain', '<a/>'],
  ])('NOTIF-007 %s: broken, and nothing is kept', (_what, type, body) => {
    const copy = new ConferenceCopy();
    expect(copy.take(type, octets(body))).toBe('broken');
    expect(copy.document).toBeUndefined();
  });

  it('RFC 6502 5.2 nothing of before counts after another content type', () => {
    const copy = new ConferenceCopy();
    const one = room(1, { ann: 'sendrecv' });
    copy.take(xconConferenceInfo, octets(formatDocument(one)));
    const partial = partialConferenceInfo(legacy(one, 0), legacy(room(2, {}), 0), 2);
    if (!partial) throw new Error('no change');
    expect(copy.take(conferenceInfo, octets(formatDocument(partial)))).toBe('broken');
  });
});

describe('who is in a room', () => {
  it.each(['XCON', 'RFC 4575'])('is read from a document of %s', (form) => {
    const document = room(1, { ann: 'sendrecv', bob: 'recvonly' });
    const read = form === 'XCON' ? document : legacy(document, 1);
    expect(userCountOf(read)).toBe(2);
    expect(rosterOf(read)).toEqual([
      { uri: 'sip:ann@x', nickname: 'ANN', displayName: 'The ann', roles: ['participant'], isMuted: false },
      { uri: 'sip:bob@x', nickname: 'BOB', displayName: 'The bob', roles: ['participant'], isMuted: true },
    ]);
  });
});
