import { afterAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, postCcmp, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { Phones } from '../raw/called.js';
import { answeredVersion, versionOf } from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { postAs, printed, tokenSettings } from '../raw/printed.js';
import { inRoster, rosterOf, rosterUser, type RosterUser } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { askUnproven, inUsers } from '../raw/stage.js';
import { conferenceInfo, Subscription, xconDiff, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const phones = await Phones.open();
afterAll(() => phones.proxy.destroy());
const domain = 'example.com';
const system = useSystem({
  domain,
  settings: { ...phones.settings, ccmp: { ...tokenSettings } },
});
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name, domain);
const idOf = (name: string): string => `xcon-userid:${name}@${domain}`;
const byToken = (name: string, text: string): Promise<CcmpAnswer> => postAs(address(), name, text);
const entry = (name: string, text: string): string => `<info:${name}>${text}</info:${name}>`;
const description = (text: string): string => entry('conference-description', text);

/** The user an answer tells of. */
function userIn(answer: CcmpAnswer): RosterUser {
  const info = answerInfo(answer, 'user', 'userInfo');
  if (info === undefined) throw new Error(`no userInfo: ${answer.text}`);
  return rosterUser(info);
}

/** A room of alice, with alice in it. */
async function activeRoom(change = ''): Promise<{ room: MadeRoom; seat: Seat; version: number }> {
  const room = await user('alice').room('default', change);
  const seat = await system.join(room.uri, 'alice');
  await expect
    .poll(async () => inRoster(await user('alice').document(room), idOf('alice'))?.endpoints[0]?.status)
    .toBe('connected');
  return { room, seat, version: versionOf(await user('alice').document(room)) };
}

async function watch(room: MadeRoom, name: string, accept: string): Promise<Subscription> {
  const subscription = await Subscription.open(await system.caller(name), room.uri, { accept });
  await subscription.notify();
  return subscription;
}

const adding = (room: MadeRoom, replaced: Readonly<Record<string, string>> = {}): string =>
  printed('rfc6504/15-user-request-create', { 'xcon:8977878@example.com': room.id, ...replaced });
const endpointOf = async (room: MadeRoom, entity: string): Promise<RosterUser['endpoints'][number] | undefined> =>
  inRoster(await user('alice').document(room), entity)?.endpoints[0];

describe('RFC 6504 §6.1, adding a party', () => {
  it('FLOW-6.1 as printed: Bob gets an id and a nickname, is called, and shown to all who watch', async () => {
    const { room, version } = await activeRoom();
    const [watcher, legacy] = [
      await watch(room, 'alice', `${xconInfo}, ${xconDiff}`),
      await watch(room, 'alice', conferenceInfo),
    ];
    const added = done(await byToken('alice', adding(room)));
    expect(answeredVersion(added)).toBe(version + 1);
    const bob = userIn(added);
    expect(bob.entity).toMatch(/^xcon-userid:[^@]+@example\.com$/);
    expect(bob.nickname).toBe('Bob');
    expect(bob.displayText).toBe('Bob');
    expect(bob.endpoints).toMatchObject([{ entity: 'sip:bob83@example.com', status: 'dialing-out' }]);
    const seat = await phones.take(system, 'bob83');
    await expect.poll(async () => (await endpointOf(room, bob.entity))?.status).toBe('connected');
    const diff = await watcher.until('bob83@example.com');
    expect(diff.body).toMatch(/<(?:\w+:)?add\b/);
    expect((await legacy.until('Bob')).body).toContain('sip:bob83@example.com');
    expect((await seat.say('hello from Bob', { body: seat.cpim({ from: 'sip:bob83@example.com' }) })).status).toBe(200);

    const other = await activeRoom();
    const known = done(
      await user('alice').ask('user', {
        confObjID: other.room.id,
        operation: 'create',
        inner: `<userInfo entity="${bob.entity}"/>`,
      }),
    );
    expect(userIn(known).endpoints).toMatchObject([{ entity: 'sip:bob83@example.com' }]);
    const third = await activeRoom();
    const again = done(await byToken('alice', adding(third.room)));
    expect(userIn(again).entity).toBe(bob.entity);
    const users = await system.query(
      `select count(*) from room_state.user_identities where uri like '%bob83@example.com%'`,
    );
    expect(Number(users[0]?.['count'])).toBe(1);
  });

  it('FLOW-6.1 an id nobody has is 420; without the right it is 401; the room full 511; on the deny list 409, and 401 for himself', async () => {
    const { room, version } = await activeRoom();
    const carol = await system.join(room.uri, 'carol');
    const unknown = await byToken(
      'alice',
      adding(room, { 'xcon-userid:AUTO_GENERATE_1@example.com': 'xcon-userid:nobody-at-all@example.com' }),
    );
    expect(unknown.code).toBe(420);
    const asCarol = adding(room, { 'xcon-userid:Alice@example.com': idOf('carol') });
    expect((await byToken('carol', asCarol)).code).toBe(401);
    expect(versionOf(await user('alice').document(room))).toBe(version + 1);
    await user('alice').update(room, description('<info:maximum-user-count>2</info:maximum-user-count>'));
    expect((await byToken('alice', adding(room))).code).toBe(511);
    await carol.leave();
    await user('alice').update(
      room,
      description('<info:maximum-user-count>9</info:maximum-user-count>') +
        inUsers(
          '<xcon:deny-users-list><xcon:target uri="sip:bob83@example.com"/><xcon:target uri="sip:bob@example.com"/></xcon:deny-users-list>',
        ),
    );
    expect((await byToken('alice', adding(room))).code).toBe(409);
    expect((await user('bob').ask('user', { confObjID: room.id, operation: 'create' })).code).toBe(401);
    expect(rosterOf(await user('alice').document(room)).map(({ entity }) => entity)).not.toContain(idOf('bob'));
  });
});

describe('RFC 6504 §6.2, muting a party', () => {
  it('FLOW-6.2 as printed, with a password where the schema has one: Bob listens and is not heard, until Alice gives voice', async () => {
    const { room, seat: alice } = await activeRoom();
    const [bob, carol] = [await system.join(room.uri, 'bob'), await system.join(room.uri, 'carol')];
    const watches = [await watch(room, 'alice', `${xconInfo}, ${xconDiff}`), await watch(room, 'bob', conferenceInfo)];
    const shown = await endpointOf(room, idOf('bob'));
    const before = versionOf(await user('alice').document(room));
    const mute = (replaced: Readonly<Record<string, string>> = {}): string =>
      printed('rfc6504/17-user-request-update', {
        'xcon:8977878@example.com': room.id,
        'sip:bob83@example.com': shown?.entity ?? '',
        '<info:label>123<': `<info:label>${shown?.label ?? ''}<`,
        Alice83: 'alice',
        '<conference-password>13011983</conference-password>': '<password>alice</password>',
        ...replaced,
      });
    expect(
      (await byTokenless(mute({ '<password>alice</password>': '<conference-password>13011983</conference-password>' })))
        .code,
    ).toBe(400);
    const wrong = await byTokenless(mute({ '<password>alice<': '<password>bob<' }));
    const missing = await byTokenless(mute().replace(/<subject>[^]*<\/subject>/, ''));
    expect([wrong.code, missing.code]).toEqual([424, 424]);
    expect(answerText(wrong, 'response-string')).toBe(answerText(missing, 'response-string'));
    const byCarol = mute({
      'xcon-userid:Alice@example.com': idOf('carol'),
      '<username>alice<': '<username>carol<',
      '<password>alice<': '<password>carol<',
    });
    expect((await byTokenless(byCarol)).code).toBe(401);
    expect((await bob.say('heard')).status).toBe(200);
    await alice.copy('heard');

    const muted = done(await byTokenless(mute()));
    expect(answeredVersion(muted)).toBe(before + 1);
    expect((await endpointOf(room, idOf('bob')))?.mediaStatus).toBe('recvonly');
    for (const each of watches) await each.until('recvonly');
    expect((await bob.say('not heard')).status).toBe(403);
    await alice.say('for Bob too');
    await bob.copy('for Bob too');
    expect(await carol.copiesAfterMarker(alice, 'not heard')).toEqual([]);

    const status = (value: string): string =>
      `<info:endpoint entity="${shown?.entity ?? ''}"><info:media id="1"><info:status>${value}</info:status></info:media></info:endpoint>`;
    expect((await user('bob').updateUser(room, idOf('bob'), status('sendrecv'))).code).toBe(426);
    expect((await bob.say('still not')).status).toBe(403);
    done(await user('alice').updateUser(room, idOf('bob'), status('sendrecv')));
    for (const each of watches) await each.until('sendrecv');
    expect((await bob.say('heard again')).status).toBe(200);
    await carol.copy('heard again');

    const control = `<info:endpoint entity="${shown?.entity ?? ''}"><info:media id="1"><xcon:to-mixer name="talk"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></xcon:to-mixer></info:media></info:endpoint>`;
    done(await user('alice').updateUser(room, idOf('bob'), control));
    expect((await bob.say('muted the other way')).status).toBe(403);
    expect((await endpointOf(room, idOf('bob')))?.mediaStatus).toBe('recvonly');
  });
});

describe('RFC 6504 §6.3, joining without an id', () => {
  const asking = ({ id }: MadeRoom, replaced: Readonly<Record<string, string>> = {}): string =>
    printed('rfc6504/19-user-request-create', { 'xcon:bobConf@example.com': id, ...replaced });
  const admission = (policy: string): string =>
    inUsers(`<xcon:user-admission-policy>${policy}</xcon:user-admission-policy>`);

  it('FLOW-6.3 as printed: an id and a nickname are given, the call begins, all are told', async () => {
    const { room, version } = await activeRoom(admission('anonymous'));
    const watcher = await watch(room, 'alice', `${xconInfo}, ${xconDiff}`);
    const answer = done(await byTokenless(asking(room)));
    expect(answeredVersion(answer)).toBe(version + 1);
    const id = answerText(answer, 'confUserID') ?? '';
    expect(id).toMatch(/^xcon-userid:[0-9a-z]{26,}@example\.com$/);
    expect(userIn(answer).entity).toBe(id);
    expect(userIn(answer).nickname).toBeTruthy();
    await phones.take(system, 'alice_789');
    await watcher.until(id);
    await expect.poll(async () => (await endpointOf(room, id))?.status).toBe('connected');
  });

  it('FLOW-6.3 with a password 423 without it, then 200; without a contact 400; where proof is asked 424; recorded: with the warning', async () => {
    const { room } = await activeRoom(admission('anonymous'));
    const password = description(
      `<info:conf-uris>${entry('entry', `${entry('uri', room.uri)}<xcon:conference-password>8601</xcon:conference-password>`)}</info:conf-uris>`,
    );
    await user('alice').update(room, password);
    expect((await byTokenless(asking(room))).code).toBe(423);
    const withPassword = {
      '<operation>create</operation>': '<operation>create</operation><conference-password>8601</conference-password>',
    };
    expect((await byTokenless(asking(room, withPassword))).code).toBe(200);
    const open = await activeRoom(admission('anonymous'));
    const noContact = await askUnproven(system, 'user', {
      confObjID: open.room.id,
      operation: 'create',
      inner: `<userInfo entity="xcon-userid:AUTO_GENERATE_1@${domain}"/>`,
    });
    expect(noContact.code).toBe(400);
    expect(versionOf(await user('alice').document(open.room))).toBe(open.version);
    const closed = await activeRoom();
    expect((await byTokenless(asking(closed.room))).code).toBe(424);
    const logged = await user('alice').room('logged', admission('anonymous'));
    const warned = done(await byTokenless(asking(logged)));
    expect(answerText(warned, 'response-string')).toMatch(/record/i);
  });
});

describe('RFC 6504 §6.4, §6.5, a password', () => {
  const password = ({ uri }: MadeRoom): string =>
    description(
      `<info:conf-uris>${entry('entry', `${entry('uri', uri)}<xcon:conference-password>8601</xcon:conference-password>`)}</info:conf-uris>`,
    );
  const joining = (name: '21' | '23', { id }: MadeRoom): string =>
    printed(`rfc6504/${name}-user-request-create`, {
      'xcon:8977794@example.com': id,
      'Alice@example.com': 'dora@example.com',
    });

  it('FLOW-6.5 as printed: 423 without, 422 with a wrong one, 200 with the right one; nothing changes before', async () => {
    const room = await user('alice').room('default');
    await user('alice').update(room, password(room));
    const seen = async (): Promise<number> =>
      versionOf(
        answerInfo(
          await user('alice').ask('conf', { confObjID: room.id, operation: 'retrieve', conferencePassword: '8601' }),
          'conf',
          'confInfo',
        ) as never,
      );
    const version = await seen();
    const refused = await byToken('dora', joining('21', room));
    expect(refused.code).toBe(423);
    expect(answerText(refused, 'response-string')).toMatch(/password/i);
    expect((await byToken('dora', joining('23', room).replace('8601', '1068'))).code).toBe(422);
    expect(await seen()).toBe(version);
    const joined = done(await byToken('dora', joining('23', room)));
    expect(answeredVersion(joined)).toBe(version + 1);
    const seat = await phones.take(system, 'dora');
    expect((await seat.say('with the password')).status).toBe(200);
    for (const [kind, operation] of [
      ['conf', 'retrieve'],
      ['conf', 'update'],
      ['users', 'retrieve'],
      ['user', 'delete'],
      ['conf', 'delete'],
    ] as const) {
      const inner =
        operation === 'update'
          ? `<confInfo entity="${room.id}">${description('<info:subject>x</info:subject>')}</confInfo>`
          : '';
      const { code } = await user('alice').ask(kind, { confObjID: room.id, operation, inner });
      expect([kind, operation, code]).toEqual([kind, operation, 423]);
    }
    const list = await user('dora').ask('confs');
    expect([list.code, list.text.includes(room.id)]).toEqual([200, true]);
  });

  it('FLOW-6.4 FLOW-6.5 the code opens the door of every way in: in the SIP URI as in the CCMP request', async () => {
    const room = await user('alice').room('default');
    await user('alice').update(room, password(room));
    const caller = await system.caller('erin');
    expect((await caller.invite(room.uri, offer())).status).toBe(403);
    const wrong = await system.caller('erin');
    expect((await wrong.invite(room.uri.replace('@', ':1068@'), offer())).status).toBe(403);
    const seat = await system.join(room.uri.replace('@', ':8601@'), 'erin');
    expect((await seat.say('I have the code', { body: seat.cpim({ to: room.uri }) })).status).toBe(200);
  });
});

/** Posts a message that brings no token. */
function byTokenless(text: string): Promise<CcmpAnswer> {
  return postCcmp(`http://${address()}/ccmp`, text);
}
