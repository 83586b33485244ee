import { attributeOf, childElements } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import type { CcmpAnswer } from '../raw/ccmp.js';
import { answerText } from '../raw/ccmp.js';
import type { MadeRoom } from '../raw/ccmp-user.js';
import { create, described, inDocument, mediaIn, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { rosterOf, targetsOf } from '../raw/roster.js';
import {
  allowedTargets,
  askSidebar,
  makeSidebar,
  sidebarDocument,
  sidebarInfo,
  sidebarsIn,
  updateSidebar,
  type SidebarKind,
} from '../raw/sidebars.js';
import { introduce, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const kinds: readonly SidebarKind[] = ['sidebarByVal', 'sidebarByRef'];
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;

/** A conference of alice with these in it. */
async function main(...names: readonly string[]): Promise<MadeRoom> {
  const room = await userOf(system, 'alice').room('default');
  for (const name of names) await system.join(room.uri, name);
  return room;
}

describe('making a sidebar', () => {
  it.each(kinds)('SIDE-001 %s: not where allow-sidebars is absent or false', async (kind) => {
    const alice = userOf(system, 'alice');
    const room = await main('alice');
    const allowing = (value: string): string => described(`<xcon:allow-sidebars>${value}</xcon:allow-sidebars>`);
    for (const [value, expected] of [
      ['', 403],
      ['false', 403],
      ['true', 200],
    ] as const) {
      await alice.update(room, allowing(value));
      expect([value, await code(askSidebar(alice, kind, 'create', room.id))]).toEqual([value, expected]);
    }
    expect(sidebarsIn(await alice.document(room), kind)).toHaveLength(1);
  });

  it('SIDE-002 SIDE-005 by value without info: a clone of the main conference, whose document is an entry there', async () => {
    const alice = userOf(system, 'alice');
    const room = await main('alice', 'bob');
    const before = await alice.document(room);
    const made = await askSidebar(alice, 'sidebarByVal', 'create', room.id);
    expect([made.code, answerText(made, 'version')]).toEqual([200, '1']);
    const id = answerText(made, 'confObjID') ?? '';
    expect(id).toMatch(/^xcon:[0-9a-z]{26,}@localhost$/);
    const document = sidebarInfo(made, 'sidebarByVal');
    expect(document).toBeDefined();
    if (document === undefined) return;
    expect(attributeOf(document, 'entity')).toBe(id);
    expect(mediaIn(document)).toEqual(mediaIn(before));
    expect(targetsOf(document, 'allowed-users-list').toSorted()).toEqual([idOf('alice'), idOf('bob')]);
    expect(textIn(document, 'conference-description', 'sidebar-parent')).toBe(room.id);
    expect(textIn(document, 'conference-state', 'active')).toBe('false');
    const after = await alice.document(room);
    expect(sidebarsIn(after, 'sidebarByVal')).toEqual([id]);
    expect(versionOf(after)).toBe(versionOf(before) + 1);
    const [entry] = childElements(inDocument(after, 'sidebars-by-val') ?? after);
    expect(textIn(entry, 'conference-description', 'sidebar-parent')).toBe(room.id);
    expect(mediaIn(entry)).toEqual(mediaIn(before));
  });

  it('SIDE-003 SIDE-005 by reference without info: a clone likewise, whose URI is an entry there', async () => {
    const alice = userOf(system, 'alice');
    const room = await main('alice', 'bob');
    const before = await alice.document(room);
    const sidebar = await makeSidebar(alice, 'sidebarByRef', room);
    const document = await sidebarDocument(alice, sidebar);
    expect(mediaIn(document)).toEqual(mediaIn(before));
    expect(textIn(document, 'conference-description', 'sidebar-parent')).toBe(room.id);
    const after = await alice.document(room);
    expect(sidebarsIn(after, 'sidebarByRef')).toEqual([sidebar.id]);
    expect(sidebarsIn(after, 'sidebarByVal')).toEqual([]);
    expect(versionOf(after)).toBe(versionOf(before) + 1);
  });

  it.each(kinds)(
    'SIDE-004 SIDE-005 %s with info: built from it, a child of the main conference all the same',
    async (kind) => {
      const alice = userOf(system, 'alice');
      const room = await main('alice', 'bob');
      await alice.update(room, described('<info:subject>of the main conference</info:subject>'));
      const sidebar = await makeSidebar(
        alice,
        kind,
        room,
        `<info:conference-description><info:display-text>aside</info:display-text></info:conference-description>${allowedTargets({ [idOf('bob')]: 'dial-in' })}`,
      );
      const document = await sidebarDocument(alice, sidebar);
      expect(textIn(document, 'conference-description', 'display-text')).toBe('aside');
      expect(textIn(document, 'conference-description', 'subject')).toBeUndefined();
      expect(targetsOf(document, 'allowed-users-list')).toEqual([idOf('bob')]);
      expect(textIn(document, 'conference-description', 'sidebar-parent')).toBe(room.id);
      expect(sidebarsIn(await alice.document(room), kind)).toEqual([sidebar.id]);
    },
  );

  it.each(kinds)('SIDE-005 %s: nobody takes it from its main conference', async (kind) => {
    const alice = userOf(system, 'alice');
    const room = await main('alice');
    const other = await create(alice);
    const sidebar = await makeSidebar(alice, kind, room);
    for (const parent of [other.id, ''])
      await updateSidebar(
        alice,
        sidebar,
        described(`<info:subject>s</info:subject><xcon:sidebar-parent>${parent}</xcon:sidebar-parent>`),
      );
    const document = await sidebarDocument(alice, sidebar);
    expect(textIn(document, 'conference-description', 'sidebar-parent')).toBe(room.id);
    expect(textIn(document, 'conference-description', 'subject')).toBe('s');
    expect(sidebarsIn(await alice.document(other), kind)).toEqual([]);
  });
});

describe('a sidebar as an object', () => {
  it.each(kinds)(
    'SIDE-006 %s: retrieve, update and delete by its own URI; the main conference changes with it',
    async (kind) => {
      const alice = userOf(system, 'alice');
      const room = await main('alice');
      const sidebar = await makeSidebar(alice, kind, room);
      const version = async (): Promise<number> => versionOf(await alice.document(room));
      const made = await version();
      const updated = await updateSidebar(alice, sidebar, described('<info:subject>aside</info:subject>'));
      expect(answerText(updated, 'version')).toBe('2');
      expect(textIn(await sidebarDocument(alice, sidebar), 'conference-description', 'subject')).toBe('aside');
      const before = await version();
      expect(before).toBe(made + 1);
      const removed = await askSidebar(alice, kind, 'delete', sidebar.id);
      expect([removed.code, sidebarInfo(removed, kind)]).toEqual([200, undefined]);
      expect(await version()).toBe(before + 1);
      expect(sidebarsIn(await alice.document(room), kind)).toEqual([]);
      expect(await code(askSidebar(alice, kind, 'retrieve', sidebar.id))).toBe(404);
      expect(await code(askSidebar(alice, kind, 'delete', sidebar.id))).toBe(404);
    },
  );

  it('SIDE-006 a message for another kind of object is 404', async () => {
    const alice = userOf(system, 'alice');
    const room = await main('alice');
    const objects = {
      sidebarByVal: (await makeSidebar(alice, 'sidebarByVal', room)).id,
      sidebarByRef: (await makeSidebar(alice, 'sidebarByRef', room)).id,
      conf: room.id,
      blueprint: 'xcon:default@localhost',
    };
    const operations = ['retrieve', 'update', 'delete'] as const;
    for (const [kind, id] of Object.entries(objects))
      for (const operation of operations) {
        const change = operation === 'update' ? described('<info:subject>s</info:subject>') : undefined;
        for (const asked of kinds)
          if (asked !== kind)
            expect([asked, operation, kind, await code(askSidebar(alice, asked, operation, id, change))]).toEqual([
              asked,
              operation,
              kind,
              404,
            ]);
        if (kind !== 'conf' && kind !== 'blueprint' && operation !== 'update')
          expect(await code(alice.ask('conf', { confObjID: id, operation }))).toBe(404);
      }
    for (const kind of kinds) expect(await code(askSidebar(alice, kind, 'create', objects[kind]))).toBe(404);
    expect(await code(tryRetrieve(alice, room.id))).toBe(200);
  });

  it('SIDE-006 who may not change a conference may not change a sidebar of it', async () => {
    const alice = userOf(system, 'alice');
    const room = await main('alice', 'bob');
    await introduce(system, 'bob');
    const bob = userOf(system, 'bob');
    for (const kind of kinds) {
      const sidebar = await makeSidebar(alice, kind, room);
      const subject = described('<info:subject>mine</info:subject>');
      expect(await code(askSidebar(bob, kind, 'update', sidebar.id, subject))).toBe(401);
      expect(await code(askSidebar(bob, kind, 'delete', sidebar.id))).toBe(401);
      expect(await code(askSidebar(bob, kind, 'retrieve', sidebar.id))).toBe(200);
      expect(rosterOf(await sidebarDocument(bob, sidebar)).some(({ endpoints }) => endpoints.length > 0)).toBe(false);
    }
  });
});
