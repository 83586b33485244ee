import { describe, expect, it } from 'vitest';
import { CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described, textIn, versionOf } from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { targetsOf } from '../raw/roster.js';
import {
  allowedTargets,
  askSidebar,
  makeSidebar,
  sidebarDocument,
  updateSidebar,
  type SidebarKind,
} from '../raw/sidebars.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const kinds: readonly SidebarKind[] = ['sidebarByVal', 'sidebarByRef'];
/** A limit of 50, and these elements the parent's alone. */
const enforcing = (...paths: readonly string[]): string =>
  described(
    `<info:maximum-user-count>50</info:maximum-user-count><chat:room-policy parent-enforced="${paths.join(' ')}"/>`,
  );
const limit = (count: number): string =>
  described(`<info:maximum-user-count>${String(count)}</info:maximum-user-count>`);
const denied = (...uris: readonly string[]): string =>
  `<info:users><xcon:deny-users-list>${uris.map((uri) => `<xcon:target uri="${uri}"/>`).join('')}</xcon:deny-users-list></info:users>`;

/** A conference with alice and bob in it. */
async function main(change: string): Promise<MadeRoom> {
  const room = await user('operator').room('default', change);
  for (const name of ['alice', 'bob']) await system.join(room.uri, name);
  return room;
}

describe.each(kinds)('a dependent child, %s', (kind) => {
  it('CONF-008 does not change what its parent keeps to itself; the parent does, and the child has it at once', async () => {
    const operator = user('operator');
    const room = await main(enforcing('/conference-description/maximum-user-count', '/conference-description/subject'));
    await operator.update(room, described('<info:subject>Of both</info:subject>'));
    const sidebar = await makeSidebar(operator, kind, room);
    const before = await sidebarDocument(operator, sidebar);
    const maximum = async (): Promise<string | undefined> =>
      textIn(await sidebarDocument(operator, sidebar), 'conference-description', 'maximum-user-count');
    expect(await maximum()).toBe('50');
    for (const change of [limit(100), limit(10), described('<info:subject>Of one</info:subject>')])
      expect((await askSidebar(operator, kind, 'update', sidebar.id, change)).code, change).toBe(426);
    expect(await sidebarDocument(operator, sidebar)).toEqual(before);
    await updateSidebar(operator, sidebar, described('<info:free-text>its own</info:free-text>'));
    const own = versionOf(await sidebarDocument(operator, sidebar));
    await operator.update(room, limit(20));
    const after = await sidebarDocument(operator, sidebar);
    expect(await maximum()).toBe('20');
    expect(versionOf(after)).toBe(own + 1);
    expect(textIn(after, 'conference-description', 'free-text')).toBe('its own');
    // What is not enforced is each one's own.
    await operator.update(room, described('<info:free-text>of the parent</info:free-text>'));
    expect(versionOf(await sidebarDocument(operator, sidebar))).toBe(own + 1);
  });

  it('CONF-008 made with something else than the parent enforces, it has what the parent has', async () => {
    const operator = user('operator');
    const room = await main(enforcing('/conference-description/maximum-user-count'));
    const sidebar = await makeSidebar(
      operator,
      kind,
      room,
      described(
        '<info:maximum-user-count>500</info:maximum-user-count><info:available-media><info:entry label="AUTO_GENERATE_2"><info:type>message</info:type></info:entry></info:available-media>',
      ) + allowedTargets({ [idOf('alice')]: 'dial-in' }),
    );
    const document = await sidebarDocument(operator, sidebar);
    expect(textIn(document, 'conference-description', 'maximum-user-count')).toBe('50');
  });

  it('CONF-010 lets in nobody the parent keeps out, whoever asks for it, and narrows as it likes', async () => {
    const operator = user('operator');
    await user('mallory').ask('confs', { operation: 'retrieve' });
    const room = await main(denied('sip:mallory@localhost', '*@evil.example'));
    const sidebar = await makeSidebar(operator, kind, room);
    const targets = { [idOf('alice')]: 'dial-in', 'sip:mallory@localhost': 'dial-in' } as const;
    const widened = await askSidebar(operator, kind, 'update', sidebar.id, allowedTargets(targets));
    expect([200, 409, 426]).toContain(widened.code);
    const joined = async (name: string): Promise<number> =>
      (await (await system.caller(name)).invite(sidebar.uri, offer())).status;
    expect(await joined('mallory')).toBe(403);
    const mallory = user('mallory');
    const own = await mallory.addUser(sidebar, mallory.userId, '<info:endpoint entity="sip:mallory@192.0.2.1"/>');
    expect([401, 404]).toContain(own.code);
    const byOther = await operator.addUser(sidebar, mallory.userId, '<info:endpoint entity="sip:mallory@192.0.2.1"/>');
    expect(byOther.code).toBe(409);
    await updateSidebar(operator, sidebar, allowedTargets({ [idOf('alice')]: 'dial-in' }));
    expect(targetsOf(await sidebarDocument(operator, sidebar), 'allowed-users-list')).toEqual([idOf('alice')]);
    expect(await joined('alice')).toBe(200);
    expect(await joined('bob')).toBe(403);
  });

  it('CONF-010 whom the parent bans later is out of the child too, and cannot come back', async () => {
    const operator = user('operator');
    const room = await main('');
    const sidebar = await makeSidebar(operator, kind, room);
    const seat = await system.join(sidebar.uri, 'bob');
    await operator.update(room, denied('sip:bob@localhost'));
    const bye = await seat.caller.sip.next(({ method }) => method === 'BYE');
    await seat.caller.accept(bye);
    expect((await (await system.caller('bob')).invite(sidebar.uri, offer())).status).toBe(403);
    expect((await (await system.caller('alice')).invite(sidebar.uri, offer())).status).toBe(200);
  });
});
