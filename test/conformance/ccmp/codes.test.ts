import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { answerText, ccmpRequest, postCcmp, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
const code = async (answer: Promise<{ code: number }>): Promise<number> => (await answer).code;
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const inState = (inner: string): string => `<info:conference-state>${inner}</info:conference-state>`;
const inUsers = (inner: string): string => `<info:users>${inner}</info:users>`;
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

describe('400', () => {
  it('CCMP-041 each required parameter left out, and each value that breaks the schema; nothing is changed', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const before = await documentOf(alice, room);
    const bad: readonly (readonly [string, CcmpKind, CcmpParts])[] = [
      ['no confUserID', 'conf', { operation: 'retrieve', confObjID: room.id, confUserID: '' }],
      ['no confObjID', 'conf', { operation: 'retrieve' }],
      ['no confObjID', 'conf', { operation: 'delete' }],
      ['no confInfo', 'conf', { operation: 'update', confObjID: room.id }],
      ['both', 'conf', { operation: 'create', confObjID: 'xcon:default@localhost', inner: '<confInfo/>' }],
      ['no confObjID', 'blueprint', { operation: 'retrieve' }],
      ['no confObjID', 'users', { operation: 'retrieve' }],
      ['no usersInfo', 'users', { operation: 'update', confObjID: room.id }],
      ['no confObjID', 'user', { operation: 'retrieve' }],
      ['no userInfo', 'user', { operation: 'update', confObjID: room.id }],
      ['no entity', 'user', { operation: 'update', confObjID: room.id, inner: '<userInfo/>' }],
      ['no confObjID', 'sidebarsByVal', {}],
      ['no confObjID', 'sidebarsByRef', {}],
      ['no confObjID', 'sidebarByVal', { operation: 'retrieve' }],
      ['no confObjID', 'sidebarByRef', { operation: 'retrieve' }],
      ['no extensionName', 'extended', { operation: 'retrieve', confObjID: room.id }],
      ['no XCON-URI', 'conf', { operation: 'retrieve', confObjID: 'sip:room@localhost' }],
      ['a second confInfo', 'conf', { operation: 'update', confObjID: room.id, inner: '<confInfo/><confInfo/>' }],
    ];
    for (const [what, kind, parts] of bad)
      expect([what, kind, parts.operation, (await alice.ask(kind, parts)).code]).toEqual([what, kind, parts.operation, 400]);
    for (const inner of [
      describing('<info:maximum-user-count>many</info:maximum-user-count>'),
      describing('<info:available-media><info:entry><info:type>message</info:type></info:entry></info:available-media>'),
      describing('<xcon:allow-sidebars>perhaps</xcon:allow-sidebars>'),
      inState('<info:active>soon</info:active>'),
      inUsers('<xcon:join-handling>sometimes</xcon:join-handling>'),
      inUsers('<xcon:allowed-users-list><xcon:target method="dial-in"/></xcon:allowed-users-list>'),
      '<info:conference-state><info:conference-description/></info:conference-state>',
      describing('<chat:room-policy on-empty="explode"/>'),
    ])
      expect([inner, (await alice.tryUpdate(room, inner)).code]).toEqual([inner, 400]);
    expect(await documentOf(alice, room)).toBe(before);
  });

  it('CCMP-041 whatever is cut out of a request, it is never a fault of the server', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const subject = { username: 'alice', password: 'alice' };
    const inner = `<confInfo entity="${room.id}">${describing('<info:subject>x</info:subject>')}</confInfo>`;
    const whole = ccmpRequest('conf', { subject, confUserID: alice.userId, confObjID: room.id, operation: 'update', inner });
    const headers = { 'content-type': 'application/ccmp+xml' };
    const url = `http://${address()}/ccmp`;
    for (let cut = 7; cut < whole.length; cut += 41) {
      const answer = await fetch(url, { method: 'POST', body: whole.slice(0, cut), headers });
      expect(await answer.text()).toContain('<response-code>400<');
    }
    for (let cut = 40; cut < whole.length; cut += 53) {
      const answer = await fetch(url, { method: 'POST', body: whole.slice(0, cut) + whole.slice(cut + 9), headers });
      expect(await answer.text()).not.toMatch(/<response-code>5/);
    }
  });
});

