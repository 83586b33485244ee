import { describe, expect, it } from 'vitest';
import { cpim, ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ bus: 'nats', edges: 2 });

describe('on nats-server', () => {
  it('CHAT-008 CHAT-010 CPIM-011 copies at both edges, octet for octet', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const others = await Promise.all(['bob', 'carol', 'dave', 'erin'].map((name) => system.join(room, name)));
    for (const size of [10, 5_000, 200_000]) {
      const mark = ident();
      const text = `${mark} ${'n'.repeat(size)} end-of-${mark}`;
      expect((await alice.say(text)).status).toBe(200);
      for (const other of others) {
        await other.copy(`end-of-${mark}`);
        const first = other.copies().find(({ body }) => body!.includes(`${mark} `))!;
        const parts = other.copies().filter((frame) => field(frame, 'Message-ID') === field(first, 'Message-ID'));
        expect(Buffer.concat(parts.map(({ body }) => body!)).toString()).toBe(alice.cpim({ text }));
      }
    }
  });

  it('CHAT-023 CHAT-024 one order for all, each message once', async () => {
    const room = await system.room();
    const seats = await Promise.all(['a', 'b', 'c'].map((name) => system.join(room, name)));
    const listeners = await Promise.all(['x', 'y', 'z'].map((name) => system.join(room, name)));
    for (const seat of seats)
      for (let i = 0; i < 30; i++)
        seat.msrp.write(
          seat.octets({
            headers: [`Message-ID: ${ident()}`],
            body: seat.cpim({ text: `<<${seat.aor} ${String(i)}>>` }),
          }),
        );
    for (const seat of seats) await seat.settled();
    const orders: string[][] = [];
    for (const listener of listeners) {
      await listener.copiesAfterMarker(seats[0]!, '');
      orders.push(listener.copies().flatMap(({ body }) => /<<(.*)>>/.exec(body!.toString())?.[1] ?? []));
    }
    expect(orders[0]).toHaveLength(90);
    expect(new Set(orders[0]).size).toBe(90);
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
  });

  it('TRN-016 a repeated Message-ID is stored and passed on once', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    for (let i = 0; i < 3; i++)
      expect((await alice.say('thrice', { headers: ['Message-ID: three-times'] })).status).toBe(200);
    expect(await bob.copiesAfterMarker(alice, 'thrice')).toHaveLength(1);
  });

  it('PRIV-001 PRIV-002 CHAT-003 private to one, unknown 404, foreign From 403', async () => {
    const room = await system.room();
    const [alice, bob, carol] = [
      await system.join(room, 'alice'),
      await system.join(room, 'bob'),
      await system.join(room, 'carol'),
    ];
    expect((await alice.ask({ body: alice.cpim({ to: bob.aor, text: 'only bob' }) })).status).toBe(200);
    await bob.copy('only bob');
    expect(await carol.copiesAfterMarker(alice, 'only bob')).toEqual([]);
    expect((await alice.ask({ body: alice.cpim({ to: 'sip:nobody@localhost' }) })).status).toBe(404);
    expect((await alice.ask({ body: cpim({ from: bob.aor, to: room }) })).status).toBe(403);
  });

  it('NICK-006 of ten at once, at two edges, one gets it', async () => {
    const room = await system.room();
    const seats = await Promise.all(Array.from({ length: 10 }, (_, i) => system.join(room, `racer${String(i)}`)));
    const statuses = (await Promise.all(seats.map((seat) => seat.nickname('"One"')))).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array.from({ length: 9 }, () => 425)]);
  });
});
