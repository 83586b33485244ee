import dns from 'node:dns';
import { childrenNamed } from '@plenary/wire/xml';
import { describe, expect, it, vi } from 'vitest';
import { answerInfo, answerText, ccmpRequest, postCcmp, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { create, described, textIn, tryCreate, tryRetrieve } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { startCcmp, startRoomState, type Pod } from '../raw/pod.js';
import { inRoster } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { 'room-state': { ROOM_STATE_ROOMS_PER_USER_MAX: '0' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const ccmpUrl = (): string => `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`;
const info = 'urn:ietf:params:xml:ns:conference-info';

/** Objects made at once, over several pods. */
const objects = 300;
const atOnce = 20;

describe('XCON-URIs', () => {
  it('XCON-001 XCON-005 of 300 objects made at once on several pods no two are alike, and none follows from another', async () => {
    const pods: Pod[] = [];
    try {
      const roomState = await startRoomState(system);
      pods.push(roomState, await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: roomState.address }));
      const addresses = [system.stack.address('ccmp', 'CCMP'), pods[1]!.address];
      const users = addresses.map((address) => new CcmpUser(address, 'operator'));
      const ids: string[] = [];
      let left = objects;
      await Promise.all(
        Array.from({ length: atOnce }, async (_, index) => {
          const maker = users[index % users.length]!;
          while (left-- > 0) ids.push(answerText(done(await tryCreate(maker)), 'confObjID') ?? '');
        }),
      );
      expect(ids).toHaveLength(objects);
      const main = await user('operator').room('default');
      const sidebar = done(
        await user('operator').ask('sidebarByVal', { confObjID: main.id, operation: 'create', inner: '' }),
      );
      const blueprints = done(await user('operator').ask('blueprints'));
      const listed = childrenNamed(answerInfo(blueprints, 'blueprints', 'blueprintsInfo'), info, 'entry');
      const all = [
        ...ids,
        main.id,
        answerText(sidebar, 'confObjID') ?? '',
        ...listed.map((one) => textIn(one, 'uri') ?? ''),
      ];
      expect(listed.length).toBeGreaterThan(1);
      expect(new Set(all).size).toBe(all.length);
      for (const id of ids) expect(id).toMatch(/^xcon:[0-9a-z]{25,}@localhost$/);
      // 36 to the power of 25 is more than 2 to the power of 128, if any character can stand anywhere.
      for (let place = 0; place < 24; place++)
        expect(
          new Set(ids.map((id) => id.charAt('xcon:'.length + place))).size,
          `place ${String(place)}`,
        ).toBeGreaterThan(28);
    } finally {
      for (const pod of pods.toReversed()) await pod.stop();
    }
  }, 120_000);

  it('XCON-002 the bare form is one, what is no XCON-URI is 400; answers always have the scheme', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const bare = await tryRetrieve(operator, room.id.slice('xcon:'.length));
    expect([bare.code, answerText(bare, 'confObjID')]).toEqual([200, room.id]);
    for (const nobody of ['xcon:a.b-c_d~e+f=g/h@localhost', '711331@example.com', 'xcon:example.com'])
      expect((await tryRetrieve(operator, nobody)).code, nobody).toBe(404);
    for (const bad of [
      'xcon:',
      'xcon:a b@localhost',
      'xcon:ä@localhost',
      'xcon:a@',
      'xcon:@localhost',
      'xcon:a:b@localhost',
      'xcon:a@b@localhost',
      'sip:lobby@localhost',
      'example.com',
      'xcon:a%20b@localhost',
      'xcon:a@local host',
    ])
      expect((await tryRetrieve(operator, bad)).code, bad).toBe(400);
  });

  it('XCON-003 upper case names the same object, and no name server hears of it', async () => {
    const operator = user('operator');
    const { id } = await create(operator, { change: described('<info:subject>Case</info:subject>') });
    const asked = [
      vi.spyOn(dns, 'lookup'),
      vi.spyOn(dns, 'resolve'),
      vi.spyOn(dns.promises, 'lookup'),
      vi.spyOn(dns, 'resolve4'),
    ];
    try {
      for (const spelled of [id.toUpperCase(), id.replace('xcon:', 'XCON:'), id.replace('@localhost', '@LOCALHOST')]) {
        const answer = done(await tryRetrieve(operator, spelled));
        expect(answerText(answer, 'confObjID')?.toLowerCase()).toBe(id);
        expect(textIn(answerInfo(answer, 'conf', 'confInfo'), 'conference-description', 'subject')).toBe('Case');
      }
      expect((await tryRetrieve(operator, 'xcon:room@conference.example')).code).toBe(404);
      const hosts = asked.flatMap(({ mock }) => mock.calls.map(([host]) => host));
      expect(hosts.filter((host) => /localhost|conference\.example/i.test(host))).toEqual([]);
    } finally {
      for (const spy of asked) spy.mockRestore();
    }
  });
});

