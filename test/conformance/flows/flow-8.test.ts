import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { answeredVersion, create, described, inState, tryRetrieve, versionOf } from '../raw/conference.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { askSidebar, makeSidebar } from '../raw/sidebars.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { documentIn, stateOf, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: { focus: { FOCUS_NOTIFY_PACE_MS: '20ms' }, 'room-state': { ROOM_STATE_SWEEP_MS: '50ms' } },
});
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;
const alice = (): CcmpUser => userOf(system, 'alice');
const remove = (user: CcmpUser, id: string, inner = ''): Promise<CcmpAnswer> =>
  user.ask('conf', { confObjID: id, operation: 'delete', inner });

/** A conference of alice, and the seats of those in it. */
async function main(change: string, ...names: readonly string[]): Promise<{ room: MadeRoom; seats: Seat[] }> {
  await introduce(system, 'alice', ...names);
  const room = await alice().room('default', change);
  const seats: Seat[] = [];
  for (const name of names) seats.push(await system.join(room.uri, name));
  return { room, seats };
}

async function watch(name: string, uri: string): Promise<Subscription> {
  const watcher = await Subscription.open(await system.caller(name), uri, { accept: xconInfo });
  await watcher.notify();
  return watcher;
}

/** The next BYE to a seat, answered. */
async function ended(seat: Seat): Promise<void> {
  await seat.caller.accept(await seat.caller.sip.next(({ method }) => method === 'BYE'));
}

describe('removing a party (RFC 6504 section 8.1)', () => {
  it('FLOW-8.1 CCMP-080 CCMP-081 POL-014 NOTIF-010 one is put out, and may come again', async () => {
    const { room, seats } = await main('', 'alice', 'bob', 'claire', 'duck');
    const [, bob, claire, duck] = seats as [Seat, Seat, Seat, Seat];
    const other = await alice().room('default');
    const elsewhere = await system.join(other.uri, 'bob');
    const watcher = await watch('alice', room.uri);

    // Step 1.
    const before = versionOf(await alice().document(room));
    const removed = done(await alice().removeUser(room, idOf('bob')));
    expect([answeredVersion(removed), answerInfo(removed, 'user', 'userInfo')]).toEqual([before + 1, undefined]);
    await ended(bob);
    await bob.msrp.closed();
    expect(inRoster(await alice().document(room), idOf('bob'))).toBeUndefined();
    const told = await watcher.notify();
    expect(inRoster(documentIn(told), idOf('claire'))).toBeDefined();
    expect(
      inRoster(documentIn(told), idOf('bob'))?.endpoints.filter(({ status }) => status === 'connected') ?? [],
    ).toEqual([]);
    expect((await elsewhere.say('still here')).status).toBe(200);

    // Step 2.
    expect((await claire.say('where is bob?')).status).toBe(200);
    await duck.copy('where is bob?');
    expect(bob.copies().some(({ body }) => body?.includes('where is bob?'))).toBe(false);

    // Step 3.
    expect(await code(userOf(system, 'duck').removeUser(room, idOf('claire')))).toBe(401);
    expect((await claire.say('I stay')).status).toBe(200);

    // Step 4.
    expect(await code(alice().removeUser(room, idOf('bob')))).toBe(420);

    // Step 5.
    done(await userOf(system, 'claire').ask('user', { confObjID: room.id, operation: 'delete' }));
    await ended(claire);
    expect(inRoster(await alice().document(room), idOf('claire'))).toBeUndefined();

    // Step 6.
    const again = await system.join(room.uri, 'bob');
    expect((await again.say('back again')).status).toBe(200);
    await duck.copy('back again');
  });

  it('FLOW-8.1 CHAT-X-011 with the last one the conference goes, where it is to', async () => {
    const { room } = await main(roomPolicy('on-empty="delete" empty-grace="PT0S"'), 'bob');
    done(await userOf(system, 'bob').ask('user', { confObjID: room.id, operation: 'delete' }));
    await expect.poll(() => code(tryRetrieve(alice(), room.id)), { timeout: 8_000 }).toBe(404);
    const kept = await main(roomPolicy('on-empty="keep"'), 'bob');
    done(await userOf(system, 'bob').ask('user', { confObjID: kept.room.id, operation: 'delete' }));
    expect(rosterOf(await alice().document(kept.room)).some(({ endpoints }) => endpoints.length > 0)).toBe(false);
  });
});

