import { describe, expect, it } from 'vitest';
import type { CcmpUser, MadeRoom } from '../raw/ccmp-user.js';
import { done } from '../raw/ccmp-user.js';
import { ident, offer } from '../raw/messages.js';
import { userOf } from '../raw/stage.js';
import { conferenceInfo, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);

/** A room of boss with this password. */
async function roomWith(password: string): Promise<MadeRoom> {
  const room = await user('boss').room('default');
  await user('boss').update(room, passwordOf(room, password));
  return room;
}

const passwordOf = ({ uri }: MadeRoom, password: string): string =>
  `<info:conference-description><info:conf-uris><info:entry><info:uri>${uri}</info:uri><xcon:conference-password>${password}</xcon:conference-password></info:entry></info:conf-uris></info:conference-description>`;
const retrieve = async (room: MadeRoom, conferencePassword: string): Promise<number> =>
  (await user('boss').ask('conf', { confObjID: room.id, operation: 'retrieve', conferencePassword })).code;

async function invited(uri: string, name: string): Promise<number> {
  const caller = await system.caller(name);
  const answer = await caller.invite(uri, offer());
  if (answer.status === 200) {
    await caller.ack(uri);
    await caller.bye(uri);
  }
  return answer.status;
}

describe('conference passwords', () => {
  it('POL-017 are compared after the OpaqueString profile: composed is decomposed, any space a space, case and width kept', async () => {
    const room = await roomWith('Se\u0301same \u00a0ouvre');
    const codes = [
      'S\u00e9same  ouvre',
      'Se\u0301same \u3000ouvre',
      's\u00e9same  ouvre',
      'S\u00e9same ouvre',
      'Sesame  ouvre',
      '\uff33\u00e9same  ouvre',
    ];
    const got: number[] = [];
    for (const code of codes) got.push(await retrieve(room, code));
    expect(got).toEqual([200, 200, 422, 422, 422, 422]);
    const escaped = encodeURIComponent('S\u00e9same  ouvre');
    expect(await invited(room.uri.replace('@', `:${escaped}@`), 'alice')).toBe(200);
  });

  it('POL-017 one the profile forbids is none: 400, and nothing is changed', async () => {
    const room = await user('boss').room('default');
    expect((await user('boss').tryUpdate(room, passwordOf(room, 'bell\u00ad\u2028'))).code).toBe(400);
    done(await user('boss').ask('conf', { confObjID: room.id, operation: 'retrieve' }));
  });

  it('POL-017 stand in clear in no table of the database', async () => {
    const secret = `secret${ident(20)}`;
    const room = await roomWith(secret);
    expect(await retrieve(room, secret)).toBe(200);
    expect(await retrieve(room, `${secret}x`)).toBe(422);
    await invited(room.uri.replace('@', `:${secret}@`), 'alice');
    const tables = await system.query(
      `select table_schema || '.' || table_name as name from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(10);
    const holders: unknown[] = [];
    for (const { name } of tables) {
      const octets = Buffer.from(secret).toString('hex');
      const found = await system.query(
        `select 1 from ${String(name)} as t where t::text like $1 or t::text like $2 limit 1`,
        [`%${secret}%`, `%${octets}%`],
      );
      if (found.length > 0) holders.push(name);
    }
    expect(holders).toEqual([]);
    const [kept] = await system.query('select password_hash from room_state.rooms where xcon_uri = $1', [room.id]);
    expect(kept?.['password_hash']).toMatch(/scrypt/);
    const twin = await roomWith(secret);
    const [other] = await system.query('select password_hash from room_state.rooms where xcon_uri = $1', [twin.id]);
    expect(other?.['password_hash']).not.toBe(kept?.['password_hash']);
  });

  it('POL-017 are shown to nobody after they were set: not who set it, not the administrator, in no document', async () => {
    const secret = `secret${ident(20)}`;
    const room = await roomWith(secret);
    const withPassword = room.uri.replace('@', `:${secret}@`);
    const seat = await system.join(withPassword, 'alice');
    const asked = [
      await user('boss').ask('conf', { confObjID: room.id, operation: 'retrieve', conferencePassword: secret }),
      await user('operator').ask('conf', { confObjID: room.id, operation: 'retrieve', conferencePassword: secret }),
      await user('alice').ask('conf', { confObjID: room.id, operation: 'retrieve', conferencePassword: secret }),
      await user('boss').ask('users', { confObjID: room.id, operation: 'retrieve', conferencePassword: secret }),
      await user('boss').ask('confs'),
    ];
    for (const { code, text } of asked) {
      expect(code).toBe(200);
      expect(text).not.toContain(secret);
    }
    for (const accept of [conferenceInfo, xconInfo]) {
      const watch = await Subscription.open(await system.caller('alice'), withPassword, { accept });
      expect(watch.answer.status).toBe(200);
      expect((await watch.notify()).body).not.toContain(secret);
    }
    await seat.leave();
  });

  it('POL-017 one the system makes is told to who made the room, once', async () => {
    const made = done(await user('boss').ask('conf', { confObjID: 'xcon:password@localhost', operation: 'create' }));
    const secret = /conference-password>([^<]+)</.exec(made.text)?.[1] ?? '';
    const id = /<confObjID>([^<]+)</.exec(made.text)?.[1] ?? '';
    expect(secret.length).toBeGreaterThan(5);
    const again = done(
      await user('boss').ask('conf', { confObjID: id, operation: 'retrieve', conferencePassword: secret }),
    );
    expect(again.text).not.toContain(secret);
    const blueprint = await user('boss').ask('blueprint', {
      confObjID: 'xcon:password@localhost',
      operation: 'retrieve',
    });
    expect(done(blueprint).text).not.toContain('conference-password');
  });
});
