import { randomBytes } from 'node:crypto';
import type { UserId } from '@plenary/wire';
import { parseXconUserId } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import type { KnownUser } from '../conference/users.js';
import { UserDirectory } from './directory.js';
import { Gathered } from './gathered.js';
import { isUserUri, maxIdentityLength, userKey } from './identity-key.js';
import type { UserStore } from './interface.js';
import { demoUserId, newUserId } from './user-id.js';

describe('identity keys', () => {
  it.each([
    ['sip:Alice@EXAMPLE.com;transport=tcp', 'sip:Alice@example.com:5060', true],
    ['sip:alice@example.com', 'sip:Alice@example.com', false],
    ['sip:alice@example.com', 'sips:alice@example.com', false],
    ['xmpp:Alice@example.com/desk', 'xmpp:alice@EXAMPLE.com', true],
    ['xmpp:alice@example.com', 'sip:alice@example.com', false],
    ['tel:+1-555', 'tel:+1555', true],
    ['IRC:alice@irc.example.com', 'irc:Alice@irc.example.com', true],
    ['mailto:a@b.example', 'mailto:c@b.example', false],
  ])('POL-012 %s and %s: %s', (one, other, same) => {
    expect(userKey(one) === userKey(other)).toBe(same);
    expect(isUserUri(one) && isUserUri(other)).toBe(true);
  });

  it.each([
    '',
    'alice',
    'sip:',
    'sip:@x',
    'xcon:a@b',
    'xcon-userid:a@b',
    'xmpp:/x',
    'a b:c',
    `sip:${'a'.repeat(maxIdentityLength)}@b`,
  ])('%j stands for no user', (uri) => {
    expect(userKey(uri)).toBeUndefined();
    expect(isUserUri(uri)).toBe(false);
  });
});

describe('XCON-USERIDs', () => {
  it('XCON-005 XCON-008 carry 128 random bits and more, in lower case, without order', () => {
    const ids = Array.from({ length: 1_000 }, () => newUserId('Example.COM', (count) => randomBytes(count)));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.toSorted()).not.toEqual(ids);
    for (const id of ids) {
      expect(id).toMatch(/^xcon-userid:[0-9a-z]{26}@example\.com$/);
      expect(parseXconUserId(id).ok).toBe(true);
    }
    expect(26 * Math.log2(36)).toBeGreaterThan(128);
  });

  it.each([
    ['sip:alice@localhost', 'xcon-userid:alice@localhost'],
    ['sips:alice@LOCALHOST', 'xcon-userid:alice@localhost'],
    ['sip:u-1._~@localhost', 'xcon-userid:u-1._~@localhost'],
    ['sip:Alice@localhost', undefined],
    ['sip:alice@elsewhere.example', undefined],
    ['sip:alice@localhost;gr=x', undefined],
    ['sip:alice@localhost:7', undefined],
    ['sip:a+b@localhost', undefined],
    ['tel:+1', undefined],
  ])('XCON-008 in the demo %s is %s', (uri, id) => {
    expect(demoUserId('localhost', uri)).toBe(id);
  });
});

/** The tables in memory, with a count of the calls; the statements themselves are tested on PostgreSQL. */
class Tables implements UserStore {
  readonly identities = new Map<string, UserId>();
  readonly users = new Map<UserId, KnownUser>();
  calls = 0;

  claimIdentities: UserStore['claimIdentities'] = (claims) => {
    this.calls += 1;
    for (const { key, uri, userId, username, displayText, email } of claims) {
      if (this.identities.has(key)) continue;
      this.identities.set(key, userId);
      const known = this.users.get(userId) ?? { userId, username, displayText, email, anonymous: false, uris: [] };
      this.users.set(userId, { ...known, uris: [...known.uris, uri] });
    }
    return this.usersOfIdentities(claims.map(({ key }) => key));
  };
  usersOfIdentities: UserStore['usersOfIdentities'] = async (keys) =>
    new Map(
      keys.flatMap((key) => (this.identities.has(key) ? [[key, this.identities.get(key) as UserId] as const] : [])),
    );
  bindIdentities: UserStore['bindIdentities'] = async (userId, bound) => {
    this.calls += 1;
    for (const { key } of bound) if (!this.identities.has(key)) this.identities.set(key, userId);
  };
  noteUsername: UserStore['noteUsername'] = async (userId, username) => {
    const user = this.users.get(userId);
    if (user !== undefined && user.username === '') this.users.set(userId, { ...user, username });
  };
  addAnonymousUser: UserStore['addAnonymousUser'] = async (user) => {
    this.users.set(user.userId, { ...user, username: '', anonymous: true, uris: [] });
  };
  readUsers: UserStore['readUsers'] = async (ids) => ids.flatMap((id) => this.users.get(id) ?? []);
  userIdsOfAccount: UserStore['userIdsOfAccount'] = async (username) =>
    [...this.users.values()].filter((user) => user.username === username).map(({ userId }) => userId);
  purgeAnonymousUsers: UserStore['purgeAnonymousUsers'] = async () => 0;
}

function directory(tables: Tables, change: { demo?: boolean; cachedMax?: number } = {}): UserDirectory {
  const random = (count: number): Uint8Array => randomBytes(count);
  return new UserDirectory({ store: tables, domain: 'example.com', demo: false, random, cachedMax: 100, ...change });
}

