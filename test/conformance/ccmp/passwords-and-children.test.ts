import { describe, expect, it } from 'vitest';
import { answerText, ccmpRequest, postCcmp, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
const code = async (answer: Promise<{ code: number }>): Promise<number> => (await answer).code;
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const endpoint = (): string => `<info:endpoint entity="sip:${ident()}@127.0.0.1:9"/>`;

/** A room with a password that is not empty. */
async function lockedRoom(owner: CcmpUser, password: string): Promise<MadeRoom> {
  const room = await owner.room('default');
  await owner.update(
    room,
    describing(
      `<info:conf-uris><info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>${password}</xcon:conference-password></info:entry></info:conf-uris>`,
    ),
  );
  return room;
}

async function documentOf(owner: CcmpUser, room: MadeRoom): Promise<string> {
  return done(await owner.ask('conf', { confObjID: room.id, operation: 'retrieve' })).text;
}

describe('passwords', () => {
  it('CCMP-048 CCMP-049 a protected room: none is 423 and a wrong one 422, whatever the operation and whoever asks', async () => {
    const alice = user('alice');
    const room = await lockedRoom(alice, '8601');
    await user('bob').ask('confs');
    const asked: readonly (readonly [CcmpUser, CcmpKind, CcmpParts])[] = [
      [alice, 'conf', { operation: 'retrieve' }],
      [
        alice,
        'conf',
        {
          operation: 'update',
          inner: `<confInfo entity="${room.id}">${describing('<info:subject>s</info:subject>')}</confInfo>`,
        },
      ],
      [alice, 'users', { operation: 'retrieve' }],
      [alice, 'users', { operation: 'update', inner: '<usersInfo/>' }],
      [
        user('bob'),
        'user',
        { operation: 'create', inner: `<userInfo entity="${user('bob').userId}">${endpoint()}</userInfo>` },
      ],
      [alice, 'user', { operation: 'delete', inner: `<userInfo entity="${user('bob').userId}"/>` }],
      [alice, 'conf', { operation: 'delete' }],
    ];
    for (const [who, kind, parts] of asked) {
      const told = async (conferencePassword?: string): Promise<number> =>
        (
          await who.ask(kind, {
            confObjID: room.id,
            ...parts,
            ...(conferencePassword === undefined ? {} : { conferencePassword }),
          })
        ).code;
      expect([kind, parts.operation, await told(), await told('1234')]).toEqual([kind, parts.operation, 423, 422]);
    }
    for (const [who, kind, parts] of asked) {
      const answer = await who.ask(kind, { confObjID: room.id, ...parts, conferencePassword: '8601' });
      expect([kind, parts.operation, answer.code]).toEqual([kind, parts.operation, 200]);
    }
  });

  it('CCMP-050 no subject, a wrong password and an unknown name are one answer: 424', async () => {
    const room = await user('alice').room('default');
    const url = `http://${address()}/ccmp`;
    const texts = new Set<string>();
    for (const subject of [
      undefined,
      { username: 'alice', password: 'wrong' },
      { username: 'no one', password: 'x' },
      { username: '', password: '' },
    ]) {
      const parts = { confUserID: user('alice').userId, confObjID: room.id, operation: 'retrieve' };
      const answer = await postCcmp(
        url,
        ccmpRequest('conf', { ...parts, ...(subject === undefined ? {} : { subject }) }),
      );
      expect(answer.code).toBe(424);
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
  });
});

describe('children', () => {
  it('CCMP-051 a room with an occupied sidebar is not deleted: 425; once it is empty both go', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'alice');
    const made = done(await alice.ask('sidebarByVal', { confObjID: room.id, operation: 'create' }));
    const sidebar = answerText(made, 'confObjID') ?? '';
    const uri = /sip:[^<]*/.exec(made.text)?.[0] ?? '';
    const seat = await system.join(uri, 'alice');
    expect(await code(alice.ask('conf', { confObjID: room.id, operation: 'delete' }))).toBe(425);
    expect(await code(alice.ask('sidebarByVal', { confObjID: sidebar, operation: 'retrieve' }))).toBe(200);
    await seat.leave();
    expect(await code(alice.ask('conf', { confObjID: room.id, operation: 'delete' }))).toBe(200);
    expect(await code(alice.ask('sidebarByVal', { confObjID: sidebar, operation: 'retrieve' }))).toBe(404);
  });

  it('CCMP-051 CCMP-052 an element the main room keeps to itself is not changed in the sidebar', async () => {
    const alice = user('alice');
    const room = await alice.room(
      'default',
      describing('<chat:room-policy parent-enforced="/conference-description/subject"/>'),
    );
    const made = done(await alice.ask('sidebarByVal', { confObjID: room.id, operation: 'create' }));
    const sidebar = answerText(made, 'confObjID') ?? '';
    const inner = `<sidebarByValInfo entity="${sidebar}">${describing('<info:subject>ours</info:subject>')}</sidebarByValInfo>`;
    const refused = await alice.ask('sidebarByVal', { confObjID: sidebar, operation: 'update', inner });
    expect([425, 426]).toContain(refused.code);
    const { text } = done(await alice.ask('sidebarByVal', { confObjID: sidebar, operation: 'retrieve' }));
    expect(text).not.toContain('ours');
  });

  it('CCMP-052 a participant who gives itself a role, or edits the lists, is 426', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = user('bob');
    await system.join(room.uri, 'bob');
    const roles = '<info:roles><info:entry>moderator</info:entry></info:roles>';
    expect(await code(bob.updateUser(room, bob.userId, roles))).toBe(426);
    const lists = '<usersInfo><xcon:join-handling>block</xcon:join-handling></usersInfo>';
    expect(await code(bob.ask('users', { confObjID: room.id, operation: 'update', inner: lists }))).toBe(426);
    expect(await documentOf(alice, room)).not.toContain('block');
  });
});
