import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { afterAll, describe, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { create, inDocument, inState, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { ident } from '../raw/messages.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { conferenceInfo, documentIn, Subscription, textAt, userIn } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  edges: 2,
  settings: {
    focus: { FOCUS_NOTIFY_PACE_MS: '100' },
    'room-state': { ROOM_STATE_AD_HOC_ROOMS: 'true', ROOM_STATE_SWEEP_MS: '50ms' },
  },
});
const device = await Device.open('alice');
afterAll(() => device.destroy());
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

/** Names of the elements of a document and their attributes, without what is different in every conference. */
function shapeOf(document: XmlElement | undefined): unknown {
  if (document === undefined) return undefined;
  const inner = childElements(document).filter(({ name }) => name !== 'user');
  return [document.name, document.attributes.map(({ name }) => name), ...inner.map(shapeOf)];
}

/** XCON-URI of the room with this SIP URI, as a list tells it. */
async function xconUriOf(uri: string): Promise<string> {
  const [row] = await system.query('select xcon_uri from room_state.rooms where conference_uri = $1', [uri]);
  return String(row?.['xcon_uri']);
}

const listed = async (name = 'boss'): Promise<string> => done(await user(name).ask('confs')).text;

describe('create, join and delete', () => {
  it('CHAT-X-001 by CCMP and by SIP make the same kind of object, with the same rights of its maker, and end it alike', async () => {
    const byControl = await create(boss(), { parent: 'xcon:ad-hoc@localhost' });
    await boss().update(byControl, inState('<info:active>true</info:active>'));
    const controlSeat = await system.join(byControl.uri, 'boss');
    const uri = system.uri(`talk-${ident(6)}`);
    const sipSeat = await system.join(uri, 'boss');
    const bySip: MadeRoom = { id: await xconUriOf(uri), uri };
    const [one, other] = [await boss().document(byControl), await boss().document(bySip)];
    expect(shapeOf(other)).toEqual(shapeOf(one));
    expect(bySip.id).toMatch(/^xcon:[0-9a-z]{26,}@localhost$/);
    for (const room of [byControl, bySip]) {
      expect(await listed()).toContain(room.id);
      const joiner = await system.join(room.uri, 'alice');
      const entry = inRoster(await boss().document(room), idOf('alice'));
      expect(entry?.endpoints).toMatchObject([{ status: 'connected', joiningMethod: 'dialed-in' }]);
      expect((await user('alice').ask('conf', { confObjID: room.id, operation: 'delete' })).code).toBe(401);
      expect((await joiner.say('hello')).status).toBe(200);
      await boss().update(
        room,
        '<info:conference-description><info:subject>ours</info:subject></info:conference-description>',
      );
      done(await boss().ask('conf', { confObjID: room.id, operation: 'delete' }));
      const bye = await joiner.caller.sip.next(({ method }) => method === 'BYE');
      await joiner.caller.accept(bye);
      expect((await tryRetrieve(boss(), room.id)).code).toBe(404);
      expect(await listed()).not.toContain(room.id);
    }
    for (const seat of [controlSeat, sipSeat]) await seat.caller.sip.next(({ method }) => method === 'BYE');
  });

  it('CHAT-X-002 lists say what is there: blueprints what is supported, confs what is active; confRequest/delete alone ends one', async () => {
    const blueprints = done(await boss().ask('blueprints')).text;
    for (const name of ['default', 'ad-hoc', 'persistent', 'moderated', 'members-only', 'password', 'logged']) {
      expect(blueprints).toContain(`xcon:${name}@localhost`);
      expect((await boss().ask('conf', { confObjID: `xcon:${name}@localhost`, operation: 'create' })).code).toBe(200);
    }
    expect(await listed('alice')).not.toContain('xcon:default@localhost');
    const room = await boss().room('persistent');
    expect(await listed('alice')).toContain(room.id);
    const seat = await system.join(room.uri, 'alice');
    await boss().removeUser(room, idOf('alice'));
    await seat.msrp.closed();
    for (const [kind, operation] of [
      ['users', 'delete'],
      ['blueprint', 'delete'],
      ['sidebarByVal', 'delete'],
      ['sidebarByRef', 'delete'],
    ] as const)
      expect([kind, (await boss().ask(kind, { confObjID: room.id, operation })).code]).toEqual([
        kind,
        expect.toBeOneOf([403, 404]),
      ]);
    expect(await listed('alice')).toContain(room.id);
    done(await boss().ask('conf', { confObjID: room.id, operation: 'delete' }));
    expect(await listed('alice')).not.toContain(room.id);
  });

  it('CHAT-X-005 a join by CCMP is followed by a call to the endpoint it names, and by the roster', async () => {
    const room = await boss().room('default');
    await introduce(system, 'alice');
    const inner = `<userInfo entity="${idOf('alice')}"><info:endpoint entity="${device.uri}"/></userInfo>`;
    const answer = done(await user('alice').ask('user', { confObjID: room.id, operation: 'create', inner }));
    expect(answerText(answer, 'confUserID')).toBe(idOf('alice'));
    const invite = await device.invite();
    expect(inRoster(await boss().document(room), idOf('alice'))?.endpoints).toMatchObject([{ status: 'dialing-out' }]);
    await device.accept(invite);
    await expect
      .poll(async () => inRoster(await boss().document(room), idOf('alice'))?.endpoints)
      .toMatchObject([{ status: 'connected', joiningMethod: 'dialed-out' }]);
    // Refused, when the conference would refuse it by SIP too.
    await boss().update(room, inState('<info:locked>true</info:locked>'));
    await introduce(system, 'bob');
    const late = `<userInfo entity="${idOf('bob')}"><info:endpoint entity="sip:bob@127.0.0.1:9"/></userInfo>`;
    expect((await user('bob').ask('user', { confObjID: room.id, operation: 'create', inner: late })).code).not.toBe(
      200,
    );
    done(await boss().removeUser(room, idOf('alice')));
    await device.bye();
  });
});

