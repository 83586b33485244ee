import { status } from '@grpc/grpc-js';
import { ObjectList } from '@plenary/proto/roomstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  conferenceCalls,
  identity,
  introduce,
  asUser,
  schemaFaults,
  userId,
  type ConferenceCalls,
} from './conference-calls.js';
import { enter, install, type Installation, type Replica } from './replicas.js';

const { BLUEPRINTS, CONFERENCES, SIDEBARS_BY_REF, SIDEBARS_BY_VAL } = ObjectList;
const secret = (users = ''): string =>
  `<conference-description><display-text>Secret</display-text><chat:room-policy secret="true"/></conference-description>
   <users>${users}<xcon:join-handling>allow</xcon:join-handling></users>`;

describe('lists of conference objects', () => {
  let installation: Installation;
  let replica: Replica;
  let calls: ConferenceCalls;
  beforeAll(async () => {
    installation = await install('memory');
    const env = { PLENARY_DEMO: 'true' };
    const started = await Promise.all([installation.start(env), installation.start(env), installation.start(env)]);
    replica = started[0];
    calls = conferenceCalls(replica);
    await introduce(replica, 'alice', 'bob', 'carol', 'operator');
  });
  afterAll(async () => {
    calls.close();
    await installation.close();
  });

  const listed = async (list: ObjectList, name: string): Promise<string[]> => {
    const { code, objects } = await calls.list(list, asUser(name), { limit: 1_000 });
    expect(code).toBe(200);
    for (const { document } of objects) expect(schemaFaults(document)).toBe('');
    return objects.map(({ xconUri }) => xconUri);
  };

  it('CONF-001 CONF-002 CCMP-060 a fresh installation has its blueprints once, however many replicas start', async () => {
    const names = ['default', 'ad-hoc', 'persistent', 'moderated', 'members-only', 'password', 'logged'];
    const uris = await listed(BLUEPRINTS, 'alice');
    expect(uris.toSorted()).toEqual(names.map((name) => `xcon:${name}@localhost`).toSorted());
    const { rows } = await replica.context.database.pool.query(
      `select id from room_state.rooms where kind = 'blueprint'`,
    );
    expect(rows).toHaveLength(names.length);
  });

  it('CCMP-060 POL-002 who may make no conferences is shown no blueprints', async () => {
    const strict = await installation.start({
      PLENARY_DEMO: 'true',
      ROOM_STATE_CREATE_BY: 'listed',
      ROOM_STATE_CREATORS: 'sip:alice@localhost',
    });
    const other = conferenceCalls(strict);
    const counts = [];
    for (const name of ['alice', 'bob', 'operator'])
      counts.push((await other.list(BLUEPRINTS, asUser(name))).objects.length);
    expect(counts).toEqual([7, 0, 7]);
    other.close();
  });

  it('CCMP-065 Q22 conferences are listed to who may know of them, secret ones to their own', async () => {
    const own = await calls.create(asUser('alice'), secret());
    const shared = await calls.create(
      asUser('alice'),
      secret(`<user entity="${userId('bob')}"><roles><entry>participant</entry></roles></user>`),
    );
    const demo = ['lobby', 'minutes', 'council'].map((name) => `xcon:${name}@localhost`);
    expect(await listed(CONFERENCES, 'alice')).toEqual(expect.arrayContaining([...demo, own, shared]));
    expect(await listed(CONFERENCES, 'operator')).toEqual(expect.arrayContaining([...demo, own, shared]));
    const bobs = await listed(CONFERENCES, 'bob');
    expect(bobs).toEqual(expect.arrayContaining([...demo, shared]));
    expect(bobs).not.toContain(own);
    const carols = await listed(CONFERENCES, 'carol');
    expect(carols).toEqual(expect.arrayContaining(demo));
    expect(carols).not.toEqual(expect.arrayContaining([own]));
    expect(carols).not.toEqual(expect.arrayContaining([shared]));
  });

  it('CCMP-065 an object of the list tells how many are in it, and who may look sees no more than that', async () => {
    const { room } = await enter(replica, 'sip:lobby@localhost', 'carol');
    const { objects } = await calls.list(CONFERENCES, asUser('bob'), { limit: 1_000 });
    const lobby = objects.find(({ id }) => id === room);
    expect(lobby?.document).toContain('<user-count>1</user-count>');
    expect(lobby?.document).not.toContain('carol');
  });

  it('lists are read in pages, each object once', async () => {
    const all = await listed(CONFERENCES, 'operator');
    const found: string[] = [];
    let after = '';
    for (let more = true; more;) {
      const page = await calls.list(CONFERENCES, asUser('operator'), { limit: 2, after });
      found.push(...page.objects.map(({ xconUri }) => xconUri));
      after = page.objects.at(-1)?.id ?? '';
      more = page.more;
    }
    expect(found).toEqual(all);
  });

  it('CCMP-047 CCMP-050 SEC-008 who asks has to be who it says', async () => {
    const code = async (asked: Parameters<ConferenceCalls['list']>[1]): Promise<number> =>
      (await calls.list(CONFERENCES, asked)).code;
    expect(await code({ userId: userId('nobody'), identity: identity('alice') })).toBe(421);
    expect(await code({ userId: userId('bob'), identity: identity('alice') })).toBe(401);
    expect(await code({ userId: userId('alice'), identity: undefined })).toBe(424);
    expect(await code({ userId: userId('ALICE'), identity: identity('alice') })).toBe(200);
    const ghost = await replica.context.users.register({ uris: [], displayText: 'Ghost', email: '' });
    expect(await code({ userId: ghost.userId, identity: undefined })).toBe(200);
  });

  it('CCMP-082 Q22 sidebars are those of a conference the user may retrieve; each fault has its code', async () => {
    const main = await calls.create(asUser('alice'), secret());
    const asked = async (name: string, object: string, password?: string) =>
      calls.list(SIDEBARS_BY_VAL, asUser(name), { object, conferencePassword: password });
    expect(await asked('alice', main)).toMatchObject({ code: 200, objects: [], more: false, version: 1n });
    expect((await asked('alice', main.toUpperCase().replace('XCON', 'xcon'))).code).toBe(200);
    expect((await asked('bob', main)).code).toBe(404);
    expect((await asked('alice', 'xcon:default@localhost')).code).toBe(404);
    expect((await asked('alice', 'xcon:nothing@localhost')).code).toBe(404);
    expect((await asked('alice', 'nothing at all')).code).toBe(404);
    expect((await calls.list(SIDEBARS_BY_REF, asUser('carol'), { object: 'xcon:council@localhost' })).code).toBe(401);
  });

  it('what breaks the contract is INVALID_ARGUMENT', async () => {
    const invalid = { code: status.INVALID_ARGUMENT };
    await expect(calls.list(ObjectList.UNSPECIFIED, asUser('alice'))).rejects.toMatchObject(invalid);
    await expect(calls.list(CONFERENCES, asUser('alice'), { after: 'x' })).rejects.toMatchObject(invalid);
    await expect(calls.list(SIDEBARS_BY_VAL, asUser('alice'), { object: 'x'.repeat(300) })).rejects.toMatchObject(
      invalid,
    );
  });
});
