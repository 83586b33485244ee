import { FakeClock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { nicknameProfile } from '../nickname-profile.js';
import { reservedNicknameKeys } from '../room/nickname.js';
import { testRoom, userIdOf } from '../room/testing.js';
import { localNicknames, type NicknameAllocator } from './nickname-allocator.js';
import type { PerformRequestOf } from './request.js';
import { UserTasks } from './user-tasks.js';
import type { KnownUser, Users } from './users.js';

const random = (count: number): Uint8Array => new Uint8Array(count).map((_, index) => index);
const alice: KnownUser = {
  userId: userIdOf('alice'),
  username: 'alice',
  uris: ['sip:alice@localhost'],
  displayText: '',
  email: '',
  anonymous: false,
};

describe('the allocator of nicknames', () => {
  it('NICK-X-002 NICK-X-009 NICK-X-014 knows the profile, the reserved words, and numbers', () => {
    const reservedKeys = reservedNicknameKeys(['moderator'], nicknameProfile);
    const nicknames = localNicknames({ profile: nicknameProfile, reservedKeys, random });
    expect(nicknames.prepare('Moderator')).toEqual({ kind: 'reserved' });
    expect(nicknames.prepare(' Al ')).toMatchObject({ kind: 'claim', nickname: 'Al' });
    expect(nicknames.wish('Al', alice)).toMatchObject({
      nickname: 'Al',
      variants: expect.arrayContaining([{ nickname: 'Al2', nickKey: 'al2' }]),
    });
    expect(nicknames.wish(undefined, alice)).toMatchObject({ nickname: 'alice' });
  });

  it('NICK-X-018 a registry can take its place: requests get what it gives', async () => {
    const asked: unknown[] = [];
    const registry: NicknameAllocator = {
      prepare: (text) => ({ kind: 'claim', nickname: `${text} of the registry`, nickKey: 'r' }),
      wish: (wish, user) => {
        asked.push([wish, user?.userId]);
        return { kind: 'claim', nickname: 'Given', nickKey: 'given', variants: [] };
      },
    };
    const users: Users = {
      idOf: () => Promise.resolve(alice.userId),
      find: () => Promise.resolve(alice),
      register: () => Promise.resolve(alice),
    };
    const tasks = new UserTasks({
      users,
      clock: new FakeClock(),
      random,
      domain: 'localhost',
      nicknames: registry,
      pendingMs: 1_000,
    });
    const state = testRoom({
      users: `<xcon:allowed-users-list><xcon:persistent-list>
        <xcon:user name="n" nickname="Registered" id="${alice.userId}"/></xcon:persistent-list></xcon:allowed-users-list>`,
    });
    const target = { state, parent: undefined, facts: undefined, proof: { kind: 'none' } } as const;
    const actor = { userId: alice.userId, uris: alice.uris, systemRoles: [], authenticated: true };
    const request = (operation: 'create' | 'update', wish: string): PerformRequestOf => ({
      requestId: 'r',
      requestor: { userId: alice.userId, identity: undefined },
      message: 'user',
      operation,
      object: state.xconUri,
      password: undefined,
      document: `<user xmlns="urn:ietf:params:xml:ns:conference-info" entity="${alice.userId}"${wish}/>`,
      targetUserId: '',
      source: 'here',
    });
    const given = async (operation: 'create' | 'update', wish: string): Promise<unknown> => {
      const prepared = await tasks.prepare(request(operation, wish), actor, target);
      return prepared.kind === 'task' && 'nickname' in prepared.task ? prepared.task.nickname : prepared;
    };
    expect(await given('create', ' nickname="Al"')).toMatchObject({ nickname: 'Given' });
    expect(await given('create', '')).toMatchObject({ nickname: 'Given' });
    expect(await given('update', ' nickname="Al"')).toMatchObject({ nickname: 'Al of the registry' });
    expect(asked).toEqual([
      ['Al', alice.userId],
      ['Registered', alice.userId],
    ]);
  });
});
