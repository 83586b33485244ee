import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { Device } from '../raw/device.js';
import { offer } from '../raw/messages.js';
import { inRoster, rosterUser } from '../raw/roster.js';
import { headerOf, type SipText } from '../raw/sip-socket.js';
import { anonymousEntry, askUnproven, inUsers, introduce, roomPolicy, rolesOf, userOf } from '../raw/stage.js';
import { useSystem, type System } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

const joinHandling = (value: string): string =>
  inUsers(value === '' ? '<xcon:join-handling/>' : `<xcon:join-handling>${value}</xcon:join-handling>`);
const admission = (value: string): string =>
  inUsers(`<xcon:user-admission-policy>${value}</xcon:user-admission-policy>`);
const allowed = (...uris: string[]): string =>
  inUsers(
    `<xcon:allowed-users-list>${uris.map((uri) => `<xcon:target uri="${uri}" method="dial-in"/>`).join('')}</xcon:allowed-users-list>`,
  );
const denied = (...uris: string[]): string =>
  inUsers(`<xcon:deny-users-list>${uris.map((uri) => `<xcon:target uri="${uri}"/>`).join('')}</xcon:deny-users-list>`);
/** A room of boss, with these changes made to it one after another. */
async function roomWith(...changes: readonly string[]): Promise<MadeRoom> {
  const room = await boss().room('default');
  for (const change of changes) await boss().update(room, change);
  return room;
}

/** Status of an INVITE; who gets in leaves again. */
async function bySip(uri: string, name: string, from: System = system): Promise<number> {
  const caller = await from.caller(name);
  const answer = await caller.invite(uri, offer());
  if (answer.status === 200) {
    await caller.ack(uri);
    await caller.bye(uri);
  }
  caller.sip.destroy();
  return answer.status;
}

/** Code of a userRequest/create for oneself; nobody is called. */
async function byControl(room: Pick<MadeRoom, 'id'>, name: string, conferencePassword?: string): Promise<number> {
  const inner = `<userInfo entity="${idOf(name)}"><info:endpoint entity="sip:${name}@192.0.2.1"><info:joining-method>dialed-in</info:joining-method></info:endpoint></userInfo>`;
  const parts = conferencePassword === undefined ? {} : { conferencePassword };
  return (await user(name).ask('user', { confObjID: room.id, operation: 'create', inner, ...parts })).code;
}

/** By both ways. */
const joins = async (room: MadeRoom, name: string): Promise<readonly [sip: number, control: number]> => [
  await bySip(room.uri, name),
  await byControl(room, name),
];

