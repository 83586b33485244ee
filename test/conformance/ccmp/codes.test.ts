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
const inState = (inner: string): string => `<info:conference-state>${inner}</info:conference-state>`;
const inUsers = (inner: string): string => `<info:users>${inner}</info:users>`;
const endpoint = (): string => `<info:endpoint entity="sip:${ident()}@127.0.0.1:9"/>`;

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
      expect([what, kind, parts.operation, (await alice.ask(kind, parts)).code]).toEqual([
        what,
        kind,
        parts.operation,
        400,
      ]);
    for (const inner of [
      describing('<info:maximum-user-count>many</info:maximum-user-count>'),
      describing(
        '<info:available-media><info:entry><info:type>message</info:type></info:entry></info:available-media>',
      ),
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
    const whole = ccmpRequest('conf', {
      subject,
      confUserID: alice.userId,
      confObjID: room.id,
      operation: 'update',
      inner,
    });
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
      const inner =
        kind === 'blueprint' && operation !== 'delete'
          ? '<blueprintInfo entity="xcon:AUTO_GENERATE_1@localhost"/>'
          : '';
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
    const unknown = {
      subject: { username: 'alice', password: 'alice' },
      confUserID: 'xcon-userid:never-seen@localhost',
    };
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
    const joined = await postCcmp(
      url,
      ccmpRequest('user', { subject, confObjID: room.id, operation: 'create', inner }),
    );
    expect(joined.code).toBe(200);
  });
});

function versionOf(answer: Parameters<typeof answerText>[0]): { readonly version: number } {
  return { version: Number(answerText(answer, 'version')) };
}
