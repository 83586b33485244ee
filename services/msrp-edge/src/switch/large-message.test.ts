import { describe, expect, it } from 'vitest';
import { ChatEvent, LeaveCause, Part } from '@plenary/proto/chat';
import { busWith, cpim, ROOM, ROOM_URI, settle, SHARD, World, type TestClient } from '../testing.js';

/** Sends one message in chunks cut at `cuts`. Returns the transaction ids. */
function sendChunks(
  client: TestClient,
  body: Buffer,
  cuts: readonly number[],
  options: { messageId?: string; order?: readonly number[] } = {},
): string[] {
  const edges = [0, ...cuts, body.length];
  const chunks = edges.slice(1).map((end, i) => ({ start: edges[i]!, end, last: end === body.length }));
  return (options.order ?? chunks.map((_, i) => i)).map((i) => {
    const { start, end, last } = chunks[i]!;
    return client.send(body.subarray(start, end), {
      messageId: options.messageId ?? 'large1',
      byteRange: `${start + 1}-*/${body.length}`,
      flag: last ? '$' : '+',
    });
  });
}

/** The body a client received in chunks, by their Byte-Range; and the flags. */
function received(client: TestClient): { body: Buffer; flags: string; ids: Set<string | undefined>; starts: number[] } {
  const chunks = client.socket.requests.filter(({ head }) => head.method === 'SEND');
  return {
    body: Buffer.concat(chunks.map(({ body }) => body!)),
    flags: chunks.map(({ flag }) => flag).join(''),
    ids: new Set(chunks.map(({ head }) => head.messageId)),
    starts: chunks.map(({ head }) => head.byteRange!.start),
  };
}

async function room(
  options: ConstructorParameters<typeof World>[0] = {},
): Promise<{ world: World; alice: TestClient; bob: TestClient }> {
  const world = new World(options);
  return { world, alice: await world.join('alice'), bob: await world.join('bob') };
}

const bodyOf = (client: TestClient, size: number): Buffer =>
  Buffer.from(cpim(client.entity, ROOM_URI, 'x'.repeat(size)));

