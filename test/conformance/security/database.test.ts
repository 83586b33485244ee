import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import { userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

/** A database role of its own for each service that keeps something, with nothing but the right to make its schema. */
const services = ['room_state', 'history', 'focus'] as const;
const suffix = ident(8);
const password = randomBytes(12).toString('hex');
const roleOf = (service: string): string => `t_${service}_${suffix}`;
let adminUrl = '';

async function asRole<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(service: string): string {
  const url = new URL(adminUrl);
  url.username = roleOf(service);
  url.password = password;
  return url.toString();
}

// Before the system, so that it runs after the database is gone.
afterAll(async () => {
  await asRole(adminUrl.replace(/\/[^/]*$/, '/postgres'), async (client) => {
    for (const service of services) await client.query(`drop role if exists ${roleOf(service)}`);
  });
});

const system = useSystem({
  settings: async (databaseUrl) => {
    adminUrl = databaseUrl;
    const name = new URL(databaseUrl).pathname.slice(1);
    await asRole(databaseUrl, async (client) => {
      for (const service of services) {
        await client.query(`create role ${roleOf(service)} login password '${password}'`);
        await client.query(`grant create on database ${name} to ${roleOf(service)}`);
      }
    });
    const url = (service: string): { DATABASE_URL: string } => ({ DATABASE_URL: urlOf(service) });
    return {
      'room-state': {
        ...url('room_state'),
        ROOM_STATE_ACCOUNTS_KEY: 'a key of thirty-two characters or more',
        PLENARY_DEMO: 'true',
      },
      history: url('history'),
      focus: url('focus'),
    };
  },
});
describe('who is who, in the database', () => {
  it('SEC-014 is read and written by room-state alone: the roles of the other services get permission denied', async () => {
    const room = await userOf(system, 'boss').room('logged');
    const seat = await system.join(room.uri, 'alice');
    expect((await seat.say('each with its own role')).status).toBe(200);
    await expect.poll(async () => (await userOf(system, 'boss').history(room.id)).messages.length).toBe(1);
    const tables = ['users', 'user_identities', 'accounts', 'rooms', 'participants', 'nicknames'];
    for (const service of ['history', 'focus'])
      await asRole(urlOf(service), async (client) => {
        for (const table of tables)
          for (const statement of [
            `select * from room_state.${table}`,
            `delete from room_state.${table}`,
            `insert into room_state.${table} default values`,
          ])
            await expect(client.query(statement), `${service}: ${statement}`).rejects.toThrow(/permission denied/);
      });
    await asRole(urlOf('room_state'), async (client) => {
      expect((await client.query('select * from room_state.user_identities')).rowCount).toBeGreaterThan(0);
      for (const table of ['history.message', 'focus.dialogs'])
        await expect(client.query(`select * from ${table}`), table).rejects.toThrow(/permission denied/);
    });
  });

  it('SEC-014 secrets are sealed at rest, and serve as before', async () => {
    await system.account('walter', 'a password of his', ['sip:w@example.net']);
    const [row] = await system.query(`select ha1_md5, ha1_sha256 from room_state.accounts where username = 'walter'`);
    expect([row?.['ha1_md5'], row?.['ha1_sha256']]).toEqual([
      expect.stringMatching(/^sealed:1:/),
      expect.stringMatching(/^sealed:1:/),
    ]);
    const answer = await userOf(system, 'boss').ask('confs', {
      subject: { username: 'walter', password: 'a password of his' },
      confUserID: undefined as never,
    });
    expect(answer.code).not.toBe(424);
    const wrong = await userOf(system, 'boss').ask('confs', { subject: { username: 'walter', password: 'another' } });
    expect(wrong.code).toBe(424);
  });
});
