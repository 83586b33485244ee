import { describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { 'msrp-edge': { MSRP_EDGE_CHUNK_TIMER_MS: '1500' } } });

async function pair(): Promise<{ alice: Seat; bob: Seat; room: string }> {
  const room = await system.room();
  return { room, alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

interface Chunk {
  readonly at: number;
  readonly octets: string;
  readonly total?: number | '*';
  readonly flag?: '$' | '+' | '#';
}

function chunk(
  seat: Seat,
  messageId: string,
  { at, octets, total = '*', flag = '+' }: Chunk,
): Promise<{ status: number }> {
  const range = `Byte-Range: ${String(at)}-${String(at + octets.length - 1)}/${String(total)}`;
  return seat.ask({ headers: [`Message-ID: ${messageId}`, range], body: octets, flag });
}

describe('a message in chunks', () => {
  it('CHAT-014 RPT-016 is passed on before it is complete, and its chunks come in order under one Message-ID', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: 'early bird, late worm' });
    const cut = body.indexOf('late');
    await chunk(alice, 'streamed1', { at: 1, octets: body.slice(0, cut) });
    const first = await bob.copy('early bird');
    expect(first.flag).toBe('+');
    expect(field(first, 'Byte-Range')).toMatch(/^1-/);
    await chunk(alice, 'streamed1', { at: cut + 1, octets: body.slice(cut), total: body.length, flag: '$' });
    const second = await bob.copy('late worm');
    expect(field(second, 'Message-ID')).toBe(field(first, 'Message-ID'));
    expect(second.id).not.toBe(first.id);
    expect(field(second, 'Byte-Range')).toMatch(new RegExp(`^${String(cut + 1)}-`));
    expect(second.flag).toBe('$');
    expect(first.body!.toString() + second.body!.toString()).toBe(body);
  });

  it('RPT-008 RPT-012 the first chunk may leave out Byte-Range, a later one may not', async () => {
    const { alice } = await pair();
    const body = alice.cpim({ text: 'first without range' });
    const headers = ['Message-ID: norange01'];
    expect((await alice.ask({ headers, body, flag: '+' })).status).toBe(200);
    expect((await alice.ask({ headers, body: 'more', flag: '$' })).status).toBe(400);
  });

  it('RPT-009 CHAT-019 the last chunk first: held until the beginning comes', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: 'out of order, all of it' });
    const cut = body.indexOf(', all');
    const id = ident();
    const length = String(body.length);
    alice.msrp.write(
      alice.octets({
        id,
        headers: ['Message-ID: backward1', `Byte-Range: ${String(cut + 1)}-${length}/${length}`],
        body: body.slice(cut),
      }),
    );
    await alice.ping();
    expect(bob.copies()).toEqual([]);
    expect((await chunk(alice, 'backward1', { at: 1, octets: body.slice(0, cut), total: body.length })).status).toBe(
      200,
    );
    expect((await alice.msrp.answer(id)).status).toBe(200);
    expect(await together(bob, alice)).toBe(body);
  });

  it('RPT-009 any order of seven chunks is the same message', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: Array.from({ length: 60 }, (_, i) => `piece ${String(i)}.`).join(' ') });
    const size = Math.ceil(body.length / 7);
    const order = [4, 2, 6, 0, 5, 1, 3];
    const ids = order.map((index) => {
      const id = ident();
      const octets = body.slice(index * size, (index + 1) * size);
      alice.msrp.write(
        alice.octets({
          id,
          headers: [
            'Message-ID: shuffled1',
            `Byte-Range: ${String(index * size + 1)}-${String(index * size + octets.length)}/${String(body.length)}`,
          ],
          body: octets,
          flag: index === 6 ? '$' : '+',
        }),
      );
      return id;
    });
    for (const id of ids) expect((await alice.msrp.answer(id)).status).toBe(200);
    expect(await together(bob, alice)).toBe(body);
  });

  it('RPT-011 an abort ends the message for those who have begun to receive it, and nothing is reported', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: 'never finished' });
    expect(
      (
        await alice.ask({
          headers: ['Message-ID: aborted01', 'Byte-Range: 1-*/*', 'Success-Report: yes'],
          body,
          flag: '+',
        })
      ).status,
    ).toBe(200);
    const first = await bob.copy('never finished');
    expect((await chunk(alice, 'aborted01', { at: body.length + 1, octets: 'more', flag: '#' })).status).toBe(200);
    const last = await bob.msrp.next((frame) => frame.flag === '#');
    expect(field(last, 'Message-ID')).toBe(field(first, 'Message-ID'));
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
  });

  it('CHAT-015 who joins in between gets nothing of it, who was there gets all', async () => {
    const { alice, bob, room } = await pair();
    const body = alice.cpim({ text: 'begun before carol; ended after her' });
    const cut = body.indexOf('; ended');
    await chunk(alice, 'frozen001', { at: 1, octets: body.slice(0, cut) });
    await bob.copy('begun before');
    const carol = await system.join(room, 'carol');
    await chunk(alice, 'frozen001', { at: cut + 1, octets: body.slice(cut), flag: '$' });
    await bob.copy('ended after');
    expect(await carol.copiesAfterMarker(alice, 'ended after')).toEqual([]);
  });

  it('CHAT-017 when the next chunk does not come in time, recipients get an abort', async () => {
    const { alice, bob } = await pair();
    await chunk(alice, 'timed0001', { at: 1, octets: alice.cpim({ text: 'to be continued' }) });
    const first = await bob.copy('to be continued');
    const last = await bob.msrp.next((frame) => frame.flag === '#', 10_000);
    expect(field(last, 'Message-ID')).toBe(field(first, 'Message-ID'));
  });

  it('CHAT-018 the seventeenth open message is 413, the sixteen go on', async () => {
    const { alice } = await pair();
    const ids = Array.from({ length: 17 }, () => ident());
    const statuses: number[] = [];
    const body = alice.cpim({ text: 'open' });
    const answers = ids.map((id) => {
      alice.msrp.write(alice.octets({ id, headers: [`Message-ID: ${id}`, 'Byte-Range: 1-*/*'], body, flag: '+' }));
      return alice.msrp.answer(id);
    });
    for (const answer of answers) statuses.push((await answer).status);
    expect(statuses).toEqual([...Array.from({ length: 16 }, () => 200), 413]);
    expect((await chunk(alice, ids[0]!, { at: body.length + 1, octets: 'end', flag: '$' })).status).toBe(200);
    const again = ident();
    expect((await alice.ask({ headers: [`Message-ID: ${again}`, 'Byte-Range: 1-*/*'], body, flag: '+' })).status).toBe(
      200,
    );
  });

  it('RPT-022 chunks after a refused first chunk get the same answer', async () => {
    const { alice, bob, room } = await pair();
    const foreign = `From: <sip:eve@localhost>\r\nTo: <${room}>\r\n\r\nContent-Type: text/plain\r\n\r\nforeign`;
    expect((await chunk(alice, 'refused01', { at: 1, octets: foreign })).status).toBe(403);
    expect((await chunk(alice, 'refused01', { at: foreign.length + 1, octets: 'more' })).status).toBe(403);
    const unknown = alice.cpim({ to: 'sip:nobody@localhost', text: 'unknown' });
    expect((await chunk(alice, 'refused02', { at: 1, octets: unknown })).status).toBe(404);
    expect((await chunk(alice, 'refused02', { at: unknown.length + 1, octets: 'more', flag: '$' })).status).toBe(404);
    expect(await bob.copiesAfterMarker(alice, 'more')).toEqual([]);
  });

  it('CPIM-014 a message that ends before its CPIM headers do is 400', async () => {
    const { alice } = await pair();
    expect((await alice.ask({ body: `From: <${alice.aor}>\r\nTo: <${alice.room}>\r\n` })).status).toBe(400);
    expect((await chunk(alice, 'headless1', { at: 1, octets: `From: <${alice.aor}>\r\n`, flag: '$' })).status).toBe(
      400,
    );
  });

  it('RPT-010 octets that come again are not passed on again', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: '0123456789 and the rest' });
    const cut = body.indexOf('56789');
    await chunk(alice, 'overlap01', { at: 1, octets: body.slice(0, cut + 5) });
    await bob.copy('0123456789');
    await chunk(alice, 'overlap01', { at: cut + 1, octets: body.slice(cut), total: body.length, flag: '$' });
    expect(await together(bob, alice)).toBe(body);
  });

  it('RPT-015 RPT-014 a small message is not held up by a large one under way', async () => {
    const { alice, bob } = await pair();
    const id = ident();
    const octets = alice.octets({
      id,
      headers: ['Message-ID: upload001', 'Byte-Range: 1-*/*'],
      body: alice.cpim({ text: 'h'.repeat(1_000_000) }),
    });
    alice.msrp.write(octets.subarray(0, 500_000));
    await bob.copy('hhhh');
    const carol = await system.join(alice.room, 'carol');
    await carol.say('in between');
    await bob.copy('in between');
    alice.msrp.write(octets.subarray(500_000));
    expect((await alice.msrp.answer(id)).status).toBe(200);
  });

  it('CHAT-016 when the sender is lost, recipients get an abort, never a repetition', async () => {
    const { alice, bob } = await pair();
    await chunk(alice, 'lost00001', { at: 1, octets: alice.cpim({ text: 'cut off' }) });
    await bob.copy('cut off');
    alice.msrp.destroy();
    await bob.msrp.next((frame) => frame.flag === '#', 10_000);
    expect(bob.copies().filter(({ body }) => body!.includes('cut off'))).toHaveLength(1);
  });
});

/** The octets of the only message `seat` has received so far, after a marker of `sender`. */
async function together(seat: Seat, sender: Seat): Promise<string> {
  await seat.copiesAfterMarker(sender, '');
  return Buffer.concat(
    seat
      .copies()
      .slice(0, -1)
      .map(({ body }) => body!),
  ).toString();
}
