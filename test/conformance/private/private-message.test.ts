import { describe, expect, it } from 'vitest';
import { cpim, ident, offer } from '../raw/messages.js';
import type { Frame } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2 });

interface Three {
  readonly alice: Seat;
  readonly bob: Seat;
  readonly carol: Seat;
  readonly room: string;
}

async function three(policy: Readonly<Record<string, unknown>> = {}): Promise<Three> {
  const room = await system.room({ policy });
  const [alice, bob, carol] = [
    await system.join(room, 'alice'),
    await system.join(room, 'bob'),
    await system.join(room, 'carol'),
  ];
  return { alice, bob, carol, room };
}

function whisper(from: Seat, to: string, text: string, headers: readonly string[] = []): Promise<Frame> {
  return from.ask({ body: from.cpim({ to, text }), headers });
}

describe('a private message', () => {
  it('PRIV-001 PRIV-007 CPIM-011 goes to all sessions of one participant and to nobody else, octet for octet', async () => {
    const { alice, bob, carol, room } = await three();
    const tablet = await system.join(room, 'bob');
    expect((await whisper(alice, bob.aor, 'for bob alone')).status).toBe(200);
    for (const seat of [bob, tablet])
      expect((await seat.copy('for bob alone')).body?.toString()).toBe(
        alice.cpim({ to: bob.aor, text: 'for bob alone' }),
      );
    expect(await carol.copiesAfterMarker(alice, 'for bob alone')).toEqual([]);
    expect(bob.copies().filter(({ body }) => body!.includes('for bob alone'))).toHaveLength(1);
  });

  it('PRIV-002 to nobody, to one who never was there, to one who left: 404 as a response', async () => {
    const { alice, bob } = await three();
    expect(await whisper(alice, 'sip:nobody@localhost', 'x')).toMatchObject({
      status: 404,
      phrase: "Failure to resolve recipient's URI",
    });
    expect((await whisper(alice, 'sip:bob@example.com', 'x')).status).toBe(404);
    expect((await whisper(alice, 'sip:Bob@localhost', 'x')).status).toBe(404);
    expect((await whisper(alice, 'xmpp:bob@localhost', 'x')).status).toBe(404);
    await bob.leave();
    await expect.poll(async () => (await whisper(alice, bob.aor, 'x')).status).toBe(404);
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
  });

  it('PRIV-003 where private messages are off: 403, also to nobody, and the token is not in our SDP', async () => {
    const { alice, bob } = await three({ privateMessages: false });
    expect((await whisper(alice, bob.aor, 'x')).status).toBe(403);
    expect((await whisper(alice, 'sip:nobody@localhost', 'x')).status).toBe(403);
    expect(alice.answer.body).toContain('a=chatroom:nickname\r\n');
    expect((await alice.say('to all')).status).toBe(200);
  });

  it('PRIV-004 a recipient without the token: 428; of its devices only the capable one gets it', async () => {
    const { alice, room } = await three();
    const simple = await system.join(room, 'dave', { chatroom: 'nickname' });
    expect(await whisper(alice, simple.aor, 'first')).toMatchObject({
      status: 428,
      phrase: 'Private messages not supported',
    });
    const capable = await system.join(room, 'dave');
    expect((await whisper(alice, simple.aor, 'second')).status).toBe(200);
    await capable.copy('second');
    expect(await simple.copiesAfterMarker(alice, 'second')).toEqual([]);
  });

  it('SDP-012 PRIV-004 a re-INVITE that drops the token: 428 follows', async () => {
    const { alice, bob, room } = await three();
    expect((await whisper(alice, bob.aor, 'x')).status).toBe(200);
    expect(
      (await bob.caller.invite(room, offer({ path: bob.fromPath, chatroom: 'nickname', version: 2 }))).status,
    ).toBe(200);
    await bob.caller.ack(room);
    await expect.poll(async () => (await whisper(alice, bob.aor, 'x')).status).toBe(428);
    expect((await bob.caller.invite(room, offer({ path: bob.fromPath, chatroom: undefined, version: 3 }))).status).toBe(
      200,
    );
    await bob.caller.ack(room);
    expect((await whisper(alice, bob.aor, 'x')).status).toBe(428);
  });

  const errors: readonly (readonly [string, (three: Three) => Promise<string>, number])[] = [
    ['nobody', async () => 'sip:nobody@localhost', 404],
    ['incapable', async ({ room }) => (await system.join(room, 'dave', { chatroom: undefined })).aor, 428],
  ];
  it.each(
    errors.flatMap(([who, to, status]) =>
      (
        [
          ['yes', [status]],
          ['partial', [status]],
          ['no', []],
        ] as const
      ).map(([report, statuses]) => [who, report, statuses, to] as const),
    ),
  )('PRIV-005 to %s with Failure-Report %s: %j', async (_who, report, statuses, to) => {
    const room = await three();
    const uri = await to(room);
    const id = ident();
    room.alice.msrp.write(
      room.alice.octets({
        id,
        headers: [`Message-ID: ${id}`, `Failure-Report: ${report}`],
        body: room.alice.cpim({ to: uri }),
      }),
    );
    await room.alice.settled();
    expect(room.alice.answersTo(id).map(({ status }) => status)).toEqual(statuses);
    expect(room.alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
  });

  it('PRIV-009 a success REPORT comes from the switch, one of the recipient is not passed on', async () => {
    const { alice, bob } = await three();
    await whisper(alice, bob.aor, 'report me', ['Success-Report: yes']);
    await alice.msrp.request('REPORT');
    const copy = await bob.copy('report me');
    const messageId = copy.headers.find(([name]) => name === 'Message-ID')?.[1] ?? '';
    bob.msrp.write(
      bob.octets({
        method: 'REPORT',
        headers: [`Message-ID: ${messageId}`, 'Byte-Range: 1-9/9', 'Status: 000 200 OK'],
      }),
    );
    await bob.ping();
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toHaveLength(1);
    expect(copy.headers.map(([name]) => name)).not.toContain('Success-Report');
  });

  it("PRIV-010 to oneself: one's other capable sessions, 404 when there is none", async () => {
    const { alice, room } = await three();
    expect((await whisper(alice, alice.aor, 'note to self')).status).toBe(404);
    const laptop = await system.join(room, 'alice');
    expect((await whisper(alice, alice.aor, 'note to self')).status).toBe(200);
    await laptop.copy('note to self');
    await alice.settled();
    expect(alice.copies().filter(({ body }) => body!.includes('note to self'))).toEqual([]);
  });

  it('PRIV-012 a nickname in To is no URI: 400', async () => {
    const { alice, bob } = await three();
    expect((await bob.nickname('"Bobby"')).status).toBe(200);
    const body = `From: <${alice.aor}>\r\nTo: Bobby\r\n\r\nContent-Type: text/plain\r\n\r\nx`;
    expect((await alice.ask({ body })).status).toBe(400);
    expect((await whisper(alice, 'Bobby', 'x')).status).toBe(400);
  });

  it('CHAT-003 a private message in the name of another is 403', async () => {
    const { alice, bob, carol } = await three();
    expect((await alice.ask({ body: cpim({ from: carol.aor, to: bob.aor }) })).status).toBe(403);
  });

  it('PRIV-001 a large one goes to the one alone as well', async () => {
    const { alice, bob, carol } = await three();
    expect((await whisper(alice, bob.aor, `${'s'.repeat(100_000)} secret`)).status).toBe(200);
    await bob.copy('secret');
    await carol.copiesAfterMarker(alice, 'ssss');
    expect(carol.copies()).toHaveLength(1);
  });
});

describe('receipts', () => {
  const receipt = (from: Seat, to: string): Promise<Frame> =>
    from.ask({
      body: from.cpim({ to, type: 'message/imdn+xml', text: '<imdn xmlns="urn:ietf:params:xml:ns:imdn"/>' }),
    });

  it('RCPT-003 RCPT-004 an IMDN goes to the one it is for, also where private messages are off, never to the room', async () => {
    const { alice, bob, carol, room } = await three({ privateMessages: false });
    expect((await receipt(alice, bob.aor)).status).toBe(200);
    await bob.copy('urn:ietf:params:xml:ns:imdn');
    expect((await receipt(alice, room)).status).toBe(403);
    expect(await carol.copiesAfterMarker(alice, 'imdn')).toEqual([]);
  });

  it('RCPT-001 isComposing is passed on, one per second, and answered 200 also when it is not', async () => {
    const { alice, bob } = await three();
    const body = alice.cpim({
      type: 'application/im-iscomposing+xml',
      text: '<isComposing><state>active</state></isComposing>',
    });
    for (let i = 0; i < 5; i++) expect((await alice.ask({ body })).status).toBe(200);
    expect((await bob.copiesAfterMarker(alice, 'isComposing')).length).toBeLessThan(3);
    expect((await bob.copiesAfterMarker(alice, 'isComposing')).length).toBeGreaterThan(0);
  });
});
