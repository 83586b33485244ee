import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ domain: 'chat.example.com' });

async function pair(): Promise<{ alice: Seat; bob: Seat }> {
  const room = await system.room();
  return { alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

const sha256 = (octets: Buffer | string): string => createHash('sha256').update(octets).digest('hex');

describe('layout', () => {
  it('CPIM-001 the media type is compared without case, its parameters are ignored', async () => {
    const { alice } = await pair();
    for (const contentType of ['Message/CPIM', 'MESSAGE/cpim', 'message/cpim;charset=utf-8', 'message/cpim ; x="y"'])
      expect((await alice.ask({ body: alice.cpim(), contentType })).status, contentType).toBe(200);
  });

  it('CPIM-003 the printed layout without an empty line is taken and passed on as it is', async () => {
    const { alice, bob } = await pair();
    const body = `From: <${alice.aor}>\r\nTo: <${alice.room}>\r\nDateTime: 2026-07-01T12:00:00Z\r\nContent-Type: text/plain\r\n\r\nas printed`;
    expect((await alice.ask({ body })).status).toBe(200);
    expect((await bob.copy('as printed')).body?.toString()).toBe(body);
  });

  it('CPIM-008 NS, To and cc may repeat; From, DateTime, Subject and Require may not', async () => {
    const { alice } = await pair();
    const head = `From: <${alice.aor}>\r\nTo: <${alice.room}>\r\n`;
    const rest = '\r\nContent-Type: text/plain\r\n\r\nx';
    const status = async (more: string): Promise<number> => (await alice.ask({ body: head + more + rest })).status;
    expect(await status('NS: a <urn:a>\r\nNS: b <urn:b>\r\ncc: <sip:x@y>\r\ncc: <sip:z@y>\r\n')).toBe(200);
    expect(await status(`From: <${alice.aor}>\r\n`)).toBe(400);
    expect(await status('DateTime: 2026-07-01T12:00:00Z\r\nDateTime: 2026-07-01T12:00:01Z\r\n')).toBe(400);
    expect(await status('Require: a\r\nRequire: b\r\n')).toBe(400);
    expect(await status('Subject: a\r\nSubject: b\r\n')).toBe(400);
  });

  it.each([
    ['no From', (alice: Seat) => `To: <${alice.room}>\r\n`],
    ['no To', (alice: Seat) => `From: <${alice.aor}>\r\n`],
    ['CPIM-005 from in small letters', (alice: Seat) => `from: <${alice.aor}>\r\nTo: <${alice.room}>\r\n`],
    ['CPIM-006 From without angle brackets', (alice: Seat) => `From: ${alice.aor}\r\nTo: <${alice.room}>\r\n`],
    ['CPIM-006 two URIs in To', (alice: Seat) => `From: <${alice.aor}>\r\nTo: <${alice.room}> <${alice.room}>\r\n`],
    ['CPIM-006 an unclosed quote', (alice: Seat) => `From: "Al <${alice.aor}>\r\nTo: <${alice.room}>\r\n`],
    ['CPIM-004 a folded header', (alice: Seat) => `From: <${alice.aor}>\r\nTo:\r\n <${alice.room}>\r\n`],
    ['a header without a colon', (alice: Seat) => `From: <${alice.aor}>\r\nTo: <${alice.room}>\r\nnonsense\r\n`],
    ['a relative URI', (alice: Seat) => `From: <alice>\r\nTo: <${alice.room}>\r\n`],
  ])('CPIM-014 %s is 400 and not passed on', async (_what, head) => {
    const { alice, bob } = await pair();
    const body = `${head(alice)}\r\nContent-Type: text/plain\r\n\r\nbad head`;
    expect((await alice.ask({ body })).status).toBe(400);
    expect(await bob.copiesAfterMarker(alice, 'bad head')).toEqual([]);
  });

  it('CPIM-006 display names of tokens and quoted strings', async () => {
    const { alice } = await pair();
    for (const from of [
      `Alice <${alice.aor}>`,
      `Alice the Great <${alice.aor}>`,
      `"Alice, \\"A\\"" <${alice.aor}>`,
      `"A"<${alice.aor}>`,
    ]) {
      const body = `From: ${from}\r\nTo: "Room" <${alice.room}>\r\n\r\nContent-Type: text/plain\r\n\r\nx`;
      expect((await alice.ask({ body })).status, from).toBe(200);
    }
  });

  it('CPIM-010 escapes and a language parameter are read', async () => {
    const { alice } = await pair();
    const headers = ['Subject:;lang=fr sujet \\u00e9\\t\\n\\"\\\\', 'X-Other: \\q'];
    expect((await alice.ask({ body: alice.cpim({ headers }) })).status).toBe(200);
  });

  it('CPIM-009 prefixes are bound by NS and do not hide From', async () => {
    const { alice, bob } = await pair();
    const headers = [
      'NS: foo <urn:ietf:params:imdn>',
      'foo.Message-ID: 34jk324j',
      'foo.Disposition-Notification: display',
    ];
    const body = alice.cpim({ headers, text: 'with namespaces' });
    expect((await alice.ask({ body })).status).toBe(200);
    expect((await bob.copy('with namespaces')).body?.toString()).toBe(body);
  });

  it('CPIM-012 Require of what nobody knows is passed on', async () => {
    const { alice, bob } = await pair();
    expect(
      (await alice.ask({ body: alice.cpim({ headers: ['Require: MyFeatures.VitalMessageOption'], text: 'required' }) }))
        .status,
    ).toBe(200);
    await bob.copy('required');
  });
});

describe('octets', () => {
  it('CPIM-011 SHA-256 of what goes in is that of what comes out, for every recipient and size', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const others = [await system.join(room, 'bob'), await system.join(room, 'carol')];
    for (const size of [0, 1, 500, 2048, 2049, 70_000, 300_000]) {
      const mark = ident();
      const head = Buffer.from(
        alice.cpim({ headers: [`X-Mark:  ${mark} \t`], text: '', type: 'application/octet-stream' }),
      );
      const body = Buffer.concat([head, randomBytes(size)]);
      expect((await alice.ask({ body })).status).toBe(200);
      for (const other of others) expect(sha256(await whole(other, mark)), `${String(size)} octets`).toBe(sha256(body));
    }
  });

  it('CPIM-011 a CPIM object within the content is not opened', async () => {
    const { alice, bob } = await pair();
    const inner =
      'From: <sip:somebody@else>\r\nTo: <sip:x@y>\r\nTo: <sip:z@y>\r\n\r\nContent-Type: text/plain\r\n\r\ninner';
    const body = alice.cpim({ type: 'message/cpim', text: inner });
    expect((await alice.ask({ body })).status).toBe(200);
    expect((await bob.copy('inner')).body?.toString()).toBe(body);
  });
});

describe('published objects', () => {
  const folder = new URL('../../vectors/cpim/', import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), 'latin1');

  it.each([
    'rfc3862-s5.1.cpim',
    'rfc7701-s9.3-f1-send-room.cpim',
    'rfc7701-s9.3-f1-send-room.cpim-strict.cpim',
    'rfc4975-fig14-cpim-chunk1.cpim',
    'rfc4975-fig14-cpim-chunk1.cpim-strict.cpim',
    'rfc5438-s7.1.1.3-im.cpim',
    'rfc5438-s7.1.1.3-im.cpim-strict.cpim',
    'rfc5547-fig10-file-chunk1.resolved.cpim',
    'rfc5547-fig10-file-chunk1.cpim-strict.cpim',
  ])('CPIM-003 CPIM-011 %s, under our names, arrives octet for octet', async (file) => {
    const { alice, bob } = await pair();
    const mark = ident();
    const body = Buffer.from(
      read(file)
        .replace(/^From:.*$/m, `From: <${alice.aor}>\r`)
        .replace(/^To:.*$/m, `To: <${alice.room}>\r\nX-Mark: ${mark}\r`)
        .replaceAll('\r\r', '\r'),
      'latin1',
    );
    expect((await alice.ask({ body })).status).toBe(200);
    expect(sha256(await whole(bob, mark))).toBe(sha256(body));
  });

  it('CHAT-006 CPIM-003 RFC 7701 section 9.3 as printed, from Alice to the room', async () => {
    await system.account('alice9', 'alice9', ['sip:alice@atlanta.example.com']);
    await system.room({ name: 'chatroom22' });
    const room = 'sip:chatroom22@chat.example.com';
    const alice = await system.join(room, 'alice9');
    const bob = await system.join(room, 'bob');
    for (const file of ['rfc7701-s9.3-f1-send-room.cpim', 'rfc7701-s9.3-f1-send-room.cpim-strict.cpim']) {
      const body = read(file);
      expect(body).toContain(';transport=tcp');
      const from = /^From:.*<([^>]+)>/m.exec(body)?.[1];
      expect(from).toBe('sip:alice@atlanta.example.com');
      expect((await alice.ask({ body: Buffer.from(body, 'latin1') })).status).toBe(200);
      expect((await bob.copy('Hello')).body?.toString('latin1')).toBe(body);
    }
  });

  it('CHAT-014 RFC 7701 section 9.5: headers that end in the second chunk hold back the first', async () => {
    // A private message: its two ends are the only ones who may be in it.
    await system.account('alice95', 'alice95', ['sip:alice@atlanta.example.com']);
    await system.account('bob95', 'bob95', ['sip:bob@example.com']);
    const room = await system.room();
    const alice = await system.join(room, 'alice95');
    const bob = await system.join(room, 'bob95');
    const printed = ['rfc7701-s9.5-chunk1.corrected.cpim', 'rfc7701-s9.5-chunk2.corrected.cpim'].map((file) =>
      Buffer.from(read(file), 'latin1'),
    );
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = printed;
    const total = String(first.length + second.length);
    const ids = [ident(), ident()] as const;
    const head = 'Message-ID: held-headers';
    alice.msrp.write(
      alice.octets({
        id: ids[0],
        headers: [head, `Byte-Range: 1-${String(first.length)}/${total}`],
        body: first,
        flag: '+',
      }),
    );
    await alice.ping();
    expect(bob.copies()).toEqual([]);
    alice.msrp.write(
      alice.octets({
        id: ids[1],
        headers: [head, `Byte-Range: ${String(first.length + 1)}-${total}/${total}`],
        body: second,
      }),
    );
    expect((await alice.msrp.answer(ids[0])).status).toBe(200);
    expect((await alice.msrp.answer(ids[1])).status).toBe(200);
    await bob.copiesAfterMarker(alice, '');
    expect(
      Buffer.concat(
        bob
          .copies()
          .slice(0, -1)
          .map(({ body }) => body!),
      ).equals(Buffer.concat(printed)),
    ).toBe(true);
  });
});

