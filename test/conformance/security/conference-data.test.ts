import { ConferenceMessage, Operation } from '@plenary/proto/roomstate';
import { attributeOf, childElements } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { create, described, tryRetrieve, usersElementOf } from '../raw/conference.js';
import { Internal } from '../raw/internal.js';
import { makeSidebar, askSidebar, sidebarDocument } from '../raw/sidebars.js';
import { anonymousEntry, askUnproven, inUsers, introduce, rolesOf, roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const internal = new Internal(system);
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const targets = (list: string, method: string, ...names: readonly string[]): string =>
  `<xcon:${list}>${names.map((name) => `<xcon:target uri="sip:${name}@localhost"${method}/>`).join('')}</xcon:${list}>`;

/** A reservation of boss that names bob, with what it keeps from him: a password, who else is on its lists, who hides. */
async function protectedRoom(): Promise<MadeRoom> {
  await introduce(system, 'bob', 'zelda', 'mallory');
  const room = await create(boss());
  await boss().update(
    room,
    inUsers(
      targets('allowed-users-list', ' method="dial-in"', 'bob', 'zelda') + targets('deny-users-list', '', 'yorick'),
    ),
  );
  done(await boss().updateUser(room, idOf('zelda'), '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'));
  done(await boss().updateUser(room, idOf('bob'), rolesOf('participant')));
  const entry = `<info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>s3same</xcon:conference-password></info:entry>`;
  await boss().update(room, described(`<info:conf-uris>${entry}</info:conf-uris>`));
  return room;
}

describe('data of a conference', () => {
  it('SEC-007 a clone tells its maker nothing the parent kept back: no password, no hidden user, no list of people', async () => {
    const room = await protectedRoom();
    const asked = { confObjID: room.id, operation: 'create' };
    expect((await user('bob').ask('conf', asked)).code).toBe(423);
    const seen = done(await tryRetrieve(user('bob'), room.id, { conferencePassword: 's3same' }));
    expect(seen.text).not.toMatch(/s3same|zelda|yorick/);
    const made = done(await user('bob').ask('conf', { ...asked, conferencePassword: 's3same' }));
    const clone = answerText(made, 'confObjID') ?? '';
    const all = [
      made,
      await tryRetrieve(user('bob'), clone, { conferencePassword: 's3same' }),
      await user('bob').ask('users', { confObjID: clone, operation: 'retrieve', conferencePassword: 's3same' }),
      await user('bob').ask('confs'),
    ];
    expect(all.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
    for (const { text } of all) expect(text).not.toMatch(/s3same|zelda|yorick/);
    // Who keeps the lists has them in the clone.
    const full = done(await boss().ask('conf', { ...asked, conferencePassword: 's3same' }));
    expect(full.text).toMatch(/sip:zelda[^]*sip:yorick|sip:yorick[^]*sip:zelda/);
    expect(
      (await tryRetrieve(user('bob'), answerText(full, 'confObjID') ?? '', { conferencePassword: 's3same' })).text,
    ).not.toMatch(/yorick/);
  });

  it('SEC-007 nor does a sidebar, and what the parent protects is not changed through it', async () => {
    const room = await boss().room('default');
    await introduce(system, 'zelda');
    const enforced = '<chat:room-policy parent-enforced="/conference-description/maximum-user-count"/>';
    await boss().update(room, described(`<info:maximum-user-count>5</info:maximum-user-count>${enforced}`));
    done(await boss().updateUser(room, idOf('zelda'), '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'));
    await system.join(room.uri, 'bob');
    await system.join(room.uri, 'zelda');
    const sidebar = await makeSidebar(user('bob'), 'sidebarByVal', room);
    const document = await user('bob').ask('sidebarByVal', { confObjID: sidebar.id, operation: 'retrieve' });
    expect(done(document).text).not.toContain('zelda');
    expect((await user('bob').ask('sidebarsByVal', { confObjID: room.id })).text).not.toContain('zelda');
    const raise = described('<info:maximum-user-count>50</info:maximum-user-count>');
    expect((await askSidebar(user('bob'), 'sidebarByVal', 'update', sidebar.id, raise)).code).toBe(426);
    expect((await user('bob').tryUpdate(room, raise)).code).toBe(401);
    const through = `<info:sidebars-by-val><info:entry entity="${sidebar.id}">${raise}</info:entry></info:sidebars-by-val>`;
    expect((await user('bob').tryUpdate(room, through)).code).toBeOneOf([400, 401, 409, 426]);
    expect(JSON.stringify(await sidebarDocument(user('bob'), sidebar))).not.toContain('"50"');
    // A stranger changes neither.
    await introduce(system, 'mallory');
    for (const operation of ['retrieve', 'update', 'delete'] as const)
      expect([
        operation,
        (
          await askSidebar(
            user('mallory'),
            'sidebarByVal',
            operation,
            sidebar.id,
            operation === 'update' ? raise : undefined,
          )
        ).code,
      ]).toEqual([operation, 404]);
  });

  it('SEC-007 a participant changes nothing of it, by any message, and what it may change is its own', async () => {
    const room = await boss().room('default');
    await introduce(system, 'mallory');
    await system.join(room.uri, 'mallory');
    await system.join(room.uri, 'bob');
    const before = await boss().document(room);
    const mallory = user('mallory');
    const inConf = async (change: string): Promise<number> => (await mallory.tryUpdate(room, change)).code;
    const codes = [
      await inConf(described('<info:subject>mine</info:subject>')),
      await inConf(described('<info:display-text>mine</info:display-text>')),
      await inConf(
        described(
          `<info:conf-uris><info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>mine</xcon:conference-password></info:entry></info:conf-uris>`,
        ),
      ),
      await inConf(roomPolicy('secret="true"')),
      await inConf('<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
      await inConf('<info:conference-state><chat:logging active="true"/></info:conference-state>'),
      await inConf(inUsers(`<info:user entity="${idOf('mallory')}">${rolesOf('administrator')}</info:user>`)),
      await inConf(inUsers('<xcon:join-handling>block</xcon:join-handling>')),
      (await mallory.updateUser(room, idOf('bob'), '<info:display-text>Bobby</info:display-text>')).code,
      (await mallory.updateUser(room, idOf('mallory'), rolesOf('administrator'))).code,
      (
        await mallory.updateUser(
          room,
          idOf('mallory'),
          '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>',
        )
      ).code,
      (await mallory.addUser(room, idOf('yorick'))).code,
      (await mallory.ask('conf', { confObjID: room.id, operation: 'delete' })).code,
      (
        await mallory.ask('blueprint', {
          confObjID: 'xcon:default@localhost',
          operation: 'update',
          inner: `<blueprintInfo entity="xcon:default@localhost">${described('<info:subject>mine</info:subject>')}</blueprintInfo>`,
        })
      ).code,
      (await mallory.ask('blueprint', { confObjID: 'xcon:default@localhost', operation: 'delete' })).code,
    ];
    expect(codes.filter((code) => ![401, 403, 420, 426].includes(code))).toEqual([]);
    expect(await boss().document(room)).toEqual(before);
    expect((await mallory.updateUser(room, idOf('mallory'), '<info:display-text>Mal</info:display-text>')).code).toBe(
      200,
    );
  });

  it('SEC-007 lists of people are told to who keeps them alone', async () => {
    const room = await boss().room('default');
    await boss().update(room, inUsers(targets('deny-users-list', '', 'yorick')));
    await system.join(room.uri, 'bob');
    const lists = (document: Parameters<typeof usersElementOf>[0]): string[] =>
      childElements(usersElementOf(document) ?? { ns: '', name: '', attributes: [], children: [] }).flatMap((child) =>
        childElements(child).map((target) => attributeOf(target, 'uri') ?? ''),
      );
    expect(lists(await boss().document(room))).toContain('sip:yorick@localhost');
    const answer = await tryRetrieve(user('bob'), room.id);
    expect(lists(answerInfo(answer, 'conf', 'confInfo'))).not.toContain('sip:yorick@localhost');
    expect(answer.text).not.toContain('yorick');
  });
});

describe('acting under the id of another', () => {
  it('SEC-008 every message is refused with 401 and does nothing', async () => {
    const room = await boss().room('default');
    await introduce(system, 'mallory');
    const before = await boss().document(room);
    const as = { confUserID: boss().userId, confObjID: room.id };
    const inner = `<confInfo entity="${room.id}">${described('<info:subject>mine</info:subject>')}</confInfo>`;
    const codes = [
      await user('mallory').ask('conf', { ...as, operation: 'retrieve' }),
      await user('mallory').ask('conf', { ...as, operation: 'update', inner }),
      await user('mallory').ask('conf', { ...as, operation: 'delete' }),
      await user('mallory').ask('users', { ...as, operation: 'retrieve' }),
      await user('mallory').ask('user', { ...as, operation: 'create' }),
      await user('mallory').ask('user', { ...as, operation: 'delete', inner: `<userInfo entity="${boss().userId}"/>` }),
      await user('mallory').ask('confs', { confUserID: boss().userId }),
      await user('mallory').ask('blueprints', { confUserID: boss().userId }),
      await user('mallory').ask('sidebarsByVal', as),
      await user('mallory').ask('sidebarByVal', { ...as, operation: 'create' }),
      await user('mallory').ask('conf', {
        ...as,
        confUserID: boss().userId.toUpperCase().replace('XCON-USERID', 'xcon-userid'),
        operation: 'retrieve',
      }),
    ];
    expect(codes.map(({ code }) => code)).toEqual(codes.map(() => 401));
    for (const { text } of codes) expect(text).not.toContain('<info:');
    expect(
      (
        await user('mallory').ask('conf', {
          ...as,
          confUserID: 'xcon-userid:nobody-there@localhost',
          operation: 'retrieve',
        })
      ).code,
    ).toBe(421);
    const document = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${room.id}"/>`;
    const requestor = { userId: boss().userId, identity: internal.identityOf('mallory') };
    expect(
      (await internal.perform(requestor, ConferenceMessage.CONF, Operation.UPDATE, { object: room.id, document })).code,
    ).toBe(401);
    expect(await boss().document(room)).toEqual(before);
  });

  it('SEC-008 the id of who proved something once is nobody’s without the proof', async () => {
    const room = await boss().room(
      'default',
      inUsers('<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>'),
    );
    for (const operation of ['retrieve', 'delete'])
      expect(
        (await askUnproven(system, 'conf', { confUserID: boss().userId, confObjID: room.id, operation })).code,
      ).toBe(424);
    const entry = anonymousEntry('sip:somebody@192.0.2.1');
    expect(
      (
        await askUnproven(system, 'user', {
          confUserID: boss().userId,
          confObjID: room.id,
          operation: 'create',
          inner: entry,
        })
      ).code,
    ).toBe(424);
    // An unproven contact that is boss's own URI makes nobody boss.
    const claimed = done(
      await askUnproven(system, 'user', {
        confObjID: room.id,
        operation: 'create',
        inner: anonymousEntry('sip:boss@localhost'),
      }),
    );
    expect(answerText(claimed, 'confUserID')).not.toBe(boss().userId);
  });
});
