import { Direction, LeaveCause } from '@plenary/proto/chat';
import type { ConferenceUri, RoomId } from '@plenary/wire';
import type { Performed } from '@plenary/room-state';
import { formatDocument } from '@plenary/xcon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { control, statuses, userId, userIn, userOf, viewOf, type Step } from './control.js';
import {
  admit,
  changeNames,
  enter,
  entry,
  install,
  stateLog,
  type Entered,
  type Installation,
  type Replica,
} from './replicas.js';

describe('conference control', () => {
  let installation: Installation;
  let replicas: Replica[];
  let turn = 0;
  beforeAll(async () => {
    installation = await install('memory');
    const env = { PLENARY_DEMO: 'true', ROOM_STATE_SWEEP_MS: '3600000' };
    replicas = [await installation.start(env), await installation.start(env)];
    const { authentication } = next().context.reads;
    for (const name of ['alice', 'bob', 'carol', 'dan', 'eve', 'claire', 'duck', 'mallory'])
      await authentication.byPassword(name, name, '');
  });
  afterAll(() => installation.close());

  /** Each step goes to the other replica. */
  const next = (): Replica => replicas[++turn % replicas.length] as Replica;
  const ask = (by: string, message: Step['message'], operation: Step['operation'], step: Partial<Step> = {}) =>
    control(next(), { by, message, operation, ...step });
  const create = async (by = 'alice', body?: string): Promise<Performed> => {
    const made = await ask(by, 'conf', 'create', body === undefined ? {} : { body });
    expect(made).toMatchObject({ code: 200, version: 1n });
    return made;
  };
  const sipOf = (made: Performed): string => viewOf(made).confUris.find(({ uri }) => uri.startsWith('sip:'))?.uri ?? '';
  const retrieve = (object: string, by = 'alice', step: Partial<Step> = {}) =>
    ask(by, 'conf', 'retrieve', { object, ...step });
  const update = (object: string, body: string, by = 'alice', step: Partial<Step> = {}) =>
    ask(by, 'conf', 'update', { object, body, ...step });
  const join = (made: Performed, user: string): Promise<Entered> => enter(next(), sipOf(made), user);
  const description = (inner: string): string => `<conference-description>${inner}</conference-description>`;

  it('FLOW-6503 CCMP-070 VER-001 VER-002 the sequence of RFC 6503 section 6 has each version as stated', async () => {
    const made = await ask('alice', 'conf', 'create', { object: 'xcon:moderated@localhost' });
    expect(made).toMatchObject({ code: 200, version: 1n, userId: userId('alice') });
    const { object } = made;
    expect(await update(object, description('<display-text>Staff</display-text>'))).toMatchObject({
      code: 200,
      version: 2n,
    });
    const list = `<xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-out"/></xcon:allowed-users-list>`;
    expect(await ask('alice', 'users', 'update', { object, body: list })).toMatchObject({ code: 200, version: 3n });
    const self = await ask('alice', 'user', 'create', { object });
    expect(self).toMatchObject({ code: 200, version: 4n });
    expect(userOf(self)).toMatchObject({ entity: userId('alice'), nickname: 'alice' });
    const ciccio = await ask('alice', 'user', 'create', {
      object,
      entity: 'xcon-userid:AUTO_GENERATE_1@localhost',
      body: '<display-text>Ciccio</display-text><endpoint entity="sip:ciccio@example.com"/>',
    });
    expect(ciccio).toMatchObject({ code: 200, version: 5n });
    expect(userOf(ciccio).entity).toMatch(/^xcon-userid:[a-z0-9]{26}@localhost$/);
    expect(userOf(ciccio).nickname).toBe('Ciccio');
  });

  it('CCMP-067 CONF-004 CONF-012 POL-004 without a word an object is a clone of the default blueprint, its creator administrator', async () => {
    const made = await create();
    const view = viewOf(made);
    expect(view).toMatchObject({ entity: made.object, active: false, allowSidebars: true });
    expect(view.users).toMatchObject([{ entity: userId('alice'), roles: ['administrator'] }]);
    expect(made.object).toMatch(/^xcon:[a-z0-9]{26}@localhost$/);
    const alice = await join(made, 'alice');
    const now = await retrieve(made.object);
    expect(now.version).toBe(2n);
    expect(viewOf(now)).toMatchObject({ active: true, userCount: 1 });
    expect(statuses(userIn(now, 'alice'))).toEqual(['connected']);
    expect(changeNames((await stateLog(installation.bus, alice))[1]!)).toEqual(['joined', 'conferenceChanged']);
  });

  it('CCMP-034 CCMP-066 FLOW-5.3 FLOW-5.4 what a client may name, and what not', async () => {
    const named = await ask('alice', 'conf', 'create', {
      entity: 'xcon:AUTO_GENERATE_1@localhost',
      body: description('<subject>x</subject>'),
    });
    expect(named.code).toBe(200);
    expect(formatDocument(named.document!)).not.toContain('AUTO_GENERATE');
    expect((await ask('alice', 'conf', 'create', { entity: named.object, body: '' })).code).toBe(409);
    expect((await ask('alice', 'conf', 'create', { entity: 'xcon:mine@localhost', body: '' })).code).toBe(400);
    expect(
      (await ask('alice', 'conf', 'create', { entity: 'xcon:AUTO_GENERATE_1@other.example', body: '' })).code,
    ).toBe(427);
    const time =
      '<xcon:conference-time><xcon:entry><xcon:base>no calendar</xcon:base></xcon:entry></xcon:conference-time>';
    expect((await ask('alice', 'conf', 'create', { body: description(time) })).code).toBe(400);
    expect(
      (await ask('alice', 'conf', 'create', { object: 'xcon:default@localhost', body: description('') })).code,
    ).toBe(400);
    expect((await ask('alice', 'conf', 'create', { object: 'xcon:nothing@localhost' })).code).toBe(404);
    const clone = await ask('alice', 'conf', 'create', { object: named.object });
    expect(clone).toMatchObject({ code: 200, version: 1n });
    expect(viewOf(clone)).toMatchObject({ cloningParent: named.object, subject: 'x' });
    expect((await update(named.object, description('<subject>y</subject>'))).code).toBe(200);
    expect(viewOf(await retrieve(clone.object)).subject).toBe('x');
    await join(named, 'alice');
    expect((await ask('alice', 'conf', 'create', { object: named.object })).code).toBe(403);
  });

  it('CCMP-033 VER-004 updates merge by element; a stale one collides only where somebody else was', async () => {
    const { object } = await create('alice', description('<display-text>One</display-text><subject>A</subject>'));
    const title = (text: string): string => description(`<display-text>${text}</display-text>`);
    expect((await update(object, title('Two'), 'alice', { version: 1n, entity: object })).version).toBe(2n);
    expect(await update(object, title('Three'), 'alice', { version: 1n, entity: object })).toMatchObject({ code: 409 });
    const disjoint = await update(object, description('<subject>B</subject>'), 'alice', {
      version: 1n,
      entity: object,
    });
    expect(disjoint).toMatchObject({ code: 200, version: 3n });
    expect(viewOf(disjoint)).toMatchObject({ displayText: 'Two', subject: 'B' });
    expect(viewOf(await update(object, title(''))).displayText).toBe('');
    const same = await update(object, description('<subject>B</subject>'));
    expect(same).toMatchObject({ code: 200, version: 4n });
  });

  it('CCMP-027 50 updates on two replicas have versions without a gap', async () => {
    const { object } = await create();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => update(object, description(`<subject>${String(index)}</subject>`))),
    );
    expect(answers.map(({ version }) => Number(version)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 2),
    );
  });

  it('CCMP-042 CCMP-043 CCMP-044 LOG-004 POL-001 who may not is told so, and nothing changes', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'bob');
    expect((await update(object, description('<subject>mine</subject>'), 'bob')).code).toBe(401);
    expect(
      (await update(object, '<conference-state><chat:logging active="true"/></conference-state>', 'bob')).code,
    ).toBe(401);
    expect((await ask('bob', 'conf', 'delete', { object })).code).toBe(401);
    expect((await retrieve('xcon:default@localhost')).code).toBe(404);
    expect((await ask('alice', 'blueprint', 'retrieve', { object })).code).toBe(404);
    expect(
      (await ask('alice', 'blueprint', 'update', { object: 'xcon:default@localhost', body: description('') })).code,
    ).toBe(403);
    expect((await ask('alice', 'sidebar-by-val', 'retrieve', { object })).code).toBe(404);
    expect((await ask('carol', 'conf', 'retrieve', { object })).code).toBe(401);
    expect((await update(object, '<conference-state><chat:logging active="true"/></conference-state>')).code).toBe(200);
    const { version, document } = await retrieve(object);
    expect(version).toBe(3n);
    expect(viewOf({ document } as Performed).logging).toMatchObject({ active: true, by: userId('alice') });
  });

  it('CCMP-046 CCMP-047 CCMP-050 SEC-008 who is asked about, and who asks', async () => {
    const { object } = await create();
    expect(
      (await ask('alice', 'user', 'create', { object, entity: 'xcon-userid:nobody9@localhost', body: '' })).code,
    ).toBe(420);
    const unknown = await replicas[0]!.context.conferences.perform({
      requestId: '',
      message: 'conf',
      operation: 'retrieve',
      object,
      password: undefined,
      document: '',
      targetUserId: '',
      source: '',
      requestor: {
        userId: 'xcon-userid:ghost@localhost',
        identity: undefined,
      },
    });
    expect(unknown.code).toBe(421);
    const mallory = await replicas[0]!.context.conferences.perform({
      requestId: '',
      message: 'conf',
      operation: 'retrieve',
      object,
      password: undefined,
      document: '',
      targetUserId: '',
      source: '',
      requestor: {
        userId: userId('alice'),
        identity: {
          username: 'mallory',
          uris: ['sip:mallory@localhost'],
          systemRoles: [],
          userIds: [userId('mallory')],
        },
      },
    });
    expect(mallory.code).toBe(401);
    expect(
      (
        await ask('', 'user', 'create', {
          object,
          entity: 'xcon-userid:AUTO_GENERATE_1@localhost',
          body: '<endpoint entity="sip:x@example.com"/>',
        })
      ).code,
    ).toBe(424);
  });

  it('CCMP-048 CCMP-049 POL-016 POL-017 FLOW-6.5 a password guards the conference, and is never shown', async () => {
    const made = await ask('alice', 'conf', 'create', { object: 'xcon:password@localhost' });
    const password = viewOf(made).confUris.flatMap(({ passwords }) => passwords)[0] ?? '';
    expect(password).toMatch(/^[a-z2-9]{10}$/);
    const { object } = made;
    expect((await retrieve(object)).code).toBe(423);
    expect((await retrieve(object, 'alice', { password: 'wrong' })).code).toBe(422);
    const shown = await retrieve(object, 'alice', { password });
    expect(shown.code).toBe(200);
    expect(formatDocument(shown.document!)).not.toContain(password);
    for (const [message, operation] of [
      ['conf', 'update'],
      ['conf', 'delete'],
      ['users', 'retrieve'],
      ['user', 'delete'],
      ['user', 'create'],
    ] as const)
      expect((await ask('alice', message, operation, { object })).code).toBe(423);
    const uri = sipOf(made);
    const refusal = async (given?: string) => {
      const answer = await next().context.rooms.admit(entry(uri, 'bob', { password: given }));
      return answer.kind === 'refused' ? answer.code : answer.kind;
    };
    expect(await refusal()).toBe('password-required');
    expect(await refusal('nope')).toBe('password-wrong');
    expect(await refusal(password)).toBe('admitted');
    const change = description(
      `<conf-uris><entry><uri>${uri}</uri><xcon:conference-password>Gebäude</xcon:conference-password></entry></conf-uris>`,
    );
    expect((await update(object, change, 'alice', { password })).code).toBe(200);
    expect(await refusal(password)).toBe('password-wrong');
    expect(await refusal('Geba\u0308ude')).toBe('admitted');
    const { rows } = await replicas[0]!.context.database.pool.query('select r::text as text from room_state.rooms r');
    expect(JSON.stringify(rows)).not.toContain('Gebäude');
  });

  it('CCMP-079 POL-018 FLOOR-004 FLOW-6.2 a moderator mutes and gives voice; oneself only narrows', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'alice');
    const bob = await join(made, 'bob');
    await join(made, 'carol');
    const media = (status: string): Partial<Step> => ({
      object,
      entity: userId('bob'),
      body: `<endpoint entity="${bob.chatId}"><media id="1"><status>${status}</status></media></endpoint>`,
    });
    expect((await ask('carol', 'user', 'update', media('recvonly'))).code).toBe(401);
    expect((await ask('alice', 'user', 'update', media('recvonly'))).code).toBe(200);
    const log = await stateLog(installation.bus, bob);
    expect(log.at(-1)?.changes[0]?.change).toEqual({
      $case: 'mediaChanged',
      value: { pid: bob.pid, chatId: bob.chatId, allowed: Direction.RECVONLY },
    });
    expect((await ask('bob', 'user', 'update', media('sendrecv'))).code).toBe(426);
    expect((await ask('alice', 'user', 'update', media('sendrecv'))).code).toBe(200);
    expect((await ask('bob', 'user', 'update', media('recvonly'))).code).toBe(200);
    expect((await ask('bob', 'user', 'update', media('sendrecv'))).code).toBe(200);
    const mixer = `<endpoint entity="${bob.chatId}"><media id="1"><xcon:to-mixer name="AudioIn"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></xcon:to-mixer></media></endpoint>`;
    expect((await ask('alice', 'user', 'update', { object, entity: userId('bob'), body: mixer })).code).toBe(200);
    const room = await next().context.rooms.view({ room: bob.room });
    expect(room?.roster.find(({ pid }) => pid === bob.pid)?.endpoints[0]?.allowed).toBe(Direction.RECVONLY);
  });

  it('POL-021 CCMP-052 roles are given by those who have them, the last administrator stays one', async () => {
    const made = await create();
    const { object } = made;
    const alice = await join(made, 'alice');
    await join(made, 'bob');
    const role = (name: string, to: string): Partial<Step> => ({
      object,
      entity: userId(name),
      body: `<roles><entry>${to}</entry></roles>`,
    });
    expect((await ask('bob', 'user', 'update', role('bob', 'moderator'))).code).toBe(426);
    expect((await ask('alice', 'user', 'update', role('bob', 'moderator'))).code).toBe(200);
    expect((await stateLog(installation.bus, alice)).at(-1)?.changes.map(({ change }) => change?.$case)).toContain(
      'rolesChanged',
    );
    expect((await ask('bob', 'user', 'update', role('carol', 'administrator'))).code).toBe(426);
    expect((await ask('bob', 'user', 'update', role('carol', 'moderator'))).code).toBe(200);
    expect((await ask('bob', 'user', 'update', role('alice', 'participant'))).code).toBe(426);
    expect((await ask('alice', 'user', 'update', role('alice', 'participant'))).code).toBe(426);
    expect(
      (await ask('bob', 'users', 'update', { object, body: '<xcon:join-handling>block</xcon:join-handling>' })).code,
    ).toBe(200);
    await join(made, 'alice');
    const refusal = await next().context.rooms.admit(entry(sipOf(made), 'dan'));
    expect(refusal).toEqual({ kind: 'refused', code: 'not-a-member' });
  });

  it('CCMP-080 CCMP-081 POL-014 FLOW-8.1 kick and exit', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'alice');
    const bob = await join(made, 'bob');
    await join(made, 'claire');
    await join(made, 'duck');
    const kick = (by: string, whom: string) => ask(by, 'user', 'delete', { object, entity: userId(whom), body: '' });
    expect((await kick('duck', 'claire')).code).toBe(401);
    const kicked = await kick('alice', 'bob');
    expect(kicked).toMatchObject({ code: 200, document: undefined });
    const log = await stateLog(installation.bus, bob);
    expect(log.at(-1)?.changes.map(({ change }) => change)).toMatchObject([
      { $case: 'left', value: { pid: bob.pid, cause: 2 } },
    ]);
    expect((await kick('alice', 'bob')).code).toBe(420);
    expect((await ask('claire', 'user', 'delete', { object })).code).toBe(200);
    expect((await stateLog(installation.bus, bob)).at(-1)?.changes[0]?.change).toMatchObject({
      $case: 'left',
      value: { cause: 1 },
    });
    expect((await ask('claire', 'user', 'delete', { object })).code).toBe(420);
    await join(made, 'bob');
  });

  it('POL-013 POL-022 Q14 a ban puts out and keeps out until it is lifted', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'alice');
    const bob = await join(made, 'bob');
    const deny = (uris: readonly string[]): string =>
      `<xcon:deny-users-list>${uris.map((uri) => `<xcon:target uri="${uri}"/>`).join('')}</xcon:deny-users-list>`;
    const denied = deny(['sip:bob@LOCALHOST;transport=tcp', '*@evil.example']);
    expect((await ask('alice', 'users', 'update', { object, body: denied })).code).toBe(200);
    expect(await next().context.rooms.admit(entry(sipOf(made), 'x', { userUri: 'sip:x@evil.example' }))).toEqual({
      kind: 'refused',
      code: 'not-a-member',
    });
    expect((await stateLog(installation.bus, bob)).at(-1)?.changes.map(({ change }) => change?.$case)).toContain(
      'left',
    );
    expect(await next().context.rooms.admit(entry(sipOf(made), 'bob'))).toEqual({
      kind: 'refused',
      code: 'not-a-member',
    });
    expect((await ask('bob', 'user', 'create', { object })).code).toBe(401);
    expect((await ask('alice', 'user', 'create', { object, entity: userId('bob'), body: '' })).code).toBe(409);
    expect((await ask('alice', 'users', 'update', { object, body: '<xcon:deny-users-list/>' })).code).toBe(200);
    await join(made, 'bob');
  });

  it('POL-006 POL-008 FLOW-6 a moderator lets in who waits, or turns it away', async () => {
    const made = await create('alice', '<users><xcon:join-handling>confirm</xcon:join-handling></users>');
    const { object } = made;
    await join(made, 'alice');
    const wait = async (user: string) => {
      const answer = await next().context.rooms.admit(entry(sipOf(made), user));
      if (answer.kind !== 'pending') throw new Error(answer.kind);
      return answer;
    };
    const bob = await wait('bob');
    expect(statuses(userIn(await retrieve(object), 'bob'))).toEqual(['pending']);
    const decide = (name: string, chatId: string, status: string) =>
      ask('alice', 'user', 'update', {
        object,
        entity: userId(name),
        body: `<endpoint entity="${chatId}"><status>${status}</status></endpoint>`,
      });
    expect((await decide('bob', bob.chatId, 'connected')).code).toBe(200);
    const seated = await next().context.rooms.admit(entry(sipOf(made), 'bob', { pendingChatId: bob.chatId }));
    expect(seated).toMatchObject({ kind: 'admitted', chatId: bob.chatId });
    expect(await next().context.rooms.join(bob.room, bob.chatId, 'edge-1-abc123')).toMatchObject({ kind: 'done' });
    const carol = await wait('carol');
    expect((await ask('alice', 'user', 'delete', { object, entity: userId('carol'), body: '' })).code).toBe(200);
    const turned = await next().context.rooms.admit(entry(sipOf(made), 'carol', { pendingChatId: carol.chatId }));
    expect(turned).toEqual({ kind: 'refused', code: 'declined' });
    const byControl = await ask('dan', 'user', 'create', {
      object,
      entity: userId('dan'),
      body: '<endpoint entity="sip:dan@example.com"/>',
    });
    expect(byControl).toMatchObject({ code: 200 });
  });

  it('CCMP-074 CCMP-077 CONF-019 NICK-X-008 NICK-X-009 CHAT-X-005 who is added is called, and gets a nickname', async () => {
    const made = await create();
    const { object } = made;
    const alice = await join(made, 'alice');
    await next().context.rooms.claimNickname(alice.room, alice.chatId, 'Bob', '');
    const add = (entity: string, body: string) => ask('alice', 'user', 'create', { object, entity, body });
    const first = await add(userId('bob'), '<endpoint entity="sip:bob@192.0.2.1"/>');
    expect(userOf(first)).toMatchObject({ entity: userId('bob'), nickname: 'bob2' });
    const wanted = (await stateLog(installation.bus, alice))
      .at(-1)
      ?.changes.map(({ change }) => change)
      .find((change) => change?.$case === 'callWanted');
    if (wanted?.$case !== 'callWanted') throw new Error('nobody is called');
    expect(wanted.value).toMatchObject({ uri: 'sip:bob@192.0.2.1', userId: userId('bob') });
    expect((await add(userId('bob'), '')).code).toBe(409);
    const taken = { userUri: 'sip:bob@192.0.2.1', callId: wanted.value.callId };
    const admitted = await admit(next(), entry(sipOf(made), 'bob', taken));
    const again = await next().context.rooms.admit(entry(sipOf(made), 'bob', taken));
    expect(again).toEqual({ kind: 'refused', code: 'no-such-call' });
    await next().context.rooms.join(admitted.room, admitted.chatId, 'edge-1-abc123');
    const shown = await ask('alice', 'user', 'retrieve', { object, entity: userId('bob'), body: '' });
    expect(userOf(shown)).toMatchObject({
      nickname: 'bob2',
      endpoints: [{ status: 'connected', joiningMethod: 'dialed-out' }],
    });
    const carol = await add('xcon-userid:AUTO_GENERATE_1@localhost', '<endpoint entity="sip:carol@example.com"/>');
    const twice = await add('xcon-userid:AUTO_GENERATE_1@localhost', '<endpoint entity="sip:carol@example.com"/>');
    expect([carol.code, twice.code]).toEqual([200, 409]);
    expect((await add(userId('dan'), `<endpoint entity="sip:dan@example.com"/>`)).code).toBe(200);
    expect((await ask('bob', 'user', 'create', { object, entity: userId('eve'), body: '' })).code).toBe(401);
  });

  it('NICK-X-011 CHAT-X-010 a nickname is changed by control, and the old one stays when the new one is taken', async () => {
    const made = await create();
    const { object } = made;
    const alice = await join(made, 'alice');
    const bob = await join(made, 'bob');
    await next().context.rooms.claimNickname(alice.room, alice.chatId, 'Ann', '');
    await next().context.rooms.claimNickname(bob.room, bob.chatId, 'Bo', '');
    const rename = (by: string, to: string) =>
      control(next(), { by, message: 'user', operation: 'update', object, entity: userId(by), body: '' }).then(() =>
        next().context.conferences.perform({
          requestId: '',
          message: 'user',
          operation: 'update',
          object,
          password: undefined,
          targetUserId: '',
          source: '',
          requestor: {
            userId: userId(by),
            identity: {
              username: by,
              uris: [`sip:${by}@localhost`],
              systemRoles: [],
              userIds: [userId(by)],
            },
          },
          document: `<user xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" entity="${userId(by)}" xcon:nickname="${to}"/>`,
        }),
      );
    expect((await rename('bob', 'ANN')).code).toBe(409);
    const nicknames = async () =>
      (await next().context.rooms.view({ room: bob.room }))?.roster.map(({ nickname }) => nickname);
    expect(await nicknames()).toEqual(['Ann', 'Bo']);
    expect((await rename('bob', 'Bobby')).code).toBe(200);
    expect((await rename('alice', 'Bo')).code).toBe(200);
    expect(await nicknames()).toEqual(['Bo', 'Bobby']);
  });

  it('SIDE-001..SIDE-008 CCMP-051 FLOW-7.1 a by-val sidebar of those in the conference', async () => {
    const made = await create();
    const { object } = made;
    for (const name of ['alice', 'bob', 'carol']) await join(made, name);
    const before = (await retrieve(object)).version;
    const sidebar = await ask('alice', 'sidebar-by-val', 'create', { object });
    expect(sidebar).toMatchObject({ code: 200, version: 1n });
    expect(viewOf(sidebar)).toMatchObject({ sidebarParent: object, active: false });
    expect(viewOf(sidebar).allowed).toHaveLength(3);
    const main = await retrieve(object);
    expect(main.version).toBe(before + 1n);
    expect(viewOf(main).sidebarsByVal).toEqual([sidebar.object]);
    const list = `<users><xcon:allowed-users-list><xcon:target uri="${userId('alice')}" method="dial-out"/>
      <xcon:target uri="${userId('bob')}" method="dial-out"/></xcon:allowed-users-list></users>`.replace(
      />\s+</g,
      '><',
    );
    const changed = await ask('alice', 'sidebar-by-val', 'update', { object: sidebar.object, body: list });
    expect(changed).toMatchObject({ code: 200, version: 2n });
    expect((await ask('carol', 'user', 'create', { object: sidebar.object })).code).toBe(401);
    expect(
      (await ask('alice', 'user', 'create', { object: sidebar.object, entity: userId('dan'), body: '' })).code,
    ).toBe(409);
    expect((await retrieve(sidebar.object)).code).toBe(404);
    expect((await ask('alice', 'sidebar-by-ref', 'retrieve', { object: sidebar.object })).code).toBe(404);
    await join(sidebar, 'alice');
    expect((await ask('alice', 'conf', 'delete', { object })).code).toBe(425);
    expect((await ask('alice', 'sidebar-by-val', 'delete', { object: sidebar.object })).code).toBe(200);
    expect(viewOf(await retrieve(object)).sidebarsByVal).toEqual([]);
    expect((await ask('alice', 'sidebar-by-val', 'delete', { object: sidebar.object })).code).toBe(404);
    expect((await ask('alice', 'conf', 'delete', { object })).code).toBe(200);
    expect((await retrieve(object)).code).toBe(404);
  });

  it('SIDE-003 SIDE-012 FLOW-7.4 a by-ref sidebar that repeats the conference’s medium receives its messages', async () => {
    const made = await create();
    for (const name of ['bob', 'carol']) await join(made, name);
    const sidebar = await ask('alice', 'sidebar-by-ref', 'create', { object: made.object });
    expect(sidebar).toMatchObject({ code: 200, version: 1n });
    const main = await next().context.rooms.view({ conferenceUri: sipOf(made) });
    const side = await next().context.rooms.view({ conferenceUri: sipOf(sidebar) });
    expect(side?.policy).toMatchObject({ hearsRoom: main?.room, hearsShard: main?.shard });
    const [label] = viewOf(sidebar).availableMedia.map((medium) => medium.label);
    const inactive = description(
      `<available-media><entry label="${label ?? ''}"><status>inactive</status></entry></available-media>`,
    );
    const quiet = await ask('alice', 'sidebar-by-ref', 'update', { object: sidebar.object, body: inactive });
    expect(quiet).toMatchObject({ code: 200, version: 2n });
    expect((await next().context.rooms.view({ conferenceUri: sipOf(sidebar) }))?.policy).toMatchObject({
      hearsRoom: '',
    });
    expect((await ask('alice', 'sidebar-by-val', 'create', { object: sidebar.object })).code).toBe(404);
  });

  it('CONF-022 ROOM-013 VENUE-001 VENUE-002 VENUE-005 VENUE-006 a deleted conference is gone, or shows the way', async () => {
    const old = await create();
    const fresh = await create();
    const alice = await join(old, 'alice');
    await join(old, 'bob');
    const venue = (uri: string): string => description(`<chat:alternate-venue uri="${uri}" reason="moved"/>`);
    expect((await update(old.object, venue(old.object))).code).toBe(409);
    expect((await update(old.object, venue('xcon:nowhere@localhost'))).code).toBe(409);
    expect((await update(old.object, venue(fresh.object))).code).toBe(200);
    expect((await update(fresh.object, venue(old.object))).code).toBe(409);
    const gone = await ask('alice', 'conf', 'delete', { object: old.object });
    expect(gone).toMatchObject({ code: 200, version: 0n, object: old.object, document: undefined });
    expect((await stateLog(installation.bus, alice)).at(-1)?.changes[0]?.change).toEqual({
      $case: 'roomClosed',
      value: { reason: 'moved', successorUri: sipOf(fresh) },
    });
    expect(await retrieve(old.object, 'bob')).toMatchObject({ code: 404, venue: fresh.object });
    expect(await next().context.rooms.admit(entry(sipOf(old), 'bob'))).toEqual({
      kind: 'moved',
      conferenceUri: sipOf(fresh),
      xconUri: fresh.object,
    });
    expect((await ask('alice', 'conf', 'delete', { object: fresh.object })).code).toBe(200);
    expect(await retrieve(fresh.object)).toMatchObject({ code: 404, venue: '' });
    const again = await enter(next(), sipOf(fresh), 'carol');
    expect(again.room).not.toBe(alice.room);
  });

  it('CHAT-X-011 an ad-hoc room goes after its grace time, unless somebody comes back', async () => {
    const uri = 'sip:short-lived@localhost' as ConferenceUri;
    const alice = await enter(next(), uri, 'alice');
    await next().context.rooms.leave(alice.room, alice.chatId, LeaveCause.DEPARTED);
    const age = (room: RoomId) =>
      replicas[0]!.context.database.pool.query(
        `update room_state.rooms set version = version, empty_since = empty_since - interval '1 h', next_due_at = now() - interval '1 s' where id = $1`,
        [room],
      );
    const back = await enter(next(), uri, 'alice');
    expect(back.room).toBe(alice.room);
    await replicas[0]!.server.tasks.sweep();
    expect(await next().context.rooms.view({ conferenceUri: uri })).toBeDefined();
    await next().context.rooms.leave(back.room, back.chatId, LeaveCause.DEPARTED);
    await age(alice.room);
    const third = await installation.start({ PLENARY_DEMO: 'true', ROOM_STATE_SWEEP_MS: '3600000' });
    await third.server.tasks.sweep();
    await third.stop();
    expect(await next().context.rooms.view({ conferenceUri: uri })).toBeUndefined();
    expect((await enter(next(), uri, 'bob')).room).not.toBe(alice.room);
  });

  it('CCMP-056 SEC-006 limits are told as such', async () => {
    const small = await create(
      'alice',
      description('<maximum-user-count>1</maximum-user-count><chat:room-policy max-bans="1"/>'),
    );
    await join(small, 'alice');
    expect((await ask('bob', 'user', 'create', { object: small.object })).code).toBe(511);
    const deny =
      '<xcon:deny-users-list><xcon:target uri="sip:a@x.example"/><xcon:target uri="sip:b@x.example"/></xcon:deny-users-list>';
    expect((await ask('alice', 'users', 'update', { object: small.object, body: deny })).code).toBe(511);
  });
});
