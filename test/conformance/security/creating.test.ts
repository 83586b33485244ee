import { ConferenceMessage, Operation, Refusal } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { done, type CcmpUser } from '../raw/ccmp-user.js';
import { Internal } from '../raw/internal.js';
import { ident, offer } from '../raw/messages.js';
import { askSidebar, makeSidebar, type SidebarKind } from '../raw/sidebars.js';
import { introduce, inUsers, roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: {
    'room-state': {
      ROOM_STATE_CREATE_BY: 'listed',
      ROOM_STATE_CREATORS: 'sip:boss@localhost,sip:greedy@localhost,sip:chair@localhost',
      ROOM_STATE_ROOMS_PER_USER_MAX: '12',
      ROOM_STATE_AD_HOC_ROOMS: 'true',
    },
  },
});
const internal = new Internal(system);
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const objects = async (): Promise<unknown> =>
  (await system.query('select count(*) from room_state.rooms'))[0]?.['count'];

describe('who may make no conference', () => {
  it('SEC-005 makes none by CCMP, by SIP, as a clone, as a sidebar, or inside; no object is left of a try', async () => {
    const main = await boss().room('default');
    const reserved = done(await boss().ask('conf', { confObjID: 'xcon:default@localhost', operation: 'create' }));
    await introduce(system, 'mallory');
    const before = await objects();
    const mallory = user('mallory');
    const inner =
      '<confInfo entity="xcon:AUTO_GENERATE_1@localhost"><info:conference-description><info:subject>free</info:subject></info:conference-description></confInfo>';
    const codes = [
      (await mallory.ask('conf', { operation: 'create' })).code,
      (await mallory.ask('conf', { operation: 'create', inner })).code,
      (await mallory.ask('conf', { operation: 'create', confObjID: 'xcon:persistent@localhost' })).code,
      (await mallory.ask('conf', { operation: 'create', confObjID: answerText(reserved, 'confObjID') ?? '' })).code,
      (await askSidebar(mallory, 'sidebarByVal', 'create', main.id)).code,
      (await askSidebar(mallory, 'sidebarByRef', 'create', main.id)).code,
    ];
    expect(codes).toEqual([401, 401, 401, 401, 401, 401]);
    expect(
      (
        await mallory.ask('blueprint', {
          operation: 'create',
          confObjID: 'xcon:default@localhost',
          inner: inner.replaceAll('confInfo', 'blueprintInfo'),
        })
      ).code,
    ).toBe(403);
    const caller = await system.caller('mallory');
    expect((await caller.invite(system.uri(`made-${ident(8)}`), offer())).status).toBe(403);
    const { result } = await internal.admit({
      conferenceUri: system.uri(`made-${ident(8)}`),
      userUri: 'sip:mallory@localhost',
    });
    expect(result).toEqual({ $case: 'refused', value: Refusal.CREATE_FORBIDDEN });
    const identity = internal.identityOf('mallory');
    for (const requestor of [
      { userId: '', identity },
      { userId: 'xcon-userid:boss@localhost', identity },
    ])
      expect((await internal.perform(requestor, ConferenceMessage.CONF, Operation.CREATE, {})).code).toBe(401);
    expect(await objects()).toBe(before);
  });

  it('SEC-005 nor does who claims to be somebody else, or proves nothing', async () => {
    const before = await objects();
    const mallory = user('mallory');
    expect((await mallory.ask('conf', { operation: 'create', confUserID: boss().userId })).code).toBe(401);
    expect(
      (await mallory.ask('conf', { operation: 'create', subject: { username: 'boss', password: 'guess' } })).code,
    ).toBe(424);
    const caller = await system.caller('mallory');
    const uri = system.uri(`made-${ident(8)}`);
    const forged = await caller.invite(uri, offer(), { headers: [`From: <sip:boss@localhost>;tag=${ident(8)}`] });
    expect(forged.status).toBe(403);
    const asserted = await (
      await system.caller('mallory')
    ).invite(uri, offer(), { headers: ['P-Asserted-Identity: <sip:boss@localhost>'] });
    expect(asserted.status).toBe(403);
    expect(await objects()).toBe(before);
  });
});

