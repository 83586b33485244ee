import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
const code = async (answer: Promise<{ code: number }>): Promise<number> => (await answer).code;
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const endpoint = (): string => `<info:endpoint entity="sip:${ident()}@127.0.0.1:9"/>`;

async function documentOf(owner: CcmpUser, room: MadeRoom): Promise<string> {
  return done(await owner.ask('conf', { confObjID: room.id, operation: 'retrieve' })).text;
}

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
    await expect
      .poll(async () => (await alice.ask('conf', { confObjID: room.id, operation: 'retrieve' })).code)
      .toBe(200);
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
    const late = await new CcmpUser(pod.address, 'alice').tryUpdate(
      room,
      describing('<info:subject>too late</info:subject>'),
    );
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