describe('join-handling', () => {
  it.each([
    ['allow', 'allow', [200, 200]],
    ['authenticate', 'authenticate', [200, 200]],
    ['block', 'block', [403, 401]],
    ['none, which blocks', '', [403, 401]],
  ] as const)('POL-006 %s', async (_what, value, expected) => {
    const room = await roomWith(joinHandling(value));
    expect(await joins(room, 'alice')).toEqual(expected);
    expect(await bySip(room.uri, 'boss')).toBe(200);
  });

  it('POL-006 authenticate demands credentials also where everybody is admitted', async () => {
    const room = await roomWith(admission('anonymous'), joinHandling('authenticate'));
    const entry = { confObjID: room.id, operation: 'create', inner: anonymousEntry('sip:somebody@192.0.2.1') };
    expect((await askUnproven(system, 'user', entry)).code).toBe(424);
    const bare = await (await system.caller('alice')).invite(room.uri, offer(), { authenticate: false });
    expect(bare.status).toBe(401);
    expect(await joins(room, 'alice')).toEqual([200, 200]);
    await boss().update(room, joinHandling('allow'));
    expect((await askUnproven(system, 'user', entry)).code).toBe(200);
  });

  /** An INVITE that waits: its provisional answer, and the final one to come. */
  async function waiting(room: MadeRoom, name: string): Promise<{ queued: SipText; final: Promise<SipText> }> {
    const caller = await system.caller(name);
    const final = caller.invite(room.uri, offer());
    const queued = await caller.sip.next(({ status }) => status === 182);
    return { queued, final };
  }

  const shownTo = async (room: MadeRoom, name: string, whom: string) =>
    inRoster(await user(name).document(room), idOf(whom));

  it.each(['confirm', 'directed-operator'])(
    'POL-006 POL-008 %s by SIP: 182, pending for moderators only, let in by `connected`',
    async (value) => {
      const room = await roomWith();
      const alice = await system.join(room.uri, 'alice');
      await boss().update(room, joinHandling(value));
      const { queued, final } = await waiting(room, 'bob');
      expect(headerOf(queued, 'CSeq')).toContain('INVITE');
      const shown = await shownTo(room, 'boss', 'bob');
      expect(shown?.endpoints).toMatchObject([{ status: 'pending' }]);
      expect(await shownTo(room, 'alice', 'bob')).toBeUndefined();
      expect((await alice.say('not for those who wait')).status).toBe(200);
      const admit = `<info:endpoint entity="${shown?.endpoints[0]?.entity ?? ''}"><info:status>connected</info:status></info:endpoint>`;
      expect((await user('alice').updateUser(room, idOf('bob'), admit)).code).toBe(401);
      done(await boss().updateUser(room, idOf('bob'), admit));
      expect((await final).status).toBe(200);
      expect(await bySip(room.uri, 'boss')).toBe(200);
    },
  );

  it('POL-008 who waits by SIP is turned away by userRequest/delete: 603', async () => {
    const room = await roomWith(joinHandling('confirm'));
    const { final } = await waiting(room, 'bob');
    done(await boss().removeUser(room, idOf('bob')));
    expect((await final).status).toBe(603);
    expect(await shownTo(room, 'boss', 'bob')).toBeUndefined();
  });

  it('POL-008 by CCMP: 200 with status pending, called only once let in; no message before that', async () => {
    const room = await roomWith();
    const alice = await system.join(room.uri, 'alice');
    await boss().update(room, joinHandling('confirm'));
    const device = await Device.open('carol');
    const inner = `<userInfo entity="${idOf('carol')}"><info:endpoint entity="${device.uri}"/></userInfo>`;
    const create = (): Promise<CcmpAnswer> =>
      user('carol').ask('user', { confObjID: room.id, operation: 'create', inner });
    const answer = done(await create());
    const userInfo = answerInfo(answer, 'user', 'userInfo');
    expect(userInfo === undefined ? [] : rosterUser(userInfo).endpoints).toMatchObject([{ status: 'pending' }]);
    expect(await shownTo(room, 'alice', 'carol')).toBeUndefined();
    await alice.say('before');
    expect(device.messages).toEqual([]);
    const admit = `<info:endpoint entity="${device.uri}"><info:status>connected</info:status></info:endpoint>`;
    done(await boss().updateUser(room, idOf('carol'), admit));
    const call = await device.take();
    await expect.poll(async () => (await shownTo(room, 'alice', 'carol'))?.endpoints[0]?.status).toBe('connected');
    await alice.say('after');
    await call.msrp.next((frame) => frame.body?.includes('after') === true);
    expect(call.msrp.frames.some((frame) => frame.body?.includes('before'))).toBe(false);
    call.msrp.destroy();
    device.destroy();
  });

  it('POL-008 by CCMP and turned away: gone from the roster, never called', async () => {
    const room = await roomWith(joinHandling('confirm'));
    const device = await Device.open('carol');
    const inner = `<userInfo entity="${idOf('carol')}"><info:endpoint entity="${device.uri}"/></userInfo>`;
    done(await user('carol').ask('user', { confObjID: room.id, operation: 'create', inner }));
    done(await boss().removeUser(room, idOf('carol')));
    expect(await shownTo(room, 'boss', 'carol')).toBeUndefined();
    expect((await boss().removeUser(room, idOf('carol'))).code).toBe(420);
    expect(device.messages).toEqual([]);
    device.destroy();
  });
});

