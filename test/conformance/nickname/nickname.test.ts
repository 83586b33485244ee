import { describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import type { Frame } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2 });

async function pair(policy: Readonly<Record<string, unknown>> = {}): Promise<{ alice: Seat; bob: Seat; room: string }> {
  const room = await system.room({ policy });
  return { room, alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

/** The participants' nicknames as room-state keeps them. */
async function nicknames(room: string): Promise<Record<string, unknown>> {
  const rows = await system.query(
    `select p.entity, p.nickname from room_state.participants p join room_state.rooms r on r.id = p.room_id where r.conference_uri = $1`,
    [room],
  );
  return Object.fromEntries(rows.map(({ entity, nickname }) => [entity, nickname]));
}

describe('NICKNAME', () => {
  it('NICK-001 is answered 200 with the paths swapped and nothing else', async () => {
    const { alice } = await pair();
    const answer = await alice.nickname('"Alice the great"', { id: 'd93kswow' });
    expect(answer.octets.toString()).toBe(
      `MSRP d93kswow 200 OK\r\nTo-Path: ${alice.fromPath}\r\nFrom-Path: ${alice.toPath}\r\n-------d93kswow$\r\n`,
    );
  });

  it('NICK-001 Success-Report and Failure-Report are ignored: it is always answered', async () => {
    const { alice } = await pair();
    const headers = (value: string): string[] => [
      `Use-Nickname: "Al"`,
      `Failure-Report: ${value}`,
      'Success-Report: yes',
    ];
    for (const value of ['no', 'partial', 'yes'])
      expect((await alice.ask({ method: 'NICKNAME', headers: headers(value) })).status).toBe(200);
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
  });

  it('NICK-002 where nicknames are off: 403, and the token is not in our SDP', async () => {
    const { alice } = await pair({ nicknames: false });
    expect(await alice.nickname('"Al"')).toMatchObject({ status: 403 });
    expect(alice.answer.body).toContain('a=chatroom:private-messages\r\n');
  });

  const long = (octets: number): string => `"${'é'.repeat(Math.floor(octets / 2))}${'x'.repeat(octets % 2)}"`;
  it.each<[string, string | undefined, number]>([
    ['no header', undefined, 424],
    ['no quotes', 'Alice', 424],
    ['one quote', '"Alice', 424],
    ['text after the quote', '"Alice" x', 424],
    ['a bad escape', String.raw`"A\lice"`, 424],
    ['an escaped end', String.raw`"Alice\"`, 424],
    ['blanks only', '"   "', 424],
    ['a control', '"A\u0007lice"', 424],
    ['a private-use character', '"A\uE000"', 424],
    ['1024 octets', long(1024), 424],
    ['1024 octets behind an escape', String.raw`"\"${'x'.repeat(1023)}"`, 424],
    ['NICK-005 1023 octets', long(1023), 200],
    ['NICK-005 1023 octets with an escape, which counts once', String.raw`"\"${'x'.repeat(1022)}"`, 200],
    ['blanks around', '"  Alice  "', 200],
    ['another script', '"Алиса"', 200],
    ['an emoji', '"Alice \u{1F600}"', 200],
  ])('NICK-003 %s', async (_what, value, status) => {
    const { alice } = await pair();
    const answer = await alice.ask({
      method: 'NICKNAME',
      headers: value === undefined ? [] : [`Use-Nickname: ${value}`],
    });
    expect(answer.status).toBe(status);
    if (status === 424) expect(answer.phrase).toBe('Malformed nickname');
  });

  it('NICK-003 invalid UTF-8 is 424', async () => {
    const { alice } = await pair();
    const id = ident();
    const octets = alice.octets({ id, method: 'NICKNAME', headers: ['Use-Nickname: "@@"'] }).toString('latin1');
    alice.msrp.write(Buffer.from(octets.replace('@@', '\xc3\x28'), 'latin1'));
    expect((await alice.msrp.answer(id)).status).toBe(424);
  });

  it('NICK-004 in use, in another spelling, or reserved: 425', async () => {
    const { alice, bob } = await pair();
    expect((await alice.nickname('"Große Alice"')).status).toBe(200);
    for (const taken of ['"Große Alice"', '"große  alice"', '"  GROßE ALICE "'])
      expect(await bob.nickname(taken), taken).toMatchObject({
        status: 425,
        phrase: 'Nickname reserved or already in use',
      });
    expect((await bob.nickname('"System"')).status).toBe(425);
  });

  it('NICK-004 NICK-006 of twenty at once one gets it', async () => {
    const room = await system.room();
    const seats = await Promise.all(Array.from({ length: 20 }, (_, i) => system.join(room, `racer${String(i)}`)));
    const answers = await Promise.all(seats.map((seat) => seat.nickname('"The One"')));
    expect(answers.map(({ status }: Frame) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 425),
    ]);
  });

  it('NICK-005 NICK-013 the enforced form is kept and shown', async () => {
    const { alice, room } = await pair();
    expect((await alice.nickname('"  Alice   the  GREAT "')).status).toBe(200);
    expect((await nicknames(room))[alice.aor]).toBe('Alice the GREAT');
  });

  it('NICK-007 compared by the Nickname profile: compatibility and case are folded away', async () => {
    const { alice, bob } = await pair();
    expect((await alice.nickname('"Foo Bar"')).status).toBe(200);
    expect((await bob.nickname('"foo bar"')).status).toBe(425);
    expect((await bob.nickname('"Ｆｏｏ bar"')).status).toBe(425);
    expect((await bob.nickname('"foobar"')).status).toBe(200);
  });

  it('NICK-008 the empty string removes it, also twice, and whitespace does not', async () => {
    const { alice, bob, room } = await pair();
    expect((await alice.nickname('"Al"')).status).toBe(200);
    expect((await alice.nickname('" "')).status).toBe(424);
    expect((await nicknames(room))[alice.aor]).toBe('Al');
    expect((await alice.nickname('""')).status).toBe(200);
    expect((await alice.nickname('""')).status).toBe(200);
    expect((await nicknames(room))[alice.aor]).toBe('');
    expect((await bob.nickname('""')).status).toBe(200);
  });

  it('NICK-009 ERR-007 a refused change leaves the old one, an accepted one frees it', async () => {
    const { alice, bob, room } = await pair();
    await alice.nickname('"Old"');
    await bob.nickname('"Taken"');
    expect((await alice.nickname('"Taken"')).status).toBe(425);
    expect((await alice.nickname('Bad')).status).toBe(424);
    expect((await nicknames(room))[alice.aor]).toBe('Old');
    expect((await bob.nickname('"Old"')).status).toBe(425);
    expect((await alice.nickname('"New"')).status).toBe(200);
    expect((await bob.nickname('"Old"')).status).toBe(200);
  });

  it('NICK-010 NICK-011 a second device of the user may have the same, and has none until it asks', async () => {
    const { alice, room } = await pair();
    await alice.nickname('"Al"');
    const laptop = await system.join(room, 'alice');
    const kept = await system.query(
      `select e.nickname from room_state.endpoints e join room_state.rooms r on r.id = e.room_id
       where r.conference_uri = $1 and e.state = 'joined' order by e.ordinal`,
      [room],
    );
    expect(kept.map(({ nickname }) => nickname)).toEqual(['Al', '', '']);
    expect((await laptop.nickname('"Al"')).status).toBe(200);
  });

  it('NICK-012 after a leave it is held for its user, on any device', async () => {
    const { alice, bob, room } = await pair({ nicknameQuarantineSeconds: 300 });
    await alice.nickname('"Mine"');
    await alice.leave();
    await expect.poll(async () => (await nicknames(room))[alice.aor]).not.toBe('Mine');
    expect((await bob.nickname('"Mine"')).status).toBe(425);
    const again = await system.join(room, 'alice');
    expect((await again.nickname('"Mine"')).status).toBe(200);
  });

  it('NICK-012 after the quarantine anybody may have it', async () => {
    const { alice, bob } = await pair({ nicknameQuarantineSeconds: 1 });
    await alice.nickname('"Brief"');
    await alice.leave();
    await expect.poll(async () => (await bob.nickname('"Brief"')).status, { timeout: 10_000, interval: 200 }).toBe(200);
  });
});