describe('the directory of users', () => {
  it('XCON-010 one identity is one user, however it is spelled and by whichever protocol it comes', async () => {
    const users = directory(new Tables());
    const id = await users.idOf(['sip:alice@example.com', 'xmpp:alice@example.com']);
    expect(await users.idOf(['sip:alice@EXAMPLE.com:5060'])).toBe(id);
    expect(await users.idOf(['xmpp:alice@example.com/phone'])).toBe(id);
    expect(await users.idOf(['sip:bob@example.com'])).not.toBe(id);
  });

  it('XCON-010 who is known by a later identity is no new user', async () => {
    const tables = new Tables();
    const id = await directory(tables).idOf(['xmpp:alice@example.com']);
    const again = directory(tables);
    expect(await again.idOf(['sip:alice@example.com', 'xmpp:alice@example.com'])).toBe(id);
    expect(await again.idOf(['sip:alice@example.com'])).toBe(id);
  });

  it('what was seen once costs no more round trips; a new identity or account of it does', async () => {
    const tables = new Tables();
    const users = directory(tables);
    const uris = ['sip:alice@example.com', 'tel:+1'];
    const id = await users.proven({ uris, username: 'alice' });
    const { calls } = tables;
    expect(await users.proven({ uris, username: 'alice' })).toBe(id);
    expect(await users.idOf(uris)).toBe(id);
    expect(tables.calls).toBe(calls);
    await users.idOf([...uris, 'tel:+2']);
    expect(tables.calls).toBe(calls + 1);
    expect(await users.idsOf({ uris: ['tel:+2'], username: '' })).toEqual([id]);
  });

  it('XCON-007 an account may have several ids, and each is told', async () => {
    const users = directory(new Tables());
    const mobile = await users.idOf(['sip:alice@mobile.example']);
    const desk = await users.proven({ uris: ['sip:alice@example.com'], username: 'alice' });
    expect(
      await users.idsOf({ uris: ['sip:alice@example.com', 'sip:alice@mobile.example'], username: 'alice' }),
    ).toEqual([desk, mobile]);
    expect(await users.idsOf({ uris: [], username: 'alice' })).toEqual([desk]);
  });

  it('CCMP-077 a contact URI that is known yields its user; whoever proves a new one later is that user', async () => {
    const users = directory(new Tables());
    const bob = await users.idOf(['sip:bob@example.com']);
    const profile = { displayText: 'Bob', email: 'bob@example.com' };
    expect((await users.register({ uris: ['sip:bob@example.com;transport=udp'], ...profile })).userId).toBe(bob);
    const carol = await users.register({ uris: ['sip:carol@example.com'], ...profile, displayText: 'Carol' });
    expect(carol).toMatchObject({ displayText: 'Carol', anonymous: false, uris: ['sip:carol@example.com'] });
    expect(await users.idOf(['sip:carol@example.com'])).toBe(carol.userId);
  });

  it('XCON-011 who has proven nothing is a new user each time, whatever it is called', async () => {
    const users = directory(new Tables());
    const profile = { uris: [], displayText: 'Alice', email: '' };
    const [one, other] = [await users.register(profile), await users.register(profile)];
    expect(one.userId).not.toBe(other.userId);
    expect(await users.find(one.userId)).toMatchObject({ anonymous: true, displayText: 'Alice' });
  });

  it('XCON-008 ids are found in any case, and without their host', async () => {
    const users = directory(new Tables(), { demo: true });
    await users.idOf(['sip:alice@example.com']);
    for (const spelled of ['xcon-userid:alice@example.com', 'XCON-USERID:Alice@Example.com', 'xcon-userid:ALICE'])
      expect((await users.find(spelled))?.userId).toBe('xcon-userid:alice@example.com');
    expect(await users.find('xcon-userid:bob@example.com')).toBeUndefined();
    expect(await users.find('sip:alice@example.com')).toBeUndefined();
    expect([...(await users.findAll(['xcon-userid:alice', 'xcon-userid:bob', 'x'])).keys()]).toEqual([
      'xcon-userid:alice@example.com',
    ]);
  });

  it('the memory is bounded, and what it forgot is read again', async () => {
    const tables = new Tables();
    const users = directory(tables, { cachedMax: 2 });
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push(await users.idOf([`sip:${name}@example.com`]));
    const { calls } = tables;
    expect(await users.idOf(['sip:c@example.com'])).toBe(ids[2]);
    expect(tables.calls).toBe(calls);
    expect(await users.idOf(['sip:a@example.com'])).toBe(ids[0]);
    expect(tables.calls).toBe(calls + 1);
  });

  it('what can stand for no user breaks the contract', async () => {
    await expect(directory(new Tables()).idOf(['nobody'])).rejects.toThrow(RangeError);
  });
});

describe('questions in few calls', () => {
  it('what comes while a call is under way shares the next one; one key is asked once', async () => {
    const calls: string[][] = [];
    const gathered = new Gathered<string, string>(
      (question) => question,
      async (questions) => {
        calls.push([...questions]);
        return new Map(questions.map((question) => [question, question.toUpperCase()]));
      },
    );
    expect(await Promise.all(['a', 'b', 'c', 'b'].map((question) => gathered.ask(question)))).toEqual([
      'A',
      'B',
      'C',
      'B',
    ]);
    expect(calls).toEqual([['a'], ['b', 'c']]);
  });

  it('a call that fails fails its own questions, not the next', async () => {
    let failing = true;
    const gathered = new Gathered<string, string>(
      (question) => question,
      async (questions) => {
        if (failing) throw new Error('away');
        return new Map(questions.map((question) => [question, question]));
      },
    );
    await expect(gathered.ask('a')).rejects.toThrow('away');
    failing = false;
    expect(await gathered.ask('a')).toBe('a');
  });
});