describe('deleting a conference (RFC 6504 section 8.2)', () => {
  it('FLOW-8.2 CCMP-071 CONF-022 everybody is out, nothing is left of it', async () => {
    const { room, seats } = await main('', 'bob', 'carol');
    const watcher = await watch('alice', room.uri);

    // Step 3, before step 1.
    expect(await code(remove(userOf(system, 'bob'), room.id))).toBe(401);
    expect((await (seats[0] as Seat).say('it stands')).status).toBe(200);

    // Steps 1 and 6.
    const removed = done(
      await remove(
        alice(),
        room.id,
        `<confInfo entity="${room.id}">${described('<info:subject>ignored</info:subject>')}</confInfo>`,
      ),
    );
    expect(answerText(removed, 'confObjID')).toBe(room.id);
    expect([answerText(removed, 'version'), answerInfo(removed, 'conf', 'confInfo')]).toEqual([undefined, undefined]);
    for (const seat of seats) {
      await ended(seat);
      await seat.msrp.closed();
    }
    expect((await alice().ask('confs')).text).not.toContain(room.id);
    const last = await watcher.notify();
    expect(stateOf(last)).toMatchObject({ state: 'terminated', reason: 'noresource' });

    // Step 2.
    for (const asked of [
      tryRetrieve(alice(), room.id),
      remove(alice(), room.id),
      alice().tryUpdate(room, described('<info:subject>s</info:subject>')),
      alice().ask('users', { confObjID: room.id, operation: 'retrieve' }),
      alice().ask('user', { confObjID: room.id, operation: 'create' }),
      askSidebar(alice(), 'sidebarByVal', 'create', room.id),
      alice().ask('sidebarsByVal', { confObjID: room.id }),
    ])
      expect(await code(asked)).toBe(404);
    await expect(system.join(room.uri, 'bob')).rejects.toThrow(/ 404 /);
  });

  it('FLOW-8.2 CCMP-044 CCMP-051 sidebars: one that is occupied keeps it, empty ones go along', async () => {
    const { room } = await main('', 'alice', 'bob');
    const sidebar = await makeSidebar(alice(), 'sidebarByVal', room);
    const empty = await makeSidebar(alice(), 'sidebarByRef', room);
    const aside = await system.join(sidebar.uri, 'bob');

    // Steps 4 and 7.
    expect(await code(remove(alice(), room.id))).toBe(425);
    expect((await aside.say('still here')).status).toBe(200);
    for (const id of [sidebar.id, empty.id]) expect(await code(remove(alice(), id))).toBe(404);
    expect(await code(remove(userOf(system, 'operator'), 'xcon:default@localhost'))).toBe(404);

    // Step 5.
    await aside.leave();
    await expect.poll(() => code(remove(alice(), room.id)), { timeout: 8_000 }).toBe(200);
    expect(await code(askSidebar(alice(), 'sidebarByVal', 'retrieve', sidebar.id))).toBe(404);
    expect(await code(askSidebar(alice(), 'sidebarByRef', 'retrieve', empty.id))).toBe(404);
  });

  it('FLOW-8.2 VENUE-002 VENUE-004 a logged room with a venue: its log stays for its time, who comes is shown the way', async () => {
    const { room, seats } = await main(inState('<chat:logging active="true"/>'), 'alice', 'bob');
    const fresh = await create(alice());
    await (seats[0] as Seat).say('for the record');
    await (seats[1] as Seat).copy('for the record');
    await alice().update(room, described(`<chat:alternate-venue uri="${fresh.id}" reason="moved"/>`));

    // Step 8.
    done(await remove(alice(), room.id));
    await (seats[1] as Seat).copy(fresh.uri);
    // History records a moment after the log has it.
    await expect
      .poll(
        async () => {
          const page = await alice().history(room.id);
          return [page.code, page.messages.some(({ text }) => text.includes('for the record'))];
        },
        { timeout: 10_000 },
      )
      .toEqual([200, true]);
    const shown = await tryRetrieve(alice(), room.id);
    expect([shown.code, shown.text.includes(fresh.id)]).toEqual([404, true]);
  });
});
