import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { checkDocument, conferenceView, formatDocument, namespaces } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { schemaFaults } from '../document/testing.js';
import { blueprintDocument, blueprintNames, blueprints, blueprintUri, demoRooms } from './blueprints.js';
import { documentOf, plainForm } from './builders.js';

function checked(document: XmlElement): XmlElement {
  const result = checkDocument(document, 'conference-info', 'whole');
  if (!result.ok) throw result.error;
  return result.value;
}

describe('blueprints', () => {
  it('CONF-001 CONF-002 there is a default one, and one for each kind of chat room, each with its own XCON-URI', () => {
    const uris = blueprints('example.com').map(({ xconUri }) => xconUri);
    expect(uris[0]).toBe('xcon:default@example.com');
    expect(new Set(uris).size).toBe(blueprintNames.length);
    expect(uris).toEqual(blueprintNames.map((name) => blueprintUri(name, 'example.com')));
  });

  it.each(blueprintNames)('CONF-002 CONF-023 %s is valid, has message media, limits and allows sidebars', (name) => {
    const document = blueprintDocument(name, 'example.com');
    expect(schemaFaults(document)).toBe('');
    expect(formatDocument(checked(document))).toBe(formatDocument(document));
    const view = conferenceView(document);
    expect(view.entity).toBe(`xcon:${name}@example.com`);
    expect(view.availableMedia.map(({ type }) => type)).toEqual(['message']);
    expect(view.maximumUserCount).toBeGreaterThan(0);
    expect(view.policy.maxMessageBytes).toBeGreaterThan(0);
    expect(view).toMatchObject({ allowSidebars: true, active: false, locked: false, joinHandling: 'allow', users: [] });
  });

  it('CCMP-060 no blueprint holds a secret, and each says what it is for', () => {
    for (const { document } of blueprints('example.com')) {
      expect(formatDocument(document)).not.toContain('conference-password');
      const description = childElement(document, namespaces.info, 'conference-description');
      const purpose = childElement(description, namespaces.info, 'free-text');
      expect(purpose === undefined ? '' : textOf(purpose)).not.toBe('');
    }
  });

  it('FILE-X-001 FILE-X-005 the message entry says which files it takes', () => {
    const [entry] = conferenceView(blueprintDocument('default', 'example.com')).availableMedia;
    expect(entry?.fileTransfer).toMatchObject({ to: 'both', maxSizeBytes: 16 * 1024 * 1024, keepContent: false });
  });

  it.each([
    ['ad-hoc', { policy: { onEmpty: 'delete' } }],
    ['persistent', { policy: { onEmpty: 'keep' } }],
    ['moderated', { policy: { moderated: true } }],
    ['members-only', { admission: 'closedAuthenticated' }],
    ['password', { policy: { passwordProtected: true } }],
    ['logged', { logging: { active: true } }],
  ] as const)('CHAT-X-011 CONF-002 %s is what its name says', (name, expected) => {
    expect(conferenceView(blueprintDocument(name, 'example.com'))).toMatchObject(expected);
    expect(conferenceView(blueprintDocument('default', 'example.com'))).not.toMatchObject(
      name === 'persistent' ? { policy: { onEmpty: 'delete' } } : expected,
    );
  });
});

const now = '2026-11-29T00:00:00Z';

describe('demo rooms', () => {
  it('ROOM-001 lobby, minutes and council have the SIP URIs everybody knows', () => {
    const rooms = demoRooms('localhost', ['alice', 'bob'], now);
    expect(rooms.map(({ xconUri, conferenceUri }) => [xconUri, conferenceUri])).toEqual([
      ['xcon:lobby@localhost', 'sip:lobby@localhost'],
      ['xcon:minutes@localhost', 'sip:minutes@localhost'],
      ['xcon:council@localhost', 'sip:council@localhost'],
    ]);
    for (const { document, xconUri } of rooms) {
      expect(schemaFaults(document)).toBe('');
      expect(formatDocument(checked(document))).toBe(formatDocument(document));
      expect(attributeOf(document, 'entity')).toBe(xconUri);
      expect(conferenceView(document).active).toBe(true);
    }
    expect(rooms.map(({ document }) => conferenceView(document).logging.since)).toEqual([undefined, now, undefined]);
  });

  it('ROOM-001 council is for its members, and the first of them moderates', () => {
    const view = conferenceView(
      demoRooms('localhost', ['alice', 'bob'], now)[2]?.document ?? documentOf('x', plainForm),
    );
    expect(view.allowed.map(({ uri }) => uri)).toEqual(['sip:alice@localhost', 'sip:bob@localhost']);
    expect(view.users).toMatchObject([{ entity: 'xcon-userid:alice@localhost', roles: ['moderator'] }]);
    expect(view).toMatchObject({ admission: 'closedAuthenticated', policy: { moderated: true } });
    const nobody = demoRooms('localhost', [], now)[2]?.document ?? documentOf('x', plainForm);
    expect(schemaFaults(nobody)).toBe('');
    expect(childrenNamed(childElement(nobody, namespaces.info, 'users'), namespaces.info, 'user')).toEqual([]);
  });
});
