import { describe, expect, it } from 'vitest';
import { heldBytes } from '../raw/held-bytes.js';
import { ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: { 'msrp-edge': { MSRP_EDGE_IDLE_CONNECTION_MS: '1500', MSRP_EDGE_BAD_REQUESTS_MAX: '5' } },
});

/** Lines after the paths, and what is wrong with them. `@` stands for the transaction id. */
interface BadSend {
  readonly what: string;
  readonly lines: readonly string[];
  readonly status: number;
}

const body = ['Content-Type: message/cpim', '', 'From: <sip:a@localhost>', ''];
const badSends: readonly BadSend[] = [
  { what: 'MSRP-020 no Message-ID', lines: ['Byte-Range: 1-5/5', ...body, 'hello', '-------@$'], status: 400 },
  { what: 'MSRP-003 a Message-ID of 3 octets', lines: ['Message-ID: abc', '-------@$'], status: 400 },
  { what: 'MSRP-003 a Message-ID of 33 octets', lines: [`Message-ID: ${'a'.repeat(33)}`, '-------@$'], status: 400 },
  { what: 'MSRP-004 a folded line', lines: ['Message-ID: abcd', ' efgh', '-------@$'], status: 400 },
  { what: 'MSRP-004 a line without a colon', lines: ['Message-ID: abcd', 'nonsense', '-------@$'], status: 400 },
  ...['0-5/5', '5-1/5', '1-5', '-1-5/5', '1-5/x', 'x-5/5', '1.5-5/5', '1-*', '*-5/5', '1-5/5/5', ''].map((range) => ({
    what: `MSRP-014 Byte-Range ${JSON.stringify(range)}`,
    lines: ['Message-ID: abcd', `Byte-Range: ${range}`, ...body, 'hello', '-------@$'],
    status: 400,
  })),
  {
    what: 'MSRP-016 a total above every ceiling',
    lines: ['Message-ID: abcd', 'Byte-Range: 1-*/999999999999999', ...body, 'x', '-------@$'],
    status: 413,
  },
  {
    what: 'MSRP-016 a total of 400 digits',
    lines: ['Message-ID: abcd', `Byte-Range: 1-*/${'9'.repeat(400)}`, ...body, 'x', '-------@$'],
    status: 413,
  },
  {
    what: 'RPT-020 a total above max-size',
    lines: ['Message-ID: abcd', 'Byte-Range: 1-*/16777217', ...body, 'x', '-------@$'],
    status: 413,
  },
  {
    what: 'CHAT-001 a text/plain body',
    lines: ['Message-ID: abcd', 'Content-Type: text/plain', '', 'hello', '-------@$'],
    status: 415,
  },
  {
    what: 'CPIM-014 a body that is no CPIM',
    lines: ['Message-ID: abcd', 'Content-Type: message/cpim', '', 'hello', '-------@$'],
    status: 400,
  },
  {
    what: 'CPIM-014 an empty body',
    lines: ['Message-ID: abcd', 'Content-Type: message/cpim', '', '', '-------@$'],
    status: 400,
  },
];

describe('malformed requests of a bound session', () => {
  it.each(badSends)('$what is $status, and the connection lives on', async ({ lines, status }) => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    const text = [`MSRP ${id} SEND`, `To-Path: ${seat.toPath}`, `From-Path: ${seat.fromPath}`, ...lines, ''];
    seat.msrp.write(text.join('\r\n').replaceAll('@$', `${id}$`));
    const answer = await seat.msrp.answer(id);
    expect(answer.status).toBe(status);
    expect(field(answer, 'From-Path')).toBe(seat.toPath);
    expect((await seat.ping()).status).toBe(200);
  });

  // RFC 4975 section 7.2: the To-Path of a response is the From-Path of its request. Where that cannot be read, there is nobody to answer.
  it.each([
    ['MSRP-004', 'no From-Path', (to: string) => [`To-Path: ${to}`]],
    ['TRN-001', 'a From-Path without transport', (to: string) => [`To-Path: ${to}`, 'From-Path: msrp://127.0.0.1:9/x']],
    [
      'TRN-001',
      'a From-Path of another scheme',
      (to: string) => [`To-Path: ${to}`, 'From-Path: http://127.0.0.1/x;tcp'],
    ],
    [
      'TRN-001',
      'a From-Path with a password',
      (to: string) => [`To-Path: ${to}`, 'From-Path: msrp://a:b@127.0.0.1:9/x;tcp'],
    ],
    ['TRN-001', 'an empty From-Path', (to: string) => [`To-Path: ${to}`, 'From-Path: ']],
  ])('%s %s is not answered and harms nobody', async (_id, _what, paths) => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    seat.msrp.write([`MSRP ${id} SEND`, ...paths(seat.toPath), 'Message-ID: abcd', `-------${id}$`, ''].join('\r\n'));
    expect((await seat.ping()).status).toBe(200);
    expect(seat.answersTo(id)).toEqual([]);
  });

  it.each([
    ['MSRP-020', 'no To-Path', 'From-Path: msrp://127.0.0.1:9/x;tcp'],
    ['MSRP-020', 'a To-Path that is no URI', 'To-Path: nonsense\r\nFrom-Path: msrp://127.0.0.1:9/x;tcp'],
  ])('%s %s is 400', async (_id, _what, paths) => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    seat.msrp.write([`MSRP ${id} SEND`, paths, 'Message-ID: abcd', `-------${id}$`, ''].join('\r\n'));
    expect((await seat.ping()).status).toBe(200);
    expect(seat.answersTo(id).map(({ status }) => status)).toEqual([400]);
  });

  it('MSRP-020 several bad requests close the connection (TRN-010)', async () => {
    const seat = await system.join(await system.room(), 'alice');
    for (let i = 0; i < 5; i++) seat.msrp.write(seat.octets({ headers: ['Byte-Range: 1-1/1'] }));
    await seat.msrp.closed();
    expect(seat.msrp.frames.filter(({ status }) => status === 400)).toHaveLength(5);
  });
});

