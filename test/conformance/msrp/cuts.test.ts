import { describe, expect, it } from 'vitest';
import { cpim, ident } from '../raw/messages.js';
import { field, type Frame } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

/** The same octets but for ids, so that every cut falls into the same place of the message. */
type Make = (seat: Seat, id: string) => Buffer;

const messages: readonly (readonly [name: string, make: Make, expected: number])[] = [
  ['NICKNAME', (seat, id) => seat.octets({ id, method: 'NICKNAME', headers: ['Use-Nickname: "Al"'] }), 200],
  ['a malformed NICKNAME', (seat, id) => seat.octets({ id, method: 'NICKNAME', headers: ['Use-Nickname: Al'] }), 424],
  [
    'SEND',
    (seat, id) => seat.octets({ id, headers: [`Message-ID: ${id}`], body: seat.cpim({ text: '-------abc$' }) }),
    200,
  ],
  [
    'a SEND of somebody else',
    (seat, id) =>
      seat.octets({ id, headers: [`Message-ID: ${id}`], body: cpim({ from: 'sip:eve@localhost', to: seat.room }) }),
    403,
  ],
  ['a SEND without Message-ID', (seat, id) => seat.octets({ id, body: seat.cpim() }), 400],
];

function twoPieces(octets: Buffer): Buffer[][] {
  return Array.from({ length: octets.length - 1 }, (_, i) => [octets.subarray(0, i + 1), octets.subarray(i + 1)]);
}

function singleOctets(octets: Buffer): Buffer[] {
  return Array.from(octets, (_, i) => octets.subarray(i, i + 1));
}

const shown = ({ status, phrase, flag }: Frame): unknown => ({ status, phrase, flag });

describe('MSRP in pieces', () => {
  it.each(messages)('MSRP-010 %s: every cut in two gives the answer of the whole', async (_name, make, expected) => {
    const limit = expected === 400 ? 4 : Infinity;
    const room = await system.room();
    let seat = await system.join(room, 'alice');
    const cuts = twoPieces(make(seat, ident())).length;
    let served = 0;
    for (let cut = 0; cut < cuts; cut++) {
      // Four cuts of a bad request to a connection, which the fifth would close; every tenth place is enough then.
      if (expected === 400 && cut % 10 !== 0) continue;
      if (served++ >= limit) {
        seat.msrp.destroy();
        await seat.leave();
        seat = await system.join(room, 'alice');
        served = 1;
      }
      const id = ident();
      const pieces = twoPieces(make(seat, id))[cut]!;
      await seat.msrp.pieces(pieces);
      expect((await seat.msrp.answer(id)).status, `cut after octet ${String(cut + 1)}`).toBe(expected);
    }
    expect((await seat.ping()).status).toBe(200);
  });

  it.each(messages)('MSRP-010 %s: one octet at a time gives the answer of the whole', async (_name, make, expected) => {
    const seat = await system.join(await system.room(), 'alice');
    const [whole, single] = [ident(), ident()];
    seat.msrp.write(make(seat, whole));
    const one = await seat.msrp.answer(whole);
    await seat.msrp.pieces(singleOctets(make(seat, single)));
    const other = await seat.msrp.answer(single);
    expect(shown(other)).toEqual(shown(one));
    expect(other.status).toBe(expected);
  });

  it('MSRP-009 MSRP-010 a message in two chunks arrives the same however it is cut', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob');
    const text = `${'a'.repeat(20)}\r\n-------abcd$\r\n${'b'.repeat(20)}`;
    const chunks = (messageId: string, ids: readonly [string, string]): Buffer => {
      const body = Buffer.from(alice.cpim({ text: `${messageId} ${text}` }));
      const head = `Message-ID: ${messageId}`;
      return Buffer.concat([
        alice.octets({
          id: ids[0],
          headers: [head, `Byte-Range: 1-40/${String(body.length)}`],
          body: body.subarray(0, 40),
          flag: '+',
        }),
        alice.octets({
          id: ids[1],
          headers: [head, `Byte-Range: 41-${String(body.length)}/${String(body.length)}`],
          body: body.subarray(40),
        }),
      ]);
    };
    const length = chunks(ident(), [ident(), ident()]).length;
    for (let cut = 1; cut < length; cut += 3) {
      const messageId = ident();
      const ids = [ident(), ident()] as const;
      const octets = chunks(messageId, ids);
      await alice.msrp.pieces([octets.subarray(0, cut), octets.subarray(cut)]);
      expect((await alice.msrp.answer(ids[0])).status).toBe(200);
      expect((await alice.msrp.answer(ids[1])).status).toBe(200);
      expect(await bodyOf(bob)).toBe(alice.cpim({ text: `${messageId} ${text}` }));
    }
  });

  it('MSRP-010 a hundred requests in one write are a hundred answers, in order', async () => {
    const seat = await system.join(await system.room(), 'alice');
    const ids = Array.from({ length: 100 }, () => ident());
    seat.msrp.write(Buffer.concat(ids.map((id) => seat.octets({ id, headers: [`Message-ID: ${id}`] }))));
    await seat.msrp.answer(ids[99]!);
    expect(seat.msrp.frames.slice(-100).map(({ id }) => id)).toEqual(ids);
  });

  it('MSRP-006 stray CRLF between messages are skipped', async () => {
    const seat = await system.join(await system.room(), 'alice');
    seat.msrp.write('\r\n\r\n');
    expect((await seat.ping()).status).toBe(200);
  });
});

/** The next message of this session, put together from however many chunks it has. */
async function bodyOf(seat: Seat): Promise<string> {
  const first = await seat.msrp.request('SEND');
  const messageId = field(first, 'Message-ID');
  let body = first.body?.toString('utf8') ?? '';
  for (let last = first; last.flag === '+';) {
    last = await seat.msrp.next((frame) => frame.method === 'SEND' && field(frame, 'Message-ID') === messageId);
    body += last.body?.toString('utf8') ?? '';
  }
  return body;
}
