import { Direction, EndpointCapabilities } from '@plenary/proto/chat';
import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { formatDocument, namespaces } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { assembleDocument, participantOf, userOf, usersOf, viewKey } from './assemble.js';
import { description, everything, looks, manages, seenBy, stateText, userIn } from './testing-everything.js';
import { present, readDocument, schemaFaults, testConference, testEndpoint, testParticipant } from './testing.js';
import { conferenceText } from './text.js';
import type { DocumentViewer } from './viewer.js';

const { info, xcon, chat } = namespaces;

const mediaStatusOf = (document: XmlElement, user: string): (string | undefined)[] =>
  childrenNamed(userIn(document, `xcon-userid:${user}@localhost`), info, 'endpoint').map((endpoint) => {
    const status = childElement(childElement(endpoint, info, 'media'), info, 'status');
    return status === undefined ? undefined : textOf(status);
  });

describe('the document of a conference', () => {
  it('CONF-023 is valid against the schema of RFC 6501, whoever looks and whatever is in it', () => {
    const states = [
      everything(),
      testConference(''),
      testConference('<conference-description/>', { conferenceUri: undefined, kind: 'blueprint' }),
      testConference(
        description,
        present(
          testParticipant('a'),
          testParticipant('b', { endpoints: [testEndpoint('c', { dialog: undefined, contact: '', joinedAtMs: 0 })] }),
        ),
      ),
      testConference(`<host-info><display-text>H</display-text></host-info><users xml:lang="en"/>
        <xcon:floor-information><xcon:conference-ID>1</xcon:conference-ID></xcon:floor-information>`),
    ];
    for (const state of states)
      for (const viewer of [looks, manages, seenBy('priv'), seenBy('ghost'), seenBy('alice'), seenBy('absent')])
        expect(schemaFaults(assembleDocument(state, viewer))).toBe('');
    expect(schemaFaults(assembleDocument(everything(), manages, { password: '8601' }))).toBe('');
  });

  it('CONF-026 counts, state and roster agree for every viewer', () => {
    for (const viewer of [looks, manages, seenBy('ghost'), seenBy('priv')]) {
      const document = assembleDocument(everything(), viewer);
      const connected = childrenNamed(childElement(document, info, 'users'), info, 'user').filter((user) =>
        childrenNamed(user, info, 'endpoint').some((endpoint) => {
          const status = childElement(endpoint, info, 'status');
          return status !== undefined && textOf(status) === 'connected';
        }),
      );
      expect(stateText(document, 'user-count')).toBe(String(connected.length));
      expect(stateText(document, 'active')).toBe('true');
      expect(stateText(document, 'locked')).toBe('true');
    }
    expect(stateText(assembleDocument(everything(), seenBy('ghost')), 'user-count')).toBe('5');
    expect(stateText(assembleDocument(everything(), manages), 'user-count')).toBe('4');
  });

  it('XCON-012 XCON-019 XCON-022 names users by XCON-USERID and sessions by chat-ID, each with the label of its stream', () => {
    const document = assembleDocument(everything(), looks);
    expect(attributeOf(document, 'entity')).toBe('xcon:abc@localhost');
    expect(attributeOf(document, 'version')).toBe('7');
    const alice = userIn(document, 'xcon-userid:alice@localhost');
    const endpoints = childrenNamed(alice, info, 'endpoint');
    expect(endpoints.map((endpoint) => attributeOf(endpoint, 'entity'))).toEqual(['chat-a1', 'chat-a2']);
    const labels = endpoints.map((endpoint) => childElement(childElement(endpoint, info, 'media'), info, 'label'));
    expect(labels.map((label) => (label === undefined ? '' : textOf(label)))).toEqual(['77', '78']);
  });

  it('NICK-X-006 NICK-X-010 shows the nickname of the user, and of a session that has another', () => {
    const alice = userIn(assembleDocument(everything(), looks), 'xcon-userid:alice@localhost');
    expect(attributeOf(alice, 'nickname', xcon)).toBe('Ann');
    const own = childrenNamed(alice, info, 'endpoint').map((endpoint) => attributeOf(endpoint, 'nickname', chat));
    expect(own).toEqual([undefined, 'Annie']);
  });

  it('what conference control noted of a user stands with what is known of its sessions', () => {
    const bob = userIn(assembleDocument(everything(), looks), 'xcon-userid:bob@localhost');
    const text = formatDocument(bob ?? assembleDocument(everything(), looks));
    expect(text).toContain('<display-text>Bob the builder</display-text>');
    expect(text).toContain('<roles><entry>moderator</entry><entry>participant</entry></roles>');
    expect(text).toContain('<languages>en</languages>');
    expect(text).toContain('allow-invite-users-dynamically');
    expect(text).toContain('<joining-method>dialed-in</joining-method>');
    expect(text).toContain('<when>2026-11-29T12:00:00Z</when>');
  });

  it.each([
    [Direction.SENDRECV, Direction.UNSPECIFIED, 'sendrecv'],
    [Direction.SENDRECV, Direction.RECVONLY, 'recvonly'],
    [Direction.RECVONLY, Direction.SENDRECV, 'recvonly'],
    [Direction.SENDONLY, Direction.SENDRECV, 'sendonly'],
    [Direction.SENDONLY, Direction.RECVONLY, 'inactive'],
    [Direction.INACTIVE, Direction.SENDRECV, 'inactive'],
    [Direction.UNSPECIFIED, Direction.SENDONLY, 'sendonly'],
  ])('EVT-018 FLOOR-004 direction %s with %s allowed is shown as %s', (direction, allowed, shown) => {
    const capabilities = EndpointCapabilities.fromPartial({ direction });
    const endpoints = [testEndpoint('c', { capabilities, allowed })];
    const state = testConference(description, present(testParticipant('alice', { endpoints })));
    expect(mediaStatusOf(assembleDocument(state, looks), 'alice')).toEqual([shown]);
  });
});

