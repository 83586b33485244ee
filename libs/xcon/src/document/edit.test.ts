import { describe, expect, it } from 'vitest';
import { conferenceView } from '../view/conference-view.js';
import { documentElement, emptyDocument, withElement, withEntries, withEntry, withoutEntry, withText } from './edit.js';
import * as edits from './edits.js';
import { formatDocument } from './format.js';
import { checked, conference, relaxNgFaults } from './testing.js';

const empty = emptyDocument('xcon:1@example.com');

describe('editing by path', () => {
  it('makes what is missing on the way, in the order of the schema', () => {
    const document = withText(
      withElement(
        withText(empty, ['conference-state', 'active'], 'true'),
        ['conference-description', 'room-policy'],
        documentElement('chat', 'room-policy', { secret: 'true', moderated: undefined }),
      ),
      ['conference-description', 'subject'],
      'S',
    );
    expect(document).toEqual(
      checked(
        conference(
          '<conference-description><subject>S</subject><chat:room-policy secret="true"/></conference-description>' +
            '<conference-state><active>true</active></conference-state>',
        ),
      ),
    );
    expect(withText(document, ['conference-description', 'subject'], undefined)).not.toEqual(document);
    expect(withText(empty, ['host-info', 'web-page'], undefined)).toBe(empty);
  });

  it('replaces entries of lists by their keys', () => {
    const path = ['conference-description', 'available-media', 'entry'];
    const entry = (label: string, type: string) =>
      documentElement('info', 'entry', { label }, [documentElement('info', 'type', {}, [type])]);
    const two = withEntries(empty, path, [entry('1', 'message'), entry('2', 'audio')]);
    const changed = withEntry(withEntry(two, path, entry('1', 'video')), path, entry('3', 'message'));
    expect(conferenceView(changed).availableMedia.map(({ label, type }) => [label, type])).toEqual([
      ['1', 'video'],
      ['2', 'audio'],
      ['3', 'message'],
    ]);
    const none = ['1', '2'].reduce((document, label) => withoutEntry(document, path, label), two);
    expect(formatDocument(none)).not.toContain('available-media');
    expect(withoutEntry(empty, path, '1')).toBe(empty);
  });

  it('refuses paths the data model does not have', () => {
    expect(() => withText(empty, ['conference-state', 'subject'], 'x')).toThrow(RangeError);
    expect(() => withElement(empty, ['users', 'user'], undefined)).toThrow(RangeError);
    expect(() => withEntries(empty, ['users', 'join-handling'], [])).toThrow(RangeError);
  });
});

describe('editing by name', () => {
  const user = documentElement('info', 'user', { entity: 'xcon-userid:a@example.com' });
  const full = [
    (document: typeof empty) => edits.withEntity(document, 'xcon:2@example.com'),
    (document: typeof empty) => edits.withActive(document, true),
    (document: typeof empty) => withText(document, ['conference-state', 'user-count'], '3'),
    (document: typeof empty) => withText(document, ['conference-description', 'subject'], 'S'),
    (document: typeof empty) =>
      edits.withLogging(document, { since: '2026-11-29T00:00:00Z', by: 'xcon-userid:a@example.com' }),
    (document: typeof empty) => edits.withCloningParent(document, 'xcon:3@example.com'),
    (document: typeof empty) => edits.withSidebarParent(document, 'xcon:4@example.com'),
    (document: typeof empty) => edits.withAlternateVenue(document, { uri: 'xcon:5@example.com', reason: 'moved' }),
    (document: typeof empty) =>
      edits.withConfUris(document, [{ uri: 'sip:a@example.com', purpose: 'participation', password: '1' }]),
    (document: typeof empty) => edits.withConfUri(document, { uri: 'tel:+1', displayText: 'phone' }),
    (document: typeof empty) => edits.withUser(document, user),
    (document: typeof empty) => edits.withAllowedTargets(document, [{ uri: '*@example.com', method: 'dial-in' }]),
    (document: typeof empty) => edits.withBannedTargets(document, ['sip:z@y']),
  ].reduce((document, edit) => edit(document), empty);

  it('CONF-023 makes checked documents', () => {
    expect(checked(full)).toEqual(full);
    expect(relaxNgFaults(formatDocument(full))).toEqual([]);
    expect(conferenceView(full)).toMatchObject({
      entity: 'xcon:2@example.com',
      active: true,
      userCount: 3,
      logging: { active: true, since: '2026-11-29T00:00:00Z', by: 'xcon-userid:a@example.com' },
      subject: 'S',
      cloningParent: 'xcon:3@example.com',
      sidebarParent: 'xcon:4@example.com',
      venue: { uri: 'xcon:5@example.com', reason: 'moved' },
      allowed: [{ uri: '*@example.com', method: 'dial-in' }],
      banned: ['sip:z@y'],
    });
    expect(conferenceView(full).users.map(({ entity }) => entity)).toEqual(['xcon-userid:a@example.com']);
  });

  it('takes away what it put there', () => {
    const bare = [
      (document: typeof empty) => edits.withLogging(document, undefined),
      (document: typeof empty) => withText(document, ['conference-description', 'subject'], undefined),
      (document: typeof empty) => edits.withCloningParent(document, undefined),
      (document: typeof empty) => edits.withSidebarParent(document, undefined),
      (document: typeof empty) => edits.withAlternateVenue(document, undefined),
      (document: typeof empty) => edits.withConfUris(document, []),
      (document: typeof empty) => edits.withoutUser(document, 'xcon-userid:a@example.com'),
      (document: typeof empty) => edits.withAllowedTargets(document, []),
      (document: typeof empty) => edits.withBannedTargets(document, []),
    ].reduce((document, edit) => edit(document), full);
    expect(checked(bare)).toEqual(
      checked(
        edits.withEntity(
          conference('<conference-state><user-count>3</user-count><active>true</active></conference-state>'),
          'xcon:2@example.com',
        ),
      ),
    );
  });

  it('POL-017 takes every password away', () => {
    expect(formatDocument(full)).toContain('conference-password');
    expect(formatDocument(edits.withoutPasswords(full))).not.toContain('conference-password');
  });

  it('CONF-006 takes away from a change what is the server’s to say', () => {
    const change = edits.withoutServerElements(full, 'conference-info');
    expect(conferenceView(change)).toMatchObject({
      sidebarsByRef: [],
      sidebarsByVal: [],
      subject: 'S',
      logging: { active: true },
    });
    expect(formatDocument(change)).not.toMatch(/cloning-parent|sidebar-parent|<user-count|since=| by=/u);
    expect(edits.withoutServerElements(user, 'user')).toBe(user);
  });
});
