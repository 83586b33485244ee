import { describe, expect, it } from 'vitest';
import { cpim, offer } from '../raw/messages.js';
import { headerOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

describe('answers of the edge', () => {
  it('ERR-001 ERR-003 one fixed phrase for each code, and no other codes', async () => {
    const room = await system.room({ policy: { wrappedTypes: ['text/plain'], maxSizeBytes: '5000' } });
    const alice = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob', { chatroom: undefined });
    await (await system.join(room, 'carol')).nickname('"Carol"');
    const answers = [
      await alice.say('x'),
      await alice.ask({ body: 'no CPIM' }),
      await alice.ask({ body: cpim({ from: bob.aor, to: room }) }),
      await alice.ask({ body: alice.cpim({ to: 'sip:nobody@localhost' }) }),
      await alice.say('x', { headers: ['Byte-Range: 1-*/5001'] }),
      await alice.ask({ body: alice.cpim({ type: 'image/png' }) }),
      await alice.nickname('Al'),
      await alice.nickname('"Carol"'),
      await alice.ask({ body: alice.cpim({ to: bob.aor }) }),
      await alice.ask({ toPath: alice.toPath.replace(/\/[^/;]+;/, '/x.y;') }),
      await alice.ask({ method: 'FOO' }),
    ];
    expect(answers.map(({ status, phrase }) => [status, phrase])).toEqual([
      [200, 'OK'],
      [400, 'Bad Request'],
      [403, 'Forbidden'],
      [404, "Failure to resolve recipient's URI"],
      [413, 'Message too large'],
      [415, 'Media type not supported'],
      [424, 'Malformed nickname'],
      [425, 'Nickname reserved or already in use'],
      [428, 'Private messages not supported'],
      [481, 'No such session'],
      [501, 'Unknown method'],
    ]);
  });
});

describe('a failure within', () => {
  it('ERR-006 TRN-006 without room-state: a join is 503 with Retry-After, who is in binds and talks', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    const carol = await system.join(room, 'carol', { bind: false });
    // Her ACK has made her a participant; only her connection is still to come.
    await expect.poll(() => joined(room)).toBe(3);
    await alice.settled();
    await system.stack.stopService('room-state');
    const answer = await (await system.caller('dave')).invite(room, offer(), { timeoutMs: 30_000 });
    expect([500, 503]).toContain(answer.status);
    if (answer.status === 503) expect(headerOf(answer, 'Retry-After')).toMatch(/^\d+/);
    expect((await alice.say('without a roster')).status).toBe(200);
    await bob.copy('without a roster');
    expect((await carol.ping()).status).toBe(200);
    expect((await carol.say('bound without it')).status).toBe(200);
    await bob.copy('bound without it');
    // Whom the edge does not know cannot be found now: no answer, and never a false 200.
    const lost = await alice.ask({ body: alice.cpim({ to: 'sip:nobody@localhost' }) }).catch(() => undefined);
    expect(lost?.status).not.toBe(200);
  }, 60_000);
});

async function joined(room: string): Promise<number> {
  const rows = await system.query(
    `select count(*)::int as n from room_state.endpoints e join room_state.rooms r on r.id = e.room_id
     where r.conference_uri = $1 and e.state = 'joined'`,
    [room],
  );
  return Number(rows[0]?.['n']);
}