describe('text that is no MSRP', () => {
  it.each([
    ['MSRP-001', 'msrp in small letters', 'msrp abcd1234 SEND\r\n'],
    ['MSRP-001', 'no space', 'MSRPabcd1234 SEND\r\n'],
    ['MSRP-002', 'a transaction id of 3 octets', 'MSRP abc SEND\r\n'],
    ['MSRP-002', 'a transaction id of 33 octets', `MSRP ${'a'.repeat(33)} SEND\r\n`],
    ['MSRP-002', 'a transaction id that begins with a hyphen', 'MSRP -abc SEND\r\n'],
    ['MSRP-020', 'HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['MSRP-020', 'a TLS hello', '\x16\x03\x01\x02\x00\x01\x00'],
    ['MSRP-020', 'NUL octets', '\0'.repeat(64)],
  ])('%s %s closes the connection, others live on', async (_id, _what, octets) => {
    const room = await system.room();
    const bystander = await system.join(room, 'bob');
    const socket = await system.msrp();
    socket.write(Buffer.from(octets, 'latin1'));
    await socket.closed();
    expect((await bystander.ping()).status).toBe(200);
    expect(await system.alive()).toBe(true);
  });

  it('MSRP-001 a method in small letters is no method', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    seat.msrp.write(seat.octets({ id, method: 'Send', headers: ['Message-ID: abcd'] }));
    expect((await seat.msrp.answer(id)).status).toBe(400);
  });

  it('MSRP-002 transaction ids of 4 and 32 octets are taken', async () => {
    const seat = await system.join(await system.room(), 'alice');
    for (const id of ['a1.x', `a${'-+%=.'.repeat(6)}z`.slice(0, 32)]) expect((await seat.ask({ id })).status).toBe(200);
  });
});