describe('the admission policy', () => {
  it('POL-009 closedAuthenticated: those of the allowed list; a deny list is ignored; others refused', async () => {
    const room = await roomWith(
      `<info:users><xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy></info:users>`,
      allowed('sip:alice@localhost', 'sip:bob@localhost'),
      denied('sip:alice@localhost'),
    );
    expect(await joins(room, 'alice')).toEqual([200, 200]);
    expect(await joins(room, 'bob')).toEqual([200, 200]);
    expect(await joins(room, 'mallory')).toEqual([403, 401]);
    const entry = { confObjID: room.id, operation: 'create', inner: anonymousEntry('sip:alice@localhost') };
    expect((await askUnproven(system, 'user', entry)).code).toBe(424);
  });

  it('POL-009 under confirm those who are not on the list are parked', async () => {
    const room = await roomWith(
      admission('closedAuthenticated'),
      allowed('sip:alice@localhost'),
      joinHandling('confirm'),
    );
    expect(await bySip(room.uri, 'alice')).toBe(200);
    const caller = await system.caller('bob');
    void caller.invite(room.uri, offer());
    await caller.sip.next(({ status }) => status === 182);
    expect(inRoster(await boss().document(room), idOf('bob'))?.endpoints).toMatchObject([{ status: 'pending' }]);
    done(await boss().removeUser(room, idOf('bob')));
  });

  it('POL-010 openAuthenticated: all but those of the deny list; an allowed list is ignored', async () => {
    const room = await roomWith(denied('sip:alice@localhost'), allowed('sip:alice@localhost'));
    expect(await joins(room, 'alice')).toEqual([403, 401]);
    expect(await joins(room, 'bob')).toEqual([200, 200]);
    const added = await boss().addUser(room, idOf('alice'), '<info:endpoint entity="sip:alice@192.0.2.1"/>');
    expect(added.code).toBe(409);
  });

  it('POL-010 anonymous: everybody, both lists ignored, without credentials too', async () => {
    const room = await roomWith(denied('sip:alice@localhost'), allowed('sip:bob@localhost'), admission('anonymous'));
    expect(await joins(room, 'alice')).toEqual([200, 200]);
    expect(await joins(room, 'carol')).toEqual([200, 200]);
    const entry = { confObjID: room.id, operation: 'create', inner: anonymousEntry('sip:alice@192.0.2.1') };
    const answer = done(await askUnproven(system, 'user', entry));
    expect(answerText(answer, 'confUserID')).toMatch(/^xcon-userid:/);
  });

  it.each([
    ['a SIP URI', 'sip:alice@localhost', 'alice', true],
    ['an XCON-USERID', 'xcon-userid:alice@localhost', 'alice', true],
    ['a domain', '*@localhost', 'alice', true],
    ['a domain with a scheme', 'sip:*@localhost', 'alice', true],
    ['a role', 'observer', 'watcher', true],
    ['another user', 'sip:bob@localhost', 'alice', false],
    ['another domain', '*@example.com', 'alice', false],
    ['another role', 'observer', 'alice', false],
  ] as const)('POL-012 %s as a target', async (_what, target, name, matches) => {
    const room = await roomWith();
    await introduce(system, 'alice', 'watcher');
    done(await boss().updateUser(room, idOf('watcher'), rolesOf('observer')));
    await boss().update(room, denied(target));
    expect(await joins(room, name)).toEqual(matches ? [403, 401] : [200, 200]);
    await boss().update(room, denied());
    await boss().update(room, admission('closedAuthenticated'));
    if (name === 'watcher') return;
    await boss().update(room, allowed(target));
    expect(await joins(room, name)).toEqual(matches ? [200, 200] : [403, 401]);
  });

  it('POL-012 a target means whoever has the identity, whatever it comes as', async () => {
    const room = await roomWith(denied('xmpp:multi@example.net'));
    const other = await roomWith(denied('sip:someone@localhost'));
    await system.account('multi', 'multi', ['sip:multi@localhost', 'xmpp:multi@example.net', 'sip:someone@localhost']);
    expect(await bySip(room.uri, 'multi')).toBe(403);
    expect(await bySip(other.uri, 'multi')).toBe(403);
    expect(await bySip((await roomWith()).uri, 'multi')).toBe(200);
  });
});

