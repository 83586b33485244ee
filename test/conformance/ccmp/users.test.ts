import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { afterAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, ccmpRequest, postCcmp, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { Device } from '../raw/device.js';
import { ident } from '../raw/messages.js';
import { inRoster } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

/** Every call of the focus goes here. */
const registrar = await Device.open('registrar');
const system = useSystem({
  settings: { focus: { FOCUS_OUTBOUND_PROXY: `sip:${registrar.uri.split('@')[1] ?? ''};transport=udp;lr` } },
});
afterAll(() => registrar.destroy());
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
/** Somebody whom the system knows, for having asked something. */
async function known(name: string): Promise<CcmpUser> {
  const one = user(name);
  done(await one.ask('confs'));
  return one;
}
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const endpoint = (uri = `sip:${ident()}@127.0.0.1:9`): string => `<info:endpoint entity="${uri}"/>`;
const placeholder = 'xcon-userid:AUTO_GENERATE_1@localhost';
const entityOf = (answer: CcmpAnswer): string => attributeOf(answerInfo(answer, 'user', 'userInfo'), 'entity') ?? '';
const codeOf = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;

describe('userRequest/create', () => {
  it('CCMP-074 who asks without userInfo, or with the own id, comes in', async () => {
    const room = await user('alice').room('default');
    const comesIn = async (one: CcmpUser, asked: Promise<CcmpAnswer>, called: string): Promise<void> => {
      expect(entityOf(done(await asked))).toBe(one.userId);
      const invite = await registrar.invite();
      expect(invite.startLine).toContain(called);
      await registrar.accept(invite);
      const statusOf = async (): Promise<string | undefined> =>
        inRoster(await user('alice').document(room), one.userId)?.endpoints[0]?.status;
      await expect.poll(statusOf).toBe('connected');
    };
    const bob = await known('bob');
    await comesIn(bob, bob.ask('user', { confObjID: room.id, operation: 'create' }), 'sip:bob@localhost');
    const carol = await known('carol');
    const uri = 'sip:carol-elsewhere@192.0.2.7';
    await comesIn(carol, carol.addUser(room, carol.userId, endpoint(uri)), uri);
  });

  it('CCMP-074 another known user is added under the own id, an unknown one is 420', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = await known('bob');
    expect(entityOf(done(await alice.addUser(room, bob.userId, endpoint())))).toBe(bob.userId);
    expect(await codeOf(alice.addUser(room, 'xcon-userid:somebody-else@localhost', endpoint()))).toBe(420);
  });

  it('CCMP-076 who has no id gives a placeholder and a contact, and gets the id with the answer', async () => {
    const room = await user('alice').room(
      'default',
      '<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>',
    );
    const join = (inner: string): Promise<CcmpAnswer> =>
      postCcmp(`http://${address()}/ccmp`, ccmpRequest('user', { confObjID: room.id, operation: 'create', inner }));
    const answer = done(await join(`<userInfo entity="${placeholder}">${endpoint()}</userInfo>`));
    const id = answerText(answer, 'confUserID') ?? '';
    expect(id).toMatch(/^xcon-userid:[0-9a-z]{26,}@localhost$/);
    expect(entityOf(answer)).toBe(id);
    expect(answer.text).not.toContain('AUTO_GENERATE');
    const other = done(await join(`<userInfo entity="${placeholder}">${endpoint()}</userInfo>`));
    expect(answerText(other, 'confUserID')).not.toBe(id);
    expect(await codeOf(join(`<userInfo entity="${placeholder}"/>`))).toBe(400);
    expect(await codeOf(join(`<userInfo entity="xcon-userid:me@localhost">${endpoint()}</userInfo>`))).toBe(400);
    expect(await codeOf(join(''))).toBe(400);
  });

  it('CCMP-077 a third user nobody knows gets an id; the same address again yields the same user', async () => {
    const alice = user('alice');
    const uri = `sip:${ident()}@127.0.0.1:9`;
    const add = async (): Promise<string> => {
      const room = await alice.room('default');
      return entityOf(done(await alice.addUser(room, placeholder, endpoint(uri))));
    };
    const first = await add();
    expect(first).toMatch(/^xcon-userid:[0-9a-z]{26,}@localhost$/);
    expect(await add()).toBe(first);
    const found = await alice.room('default');
    expect(entityOf(done(await alice.addUser(found, first)))).toBe(first);
  });

  it('CCMP-081 who is in the room already is 409, but not with a new endpoint', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = user('bob');
    await system.join(room.uri, 'bob');
    expect(await codeOf(alice.addUser(room, bob.userId))).toBe(409);
    expect(await codeOf(bob.ask('user', { confObjID: room.id, operation: 'create' }))).toBe(409);
    expect(await codeOf(alice.addUser(room, bob.userId, endpoint()))).toBe(200);
  });
});