describe('messages in chunks', () => {
  it('CHAT-014 RPT-016 is forwarded while still arriving, under one Message-ID and with true ranges', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 300_000);
    const first = alice.send(body.subarray(0, 100_000), {
      messageId: 'large1',
      byteRange: `1-*/${body.length}`,
      flag: '+',
    });
    await settle();
    const early = received(bob);
    expect(early.body.length).toBe(100_000);
    expect(early.flags).toMatch(/^\++$/);
    expect(alice.status(first)).toBe(200);
    const second = alice.send(body.subarray(100_000), { messageId: 'large1', byteRange: `100001-*/${body.length}` });
    await settle(40);
    expect(alice.status(second)).toBe(200);
    const all = received(bob);
    expect(all.body.equals(body)).toBe(true);
    expect(all.flags).toMatch(/^\++\$$/);
    expect(all.ids.size).toBe(1);
    let at = 1;
    for (const { head, body: chunk } of bob.socket.requests) {
      expect(head.byteRange!.start).toBe(at);
      at += chunk!.length;
    }
  });

  it.each([
    ['whole, where it says that it is small', (total: number) => `1-${total}/${total}`, ['carol', 'alice']],
    ['as it comes, where it does not say how large it is', () => '1-*/*', ['alice+', 'carol', 'alice$']],
    ['as it comes, where it is longer than it says', () => '1-*/10', ['alice+', 'carol', 'alice$']],
  ])('CHAT-023 a message that two reads bring is published %s', async (_how, rangeOf, expected) => {
    const { world, alice, bob } = await room();
    const carol = await world.join('carol');
    const body = bodyOf(alice, 100);
    const request =
      `MSRP splitid1 SEND\r\nTo-Path: ${alice.path}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: split1\r\n` +
      `Byte-Range: ${rangeOf(body.length)}\r\nContent-Type: message/cpim\r\n\r\n${body.toString()}\r\n-------splitid1$\r\n`;
    alice.raw(request.slice(0, -60));
    await settle();
    carol.send(cpim(carol.entity, ROOM_URI, 'meanwhile'));
    await settle();
    alice.raw(request.slice(-60));
    await settle();
    expect(alice.status('splitid1')).toBe(200);
    const seen = bob.socket.requests
      .filter(({ head }) => head.method === 'SEND')
      .map(({ body: chunk, flag, head }) => {
        const isWhole = flag === '$' && (head.byteRange?.start ?? 1) === 1;
        return Buffer.from(chunk ?? []).includes('meanwhile') ? 'carol' : `alice${isWhole ? '' : flag}`;
      });
    expect(seen).toEqual(expected);
    expect(received(bob).body.includes(body.subarray(-60))).toBe(true);
  });

  it('CHAT-014 rfc7701 9.5: waits until the CPIM headers are complete, then forwards what was held', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 500);
    const first = alice.send(body.subarray(0, 40), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    expect(received(bob).body.length).toBe(0);
    const rest = alice.send(body.subarray(40), { messageId: 'large1', byteRange: '41-*/*' });
    await settle();
    expect([alice.status(first), alice.status(rest)]).toEqual([200, 200]);
    expect(received(bob).body.equals(body)).toBe(true);
  });

  it('RPT-002 every chunk is answered at once, also before the CPIM headers are complete', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 20);
    for (let at = 0; at < body.length; at += 30) {
      const id = alice.send(body.subarray(at, at + 30), {
        messageId: 'large1',
        byteRange: `${at + 1}-*/*`,
        flag: at + 30 < body.length ? '+' : '$',
      });
      await settle();
      expect(alice.status(id)).toBe(200);
    }
    expect(received(bob).body.equals(body)).toBe(true);
  });

  it('RPT-002 a chunk answered before the CPIM headers are complete accepts nothing: the one that completes them is refused', async () => {
    const { alice, bob } = await room();
    const body = Buffer.from(cpim('sip:nobody@localhost', ROOM_URI, 'x'));
    const first = alice.send(body.subarray(0, 30), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    const silent = alice.send(body.subarray(0, 30), {
      messageId: 'large2',
      byteRange: '1-*/*',
      flag: '+',
      headers: ['Failure-Report: partial'],
    });
    await settle();
    const rest = alice.send(body.subarray(30), { messageId: 'large1', byteRange: '31-*/*' });
    await settle();
    expect([first, silent, rest].map((id) => alice.status(id))).toEqual([200, undefined, 403]);
    expect(bob.texts()).toEqual([]);
  });

  it('RPT-002 RPT-011 chunks that wait when their message is aborted are answered', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 1_000);
    const ids = (
      [
        [0, 300, '+'],
        // A gap before it: the log never has its last octet.
        [600, 900, '+'],
        [900, 950, '#'],
      ] as const
    ).map(([start, end, flag]) =>
      alice.send(body.subarray(start, end), { messageId: 'large1', byteRange: `${start + 1}-*/*`, flag }),
    );
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([200, 200, 200]);
    expect(received(bob).flags).toMatch(/^\+*#?$/);
  });

  it('RPT-009 CHAT-019 chunks in any order become the same message', async () => {
    for (const order of [
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
      [0, 2, 1],
    ]) {
      const { alice, bob } = await room();
      const body = bodyOf(alice, 9_000);
      const ids = sendChunks(alice, body, [3_000, 6_000], { order });
      await settle(30);
      expect(received(bob).body.equals(body)).toBe(true);
      expect(received(bob).flags.endsWith('$')).toBe(true);
      expect(ids.map((id) => alice.status(id))).toEqual([200, 200, 200]);
    }
  });

  it('RPT-010 of overlapping octets those already forwarded stand', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 1_000);
    alice.send(body.subarray(0, 600), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    alice.send(Buffer.concat([Buffer.alloc(100, 'z'), body.subarray(600)]), {
      messageId: 'large1',
      byteRange: '501-*/*',
    });
    await settle(30);
    expect(received(bob).body.equals(body)).toBe(true);
  });

  it('RPT-011 # aborts towards everybody who has begun to receive, and no success is reported', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 1_000);
    alice.send(body.subarray(0, 900), {
      messageId: 'large1',
      byteRange: '1-*/*',
      flag: '+',
      headers: ['Success-Report: yes'],
    });
    await settle();
    alice.send(body.subarray(900, 950), {
      messageId: 'large1',
      byteRange: '901-*/*',
      flag: '#',
      headers: ['Success-Report: yes'],
    });
    await settle();
    expect(received(bob).flags).toMatch(/^\++#$/);
    expect(alice.socket.requests).toEqual([]);
  });

  it('RPT-007 one success REPORT over the whole message, after its last octet is stored', async () => {
    const { alice } = await room();
    const body = bodyOf(alice, 5_000);
    for (const [start, end, flag] of [
      [0, 3_000, '+'],
      [3_000, body.length, '$'],
    ] as const)
      alice.send(body.subarray(start, end), {
        messageId: 'large1',
        byteRange: `${start + 1}-*/*`,
        flag,
        headers: ['Success-Report: yes'],
      });
    await settle(30);
    expect(alice.socket.requests.map(({ head }) => head.byteRange)).toEqual([
      { start: 1, end: body.length, total: body.length },
    ]);
  });

  it('RPT-012 a later chunk without Byte-Range is 400', async () => {
    const { alice } = await room();
    alice.send(bodyOf(alice, 500), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    const id = alice.send('more', { messageId: 'large1' });
    await settle();
    expect(alice.status(id)).toBe(400);
  });

  it('RPT-022 chunks of a refused message get the same code and go nowhere', async () => {
    const { alice, bob } = await room();
    const body = Buffer.from(cpim(alice.entity, 'sip:nobody@localhost', 'x'.repeat(3_000)));
    const ids = [alice.send(body.subarray(0, 2_500), { messageId: 'large1', byteRange: '1-*/*', flag: '+' })];
    await settle();
    ids.push(alice.send(body.subarray(2_500), { messageId: 'large1', byteRange: '2501-*/*' }));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([404, 404]);
    expect(bob.texts()).toEqual([]);
  });

  it('RPT-020 octets counted above the size of the room: 413 as soon as known, copies aborted, later chunks 413', async () => {
    const { alice, bob } = await room({ policy: { maxSizeBytes: 5_000n } });
    const body = bodyOf(alice, 8_000);
    const ids = sendChunks(alice, body, [3_000, 6_000]).map((id) => id);
    await settle(30);
    // Declared too large: refused with its first chunk.
    expect(ids.map((id) => alice.status(id))).toEqual([413, 413, 413]);
    expect(bob.texts()).toEqual([]);
    const undeclared = [
      [0, 3_000, '+'],
      [3_000, 6_000, '+'],
      [6_000, 8_000, '$'],
    ] as const;
    const later: string[] = [];
    for (const [start, end, flag] of undeclared) {
      later.push(alice.send(body.subarray(start, end), { messageId: 'large2', byteRange: `${start + 1}-*/*`, flag }));
      await settle();
    }
    expect(later.map((id) => alice.status(id))).toEqual([200, 413, 413]);
    expect(received(bob).flags).toMatch(/^\++#$/);
  });

  it('CHAT-018 the 17th unfinished message is 413', async () => {
    const { alice } = await room();
    const ids = Array.from({ length: 17 }, (_, n) =>
      alice.send(bodyOf(alice, 10), { messageId: `open${n}`, byteRange: '1-*/*', flag: '+' }),
    );
    await settle(60);
    expect(ids.slice(0, 16).every((id) => alice.status(id) === 200)).toBe(true);
    expect(alice.status(ids[16]!)).toBe(413);
  });

  it('CHAT-017 a message whose next chunk does not come in 540 s is aborted', async () => {
    const { world, alice, bob } = await room();
    alice.send(bodyOf(alice, 10), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    world.clock.advance(539_000);
    await settle();
    expect(received(bob).flags).toBe('+');
    world.clock.advance(3_000);
    await settle();
    expect(received(bob).flags).toBe('+#');
  });

  it('CHAT-015 who joins in between gets nothing of it, who leaves gets no more', async () => {
    const { world, alice, bob } = await room();
    const body = bodyOf(alice, 5_000);
    alice.send(body.subarray(0, 3_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    const carol = await world.join('carol');
    await world.roomState.leave('', bob.chatId, LeaveCause.BOOTED);
    await settle();
    const before = received(bob).body.length;
    alice.send(body.subarray(3_000), { messageId: 'large1', byteRange: '3001-*/*' });
    await settle(30);
    expect(received(carol).body.length).toBe(0);
    expect(received(bob).body.length).toBe(before);
  });

  it('CHAT-014 to 10 MiB, in fragments of at most 64 KiB, with at most four unanswered', async () => {
    let inFlight = 0;
    let most = 0;
    let largest = 0;
    const { alice, bob } = await room({
      limits: { sessionInboundBytes: 64 * 1024 * 1024, queueBytes: 64 * 1024 * 1024 },
      wrapBus: (bus) =>
        busWith(bus, {
          publishToLog: (message, onResult) => {
            inFlight++;
            most = Math.max(most, inFlight);
            largest = Math.max(largest, ChatEvent.decode(message.payload).octets.length);
            bus.publishToLog(message, (result) => {
              inFlight--;
              onResult(result);
            });
          },
        }),
    });
    const body = bodyOf(alice, 10 * 1024 * 1024);
    const id = alice.send(body, { messageId: 'large1', byteRange: `1-*/${body.length}` });
    for (let i = 0; i < 100 && alice.status(id) === undefined; i++) await settle(10);
    expect(alice.status(id)).toBe(200);
    expect(received(bob).body.equals(body)).toBe(true);
    expect(most).toBeLessThanOrEqual(4);
    expect(largest).toBeLessThanOrEqual(64 * 1024);
  });

  it('TRN-016 a message that broke off goes on behind what is stored when it is sent again', async () => {
    const { world, alice, bob } = await room();
    const body = bodyOf(alice, 5_000);
    alice.send(body.subarray(0, 3_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    world.edge.closed(alice.socket);
    const again = await world.join('alice2', { pid: alice.pid });
    const ids = sendChunks(again, body, [2_000, 4_000]);
    await settle(40);
    expect(ids.map((id) => again.status(id))).toEqual([200, 200, 200]);
    expect(received(bob).body.equals(body)).toBe(true);
    world.clock.advance(31_000);
    await settle();
    expect(received(bob).flags).toMatch(/^\++\$$/);
  });

  it('TRN-016 the same, sent again in one piece', async () => {
    const { world, alice, bob } = await room();
    const body = bodyOf(alice, 5_000);
    alice.send(body.subarray(0, 3_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    world.edge.closed(alice.socket);
    const again = await world.join('alice2', { pid: alice.pid });
    const id = again.send(body, { messageId: 'large1' });
    await settle(40);
    expect(again.status(id)).toBe(200);
    expect(received(bob).body.equals(body)).toBe(true);
  });

  it('RPT-011 an aborted message sent again is a new one', async () => {
    const { alice, bob } = await room();
    const body = bodyOf(alice, 5_000);
    alice.send(body.subarray(0, 3_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    alice.send('', { messageId: 'large1', byteRange: '3001-*/*', flag: '#' });
    await settle();
    const ids = sendChunks(alice, body, [4_000]);
    await settle(40);
    expect(ids.map((id) => alice.status(id))).toEqual([200, 200]);
    const chunks = bob.socket.requests;
    const restart = chunks.findIndex(({ flag }) => flag === '#') + 1;
    expect(Buffer.concat(chunks.slice(restart).map((one) => one.body!)).equals(body)).toBe(true);
    expect(chunks[restart]!.head.messageId).not.toBe(chunks[0]!.head.messageId);
  });

  it('RPT-008 complete by its flag but not by its CPIM headers is 400', async () => {
    const { alice, bob } = await room();
    const id = alice.send(bodyOf(alice, 10).subarray(0, 30), { messageId: 'large1', byteRange: '1-*/*' });
    const streamed = alice.send(bodyOf(alice, 10).subarray(0, 30), {
      messageId: 'large2',
      byteRange: '1-*/*',
      flag: '+',
    });
    const rest = alice.send('', { messageId: 'large2', byteRange: '31-*/*' });
    await settle();
    expect([id, streamed, rest].map((one) => alice.status(one))).toEqual([400, 200, 400]);
    expect(bob.texts()).toEqual([]);
  });

  it('SDP-009 a recipient with a smaller max-size gets no copy, or an abort once that is known', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const small = await world.join('small', { capabilities: { maxSizeBytes: 2_000n } });
    const body = bodyOf(alice, 5_000);
    sendChunks(alice, body, [3_000], { messageId: 'declared' });
    await settle(30);
    expect(small.socket.requests).toEqual([]);
    alice.send(body.subarray(0, 1_500), { messageId: 'unknown', byteRange: '1-*/*', flag: '+' });
    await settle();
    alice.send(body.subarray(1_500), { messageId: 'unknown', byteRange: '1501-*/*' });
    await settle(30);
    expect(received(small).flags).toBe('+#');
  });

  it('CHAT-014 every fragment is an event of its own with its offset and its head', async () => {
    const { world, alice } = await room();
    const body = bodyOf(alice, 150_000);
    sendChunks(alice, body, [70_000]);
    await settle(40);
    const events = await world.bus.readAfter(SHARD, ROOM, 'all', 0, 100);
    const parts = events.map(({ seq, payload }) => ({ seq, ...ChatEvent.decode(payload) }));
    expect(parts[0]!.part).toBe(Part.HEAD);
    expect(parts.at(-1)!.part).toBe(Part.LAST);
    let at = 1n;
    for (const part of parts) {
      expect(part.offset).toBe(at);
      expect(part.headSeq).toBe(part === parts[0] ? 0n : BigInt(parts[0]!.seq));
      at += BigInt(part.octets.length);
    }
  });
});
