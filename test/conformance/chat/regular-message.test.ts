import { describe, expect, it } from 'vitest';
import { cpim, ident, offer } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2 });

async function pair(policy: Readonly<Record<string, unknown>> = {}): Promise<{ alice: Seat; bob: Seat; room: string }> {
  const room = await system.room({ policy });
  return { room, alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

describe('what is refused', () => {
  it.each(['text/plain', 'multipart/mixed;boundary=x', 'message/cpimx', 'application/octet-stream'])(
    'CHAT-001 a body of type %s is 415',
    async (contentType) => {
      const { alice, bob } = await pair();
      expect(await alice.ask({ body: 'unwrapped', contentType })).toMatchObject({
        status: 415,
        phrase: 'Media type not supported',
      });
      expect(await bob.copiesAfterMarker(alice, 'unwrapped')).toEqual([]);
    },
  );

  it.each([
    ['another member', 'sip:bob@localhost'],
    ['nobody', 'sip:nobody@localhost'],
    ['the room', 'ROOM'],
    ['another domain', 'sip:alice@example.com'],
    ['another user part by case', 'sip:Alice@localhost'],
    ['mailto', 'mailto:alice@localhost'],
  ])('CHAT-003 From of %s is 403', async (_who, from) => {
    const { alice, bob, room } = await pair();
    const body = cpim({ from: from === 'ROOM' ? room : from, to: room, text: 'not mine' });
    expect((await alice.ask({ body })).status).toBe(403);
    expect(await bob.copiesAfterMarker(alice, 'not mine')).toEqual([]);
  });

  it('CHAT-003 the display name does not count', async () => {
    const { alice, room } = await pair();
    const body = `From: "sip:alice@localhost" <sip:bob@localhost>\r\nTo: <${room}>\r\n\r\nContent-Type: text/plain\r\n\r\nx`;
    expect((await alice.ask({ body })).status).toBe(403);
  });

  it('CHAT-003 CHAT-005 other identities and spellings of the user are its own', async () => {
    await system.account('dora', 'dora', ['sip:dora@elsewhere.example', 'tel:+15550100']);
    const room = await system.room();
    const dora = await system.join(room, 'dora');
    for (const from of [
      'sip:dora@localhost',
      'sip:dora@LOCALHOST',
      'sip:%64ora@localhost;transport=tcp',
      'sip:dora@elsewhere.example',
      'tel:+15550100',
    ])
      expect((await dora.ask({ body: cpim({ from, to: room }) })).status, from).toBe(200);
    expect((await dora.ask({ body: cpim({ from: 'tel:+15550101', to: room }) })).status).toBe(403);
  });

  it('CHAT-007 several To are 403, cc does not count', async () => {
    const { alice, bob, room } = await pair();
    expect((await alice.ask({ body: alice.cpim({ to: [room, room], text: 'twice' }) })).status).toBe(403);
    expect((await alice.ask({ body: alice.cpim({ to: [room, bob.aor], text: 'both' }) })).status).toBe(403);
    expect(
      (await alice.ask({ body: alice.cpim({ headers: ['cc: <sip:nobody@localhost>'], text: 'with cc' }) })).status,
    ).toBe(200);
    await bob.copy('with cc');
    expect(bob.copies().filter(({ body }) => /twice|both/.test(body!.toString()))).toEqual([]);
  });

  it('CHAT-013 a wrapped type the room does not list is 415', async () => {
    const { alice, bob } = await pair({ wrappedTypes: ['text/plain'] });
    expect((await alice.ask({ body: alice.cpim({ type: 'image/png', text: 'picture' }) })).status).toBe(415);
    expect((await alice.ask({ body: alice.cpim({ type: 'Text/Plain;charset=utf-8', text: 'words' }) })).status).toBe(
      200,
    );
    await bob.copy('words');
    expect(bob.copies()).toHaveLength(1);
  });

  it('CHAT-002 of several faults the first in order is told', async () => {
    const { alice, room } = await pair({ wrappedTypes: ['text/plain'], maxSizeBytes: '1000', privateMessages: false });
    const nobody = alice.toPath.replace(/\/[^/;]+;/, '/x.y;');
    const everything = cpim({ from: 'sip:eve@localhost', to: [room, room], type: 'image/png' });
    const range = 'Byte-Range: 1-*/99999';
    const status = async (parts: Parameters<Seat['ask']>[0]): Promise<number> => (await alice.ask(parts)).status;
    expect(await status({ toPath: nobody, method: 'FOO', body: 'x', contentType: 'a/b' })).toBe(481);
    expect(await status({ body: 'x', contentType: 'a/b', headers: [range] })).toBe(415);
    expect(await status({ body: everything, headers: [range] })).toBe(413);
    expect(await status({ body: 'no CPIM at all' })).toBe(400);
    expect(await status({ body: everything })).toBe(403);
    expect(await status({ body: alice.cpim({ to: [room, room], type: 'image/png' }) })).toBe(403);
    expect(await status({ body: alice.cpim({ to: 'sip:bob@localhost', type: 'image/png' }) })).toBe(403);
    expect(await status({ body: alice.cpim({ type: 'image/png' }) })).toBe(415);
  });

  it('CHAT-028 more than the rate of the room is 403', async () => {
    const { alice, bob } = await pair({ ratePerSecond: 1, rateBurst: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await alice.say(`burst ${String(i)}`)).status);
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
    expect(statuses).toContain(403);
    await bob.copy('burst 2');
  });

  it('ERR-007 nothing of what is refused takes effect: the next Message-ID of the same name is a new message', async () => {
    const { alice, bob } = await pair();
    const headers = ['Message-ID: same-again'];
    expect((await alice.ask({ headers, body: cpim({ from: 'sip:eve@localhost', to: alice.room }) })).status).toBe(403);
    expect((await alice.say('now rightly', { headers })).status).toBe(200);
    await bob.copy('now rightly');
  });
});

describe('copies', () => {
  it('CHAT-006 the room with port, parameters or another case of its host is the room', async () => {
    const { alice, bob, room } = await pair();
    for (const [index, to] of [
      `${room};transport=tcp`,
      room.replace('localhost', 'LocalHost'),
      `${room}:5060`,
    ].entries()) {
      expect((await alice.ask({ body: alice.cpim({ to, text: `spelled ${String(index)}` }) })).status, to).toBe(200);
      await bob.copy(`spelled ${String(index)}`);
    }
  });

  it("CHAT-008 CHAT-020 go to every session but the sender's, at both edges", async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const others = [
      await system.join(room, 'bob'),
      await system.join(room, 'bob'),
      await system.join(room, 'carol'),
      await system.join(room, 'dave'),
    ];
    await alice.say('hello all');
    for (const other of others) await other.copy('hello all');
    await alice.settled();
    expect(alice.copies()).toEqual([]);
    for (const other of others)
      expect(other.copies().filter(({ body }) => body!.includes('hello all'))).toHaveLength(1);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])("CHAT-009 the sender's other session, copy-to-own-sessions %s: %d copies", async (copyToOwnSessions, count) => {
    const { alice, bob, room } = await pair({ copyToOwnSessions });
    const laptop = await system.join(room, 'alice');
    await alice.say('from my telephone');
    expect(await laptop.copiesAfterMarker(bob, 'from my telephone')).toHaveLength(count);
  });

  it('CHAT-010 RPT-013 CHAT-022 field by field against RFC 7701 section 9.3', async () => {
    const { alice, bob } = await pair();
    const id = 'txin.0001';
    const headers = [
      'Message-ID: incoming1',
      'Byte-Range: 1-*/*',
      'Success-Report: no',
      'Failure-Report: yes',
      'X-Else: 1',
    ];
    const body = alice.cpim({ text: 'field by field' });
    await alice.ask({ id, headers, body, contentType: 'message/cpim' });
    const copy = await bob.copy('field by field');
    const length = String(body.length);
    expect(copy.headers).toEqual([
      ['To-Path', bob.fromPath],
      ['From-Path', bob.toPath],
      ['Message-ID', expect.stringMatching(/^\S+$/)],
      ['Byte-Range', `1-${length}/${length}`],
      ['Failure-Report', expect.stringMatching(/^(partial|yes)$/)],
      ['Content-Type', 'message/cpim'],
    ]);
    expect(copy.id).not.toBe(id);
    expect(field(copy, 'Message-ID')).not.toBe('incoming1');
    expect(bob.toPath).not.toBe(alice.toPath);
    expect(copy.body?.toString()).toBe(body);
    expect(copy.flag).toBe('$');
  });

  it('TRN-021 SDP-004 a path of several URIs is written whole, left to right', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const path = 'msrp://relay.example.com:2855/r1;tcp msrp://127.0.0.1:7654/own1;tcp';
    const bob = await system.join(room, 'bob', { path });
    await alice.say('through a relay');
    expect(field(await bob.copy('through a relay'), 'To-Path')).toBe(path);
  });

  it('CHAT-012 a session that does not take the type gets no copy, and the sender is not told', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const textOnly = await system.join(room, 'bob', { acceptTypes: 'message/cpim', wrappedTypes: 'text/plain' });
    const pictures = await system.join(room, 'carol', { acceptTypes: 'message/cpim', wrappedTypes: 'image/*' });
    const plain = await system.join(room, 'dave', { acceptTypes: 'message/cpim', wrappedTypes: undefined });
    const mixed = await system.join(room, 'erin', { acceptTypes: 'message/cpim text/plain', wrappedTypes: '*' });
    const listed = await system.join(room, 'frank', {
      acceptTypes: 'message/cpim image/png',
      wrappedTypes: 'text/plain',
    });
    expect((await alice.ask({ body: alice.cpim({ type: 'image/png', text: 'a picture' }) })).status).toBe(200);
    expect((await alice.say('some words')).status).toBe(200);
    for (const seat of [pictures, plain, mixed, listed]) await seat.copy('a picture');
    for (const seat of [textOnly, plain, mixed, listed]) await seat.copy('some words');
    expect(textOnly.copies()).toHaveLength(1);
    expect(await pictures.copiesAfterMarker(await pictureTeller(room), 'some words')).toEqual([]);
  });

  it("SDP-009 no copy above the recipient's max-size", async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const small = await system.join(room, 'bob', { attributes: ['max-size:400'] });
    await alice.say(`${'g'.repeat(500)} large`);
    expect(await small.copiesAfterMarker(alice, 'large')).toEqual([]);
  });

  it('CHAT-008 none to one whose join is not confirmed, none from before it', async () => {
    const { alice, room } = await pair();
    await alice.say('before carol');
    const carol = await system.join(room, 'carol');
    expect(await carol.copiesAfterMarker(alice, 'before carol')).toEqual([]);
  });

  it('CHAT-023 the messages of one sender arrive in its order, and all recipients see one order', async () => {
    const room = await system.room();
    const names = ['a', 'b', 'c', 'd'];
    const seats = await Promise.all(names.map((name) => system.join(room, name)));
    const listener = await system.join(room, 'listener');
    const second = await system.join(room, 'listener2');
    const count = 25;
    for (const [index, seat] of seats.entries())
      for (let i = 0; i < count; i++)
        seat.msrp.write(
          seat.octets({
            headers: [`Message-ID: ${ident()}`],
            body: seat.cpim({ text: `<<${names[index]!}:${String(i)}>>` }),
          }),
        );
    for (const seat of seats) await seat.settled();
    const order = async (seat: Seat): Promise<string[]> => {
      await seat.copiesAfterMarker(seats[0]!, '');
      return seat.copies().flatMap(({ body }) => /<<(.*)>>/.exec(body!.toString())?.[1] ?? []);
    };
    const [one, other] = [await order(listener), await order(second)];
    expect(one).toHaveLength(names.length * count);
    expect(other).toEqual(one);
    for (const name of names)
      expect(one.filter((entry) => entry.startsWith(`${name}:`))).toEqual(
        Array.from({ length: count }, (_, i) => `${name}:${String(i)}`),
      );
  });

  it('CHAT-024 messages go from edge to edge once', async () => {
    const room = await system.room();
    const seats = await Promise.all(['p', 'q', 'r', 's', 't', 'u'].map((name) => system.join(room, name)));
    const [talker] = seats;
    for (let i = 0; i < 20; i++) await talker!.say(`once ${String(i)};`);
    for (const seat of seats.slice(1)) {
      const copies = await seat.copiesAfterMarker(talker!, 'once');
      const ids = copies.map((copy) => field(copy, 'Message-ID'));
      expect(new Set(ids).size).toBe(20);
      expect(copies).toHaveLength(20);
    }
  });

  it.each(['multipart/mixed', 'multipart/alternative', 'multipart/signed'])(
    'RPT-021 a %s within CPIM passes',
    async (type) => {
      const { alice, bob } = await pair();
      const text =
        '--b1\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b1--';
      const body = alice.cpim({ type: `${type};boundary=b1`, text });
      expect((await alice.ask({ body })).status).toBe(200);
      expect((await bob.copy('signed words')).body?.toString()).toBe(body);
    },
  );

  it('RCPT-005 the switch makes no delivery notification, whatever a message asks for', async () => {
    const { alice, bob } = await pair();
    const headers = [
      'NS: imdn <urn:ietf:params:imdn>',
      'imdn.Message-ID: 34jk324j',
      'imdn.Disposition-Notification: positive-delivery, display',
    ];
    await alice.ask({ body: alice.cpim({ headers, text: 'notify me' }) });
    await bob.copy('notify me');
    await alice.settled();
    expect(alice.copies()).toEqual([]);
  });

  it('NICK-016 Use-Nickname in a SEND means nothing', async () => {
    const { alice, bob } = await pair();
    expect((await alice.say('with a nickname', { headers: ['Use-Nickname: "Mallory"'] })).status).toBe(200);
    expect((await bob.copy('with a nickname')).headers.map(([name]) => name)).not.toContain('Use-Nickname');
    expect((await bob.nickname('"Mallory"')).status).toBe(200);
  });
});

