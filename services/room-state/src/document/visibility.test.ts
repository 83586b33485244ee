import { attributeOf, childElement, childrenNamed } from '@plenary/wire/xml';
import { formatDocument, namespaces } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { assembleDocument, viewKey } from './assemble.js';
import { entitiesOf, everything, looks, manages, seenBy, userIn } from './testing-everything.js';
import { anonymousParticipant, present, testCall, testConference, testParticipant } from './testing.js';
import type { DocumentViewer } from './viewer.js';

const { info } = namespaces;

describe('what a viewer does not get', () => {
  it('POL-017 never a password, but in the one answer that asks for it', () => {
    for (const viewer of [looks, manages])
      expect(formatDocument(assembleDocument(everything(), viewer))).not.toContain('8601');
    const told = formatDocument(assembleDocument(everything(), manages, { password: 'new one' }));
    expect(told.match(/conference-password>new one</g)).toHaveLength(1);
    expect(told).not.toContain('8601');
    expect(formatDocument(assembleDocument(everything(), manages))).not.toContain('new one');
  });

  it('XCON-015 XCON-017 URIs of other protocols go to who may manipulate the conference; the SIP URI to everybody', () => {
    const plain = formatDocument(assembleDocument(everything(), looks));
    expect(plain).toContain('sip:lobby@localhost');
    expect(plain).not.toContain('xmpp:');
    expect(plain).toContain('http://localhost/lobby');
    expect(formatDocument(assembleDocument(everything(), manages))).toContain('xmpp:lobby@muc.localhost');
    const without = assembleDocument(
      testConference(
        '<conference-description><subject>S</subject><maximum-user-count>3</maximum-user-count></conference-description>',
      ),
      looks,
    );
    expect(formatDocument(without)).toContain(
      '<subject>S</subject><conf-uris><entry><uri>sip:lobby@localhost</uri><purpose>participation</purpose></entry></conf-uris><maximum-user-count>',
    );
  });

  it('EVT-020 contacts, dialog names, further addresses, lists, who started the log: only to those with the right', () => {
    const two = testParticipant('alice', { aors: ['sip:alice@localhost', 'tel:+1555'] });
    const state = everything(present(two));
    const plain = formatDocument(assembleDocument(state, looks));
    const managed = formatDocument(assembleDocument(state, manages));
    for (const text of ['192.0.2.7', '<call-id>', 'tel:+1555', 'secret@', 'mallory@', 'evil@', 'boss@', 'absent@']) {
      expect(plain).not.toContain(text);
      expect(managed).toContain(text);
    }
    expect(plain).toContain('<xcon:join-handling>allow</xcon:join-handling>');
    expect(plain).toContain('since="2026-11-29T00:00:00Z"');
    expect(managed).toContain('<from-tag>theirs</from-tag><to-tag>ours</to-tag>');
  });

  it('POL-020 SEC-009 hidden: nobody else sees the user at all; private: nobody learns who it is; semi-private: those with the right do', () => {
    const plain = formatDocument(assembleDocument(everything(), looks));
    for (const user of ['ghost', 'priv@', 'semi@', 'GHOST', 'PRIV', 'SEMI']) expect(plain).not.toContain(user);
    expect(plain).not.toContain('z9');
    expect(entitiesOf(assembleDocument(everything(), looks))).toEqual([
      'xcon-userid:alice@localhost',
      'xcon-userid:bob@localhost',
      'xcon-userid:anonymousx7@anonymous.invalid',
      'xcon-userid:anonymousy8@anonymous.invalid',
      'xcon-userid:fred@localhost',
    ]);
    const managed = formatDocument(assembleDocument(everything(), manages));
    for (const user of ['ghost', 'priv@', 'GHOST', 'PRIV']) expect(managed).not.toContain(user);
    expect(managed).toContain('xcon-userid:semi@localhost');
    expect(managed).toContain('>SEMI<');
  });

  it('POL-020 a user who is not shown to others sees itself, with the URI it is shown by', () => {
    const own = assembleDocument(everything(), seenBy('ghost'));
    expect(entitiesOf(own)).toContain('xcon-userid:ghost@localhost');
    expect(entitiesOf(own)).not.toContain('xcon-userid:priv@localhost');
    const priv = userIn(assembleDocument(everything(), seenBy('priv')), 'xcon-userid:priv@localhost');
    expect(priv && formatDocument(priv)).toContain('sip:anonymousx7@anonymous.invalid');
  });

  it('ANON-009 an open and an anonymous presence of one user are two users to everybody', () => {
    const state = everything(
      present(anonymousParticipant('alice', 'private', 'q1'), testParticipant('alice', { pid: 'p-2' as never })),
    );
    for (const viewer of [looks, manages, seenBy('alice')])
      expect(entitiesOf(assembleDocument(state, viewer)).slice(0, 2)).toEqual([
        'xcon-userid:anonymousq1@anonymous.invalid',
        'xcon-userid:alice@localhost',
      ]);
  });

  it('POL-008 who waits is shown as pending to those with the right, and not counted', () => {
    expect(formatDocument(assembleDocument(everything(), looks))).not.toContain('dan');
    const dan = userIn(assembleDocument(everything(), manages), 'xcon-userid:dan@localhost');
    const endpoint = childElement(dan, info, 'endpoint');
    expect(attributeOf(endpoint, 'entity')).toBe('sip:device@192.0.2.7:5060');
    expect(endpoint && formatDocument(endpoint)).toContain('<status>pending</status>');
  });

  it('POL-008 who waits sees itself, and who is called sees where to', () => {
    const dan = userIn(assembleDocument(everything(), seenBy('dan')), 'xcon-userid:dan@localhost');
    expect(dan && formatDocument(dan)).toContain('<status>pending</status>');
    const fred = userIn(assembleDocument(everything(), seenBy('fred')), 'xcon-userid:fred@localhost');
    expect(attributeOf(childElement(fred, info, 'endpoint'), 'entity')).toBe('sip:fred@phone.example.com');
    for (const name of ['dan', 'fred'])
      expect(viewKey(everything(), seenBy(name))).not.toBe(viewKey(everything(), looks));
  });

  it('CONF-019 who is being called is shown as dialing-out; where the call goes to, only to those with the right', () => {
    const plain = userIn(assembleDocument(everything(), looks), 'xcon-userid:fred@localhost');
    expect(plain && formatDocument(plain)).toContain('<status>dialing-out</status>');
    expect(plain && formatDocument(plain)).not.toContain('phone.example.com');
    const managed = userIn(assembleDocument(everything(), manages), 'xcon-userid:fred@localhost');
    expect(attributeOf(childElement(managed, info, 'endpoint'), 'entity')).toBe('sip:fred@phone.example.com');
  });

  it('SIDE-012 sidebars are shown to managers and to those they are for', () => {
    const shown = (viewer: DocumentViewer): string[] => {
      const document = assembleDocument(everything(), viewer);
      const byVal = childrenNamed(childElement(document, info, 'sidebars-by-val'), info, 'entry');
      const byRef = childrenNamed(childElement(document, info, 'sidebars-by-ref'), info, 'entry');
      return [
        ...byVal.map((entry) => attributeOf(entry, 'entity') ?? ''),
        ...byRef.map((entry) => formatDocument(entry)),
      ];
    };
    expect(shown(looks)).toHaveLength(1);
    expect(shown(seenBy('alice'))).toHaveLength(2);
    expect(shown(manages)).toHaveLength(2);
    expect(shown(seenBy('alice'))[0]).toBe('xcon:side1@localhost');
    expect(shown(looks)[0]).toContain('xcon:side2@localhost');
  });

  it('POL-020 who hides is not shown while it is called either', () => {
    const state = everything({ ...present(), calls: new Map([['c', testCall('ghost', 'sip:ghost@localhost')]]) });
    for (const viewer of [looks, manages])
      expect(formatDocument(assembleDocument(state, viewer))).not.toContain('ghost');
    expect(formatDocument(assembleDocument(state, seenBy('ghost')))).toContain('dialing-out');
  });

  it('NOTIF-009 an entry of somebody who is not here goes to those with the right and to that user', () => {
    expect(entitiesOf(assembleDocument(everything(), seenBy('absent')))).toContain('xcon-userid:absent@localhost');
    expect(entitiesOf(assembleDocument(everything(), manages))).toContain('xcon-userid:absent@localhost');
    expect(entitiesOf(assembleDocument(everything(), looks))).not.toContain('xcon-userid:absent@localhost');
  });
});