describe('what never ends', () => {
  it('MSRP-020 an endless header gets 400 and the connection is closed', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    seat.msrp.write(`MSRP ${id} SEND\r\nTo-Path: ${seat.toPath}\r\nFrom-Path: ${seat.fromPath}\r\nX-Foo: `);
    for (let i = 0; i < 64 && !seat.msrp.isClosed; i++) await seat.msrp.written('x'.repeat(4096));
    await seat.msrp.closed();
    expect(seat.answersTo(id).map(({ status }) => status)).toEqual([400]);
  });

  it('MSRP-020 an endless header closes the connection', async () => {
    const seat = await system.join(await system.room(), 'alice');
    seat.msrp.write(`MSRP ${ident()} SEND\r\nTo-Path: ${seat.toPath}\r\nFrom-Path: ${seat.fromPath}\r\nX-Foo: `);
    for (let i = 0; i < 64 && !seat.msrp.isClosed; i++) await seat.msrp.written('x'.repeat(4096));
    await seat.msrp.closed();
    expect(await system.alive()).toBe(true);
  });

  it('MSRP-020 an endless start line closes the connection', async () => {
    const socket = await system.msrp();
    socket.write('MSRP ');
    for (let i = 0; i < 64 && !socket.isClosed; i++) await socket.written('x'.repeat(4096));
    await socket.closed();
    expect(await system.alive()).toBe(true);
  });

  it('MSRP-020 a hundred thousand header fields get 400 and the connection is closed', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const id = ident();
    seat.msrp.write(`MSRP ${id} SEND\r\nTo-Path: ${seat.toPath}\r\nFrom-Path: ${seat.fromPath}\r\n`);
    for (let i = 0; i < 100 && !seat.msrp.isClosed; i++) await seat.msrp.written('X: 1\r\n'.repeat(1000));
    await seat.msrp.closed();
    expect(seat.answersTo(id).map(({ status }) => status)).toEqual([400]);
    expect(await system.alive()).toBe(true);
  });

  it('MSRP-020 more header fields than are taken, within the size, are 400', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const headers = ['Message-ID: abcd', ...Array.from({ length: 100 }, () => 'X: 1')];
    expect((await seat.ask({ headers })).status).toBe(400);
    expect((await seat.ping()).status).toBe(200);
  });

  it('RPT-020 an endless body is refused with 413 when it passes max-size, and nothing of it stays', async () => {
    const room = await system.room({ policy: { maxSizeBytes: '100000' } });
    const seat = await system.join(room, 'alice');
    const id = ident();
    const whole = seat.octets({ id, headers: ['Message-ID: endless', 'Byte-Range: 1-*/*'], body: seat.cpim() });
    seat.msrp.write(whole.subarray(0, whole.length - `\r\n-------${id}$\r\n`.length));
    for (let i = 0; i < 200; i++) await seat.msrp.written('x'.repeat(64 * 1024));
    seat.msrp.write(`\r\n-------${id}#\r\n`);
    expect((await seat.msrp.answer(id)).status).toBe(413);
    expect((await seat.ping()).status).toBe(200);
  });

  it('MSRP-019 a NICKNAME with a body of 10241 octets is 413, one of 10240 is served', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const nickname = (octets: number): Promise<{ status: number }> =>
      seat.nickname('"Al"', { body: 'x'.repeat(octets), contentType: 'text/plain' });
    expect((await nickname(10_241)).status).toBe(413);
    expect((await nickname(10_240)).status).toBe(200);
  });

  it('CPIM-013 CPIM headers beyond 8 KiB are 413, in one piece and in chunks', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const flood = seat.cpim({ headers: Array.from({ length: 100 }, () => `X-A: ${'y'.repeat(100)}`) });
    expect((await seat.ask({ body: flood })).status).toBe(413);
    const first = await seat.ask({
      body: flood.slice(0, 9000),
      headers: ['Message-ID: flood1', 'Byte-Range: 1-*/*'],
      flag: '+',
    });
    expect(first.status).toBe(413);
    expect((await seat.ping()).status).toBe(200);
  });
});

describe('who says nothing, or too slowly', () => {
  it('TRN-010 a connection without a request is closed in time', async () => {
    const socket = await system.msrp();
    await socket.closed(8_000);
  });

  it('TRN-010 a connection that dribbles a request is closed in time', async () => {
    const socket = await system.msrp();
    const octets = Buffer.from(`MSRP ${ident()} SEND\r\nTo-Path: msrp://x:1/y;tcp\r\n${'X-Y: 1\r\n'.repeat(500)}`);
    let at = 0;
    const timer = setInterval(() => socket.write(octets.subarray(at, ++at)), 20);
    try {
      await socket.closed(8_000);
    } finally {
      clearInterval(timer);
    }
    expect(at).toBeLessThan(octets.length);
  });

  it('TRN-030 a bound session that says nothing stays', async () => {
    const room = await system.room();
    const quiet = await system.join(room, 'quiet');
    const idle = await system.msrp();
    await idle.closed(8_000);
    const talker = await system.join(room, 'talker');
    await talker.say('still there?');
    await quiet.copy('still there?');
  });
});

describe('thousands of them', () => {
  it('MSRP-020 memory does not grow with bad messages', async () => {
    const room = await system.room();
    const good = await system.join(room, 'good');
    await storm(500);
    const before = heldBytes();
    await storm(4000);
    expect(heldBytes() - before).toBeLessThan(8 * 1024 * 1024);
    expect((await good.say('and now?')).status).toBe(200);
    expect(await system.alive()).toBe(true);
  });

  /** Bad requests of every kind, twenty to a connection, each connection closed by whoever is first. */
  async function storm(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 20) {
      const socket = await system.msrp();
      const octets = Array.from({ length: 20 }, (_, i) => {
        const kind = badSends[(sent + i) % badSends.length]!;
        const id = ident();
        const lines = kind.lines.join('\r\n').replaceAll('@$', `${id}$`);
        return `MSRP ${id} SEND\r\nTo-Path: msrp://127.0.0.1:9/${id};tcp\r\nFrom-Path: msrp://127.0.0.1:9/x;tcp\r\n${lines}\r\n`;
      });
      socket.write(octets.join(''));
      await socket.closed();
    }
  }
});