describe('membership and password', () => {
  const password = (room: MadeRoom, secret: string): string =>
    `<info:conference-description><info:conf-uris><info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>${secret}</xcon:conference-password></info:entry></info:conf-uris></info:conference-description>`;
  const withPassword = ({ uri }: MadeRoom, secret: string): string => uri.replace('@', `:${secret}@`);

  it.each(['openAuthenticated', 'closedAuthenticated', 'anonymous'])(
    'POL-015 %s: membership and a password, either and both',
    async (policy) => {
      const members = [admission(policy), allowed('sip:alice@localhost'), roomPolicy('members-only="true"')];
      const room = await roomWith(...members);
      expect([await bySip(room.uri, 'alice'), await bySip(room.uri, 'bob')]).toEqual([200, 403]);
      expect([await byControl(room, 'alice'), await byControl(room, 'bob')]).toEqual([200, 401]);
      await boss().update(room, password(room, '8601'));
      for (const [name, secret, sip, control] of [
        ['alice', '8601', 200, 200],
        ['alice', '1068', 403, 422],
        ['bob', '8601', 403, 401],
        ['bob', '1068', 403, 422],
      ] as const) {
        expect([name, secret, await bySip(withPassword(room, secret), name)]).toEqual([name, secret, sip]);
        expect([name, secret, await byControl(room, name, secret)]).toEqual([name, secret, control]);
      }
      expect([await bySip(room.uri, 'alice'), await byControl(room, 'alice')]).toEqual([403, 423]);
    },
  );

  it('POL-016 the password guards every CCMP request on the room, and the join by SIP', async () => {
    const room = await roomWith();
    await boss().update(room, password(room, '8601'));
    const info = `<confInfo entity="${room.id}"><info:conference-description><info:subject>x</info:subject></info:conference-description></confInfo>`;
    const requests = [
      ['conf', 'retrieve', ''],
      ['conf', 'update', info],
      ['users', 'retrieve', ''],
      ['users', 'update', '<usersInfo><xcon:join-handling>allow</xcon:join-handling></usersInfo>'],
      [
        'user',
        'create',
        `<userInfo entity="${idOf('boss')}"><info:endpoint entity="sip:boss@192.0.2.1"><info:joining-method>dialed-in</info:joining-method></info:endpoint></userInfo>`,
      ],
      ['user', 'retrieve', ''],
      [
        'user',
        'update',
        `<userInfo entity="${idOf('boss')}"><info:display-text>The Boss</info:display-text></userInfo>`,
      ],
      ['sidebarsByVal', undefined, ''],
      ['sidebarsByRef', undefined, ''],
      ['sidebarByVal', 'create', ''],
      ['sidebarByRef', 'create', ''],
      ['extended', 'retrieve', '<extensionName>chatHistory</extensionName><chat:history-request/>'],
      ['conf', 'delete', ''],
    ] as const;
    for (const [kind, operation, inner] of requests) {
      const parts = { confObjID: room.id, inner, ...(operation === undefined ? {} : { operation }) };
      const codes = [
        (await boss().ask(kind, parts)).code,
        (await boss().ask(kind, { ...parts, conferencePassword: '1068' })).code,
      ];
      expect([kind, operation, ...codes]).toEqual([kind, operation, 423, 422]);
      if (kind === 'conf' && operation === 'delete') break;
      const right = await boss().ask(kind, { ...parts, conferencePassword: '8601' });
      expect([kind, operation, right.code]).toEqual([kind, operation, 200]);
    }
    expect(await bySip(room.uri, 'alice')).toBe(403);
    expect(await bySip(withPassword(room, '1068'), 'alice')).toBe(403);
    expect(await bySip(withPassword(room, '8601'), 'alice')).toBe(200);
    await boss().ask('conf', { confObjID: room.id, operation: 'delete', conferencePassword: '8601' });
    expect(await bySip(withPassword(room, '8601'), 'alice')).toBe(404);
  });
});
