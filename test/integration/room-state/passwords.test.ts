import { status } from '@grpc/grpc-js';
import { ConferenceMessage, Operation } from '@plenary/proto/roomstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, conferenceCalls, introduce, type ConferenceCalls } from './conference-calls.js';
import { entry, install, type Installation, type Replica } from './replicas.js';

const withPassword = (password: string): string =>
  `<conference-description><conf-uris><entry><uri>sip:AUTO_GENERATE_2@localhost</uri><purpose>participation</purpose>
     <xcon:conference-password>${password}</xcon:conference-password></entry></conf-uris></conference-description>
   <users><xcon:join-handling>allow</xcon:join-handling></users>`;

describe('passwords of conferences', () => {
  let installation: Installation;
  let replica: Replica;
  let calls: ConferenceCalls;
  beforeAll(async () => {
    installation = await install('memory');
    replica = await installation.start({ PLENARY_DEMO: 'true', ROOM_STATE_GUESSES_MAX: '5' });
    calls = conferenceCalls(replica);
    await introduce(replica, 'alice', 'bob');
  });
  afterAll(async () => {
    calls.close();
    await installation.close();
  });

  const retrieve = async (name: string, object: string, password?: string, source = '') =>
    calls.perform(ConferenceMessage.CONF, Operation.RETRIEVE, asUser(name), {
      object,
      conferencePassword: password,
      source,
    });

  it('POL-016 CCMP-048 CCMP-049 guard every request, whoever asks, and the way in', async () => {
    const object = await calls.create(asUser('alice'), withPassword('caf\u00E9 8601'));
    expect((await retrieve('alice', object)).code).toBe(423);
    expect((await retrieve('alice', object, 'wrong')).code).toBe(422);
    const right = await retrieve('alice', object, 'cafe\u0301 8601');
    expect(right.code).toBe(200);
    const uri = /uri>(sip:[^<]+)</.exec(right.document)?.[1] ?? '';
    const admitted = async (password: string | undefined): Promise<string> => {
      const answer = await replica.context.rooms.admit(entry(uri, 'bob', { password }));
      return answer.kind === 'refused' ? answer.code : answer.kind;
    };
    expect(await admitted(undefined)).toBe('password-required');
    expect(await admitted('wrong')).toBe('password-wrong');
    expect(await admitted('caf\u00E9 8601')).toBe('admitted');
  });

  it('POL-017 stand nowhere in the database, nor in any document', async () => {
    const object = await calls.create(asUser('alice'), withPassword('verysecret'));
    const { document } = await retrieve('alice', object, 'verysecret');
    expect(document).not.toContain('verysecret');
    const { pool } = replica.context.database;
    const tables = await pool.query(
      `select table_name from information_schema.tables where table_schema = 'room_state'`,
    );
    for (const { table_name: table } of tables.rows as { table_name: string }[]) {
      const { rows } = await pool.query(`select t::text as row from room_state."${table}" t`);
      for (const form of ['verysecret', Buffer.from('verysecret').toString('hex')])
        expect(JSON.stringify(rows), table).not.toContain(form);
    }
  });

  it('SEC-011 guesses are slowed by their source; others, and the right one from elsewhere, go on', async () => {
    const object = await calls.create(asUser('alice'), withPassword('8601'));
    for (let index = 0; index < 5; index++)
      expect((await retrieve('alice', object, String(index), '192.0.2.66')).code).toBe(422);
    await expect(retrieve('alice', object, '8601', '192.0.2.66')).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect((await retrieve('alice', object, '8601', '192.0.2.7')).code).toBe(200);
  });
});