describe('userRequest/retrieve and update', () => {
  it('CCMP-078 without userInfo the own data, with an entity those of another', async () => {
    const room = await user('alice').room('default');
    await system.join(room.uri, 'bob');
    await system.join(room.uri, 'carol');
    const bob = user('bob');
    expect(entityOf(done(await bob.ask('user', { confObjID: room.id, operation: 'retrieve' })))).toBe(bob.userId);
    const inner = `<userInfo entity="${user('carol').userId}"/>`;
    expect(entityOf(done(await bob.ask('user', { confObjID: room.id, operation: 'retrieve', inner })))).toBe(
      user('carol').userId,
    );
  });

  it('CCMP-078 who is hidden is 420 for everybody else, and sees itself', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'bob');
    await system.join(room.uri, 'carol');
    done(await alice.updateUser(room, user('carol').userId, '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'));
    const inner = `<userInfo entity="${user('carol').userId}"/>`;
    const asked = { confObjID: room.id, operation: 'retrieve', inner };
    expect(await codeOf(user('bob').ask('user', asked))).toBe(420);
    expect(await codeOf(user('carol').ask('user', asked))).toBe(200);
  });

  it('CCMP-079 one changes the own media and anonymity, a moderator those of others, a participant nobody else’s', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const seat = await system.join(room.uri, 'bob');
    await system.join(room.uri, 'carol');
    const bob = user('bob');
    const chatId = await chatIdOf(bob, room.id);
    const media = (status: string): string =>
      `<info:endpoint entity="${chatId}"><info:media id="1"><info:status>${status}</info:status></info:media></info:endpoint>`;
    done(await bob.updateUser(room, bob.userId, media('recvonly')));
    expect((await seat.say('muted myself')).status).toBe(403);
    done(await bob.updateUser(room, bob.userId, media('sendrecv')));
    expect((await seat.say('and back')).status).toBe(200);
    done(await alice.updateUser(room, bob.userId, media('recvonly')));
    expect((await seat.say('muted by her')).status).toBe(403);
    expect(await codeOf(bob.updateUser(room, bob.userId, media('sendrecv')))).toBe(426);
    expect(await codeOf(user('carol').updateUser(room, bob.userId, media('sendrecv')))).toBe(401);
    done(await bob.updateUser(room, bob.userId, '<xcon:provide-anonymity>private</xcon:provide-anonymity>'));
    done(await alice.updateUser(room, user('carol').userId, '<info:display-text>Carol C.</info:display-text>'));
    const { text } = done(await alice.ask('users', { confObjID: room.id, operation: 'retrieve' }));
    expect(text).toContain('Carol C.');
  });
});

describe('userRequest/delete', () => {
  it('CCMP-080 without userInfo one leaves; with an entity that user is put out; signalling ends, no userInfo comes back', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = await system.join(room.uri, 'bob');
    const carol = await system.join(room.uri, 'carol');
    const left = done(await user('bob').ask('user', { confObjID: room.id, operation: 'delete' }));
    expect(answerInfo(left, 'user', 'userInfo')).toBeUndefined();
    await bob.caller.accept(await bob.caller.sip.next(({ method }) => method === 'BYE'));
    const removed = done(await alice.removeUser(room, user('carol').userId));
    expect(answerInfo(removed, 'user', 'userInfo')).toBeUndefined();
    await carol.caller.accept(await carol.caller.sip.next(({ method }) => method === 'BYE'));
    const users = answerInfo(
      await alice.ask('users', { confObjID: room.id, operation: 'retrieve' }),
      'users',
      'usersInfo',
    );
    const present = childElements(users as XmlElement).flatMap((one) =>
      one.name === 'user' ? [attributeOf(one, 'entity')] : [],
    );
    expect(present).toEqual([alice.userId]);
  });

  it('CCMP-081 a known user who is not in the room is 420', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = await known('bob');
    expect(await codeOf(alice.removeUser(room, bob.userId))).toBe(420);
    expect(await codeOf(bob.ask('user', { confObjID: room.id, operation: 'delete' }))).toBe(420);
  });

  it('CCMP-056 a full room takes nobody by CCMP either', async () => {
    const room = await user('alice').room(
      'default',
      describing('<info:maximum-user-count>1</info:maximum-user-count>'),
    );
    await system.join(room.uri, 'bob');
    const carol = await known('carol');
    expect(await codeOf(carol.addUser(room, carol.userId, endpoint()))).toBe(511);
  });
});

/** The chat-ID of the only session of somebody. */
async function chatIdOf(one: CcmpUser, id: string): Promise<string> {
  const own = answerInfo(done(await one.ask('user', { confObjID: id, operation: 'retrieve' })), 'user', 'userInfo');
  const found = childElements(own as XmlElement).find(({ name }) => name === 'endpoint');
  return attributeOf(found, 'entity') ?? '';
}
