import { Direction, LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { control, statuses, userId, userIn, userOf, type Step } from './control.js';
import { sipOf, useControl } from './control-setup.js';
import { admit, entry, stateLog } from './replicas.js';

describe('conference control: users', () => {
  const { installation, next, ask, create, retrieve, join } = useControl();

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
    const log = await stateLog(installation().bus, bob);
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
    const log = await stateLog(installation().bus, bob);
    expect(log.at(-1)?.changes.map(({ change }) => change)).toMatchObject([
      { $case: 'left', value: { pid: bob.pid, cause: 2 } },
    ]);
    expect((await kick('alice', 'bob')).code).toBe(420);
    expect((await ask('claire', 'user', 'delete', { object })).code).toBe(200);
    expect((await stateLog(installation().bus, bob)).at(-1)?.changes[0]?.change).toMatchObject({
      $case: 'left',
      value: { cause: 1 },
    });
    expect((await ask('claire', 'user', 'delete', { object })).code).toBe(420);
    await join(made, 'bob');
  });

  it('POL-006 POL-008 a moderator lets in who waits, or turns it away', async () => {
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
    const wanted = (await stateLog(installation().bus, alice))
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

  it('CCMP-074 who is or was in the conference is called as the same participant', async () => {
    const made = await create();
    const { object } = made;
    const alice = await join(made, 'alice');
    const bob = await join(made, 'bob');
    const call = async (contact: string) => {
      const body = `<endpoint entity="${contact}"/>`;
      expect((await ask('alice', 'user', 'create', { object, entity: userId('bob'), body })).code).toBe(200);
      const changes = (await stateLog(installation().bus, alice)).flatMap((event) => event.changes);
      const wanted = changes.findLast(({ change }) => change?.$case === 'callWanted')?.change;
      const callId = wanted?.$case === 'callWanted' ? wanted.value.callId : '';
      const answered = await admit(next(), entry(sipOf(made), 'bob', { userUri: contact, callId }));
      expect((await next().context.rooms.join(answered.room, answered.chatId, 'edge-1-abc123')).kind).toBe('done');
      return answered;
    };
    const second = await call('sip:bob@192.0.2.2');
    expect(second.pid).toBe(bob.pid);
    for (const { room, chatId } of [bob, second]) await next().context.rooms.leave(room, chatId, LeaveCause.DEPARTED);
    expect((await call('sip:bob@192.0.2.3')).pid).toBe(bob.pid);
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
});