describe('the text of a document', () => {
  it.each([
    ['of everything', everything()],
    ['of nothing', testConference('')],
    [
      'without extension elements',
      testConference('', present(testParticipant('a', { endpoints: [testEndpoint('c', { contact: '' })] }))),
    ],
    [
      'with what has to be escaped',
      testConference('', present(testParticipant('a', { displayName: '$& <"\'>\n&amp;' }))),
    ],
  ])('is what the writer of documents gives, %s', (_what, state) => {
    for (const viewer of [looks, manages]) {
      const document = assembleDocument(state, viewer);
      expect(readDocument(conferenceText(document))).toEqual(readDocument(formatDocument(document)));
      expect(conferenceText(document)).toBe(conferenceText(assembleDocument({ ...state, version: 7n }, viewer)));
      expect(schemaFaults(readDocument(conferenceText(document)))).toBe('');
    }
  });
});

describe('views', () => {
  it('views of one key are one document; others have other keys', () => {
    const state = everything();
    const strangers = [looks, seenBy('carol'), seenBy('nobody')];
    expect(new Set(strangers.map((viewer) => viewKey(state, viewer))).size).toBe(1);
    for (const viewer of strangers) expect(assembleDocument(state, viewer)).toBe(assembleDocument(state, looks));
    const all = [
      looks,
      manages,
      seenBy('ghost'),
      seenBy('priv'),
      seenBy('alice'),
      seenBy('absent'),
      seenBy('priv', true),
    ];
    expect(new Set(all.map((viewer) => viewKey(state, viewer))).size).toBe(all.length);
    const byKey = new Map<string, string>();
    for (const viewer of all) {
      const text = formatDocument(assembleDocument(everything(), viewer));
      expect(byKey.get(viewKey(state, viewer)) ?? text).toBe(text);
      byKey.set(viewKey(state, viewer), text);
    }
  });

  it('CCMP-072 CCMP-078 users and one user are parts of that document', () => {
    const state = everything();
    for (const viewer of [looks, manages, seenBy('ghost')]) {
      expect(usersOf(state, viewer)).toEqual(childElement(assembleDocument(state, viewer), info, 'users'));
      expect(userOf(state, viewer, 'XCON-USERID:Alice@localhost')).toEqual(
        userIn(assembleDocument(state, viewer), 'xcon-userid:alice@localhost'),
      );
    }
    expect(userOf(state, manages, 'xcon-userid:ghost@localhost')).toBeUndefined();
    expect(userOf(state, seenBy('ghost'), 'xcon-userid:ghost@localhost')).toBeDefined();
    expect(userOf(state, looks, 'xcon-userid:priv@localhost')).toBeUndefined();
  });

  it('a user is named in requests as it is shown', () => {
    const state = everything();
    const pidOf = (viewer: DocumentViewer, entity: string): string | undefined =>
      participantOf(state, viewer, entity)?.pid;
    expect(pidOf(manages, 'xcon-userid:AnonymousX7@anonymous.invalid')).toBe('p-priv');
    expect(pidOf(manages, 'xcon-userid:priv@localhost')).toBeUndefined();
    expect(pidOf(manages, 'xcon-userid:semi@localhost')).toBe('p-semi');
    expect(pidOf(manages, 'xcon-userid:ghost@localhost')).toBeUndefined();
    expect(pidOf(seenBy('ghost'), 'xcon-userid:ghost@localhost')).toBe('p-ghost');
    expect(pidOf(looks, 'xcon-userid:bob@localhost')).toBe('p-bob');
  });

  it('only who changed is made anew: 10,000 participants cost what one does', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => testParticipant(`u${String(index)}`));
    const before = testConference(description, present(...many));
    const first = childrenNamed(usersOf(before, looks), info, 'user');
    const changed = { ...testParticipant('u5'), nickname: 'Five' };
    const after = { ...before, ...present(...many.with(5, changed)), version: 8n };
    const second = childrenNamed(usersOf(after, looks), info, 'user');
    expect(second.filter((user, index) => user !== first[index])).toHaveLength(1);
    expect(assembleDocument(after, looks)).toBe(assembleDocument(after, seenBy('u7')));
  });
});
