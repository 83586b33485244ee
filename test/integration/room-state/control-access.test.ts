import { formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { userId, viewOf, type Step } from './control.js';
import { description, sipOf, useControl } from './control-setup.js';
import { entry, stateLog } from './replicas.js';

describe('conference control: who may', () => {
  const { installation, next, ask, create, retrieve, update, join } = useControl();

  it('CCMP-046 CCMP-047 CCMP-050 SEC-008 who is asked about, and who asks', async () => {
    const { object } = await create();
    expect(
      (await ask('alice', 'user', 'create', { object, entity: 'xcon-userid:nobody9@localhost', body: '' })).code,
    ).toBe(420);
    const unknown = await next().context.conferences.perform({
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
    const mallory = await next().context.conferences.perform({
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
    const { rows } = await next().context.database.pool.query('select r::text as text from room_state.rooms r');
    expect(JSON.stringify(rows)).not.toContain('Gebäude');
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
    expect((await stateLog(installation().bus, alice)).at(-1)?.changes.map(({ change }) => change?.$case)).toContain(
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

  it('POL-013 POL-022 a ban puts out and keeps out until it is lifted', async () => {
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
    expect((await stateLog(installation().bus, bob)).at(-1)?.changes.map(({ change }) => change?.$case)).toContain(
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
});
