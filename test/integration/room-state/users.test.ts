import { migrate, openDatabase } from '@plenary/db';
import { migrations } from '@plenary/room-state';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../setup/database.js';
import { install, type Installation, type Replica } from './replicas.js';

describe('who is who, on PostgreSQL', () => {
  let installation: Installation;
  let replicas: Replica[];
  beforeAll(async () => {
    installation = await install('memory');
    const env = { PLENARY_DOMAIN: 'example.com' };
    replicas = [await installation.start(env), await installation.start(env), await installation.start(env)];
  });
  afterAll(() => installation.close());

  const users = (index: number) => (replicas[index % replicas.length] as Replica).context.users;
  const rows = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await (replicas[0] as Replica).context.database.pool.query(text, values)).rows as Record<string, unknown>[];

  it('XCON-010 one identity that comes on three replicas at once is one user', async () => {
    const ids = await Promise.all(
      Array.from({ length: 300 }, (_, index) => users(index).idOf([`sip:u${String(index % 10)}@example.com`])),
    );
    expect(new Set(ids).size).toBe(10);
    expect(new Set(ids.slice(0, 10))).toEqual(new Set(ids.slice(290)));
    expect(await rows(`select user_id from room_state.users where user_id = any($1)`, [ids])).toHaveLength(10);
  });

  it('XCON-010 the identities of one proof are one user, whichever of them comes next and where', async () => {
    const all = ['sip:alice@example.com', 'xmpp:alice@example.com', 'tel:+1555'];
    const id = await users(0).proven({ uris: all, username: 'alice' });
    for (const [index, uri] of all.entries()) expect(await users(index + 1).idOf([uri])).toBe(id);
    expect(await users(2).idOf(['sip:alice@mobile.example', 'tel:+1-555'])).toBe(id);
    const alice = await users(1).find(id);
    expect(alice).toMatchObject({ userId: id, username: 'alice', anonymous: false });
    expect(alice?.uris[0]).toBe('sip:alice@example.com');
    expect(alice?.uris.toSorted()).toEqual([...all, 'sip:alice@mobile.example'].toSorted());
  });

  it('replicas that claim many identities in different orders do not stand in one another’s way', async () => {
    const uris = Array.from({ length: 100 }, (_, index) => `sip:many${String(index)}@example.com`);
    const [up, down] = await Promise.all([
      Promise.all(uris.map((uri) => users(0).idOf([uri]))),
      Promise.all(uris.toReversed().map((uri) => users(1).idOf([uri]))),
    ]);
    expect(down.toReversed()).toEqual(up);
  });

  it('XCON-005 XCON-008 outside demo mode an id says nothing of its user', async () => {
    const id = await users(0).idOf(['sip:secretname@example.com']);
    expect(id).toMatch(/^xcon-userid:[0-9a-z]{26}@example\.com$/);
    expect((await users(1).find(id.toUpperCase().replace('XCON-USERID', 'xcon-userid')))?.userId).toBe(id);
    expect(await users(1).find('xcon-userid:secretname@example.com')).toBeUndefined();
  });

  it('CCMP-077 a contact URI is registered once, with what was said of the user', async () => {
    const profile = { displayText: 'Carol', email: 'carol@example.org' };
    const made = await Promise.all(
      [0, 1, 2].map((index) => users(index).register({ uris: ['sip:carol@example.org'], ...profile })),
    );
    expect(new Set(made.map(({ userId }) => userId)).size).toBe(1);
    expect(made[0]).toMatchObject({ ...profile, anonymous: false, uris: ['sip:carol@example.org'] });
    expect(await users(2).idOf(['sip:carol@example.org'])).toBe(made[0]?.userId);
  });

  it('XCON-007 an account that took over another identity has both ids', async () => {
    const before = await users(0).register({ uris: ['sip:dan@mobile.example'], displayText: '', email: '' });
    const dan = await users(0).proven({ uris: ['sip:dan@example.com'], username: 'dan' });
    const identity = { uris: ['sip:dan@example.com', 'sip:dan@mobile.example'], username: 'dan' };
    expect(await users(1).proven(identity)).toBe(dan);
    expect(await users(1).idsOf(identity)).toEqual([dan, before.userId]);
  });

  it('XCON-011 who proves nothing has an id, and loses it when it is in no room for long', async () => {
    const { store } = (replicas[0] as Replica).context;
    const profile = { uris: [], displayText: 'Somebody', email: '' };
    const [kept, old] = [await users(0).register(profile), await users(0).register(profile)];
    expect(kept.userId).not.toBe(old.userId);
    await rows(`update room_state.users set created_at = now() - interval '2 h' where user_id = $1`, [old.userId]);
    await store.purgeAnonymousUsers(3_600_000, 100);
    expect(await users(1).find(kept.userId)).toMatchObject({ anonymous: true });
    expect(await users(1).find(old.userId)).toBeUndefined();
  });
});

describe('users of rooms from before there was a table of them', () => {
  it('XCON-010 keep the XCON-USERID they had, and hold their names by it', async () => {
    const fresh = await freshDatabase();
    const database = openDatabase<Record<string, never>>(fresh.url, { applicationName: 'test' });
    const early = Object.entries(migrations).filter(([name]) => name < '20261129');
    await migrate(database, { schema: 'room_state', migrations: Object.fromEntries(early) });
    const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ';
    await database.pool.query(
      `insert into room_state.rooms (id, conference_uri, shard, epoch, tag, version, policy, access, display_text, created_by)
        values ($1, 'sip:old@localhost', '000', 1, 'abcdefgh', 1, '{}', '{}', 'Old', '')`,
      [room],
    );
    const keyOf = (user: string): string => JSON.stringify(['sip', user, 'localhost', null]);
    for (const user of ['alice', 'Bob'])
      await database.pool.query(
        `insert into room_state.participants (room_id, pid, user_key, user_id, entity, identities, display_name, roles, nickname)
          values ($1, $2, $3, $4, $5, array[$5], $2, '{}', '')`,
        [room, user, keyOf(user), `xcon-userid:${user}@localhost`, `sip:${user}@localhost`],
      );
    await database.pool.query(
      `insert into room_state.nicknames (room_id, nick_key, user_key, unicode_version) values ($1, 'ann', $2, '15')`,
      [room, keyOf('alice')],
    );
    await migrate(database, { schema: 'room_state', migrations });
    const read = async (text: string): Promise<unknown[]> => (await database.pool.query(text)).rows as unknown[];
    expect(await read('select identity_key, user_id, uri from room_state.user_identities')).toEqual([
      { identity_key: keyOf('alice'), user_id: 'xcon-userid:alice@localhost', uri: 'sip:alice@localhost' },
    ]);
    expect(await read('select user_key from room_state.nicknames')).toEqual([
      { user_key: 'xcon-userid:alice@localhost' },
    ]);
    expect(await read('select pid, user_key from room_state.participants order by user_key desc')).toEqual([
      { pid: 'alice', user_key: 'xcon-userid:alice@localhost' },
      { pid: 'Bob', user_key: keyOf('Bob') },
    ]);
    await database.close();
    await fresh.drop();
  });
});