describe('XCON-USERIDs', () => {
  it('XCON-007 who only ever asked for a list has one, and it is that of nobody else', async () => {
    for (const name of ['nora', 'nick']) {
      const answer = done(await user(name).ask('confs', { operation: 'retrieve' }));
      expect(answerText(answer, 'confUserID')).toBe(`xcon-userid:${name}@localhost`);
    }
    const known = await system.query('select user_id from room_state.users where username in ($1, $2)', [
      'nora',
      'nick',
    ]);
    expect(known.map(({ user_id: id }) => String(id)).toSorted()).toEqual([
      'xcon-userid:nick@localhost',
      'xcon-userid:nora@localhost',
    ]);
    const room = await create(user('operator'));
    const stolen = await user('nick').ask('conf', {
      confUserID: 'xcon-userid:nora@localhost',
      confObjID: room.id,
      operation: 'retrieve',
    });
    expect(stolen.code).toBe(401);
  });

  it('XCON-007 two ids of one account have their own rights', async () => {
    await system.account('twofold', 'twofold', ['sip:first@localhost', 'sip:second@localhost']);
    const operator = user('operator');
    const known = await operator.room('default');
    const ids: string[] = [];
    for (const name of ['first', 'second']) {
      const added = await operator.addUser(
        known,
        'xcon-userid:AUTO_GENERATE_1@localhost',
        `<info:endpoint entity="sip:${name}@localhost"/>`,
      );
      ids.push(inRosterOf(added));
    }
    expect(new Set(ids).size).toBe(2);
    const [first = '', second = ''] = ids;
    const as = (confUserID: string, confObjID: string) =>
      postCcmp(
        ccmpUrl(),
        ccmpRequest('conf', {
          subject: {
            username: 'twofold',
            password: 'twofold',
          },
          confUserID,
          confObjID,
          operation: 'update',
          inner: `<confInfo entity="${confObjID}">${described('<info:subject>mine</info:subject>')}</confInfo>`,
        }),
      );
    const room = await operator.room('default');
    done(await operator.updateUser(room, first, '<info:roles><info:entry>moderator</info:entry></info:roles>'));
    expect((await as(first, room.id)).code).toBe(200);
    expect((await as(second, room.id)).code).toBe(401);
  });

  it('XCON-008 are compared in lower case, with and without the domain', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    await system.join(room.uri, 'alice');
    for (const spelled of ['xcon-userid:Alice@LOCALHOST', 'XCON-USERID:alice@localhost', 'xcon-userid:alice']) {
      const answer = await operator.ask('user', {
        confObjID: room.id,
        operation: 'retrieve',
        inner: `<userInfo entity="${spelled}"/>`,
      });
      expect(answer.code, spelled).toBe(200);
      expect(inRosterOf(answer), spelled).toBe('xcon-userid:alice@localhost');
      const own = await user('alice').ask('confs', { confUserID: spelled, operation: 'retrieve' });
      expect(own.code, spelled).toBe(200);
    }
    expect(inRoster(await operator.document(room), 'xcon-userid:alice@localhost')?.endpoints).toHaveLength(1);
  });

  it('XCON-009 XCON-005 who has none gets one with the first request: a stranger a new one, somebody known its own', async () => {
    const room = await user('operator').room(
      'default',
      '<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>',
    );
    const device = await Device.open('nobody');
    const join = (parts: CcmpParts) =>
      postCcmp(
        ccmpUrl(),
        ccmpRequest('user', {
          confObjID: room.id,
          operation: 'create',
          ...parts,
          inner: `<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost"><info:endpoint entity="${device.uri}"/></userInfo>`,
        }),
      );
    const ids = new Set<string>();
    for (let n = 0; n < 20; n++) {
      const answer = done(await join({}));
      const id = answerText(answer, 'confUserID') ?? '';
      expect(id).toMatch(/^xcon-userid:[0-9a-z]{25,}@localhost$/);
      expect(inRosterOf(answer)).toBe(id);
      ids.add(id);
    }
    expect(ids.size).toBe(20);
    const known = done(await join({ subject: { username: 'nina', password: 'nina' } }));
    expect(answerText(known, 'confUserID')).toBe('xcon-userid:nina@localhost');
    device.destroy();
  });
});

function inRosterOf(answer: Awaited<ReturnType<typeof postCcmp>>): string {
  return answerInfo(answer, 'user', 'userInfo')?.attributes.find(({ name }) => name === 'entity')?.value ?? '';
}