describe('who may what', () => {
  it('CCMP-042 a participant may not delete the room, change it, or put another out: 401', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = user('bob');
    await system.join(room.uri, 'bob');
    expect(await code(bob.ask('conf', { confObjID: room.id, operation: 'delete' }))).toBe(401);
    expect(await code(bob.tryUpdate(room, describing('<info:display-text>mine</info:display-text>')))).toBe(401);
    expect(await code(bob.removeUser(room, alice.userId))).toBe(401);
    expect((await documentOf(alice, room)).includes('mine')).toBe(false);
  });

  it('CCMP-043 each cell of Table 1 that is not applicable is 403', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const cells: readonly (readonly [CcmpKind, string, string])[] = [
      ...(['create', 'update', 'delete'] as const).flatMap((operation) => [
        ['blueprints', operation, ''] as const,
        ['confs', operation, ''] as const,
        ['sidebarsByVal', operation, room.id] as const,
        ['sidebarsByRef', operation, room.id] as const,
      ]),
      ['users', 'create', room.id],
      ['users', 'delete', room.id],
      ['blueprint', 'create', 'xcon:default@localhost'],
      ['blueprint', 'update', 'xcon:default@localhost'],
      ['blueprint', 'delete', 'xcon:default@localhost'],
    ];
    for (const [kind, operation, confObjID] of cells) {
      const inner = kind === 'blueprint' && operation !== 'delete' ? '<blueprintInfo entity="xcon:AUTO_GENERATE_1@localhost"/>' : '';
      const asked = { operation, inner, ...(confObjID === '' ? {} : { confObjID }) };
      expect([kind, operation, (await alice.ask(kind, asked)).code]).toEqual([kind, operation, 403]);
    }
  });

  it('CCMP-043 a sidebar where none are allowed is 403', async () => {
    const alice = user('alice');
    const room = await alice.room('default', describing('<xcon:allow-sidebars>false</xcon:allow-sidebars>'));
    for (const kind of ['sidebarByVal', 'sidebarByRef'] as const)
      expect(await code(alice.ask(kind, { confObjID: room.id, operation: 'create' }))).toBe(403);
  });

  it('CCMP-044 each message finds only objects of its kind: all others are 404', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'alice');
    const sidebar = async (kind: CcmpKind): Promise<string> =>
      answerText(done(await alice.ask(kind, { confObjID: room.id, operation: 'create' })), 'confObjID') ?? '';
    const objects = {
      conf: room.id,
      blueprint: 'xcon:default@localhost',
      sidebarByVal: await sidebar('sidebarByVal'),
      sidebarByRef: await sidebar('sidebarByRef'),
    };
    for (const message of ['conf', 'blueprint', 'sidebarByVal', 'sidebarByRef'] as const)
      for (const [kind, confObjID] of Object.entries(objects)) {
        const answer = await alice.ask(message, { confObjID, operation: 'retrieve' });
        expect([message, kind, answer.code]).toEqual([message, kind, message === kind ? 200 : 404]);
      }
    for (const message of ['conf', 'blueprint', 'sidebarByVal', 'sidebarByRef', 'users', 'user'] as const)
      expect(await code(alice.ask(message, { confObjID: 'xcon:gone@localhost', operation: 'retrieve' }))).toBe(404);
  });

  it('CCMP-045 two who change one thing from one version: the later is 409, and told the version', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const { version } = versionOf(await alice.ask('conf', { confObjID: room.id, operation: 'retrieve' }));
    const stale = (text: string): CcmpParts => ({
      confObjID: room.id,
      operation: 'update',
      inner: `<confInfo entity="${room.id}" version="${String(version)}">${describing(`<info:subject>${text}</info:subject>`)}</confInfo>`,
    });
    expect(await code(alice.ask('conf', stale('mine')))).toBe(200);
    const later = await user('operator').ask('conf', stale('yours'));
    expect([later.code, versionOf(later).version]).toEqual([409, version + 1]);
    expect(await documentOf(alice, room)).toContain('<info:subject>mine<');
    const taken = `<confInfo entity="xcon:AUTO_GENERATE_1@localhost">${describing(`<info:conf-uris><info:entry><info:uri>${room.uri}</info:uri><info:purpose>participation</info:purpose></info:entry></info:conf-uris>`)}</confInfo>`;
    expect(await code(alice.ask('conf', { operation: 'create', inner: taken }))).toBe(409);
  });

  it('CCMP-046 an entity that names no user of this system is 420', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const nobody = 'xcon-userid:nobody-at-all@localhost';
    expect(await code(alice.addUser(room, nobody, endpoint()))).toBe(420);
    expect(await code(alice.updateUser(room, nobody, '<info:display-text>N</info:display-text>'))).toBe(420);
    expect(await code(alice.removeUser(room, nobody))).toBe(420);
    const inner = `<userInfo entity="${nobody}"/>`;
    expect(await code(alice.ask('user', { confObjID: room.id, operation: 'retrieve', inner }))).toBe(420);
  });

  it('CCMP-047 an unknown requestor is 421, but not one who has no id yet and joins', async () => {
    const room = await user('alice').room('default');
    const unknown = { subject: { username: 'alice', password: 'alice' }, confUserID: 'xcon-userid:never-seen@localhost' };
    const url = `http://${address()}/ccmp`;
    for (const [kind, parts] of [
      ['conf', { operation: 'retrieve' }],
      ['user', { operation: 'create' }],
      ['users', { operation: 'retrieve' }],
    ] as const) {
      const answer = await postCcmp(url, ccmpRequest(kind, { ...unknown, confObjID: room.id, ...parts }));
      expect([kind, answer.code]).toEqual([kind, 421]);
    }
    const inner = `<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost">${endpoint()}</userInfo>`;
    const { subject } = unknown;
    const joined = await postCcmp(url, ccmpRequest('user', { subject, confObjID: room.id, operation: 'create', inner }));
    expect(joined.code).toBe(200);
  });
});

