import { describe, expect, it } from 'vitest';
import { ident, offer } from '../raw/messages.js';
import { headerOf, type SipText } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

async function knock(room: string, user: string): Promise<SipText> {
  return (await system.caller(user)).invite(room, offer());
}

describe('who may enter', () => {
  it('ROOM-001 an unknown room is 404', async () => {
    expect((await knock('sip:no-such-room@localhost', 'alice')).status).toBe(404);
  });

  it('ROOM-001 ERR-005 members only: 403 with a Reason for others, 200 for members and moderators', async () => {
    const room = await system.room({
      access: { membersOnly: true, members: ['sip:bob@localhost'], moderators: ['sip:carol@localhost'] },
    });
    const refused = await knock(room, 'alice');
    expect(refused.status).toBe(403);
    expect(headerOf(refused, 'Reason')).toMatch(/^SIP\s*;\s*cause=403/);
    expect((await knock(room, 'bob')).status).toBe(200);
    expect((await knock(room, 'carol')).status).toBe(200);
  });

  it('ROOM-001 a full room is 486, and has a place again when somebody leaves', async () => {
    const room = await system.room({ policy: { maximumUserCount: 2 } });
    const alice = await system.join(room, 'alice');
    await system.join(room, 'bob');
    expect((await knock(room, 'carol')).status).toBe(486);
    await alice.leave();
    await expect.poll(async () => (await knock(room, 'carol')).status).toBe(200);
  });

  it('ROOM-019 a locked room is 403, its members stay', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    await system.query(
      `update room_state.rooms set document = regexp_replace(document, '(locked>)false<', '\\1true<'),
         document_version = version + 1, version = version + 1 where conference_uri = $1`,
      [room],
    );
    expect((await knock(room, 'bob')).status).toBe(403);
    expect((await alice.say('still in')).status).toBe(200);
  });

  it('ROOM-001 a closed room is 480 or 404', async () => {
    const room = await system.room();
    await system.query(
      'update room_state.rooms set closed_at = now(), version = version + 1 where conference_uri = $1',
      [room],
    );
    expect([480, 404, 410]).toContain((await knock(room, 'alice')).status);
  });

  it('ROOM-003 CHAT-006 port, parameters and case of the host name the same room; another user part another', async () => {
    const room = await system.room();
    for (const uri of [
      `${room};transport=tcp`,
      room.replace('localhost', 'LOCALHOST'),
      `${room}:5060`,
      room.replace('localhost', '127.0.0.1'),
    ])
      expect((await knock(uri, `u${ident(6)}`)).status, uri).toBe(200);
    expect((await knock(room.replace('room-', 'Room-'), 'alice')).status).toBe(404);
  });
});

describe('several sessions of one user', () => {
  it('ROOM-015 many: each its own; one more than is taken is 486', async () => {
    const room = await system.room();
    for (let i = 0; i < 8; i++) await system.join(room, 'alice');
    expect((await knock(room, 'alice')).status).toBe(486);
    expect((await knock(room, 'bob')).status).toBe(200);
  });

  it('ROOM-015 one: the second is 486', async () => {
    const room = await system.room({ access: { sessions: 'one' } });
    await system.join(room, 'alice');
    expect((await knock(room, 'alice')).status).toBe(486);
  });

  it('ROOM-015 replace: the old one gets BYE and its session ends', async () => {
    const room = await system.room({ access: { sessions: 'replace' } });
    const old = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob');
    const fresh = await system.join(room, 'alice');
    const bye = await old.caller.sip.next(({ method }) => method === 'BYE');
    expect(headerOf(bye, 'Reason')).toBeDefined();
    await old.caller.accept(bye);
    await old.msrp.closed();
    await bob.say('to the new one');
    await fresh.copy('to the new one');
  });
});

describe('leaving', () => {
  it('ROOM-011 NICK-012 after BYE the roster, the session and the nickname are gone', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    await alice.nickname('"Al"');
    expect((await alice.caller.bye(room)).status).toBe(200);
    await alice.msrp.closed();
    await expect.poll(async () => (await bob.ask({ body: bob.cpim({ to: alice.aor }) })).status).toBe(404);
    expect((await bob.nickname('"Al"')).status).toBe(425);
  });

  it('ROOM-011 who enters again is in again', async () => {
    const room = await system.room();
    const bob = await system.join(room, 'bob');
    for (let i = 0; i < 3; i++) {
      const alice = await system.join(room, 'alice');
      await bob.say(`round ${String(i)}`);
      await alice.copy(`round ${String(i)}`);
      await alice.leave();
    }
  });
});

describe('media lost', () => {
  it('TRN-014 SIP-028 the dialog lives on, and a re-INVITE brings the participant back', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    alice.msrp.destroy();
    const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
    const answer = await alice.caller.invite(room, offer({ path, version: 2 }));
    expect(answer.status).toBe(200);
    await alice.caller.ack(room);
    const again = await system.seated(room, alice.caller, answer, path);
    expect((await again.say('back')).status).toBe(200);
    await bob.copy('back');
  });
});