describe('what the switch writes itself', () => {
  it('CPIM-002 CPIM-007 CHAT-030 CHAT-031 the notice of a logged room: From and To the room, DateTime, an empty line, then the content', async () => {
    const room = await system.room({ policy: { logged: true } });
    const alice = await system.join(room, 'alice');
    const notice = (await alice.copy('Messages in this room are recorded.')).body?.toString() ?? '';
    expect(notice).toMatch(
      /^From: (?:"[^"]*" )?<([^>]+)>\r\nTo: (?:"[^"]*" )?<([^>]+)>\r\nDateTime: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\r\n(?:[^\r\n]+\r\n)*\r\nContent-Type: text\/plain[^\r\n]*\r\n\r\nMessages in this room are recorded\.$/,
    );
    expect([.../<([^>]+)>/g[Symbol.matchAll](notice)].slice(0, 2).map(([, uri]) => uri)).toEqual([room, room]);
    const sends = alice.msrp.frames.filter(({ method }) => method === 'SEND');
    expect(sends[0]?.body?.toString()).toBe(notice);
  });
});

/** The message that has this text among its first octets, put together from all its chunks. */
async function whole(seat: Seat, mark: string): Promise<Buffer> {
  const first = await seat.copy(mark);
  const messageId = field(first, 'Message-ID');
  const parts = [first.body!];
  for (let last = first; last.flag === '+';) {
    last = await seat.msrp.next((frame) => frame.method === 'SEND' && field(frame, 'Message-ID') === messageId);
    parts.push(last.body!);
  }
  return Buffer.concat(parts);
}
