import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { done } from '../raw/ccmp-user.js';
import { described, mediaIn, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { Phones } from '../raw/called.js';
import { inRoster, rosterOf, targetsOf } from '../raw/roster.js';
import {
  allowedTargets,
  askSidebar,
  makeSidebar,
  sidebarDocument,
  sidebarsIn,
  updateSidebar,
  type Sidebar,
} from '../raw/sidebars.js';
import { introduce, userOf } from '../raw/stage.js';
import { documentIn, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const phones = await Phones.open();
const system = useSystem({ settings: phones.settings });
const until = (now: () => unknown): ReturnType<typeof expect.poll> => expect.poll(now, { timeout: 8_000 });
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;

/** RFC 6504 section 7.1, step 3. */
const aside = (label: string, ...names: readonly string[]): string =>
  [
    '<info:conference-description><info:available-media>',
    `<info:entry label="${label}"><info:type>message</info:type><info:status>recvonly</info:status></info:entry>`,
    '<info:entry label="AUTO_GENERATE_1"><info:type>message</info:type><info:status>sendrecv</info:status></info:entry>',
    '<info:entry label="AUTO_GENERATE_2"><info:type>message</info:type><info:status>sendrecv</info:status></info:entry>',
    '</info:available-media></info:conference-description>',
    allowedTargets(Object.fromEntries(names.map((name) => [idOf(name), 'dial-out']))),
  ].join('');

describe('internal sidebar (RFC 6504 section 7.1)', () => {
  it('FLOW-7.1 SIDE-001 SIDE-002 SIDE-005 SIDE-008 from the main conference to a sidebar of two, and its end', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => userOf(system, name));
    if (alice === undefined || bob === undefined || carol === undefined) return;
    await introduce(system, 'alice', 'bob', 'carol', 'dan');
    const room = await alice.room(
      'default',
      described(
        '<info:available-media><info:entry label="second"><info:type>message</info:type></info:entry></info:available-media>',
      ),
    );
    for (const name of ['alice', 'bob', 'carol']) await system.join(room.uri, name);
    const watcher = await Subscription.open(await system.caller('alice'), room.uri, { accept: xconInfo });
    await watcher.notify();
    const main = await alice.document(room);
    // Step 2, before step 1.
    await alice.update(room, described('<xcon:allow-sidebars>false</xcon:allow-sidebars>'));
    expect(await code(askSidebar(alice, 'sidebarByVal', 'create', room.id))).toBe(403);
    await alice.update(room, described('<xcon:allow-sidebars>true</xcon:allow-sidebars>'));
    const before = versionOf(await alice.document(room));

    // Step 1.
    const sidebar = await makeSidebar(alice, 'sidebarByVal', room);
    const first = await sidebarDocument(alice, sidebar);
    expect(versionOf(first)).toBe(1);
    expect(mediaIn(first)).toEqual(mediaIn(main));
    expect(mediaIn(first)).toHaveLength(2);
    expect(targetsOf(first, 'allowed-users-list').toSorted()).toEqual(['alice', 'bob', 'carol'].map(idOf));
    expect(textIn(first, 'conference-state', 'active')).toBe('false');
    expect(versionOf(await alice.document(room))).toBe(before + 1);
    const told = documentIn(await watcher.until(sidebar.id));
    expect(sidebarsIn(told, 'sidebarByVal')).toEqual([sidebar.id]);

    // Step 3.
    const updated = await updateSidebar(alice, sidebar, aside(mediaIn(main)[0]?.label ?? '', 'alice', 'bob'));
    expect(answerText(updated, 'version')).toBe('2');
    expect(updated.text).not.toContain('AUTO_GENERATE');
    const media = mediaIn(answerInfo(updated, 'sidebarByVal', 'sidebarByValInfo'));
    expect(new Set(media.map(({ label }) => label)).size).toBe(4);
    const alicesPhone = await phones.take(system, 'alice');
    const bobsPhone = await phones.take(system, 'bob');
    expect([alicesPhone.room, bobsPhone.room]).toEqual([sidebar.uri, sidebar.uri]);
    expect(phones.called.toSorted()).toEqual(['alice', 'bob']);
    await until(() => connected(sidebar)).toEqual(['alice', 'bob'].map(idOf));
    const active = await sidebarDocument(alice, sidebar);
    expect(textIn(active, 'conference-state', 'active')).toBe('true');
    expect(inRoster(active, carol.userId)).toBeUndefined();
    const seen = await askSidebar(carol, 'sidebarByVal', 'retrieve', sidebar.id);
    expect([401, 404]).toContain(seen.code);
    expect((await alicesPhone.say('only between us')).status).toBe(200);
    await bobsPhone.copy('only between us');

    // Step 4.
    const version = versionOf(await sidebarDocument(alice, sidebar));
    const [endpoint] = inRoster(await sidebarDocument(bob, sidebar), bob.userId)?.endpoints ?? [];
    const inactive = `<info:endpoint entity="${endpoint?.entity ?? ''}"><info:media id="1"><info:status>inactive</info:status></info:media></info:endpoint>`;
    const changed = done(await bob.updateUser(sidebar, bob.userId, inactive));
    expect(Number(answerText(changed, 'version'))).toBe(version + 1);
    const roster = rosterOf(await sidebarDocument(alice, sidebar));
    expect(roster.map(({ entity, endpoints }) => [entity, endpoints[0]?.mediaStatus])).toEqual([
      [alice.userId, 'sendrecv'],
      [bob.userId, 'inactive'],
    ]);

    // Steps 5 and 6.
    expect(await code(carol.ask('user', { confObjID: sidebar.id, operation: 'create' }))).toBe(401);
    expect(await code(alice.addUser(sidebar, idOf('dan')))).toBe(409);

    // Step 7.
    const list = done(await alice.ask('sidebarsByVal', { confObjID: room.id }));
    expect(Number(answerText(list, 'version'))).toBe(versionOf(await alice.document(room)));
    expect(list.text).toContain(`entity="${sidebar.id}"`);

    // Step 8.
    expect(await code(tryRetrieve(alice, sidebar.id))).toBe(404);
    expect(await code(askSidebar(alice, 'sidebarByRef', 'retrieve', sidebar.id))).toBe(404);

    // Step 9.
    const remove = (): Promise<CcmpAnswer> => alice.ask('conf', { confObjID: room.id, operation: 'delete' });
    expect(await code(remove())).toBe(425);
    expect(versionOf(await sidebarDocument(alice, sidebar))).toBe(version + 1);

    // Step 10.
    const last = versionOf(await alice.document(room));
    done(await askSidebar(alice, 'sidebarByVal', 'delete', sidebar.id));
    await Promise.all([phones.ended(alicesPhone), phones.ended(bobsPhone)]);
    const rest = await alice.document(room);
    expect([versionOf(rest), sidebarsIn(rest, 'sidebarByVal')]).toEqual([last + 1, []]);
    expect(['alice', 'bob', 'carol'].map((name) => inRoster(rest, idOf(name))?.endpoints.length)).toEqual([1, 1, 1]);
    expect(await code(remove())).toBe(200);

    async function connected(one: Sidebar): Promise<string[]> {
      const users = rosterOf(await sidebarDocument(userOf(system, 'alice'), one));
      return users
        .filter(({ endpoints }) => endpoints.some(({ status }) => status === 'connected'))
        .map(({ entity }) => entity)
        .toSorted();
    }
  });

  it('FLOW-7.1 CCMP-082 the list of sidebars holds the documents of both', async () => {
    const alice = userOf(system, 'alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'alice');
    const made = [await makeSidebar(alice, 'sidebarByVal', room), await makeSidebar(alice, 'sidebarByVal', room)];
    const list = done(await alice.ask('sidebarsByVal', { confObjID: room.id }));
    for (const { id } of made) expect(list.text).toContain(`entity="${id}"`);
  });
});