describe('direction', () => {
  it.each([
    ['recvonly', 403, 1],
    ['sendonly', 200, 0],
    ['inactive', 403, 0],
    ['sendrecv', 200, 1],
  ])('CHAT-033 %s: its SEND is %d, it gets %d copies', async (direction, status, copies) => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob', { attributes: [direction] });
    expect((await bob.say('may I?')).status).toBe(status);
    expect((await bob.nickname('"Bobby"')).status).toBe(200);
    await alice.say('hear me');
    if (copies === 1) await bob.copy('hear me');
    await alice.settled();
    await bob.ping();
    expect(bob.copies().filter(({ body }) => body!.includes('hear me'))).toHaveLength(copies);
  });

  it('CHAT-033 SDP-012 a re-INVITE changes it', async () => {
    const { alice, bob, room } = await pair();
    const path = bob.fromPath;
    const turn = async (attribute: string, version: number): Promise<void> => {
      const answer = await bob.caller.invite(room, offer({ path, attributes: [attribute], version }));
      expect(answer.status).toBe(200);
      await bob.caller.ack(room);
    };
    await turn('recvonly', 2);
    await expect.poll(async () => (await bob.say('muted')).status).toBe(403);
    await turn('sendrecv', 3);
    await expect.poll(async () => (await bob.say('free again')).status).toBe(200);
    await alice.copy('free again');
  });
});

/** Somebody whose messages a picture client takes. */
async function pictureTeller(room: string): Promise<Seat> {
  const teller = await system.join(room, 'teller');
  teller.say = (text) => teller.ask({ body: teller.cpim({ type: 'image/png', text }) });
  return teller;
}