describe('more than one may have', () => {
  it('SEC-006 conferences: 511 by CCMP, 403 by SIP, until one is given up', async () => {
    const greedy = user('greedy');
    const made: string[] = [];
    for (let n = 0; n < 12; n++)
      made.push(answerText(done(await greedy.ask('conf', { operation: 'create' })), 'confObjID') ?? '');
    expect((await greedy.ask('conf', { operation: 'create' })).code).toBe(511);
    const caller = await system.caller('greedy');
    expect((await caller.invite(system.uri(`made-${ident(8)}`), offer())).status).toBeOneOf([403, 486]);
    const race = await Promise.all(Array.from({ length: 8 }, () => greedy.ask('conf', { operation: 'create' })));
    expect(race.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 511));
    done(await greedy.ask('conf', { confObjID: made[0] ?? '', operation: 'delete' }));
    expect((await greedy.ask('conf', { operation: 'create' })).code).toBe(200);
  });

  it('SEC-006 bans: 511, and the list is as it was', async () => {
    const room = await boss().room('default', roomPolicy('max-bans="2"'));
    const bans = (...names: readonly string[]): string =>
      inUsers(
        `<xcon:deny-users-list>${names.map((name) => `<xcon:target uri="sip:${name}@localhost"/>`).join('')}</xcon:deny-users-list>`,
      );
    expect((await boss().tryUpdate(room, bans('a', 'b'))).code).toBe(200);
    expect((await boss().tryUpdate(room, bans('a', 'b', 'c'))).code).toBe(511);
    expect((await boss().ask('users', { confObjID: room.id, operation: 'retrieve' })).text).not.toContain(
      'sip:c@localhost',
    );
    expect((await boss().tryUpdate(room, bans('a'))).code).toBe(200);
  });

  it('SEC-006 sidebars: 511, and the conference goes on', async () => {
    const chair = user('chair');
    const room = await chair.room('default');
    const first = await makeSidebar(chair, 'sidebarByVal', room);
    await system.query(
      `insert into room_state.rooms
       select (jsonb_populate_record(r, jsonb_build_object('id', upper(lpad(to_hex(n), 26, '0')), 'conference_uri', null, 'xcon_uri', 'xcon:copy' || n || '@localhost'))).*
         from room_state.rooms r, generate_series(1, 98) n where r.xcon_uri = $1`,
      [first.id],
    );
    await system.query('update room_state.rooms set version = version + 1 where xcon_uri = $1', [room.id]);
    const make = async (kind: SidebarKind): Promise<number> => (await askSidebar(chair, kind, 'create', room.id)).code;
    expect([await make('sidebarByRef'), await make('sidebarByVal'), await make('sidebarByRef')]).toEqual([
      200, 511, 511,
    ]);
    done(await askSidebar(chair, 'sidebarByVal', 'delete', first.id));
    expect(await make('sidebarByVal')).toBe(200);
    await system.join(room.uri, 'alice');
  });

  it('SEC-006 sessions and nicknames: one user holds so many, each with one name, of so many octets', async () => {
    const room = await boss().room('default');
    const seats = [];
    for (let n = 0; n < 8; n++) seats.push(await system.join(room.uri, 'alice'));
    const ninth = await system.caller('alice');
    expect((await ninth.invite(room.uri, offer())).status).toBeOneOf([403, 486]);
    const bob = await system.join(room.uri, 'bob');
    const [first] = seats;
    for (const name of ['one', 'two', 'three']) expect((await first?.nickname(`"${name}"`))?.status).toBe(200);
    for (const [name, status] of [
      ['one', 200],
      ['three', 425],
      ['two', 200],
    ] as const)
      expect([name, (await bob.nickname(`"${name}"`)).status]).toEqual([name, status]);
    expect((await bob.nickname(`"${'x'.repeat(1024)}"`)).status).toBe(424);
  });
});
