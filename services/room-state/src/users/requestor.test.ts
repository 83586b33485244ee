import type { Identity } from '@plenary/proto/roomstate';
import type { UserId } from '@plenary/wire';
import { expect, it } from 'vitest';
import type { KnownUser } from '../conference/users.js';
import { resolveRequestor, type RequestorUsers } from './requestor.js';

function user(name: string, change: Partial<KnownUser> = {}): KnownUser {
  const userId = `xcon-userid:${name}@example.com` as UserId;
  return {
    userId,
    username: name,
    uris: [`sip:${name}@example.com`],
    displayText: '',
    email: '',
    anonymous: false,
    ...change,
  };
}

const known = [
  user('alice'),
  user('alice2', { username: 'alice', uris: ['sip:alice@mobile.example'] }),
  user('bob'),
  user('ghost', { username: '', uris: [], anonymous: true }),
];

const users: RequestorUsers = {
  find: async (id) => known.find(({ userId }) => userId === id.toLowerCase()),
  proven: async ({ uris }) =>
    known.find((one) => uris.some((uri) => one.uris.includes(uri)))?.userId ?? ('none' as UserId),
  idsOf: async ({ username }) => known.filter((one) => one.username === username).map(({ userId }) => userId),
};

const identity = (userIds: readonly string[]): Identity => ({
  username: 'alice',
  uris: ['sip:alice@example.com', 'sip:alice@mobile.example'],
  systemRoles: ['administrator'],
  userIds: [...userIds],
});
const alice = 'xcon-userid:alice@example.com';
const resolve = (userId: string, proof?: Identity) => resolveRequestor({ userId, identity: proof }, users);

it('XCON-008 a proven user is who it says, in any case', async () => {
  const resolved = await resolve('xcon-userid:ALICE@example.com', identity([alice]));
  expect(resolved).toMatchObject({ actor: { userId: alice, systemRoles: ['administrator'], authenticated: true } });
});

it('XCON-007 each of several ids is authorised by itself, by the URIs that are mapped to it', async () => {
  const second = await resolve('xcon-userid:alice2@example.com', identity([alice]));
  expect(second).toMatchObject({ actor: { uris: ['sip:alice@mobile.example'], authenticated: true } });
  const first = await resolve(alice, identity([]));
  expect(first).toMatchObject({ actor: { uris: ['sip:alice@example.com'] } });
});

it('SEC-008 an id that is somebody else’s is not bound to the subject', async () => {
  expect(await resolve('xcon-userid:bob@example.com', identity([alice]))).toEqual({
    kind: 'refused',
    code: 'not-bound',
  });
  expect(await resolve('xcon-userid:ghost@example.com', identity([alice]))).toEqual({
    kind: 'refused',
    code: 'not-bound',
  });
});

it('CCMP-047 CCMP-035 an id nobody has is unknown, before anything is said of its binding', async () => {
  expect(await resolve('xcon-userid:nobody@example.com', identity([alice]))).toEqual({
    kind: 'refused',
    code: 'unknown-user',
  });
  expect(await resolve('xcon-userid:nobody@example.com')).toEqual({ kind: 'refused', code: 'unknown-user' });
});

it('CCMP-050 SEC-008 without a proof only somebody who never proved anything may be named', async () => {
  expect(await resolve(alice)).toEqual({ kind: 'refused', code: 'unauthenticated' });
  expect(await resolve('xcon-userid:ghost@example.com')).toMatchObject({
    actor: { userId: 'xcon-userid:ghost@example.com', uris: [], systemRoles: [], authenticated: false },
  });
});

it('an identity without an id acts under its first; nobody at all is nobody', async () => {
  expect(await resolve('', identity([alice]))).toMatchObject({ actor: { userId: alice } });
  expect(await resolve('', identity([]))).toMatchObject({ actor: { userId: alice } });
  for (const requestor of [undefined, { userId: '', identity: undefined }])
    expect(await resolveRequestor(requestor, users)).toMatchObject({
      user: undefined,
      actor: { userId: '', authenticated: false },
    });
});