describe('exit', () => {
  it('CHAT-X-010 by BYE and by userRequest/delete leaves the same state, and is told as departed', async () => {
    const room = await boss().room('default');
    const states: unknown[] = [];
    for (const [name, leave] of [
      ['alice', (seat: Awaited<ReturnType<typeof system.join>>) => seat.leave()],
      ['bobby', () => user('bobby').removeUser(room, idOf('bobby')).then(done)],
    ] as const) {
      const seat = await system.join(room.uri, name);
      expect((await seat.nickname(`"${name} here"`)).status).toBe(200);
      const watch = await Subscription.open(await system.caller('boss'), room.uri, { accept: conferenceInfo });
      await watch.until(name);
      const before = versionOf(await boss().document(room));
      await leave(seat);
      await expect
        .poll(async () => rosterOf(await boss().document(room)).flatMap(({ endpoints }) => endpoints))
        .toEqual([]);
      const told = await watch.until('disconnection-method');
      expect(textAt(userIn(documentIn(told), system.uri(name)), 'endpoint', 'disconnection-method')).toBe('departed');
      await seat.msrp.closed().catch(() => undefined);
      const document = await boss().document(room);
      const rows = await system.query(
        'select e.chat_id from room_state.endpoints e join room_state.rooms r on r.id = e.room_id where xcon_uri = $1',
        [room.id],
      );
      states.push([
        rosterOf(document).map(({ entity }) => entity),
        textIn(document, 'conference-state', 'user-count'),
        versionOf(document) - before,
        rows,
      ]);
    }
    expect(states[1]).toEqual(states[0]);
  });

  it('CHAT-X-011 the last one leaves: the room is deleted after its grace time, unless somebody comes back in it, or is kept', async () => {
    const there = async (room: MadeRoom): Promise<boolean> => (await tryRetrieve(boss(), room.id)).code === 200;
    const [brief, kept, again] = [
      await boss().room('ad-hoc', roomPolicy('on-empty="delete" empty-grace="PT1S"')),
      await boss().room('persistent'),
      await boss().room('ad-hoc', roomPolicy('on-empty="delete" empty-grace="PT2S"')),
    ];
    const policyOf = async (room: MadeRoom): Promise<string | undefined> =>
      attributeOf(inDocument(await boss().document(room), 'conference-description', 'room-policy'), 'on-empty');
    expect([await policyOf(brief), await policyOf(kept)]).toEqual(['delete', 'keep']);
    for (const room of [brief, kept, again]) {
      const seat = await system.join(room.uri, 'alice');
      await seat.leave();
    }
    const back = await system.join(again.uri, 'alice');
    await expect.poll(() => there(brief), { interval: 50, timeout: 5_000 }).toBe(false);
    const stays = await boss().room('ad-hoc', roomPolicy('on-empty="delete" empty-grace="PT2S"'));
    const last = await system.join(stays.uri, 'alice');
    await last.leave();
    await expect.poll(() => there(stays), { interval: 50, timeout: 5_000 }).toBe(false);
    // A whole grace time has passed for it since it was empty, and it was not for long.
    expect([await there(kept), await there(again)]).toEqual([true, true]);
    await back.leave();
    await expect.poll(() => there(again), { interval: 50, timeout: 5_000 }).toBe(false);
    expect(await listed()).toContain(kept.id);
  });
});