function versionOf(answer: Parameters<typeof answerText>[0]): { readonly version: number } {
  return { version: Number(answerText(answer, 'version')) };
}

describe('passwords', () => {
  it('CCMP-048 CCMP-049 a protected room: none is 423 and a wrong one 422, whatever the operation and whoever asks', async () => {
    const alice = user('alice');
    const room = await lockedRoom(alice, '8601');
    await user('bob').ask('confs');
    const asked: readonly (readonly [CcmpUser, CcmpKind, CcmpParts])[] = [
      [alice, 'conf', { operation: 'retrieve' }],
      [alice, 'conf', { operation: 'update', inner: `<confInfo entity="${room.id}">${describing('<info:subject>s</info:subject>')}</confInfo>` }],
      [alice, 'users', { operation: 'retrieve' }],
      [alice, 'users', { operation: 'update', inner: '<usersInfo/>' }],
      [user('bob'), 'user', { operation: 'create', inner: `<userInfo entity="${user('bob').userId}">${endpoint()}</userInfo>` }],
      [alice, 'user', { operation: 'delete', inner: `<userInfo entity="${user('bob').userId}"/>` }],
      [alice, 'conf', { operation: 'delete' }],
    ];
    for (const [who, kind, parts] of asked) {
      const told = async (conferencePassword?: string): Promise<number> =>
        (await who.ask(kind, { confObjID: room.id, ...parts, ...(conferencePassword === undefined ? {} : { conferencePassword }) })).code;
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
    for (const subject of [undefined, { username: 'alice', password: 'wrong' }, { username: 'no one', password: 'x' }, { username: '', password: '' }]) {
      const parts = { confUserID: user('alice').userId, confObjID: room.id, operation: 'retrieve' };
      const answer = await postCcmp(url, ccmpRequest('conf', { ...parts, ...(subject === undefined ? {} : { subject }) }));
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
    const room = await alice.room('default', describing('<chat:room-policy parent-enforced="/conference-description/subject"/>'));
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

describe('faults and limits', () => {
  it('CCMP-054 with the database away the answer is 500 without a word of it, and nothing is changed', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const before = await documentOf(alice, room);
    const [{ name } = {}] = await system.query('select current_database() as name');
    const away = await databaseAway(String(name));
    const answer = await alice.tryUpdate(room, describing('<info:subject>lost</info:subject>'));
    await away.back();
    expect(answer.code).toBe(500);
    expect(answerText(answer, 'response-string')).not.toMatch(/postgres|database|connect|ECONN/i);
    await expect.poll(async () => (await alice.ask('conf', { confObjID: room.id, operation: 'retrieve' })).code).toBe(200);
    expect(await documentOf(alice, room)).toBe(before);
  });

  it('CCMP-013 a request past its time is 510 and has no effect, also later', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const pod = await startCcmp(system, { CCMP_DEADLINE_MS: '300ms' });
    const client = new Client({ connectionString: system.stack.postgres.url });
    await client.connect();
    await client.query('begin');
    await client.query('lock table room_state.rooms in access exclusive mode');
    const late = await new CcmpUser(pod.address, 'alice').tryUpdate(room, describing('<info:subject>too late</info:subject>'));
    await client.query('rollback');
    await client.end();
    await pod.stop();
    expect(late.code).toBe(510);
    await alice.update(room, describing('<info:free-text>after it</info:free-text>'));
    const after = await documentOf(alice, room);
    expect(after).toContain('after it');
    expect(after).not.toContain('too late');
  });

  it('CCMP-013 more requests than can be at work are 510', async () => {
    const pod = await startCcmp(system, { CCMP_PENDING_MAX: '1' });
    const client = new Client({ connectionString: system.stack.postgres.url });
    await client.connect();
    await client.query('begin');
    await client.query('lock table room_state.rooms in access exclusive mode');
    const asked = ['alice', 'bob', 'carol'].map((name) =>
      new CcmpUser(pod.address, name).ask('conf', { confObjID: `xcon:${ident()}@localhost`, operation: 'retrieve' }),
    );
    await Promise.any(asked);
    await client.query('rollback');
    await client.end();
    const codes = (await Promise.all(asked)).map((answer) => answer.code);
    await pod.stop();
    expect(codes.toSorted((a, b) => a - b)).toEqual([404, 510, 510]);
  });

  it('CCMP-055 CCMP-084 a message that is switched off is 501 and not among the options', async () => {
    const pod = await startCcmp(system, { CCMP_MESSAGES_OFF: 'sidebarByRefRequest,confRequest/delete,chatHistory' });
    const alice = new CcmpUser(pod.address, 'alice');
    const room = await alice.room('default');
    expect(await code(alice.ask('sidebarByRef', { confObjID: room.id, operation: 'create' }))).toBe(501);
    expect(await code(alice.ask('conf', { confObjID: room.id, operation: 'delete' }))).toBe(501);
    expect((await alice.history(room.id)).code).toBe(501);
    expect(await code(alice.ask('conf', { confObjID: room.id, operation: 'retrieve' }))).toBe(200);
    const options = done(await alice.ask('options')).text;
    await pod.stop();
    expect(options).toContain('sidebarByValRequest');
    expect(options).not.toMatch(/sidebarByRefRequest|chatHistory/);
    expect(/<name>confRequest<\/name><operations>(.*?)<\/operations>/.exec(options)?.[1]).not.toContain('delete');
  });

  it('CCMP-056 users per room, rooms per user: beyond them 511', async () => {
    const alice = user('alice');
    const room = await alice.room('default', describing('<info:maximum-user-count>1</info:maximum-user-count>'));
    await system.join(room.uri, 'bob');
    await user('carol').ask('confs');
    expect(await code(alice.addUser(room, user('carol').userId, endpoint()))).toBe(511);

    const state = await startRoomState(system, { ROOM_STATE_ROOMS_PER_USER_MAX: '1' });
    const pod = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: state.address });
    const dave = new CcmpUser(pod.address, 'dave');
    const create = (): Promise<number> => code(dave.ask('conf', { operation: 'create' }));
    expect([await create(), await create()]).toEqual([200, 511]);
    await pod.stop();
    await state.stop();
  });
});

/** Ends every connection to the database of the system and lets none in until it is back. */
async function databaseAway(name: string): Promise<{ back(): Promise<void> }> {
  const url = new URL(system.stack.postgres.url);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query(`alter database "${name}" allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  return {
    async back() {
      await client.query(`alter database "${name}" allow_connections true`);
      await client.end();
    },
  };
}
