import { childElements } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { done, type MadeRoom } from '../raw/ccmp-user.js';
import { described, inDocument, inState, mediaIn, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { Phones } from '../raw/called.js';
import { inRoster } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import {
  allowedTargets,
  askSidebar,
  makeSidebar,
  media,
  sidebarDocument,
  sidebarsIn,
  updateSidebar,
  type Sidebar,
  type SidebarKind,
} from '../raw/sidebars.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { documentIn, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';
import { endingSoon } from '../raw/times.js';

const phones = await Phones.open();
const system = useSystem({ settings: phones.settings });
const kinds: readonly SidebarKind[] = ['sidebarByVal', 'sidebarByRef'];
const until = (now: () => unknown): ReturnType<typeof expect.poll> => expect.poll(now, { timeout: 8_000 });
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;
const calling = (...names: readonly string[]): string =>
  allowedTargets(Object.fromEntries(names.map((name) => [idOf(name), 'dial-out'])));

/** A conference of alice, and the seats of those in it by name. */
async function main(
  change: string,
  ...names: readonly string[]
): Promise<{ room: MadeRoom; seats: Record<string, Seat> }> {
  await introduce(system, 'alice', ...names);
  const room = await userOf(system, 'alice').room('default', change);
  const seats: Record<string, Seat> = {};
  for (const name of names) seats[name] = await system.join(room.uri, name);
  return { room, seats };
}

/** Message media of its own, and a list of these who are called; their seats. */
async function aside(
  kind: SidebarKind,
  room: MadeRoom,
  ...names: readonly string[]
): Promise<{ sidebar: Sidebar; seats: Record<string, Seat> }> {
  const sidebar = await makeSidebar(
    userOf(system, 'alice'),
    kind,
    room,
    `${media({ AUTO_GENERATE_1: 'sendrecv' })}${calling(...names)}`,
  );
  const seats: Record<string, Seat> = {};
  for (const name of names) seats[name] = await phones.take(system, name);
  return { sidebar, seats };
}

describe('a sidebar and its main conference', () => {
  it.each(kinds)('SIDE-007 %s ends when its main conference ends by time, and nobody enters it after', async (kind) => {
    const alice = userOf(system, 'alice');
    const { room } = await main('', 'alice', 'bob');
    const { sidebar, seats } = await aside(kind, room, 'bob');
    await alice.update(room, described(endingSoon(Date.now())));
    await phones.ended(seats['bob'] as Seat);
    await (seats['bob'] as Seat).msrp.closed();
    expect(await code(askSidebar(alice, kind, 'retrieve', sidebar.id))).toBe(404);
    expect(await code(userOf(system, 'bob').ask('user', { confObjID: sidebar.id, operation: 'create' }))).toBe(404);
    await expect(system.join(sidebar.uri, 'bob')).rejects.toThrow(/ 4(?:04|80) /);
    expect(sidebarsIn(await alice.document(room), kind)).toEqual([]);
  });

  it('SIDE-006 VER-006 the entry by value becomes active with the sidebar, and the main conference has a version for it', async () => {
    const alice = userOf(system, 'alice');
    const { room } = await main('', 'alice', 'bob');
    const sidebar = await makeSidebar(alice, 'sidebarByVal', room);
    const before = await alice.document(room);
    const active = async (): Promise<string | undefined> => {
      const [entry] = childElements(inDocument(await alice.document(room), 'sidebars-by-val') ?? before);
      return textIn(entry, 'conference-state', 'active');
    };
    expect(await active()).toBe('false');
    await system.join(sidebar.uri, 'bob');
    await until(active).toBe('true');
    expect(versionOf(await alice.document(room))).toBe(versionOf(before) + 1);
  });

  it('SIDE-008 by value: nobody who is not in the main conference, on the list, as a user, by CCMP or by SIP', async () => {
    const alice = userOf(system, 'alice');
    await introduce(system, 'dan');
    const { room } = await main('', 'alice', 'bob');
    const sidebar = await makeSidebar(alice, 'sidebarByVal', room);
    const user = `<info:users><info:user entity="${idOf('dan')}"><info:roles><info:entry>participant</info:entry></info:roles></info:user></info:users>`;
    for (const change of [calling('alice', 'dan'), user])
      expect(await code(askSidebar(alice, 'sidebarByVal', 'update', sidebar.id, change))).toBe(409);
    expect(await code(askSidebar(alice, 'sidebarByVal', 'create', room.id, calling('dan')))).toBe(409);
    expect(await code(alice.addUser(sidebar, idOf('dan')))).toBe(409);
    expect([401, 404]).toContain(
      await code(userOf(system, 'dan').ask('user', { confObjID: sidebar.id, operation: 'create' })),
    );
    await expect(system.join(sidebar.uri, 'dan')).rejects.toThrow(/ 40[34] /);
    await system.join(sidebar.uri, 'bob');
  });

  it('SIDE-008 by reference: somebody from outside is in it, and gets nothing of a secret main conference', async () => {
    const alice = userOf(system, 'alice');
    const fred = userOf(system, 'fred');
    await introduce(system, 'fred');
    const { room, seats } = await main(
      `${inState('<chat:logging active="true"/>')}${roomPolicy('secret="true"')}`,
      'alice',
      'bob',
    );
    const { sidebar, seats: called } = await aside('sidebarByRef', room, 'alice', 'fred');
    const freds = called['fred'] as Seat;
    await seats['bob']?.say('for the conference');
    await seats['alice']?.copy('for the conference');
    for (const asked of [
      tryRetrieve(fred, room.id),
      fred.ask('users', { confObjID: room.id, operation: 'retrieve' }),
      fred.ask('sidebarsByRef', { confObjID: room.id }),
      fred.ask('user', { confObjID: room.id, operation: 'retrieve', inner: `<userInfo entity="${idOf('bob')}"/>` }),
    ])
      expect(await code(asked)).toBe(404);
    expect((await fred.history(room.id)).code).toBe(404);
    const subscribed = await Subscription.open(await system.caller('fred'), room.uri, { accept: xconInfo });
    expect([403, 404]).toContain(subscribed.answer.status);
    expect(await freds.copiesAfterMarker(called['alice'] as Seat, 'for the conference')).toEqual([]);
    const seen = await askSidebar(fred, 'sidebarByRef', 'retrieve', sidebar.id);
    expect([seen.code, seen.text.includes('bob')]).toEqual([200, false]);
    // On purpose: alice adds him.
    done(await alice.addUser(room, fred.userId));
    expect(await code(tryRetrieve(fred, room.id))).toBe(200);
  });
});

describe('messages and absences', () => {
  it('SIDE-009 a private chat: two users, one stream of messages, nobody else', async () => {
    const alice = userOf(system, 'alice');
    const { room, seats } = await main('', 'alice', 'bob', 'carol');
    const { sidebar, seats: two } = await aside('sidebarByVal', room, 'alice', 'bob');
    expect(mediaIn(await sidebarDocument(alice, sidebar)).map(({ type }) => type)).toEqual(['message']);
    expect((await (two['alice'] as Seat).say('psst')).status).toBe(200);
    await (two['bob'] as Seat).copy('psst');
    expect((await (two['bob'] as Seat).say('what?')).status).toBe(200);
    await (two['alice'] as Seat).copy('what?');
    const carol = seats['carol'] as Seat;
    for (const text of ['psst', 'what?'])
      expect(await carol.copiesAfterMarker(seats['alice'] as Seat, text)).toEqual([]);
    expect(await code(userOf(system, 'carol').ask('user', { confObjID: sidebar.id, operation: 'create' }))).toBe(401);
  });

  it('SIDE-010 who is in a sidebar stays on the main roster: connected, or on-hold where the room shows it', async () => {
    const alice = userOf(system, 'alice');
    const { room } = await main('', 'alice', 'bob');
    const { sidebar } = await aside('sidebarByVal', room, 'bob');
    const status = async (name: string): Promise<string | undefined> =>
      inRoster(await alice.document(room), idOf(name))?.endpoints[0]?.status;
    await until(async () => inRoster(await sidebarDocument(alice, sidebar), idOf('bob'))?.endpoints[0]?.status).toBe(
      'connected',
    );
    expect(await status('bob')).toBe('connected');
    const watcher = await Subscription.open(await system.caller('alice'), room.uri, { accept: xconInfo });
    await watcher.notify();
    await alice.update(room, roomPolicy('show-sidebar-absence="true"'));
    expect([await status('bob'), await status('alice')]).toEqual(['on-hold', 'connected']);
    const told = documentIn(await watcher.until('on-hold'));
    expect(inRoster(told, idOf('bob'))?.endpoints).toMatchObject([{ status: 'on-hold' }]);
    const before = versionOf(await alice.document(room));
    done(await userOf(system, 'bob').ask('user', { confObjID: sidebar.id, operation: 'delete' }));
    await until(() => status('bob')).toBe('connected');
    expect(versionOf(await alice.document(room))).toBe(before + 1);
    await system.join(sidebar.uri, 'bob');
    await until(() => status('bob')).toBe('on-hold');
    done(await askSidebar(alice, 'sidebarByVal', 'delete', sidebar.id));
    expect(await status('bob')).toBe('connected');
  });

  it('SIDE-011 a whisper: the system opens a sidebar for the chair, says one thing, and closes it', async () => {
    const operator = userOf(system, 'operator');
    const { room, seats } = await main('', 'alice', 'bob');
    const sidebar = await makeSidebar(operator, 'sidebarByVal', room, calling('alice'));
    const chair = await phones.take(system, 'alice');
    const speaker = await system.join(sidebar.uri, 'operator');
    expect((await speaker.say('10 minutes left')).status).toBe(200);
    await chair.copy('10 minutes left');
    done(await askSidebar(operator, 'sidebarByVal', 'delete', sidebar.id));
    await phones.ended(chair);
    expect(sidebarsIn(await operator.document(room), 'sidebarByVal')).toEqual([]);
    const [alice, bob] = [seats['alice'] as Seat, seats['bob'] as Seat];
    expect(await bob.copiesAfterMarker(alice, '10 minutes left')).toEqual([]);
    expect(await alice.copiesAfterMarker(bob, '10 minutes left')).toEqual([]);
  });

  it('SIDE-012 a hidden supervisor coaches: the customer sees neither sidebar nor supervisor', async () => {
    const alice = userOf(system, 'alice');
    const carol = userOf(system, 'carol');
    const { room, seats } = await main('', 'bob', 'carol');
    const sidebar = await makeSidebar(alice, 'sidebarByRef', room);
    await updateSidebar(alice, sidebar, calling('bob'));
    const agent = await phones.take(system, 'bob');
    const supervisor = await system.join(sidebar.uri, 'alice');
    await (seats['carol'] as Seat).say('I want my money back');
    await supervisor.copy('I want my money back');
    await supervisor.say('offer half');
    await agent.copy('offer half');
    expect(await (seats['carol'] as Seat).copiesAfterMarker(seats['bob'] as Seat, 'offer half')).toEqual([]);
    for (const answer of [
      await tryRetrieve(carol, room.id),
      await carol.ask('users', { confObjID: room.id, operation: 'retrieve' }),
      await carol.ask('sidebarsByRef', { confObjID: room.id }),
    ]) {
      expect(answer.code).toBe(200);
      for (const trace of [sidebar.id, sidebar.uri, 'alice']) expect(answer.text).not.toContain(trace);
    }
    expect(await code(askSidebar(carol, 'sidebarByRef', 'retrieve', sidebar.id))).toBe(404);
  });

  it.each(kinds)(
    'SIDE-013 %s: what is said in it and what is said in the main conference never meet, in seats, log and history',
    async (kind) => {
      const alice = userOf(system, 'alice');
      const { room, seats } = await main(inState('<chat:logging active="true"/>'), 'alice', 'bob', 'carol');
      const { sidebar, seats: two } = await aside(kind, room, 'alice', 'bob');
      await updateSidebar(alice, sidebar, inState('<chat:logging active="true"/>'));
      const [inMain, inSide] = [seats['alice'] as Seat, two['alice'] as Seat];
      await inMain.say('said in the main conference');
      await inSide.say('said in the sidebar');
      await (two['bob'] as Seat).copy('said in the sidebar');
      for (const name of ['bob', 'carol'])
        expect(await (seats[name] as Seat).copiesAfterMarker(inMain, 'said in the sidebar')).toEqual([]);
      expect(await (two['bob'] as Seat).copiesAfterMarker(inSide, 'said in the main conference')).toEqual([]);
      const said = async (id: string): Promise<string[]> =>
        (await alice.history(id)).messages.map(({ text }) => text).filter((text) => text.includes('said in'));
      await until(async () => (await said(room.id)).length).toBe(1);
      expect((await said(room.id))[0]).toContain('said in the main conference');
      await until(async () => (await said(sidebar.id)).length).toBe(1);
      expect((await said(sidebar.id))[0]).toContain('said in the sidebar');
    },
  );

  it('SIDE-007 deleting the main conference takes a sidebar nobody is in along', async () => {
    const alice = userOf(system, 'alice');
    const { room } = await main('', 'alice');
    const sidebar = await makeSidebar(alice, 'sidebarByRef', room);
    const removed = done(await alice.ask('conf', { confObjID: room.id, operation: 'delete' }));
    expect(answerText(removed, 'confObjID')).toBe(room.id);
    expect(await code(askSidebar(alice, 'sidebarByRef', 'retrieve', sidebar.id))).toBe(404);
    await expect(system.join(sidebar.uri, 'alice')).rejects.toThrow(/ 4(?:04|80) /);
  });
});
