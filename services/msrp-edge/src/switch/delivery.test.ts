import type { LogEvent } from '@plenary/bus';
import { HeadBeacon, LeaveCause } from '@plenary/proto/chat';
import { subjects } from '@plenary/bus';
import { describe, expect, it } from 'vitest';
import { busWith, cpim, ROOM, ROOM_URI, settle, SHARD, World, type TestClient } from '../testing.js';

const say = (client: TestClient, ...texts: string[]): void => {
  for (const text of texts) client.send(cpim(client.entity, ROOM_URI, text));
};
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

describe('who gets a copy', () => {
  it('CHAT-009 own other sessions get none, unless the room says so', async () => {
    for (const copyToOwnSessions of [false, true]) {
      const world = new World({ policy: { copyToOwnSessions } });
      const alice = await world.join('alice');
      const second = await world.join('alice2', { pid: alice.pid });
      say(alice, 'x');
      await settle();
      expect([alice.texts(), second.texts()]).toEqual([[], copyToOwnSessions ? ['x'] : []]);
    }
  });

  it('CHAT-012 no copy of a type a recipient did not list; the sender is not told', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const clients = [
      await world.join('text', { capabilities: { acceptWrappedTypes: ['text/plain'] } }),
      await world.join('images', { capabilities: { acceptWrappedTypes: ['image/*'] } }),
      await world.join('any', { capabilities: { acceptWrappedTypes: [] } }),
      await world.join('mixed', {
        capabilities: { acceptTypes: ['message/cpim', 'image/png'], acceptWrappedTypes: [] },
      }),
    ];
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'picture', 'Image/PNG;x=y'));
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(clients.map((client) => client.texts())).toEqual([[], ['picture'], ['picture'], ['picture']]);
  });

  it('CHAT-008 membership by sequence: nothing from before the join, everything after it', async () => {
    const world = new World();
    const alice = await world.join('alice');
    say(alice, 'before');
    await settle();
    const bob = await world.join('bob');
    say(alice, 'after');
    await settle();
    expect(bob.texts()).toEqual(['after']);
  });

  it('CHAT-008 what is said between the join and the first request is served from the log at binding', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const bob = await world.join('bob', { bind: false });
    await world.roomState.confirm(bob.chatId);
    await settle();
    say(alice, 'one', 'two');
    await settle(30);
    expect(bob.socket.raw).toBe('');
    bob.send(undefined);
    await settle();
    say(alice, 'three');
    await settle();
    expect(bob.texts()).toEqual(['one', 'two', 'three']);
  });

  it('TRN-016 a session that moved here is served from its cursor on, under the same Message-IDs', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'one', 'two', 'three');
    await settle(30);
    const { cursor } = world.edge.close(bob.chatId);
    const other = new World({ shares: world });
    const again = await other.join('bob', { cursor });
    await settle(30);
    expect(again.texts()).toEqual(['one', 'two', 'three']);
    const ids = (client: TestClient): unknown[] => client.socket.requests.map(({ head }) => head.messageId);
    expect(ids(again)).toEqual(ids(bob));
  });

  it('CHAT-023 over two edges everybody sees one order', async () => {
    const one = new World();
    const two = new World({ shares: one });
    const [alice, bob, carol] = [await one.join('alice'), await two.join('bob'), await two.join('carol')];
    for (const n of numbers(0, 20)) {
      say(alice, `a${n}`);
      say(bob, `b${n}`);
      if (n.endsWith('5')) await settle(1);
    }
    await settle(60);
    const order = carol.texts();
    expect(order).toHaveLength(40);
    expect(alice.texts()).toEqual(order.filter((text) => text.startsWith('b')));
    expect(bob.texts()).toEqual(order.filter((text) => text.startsWith('a')));
  });

  it('MSRP-003 CHAT-010 all copies of one turn leave in one write, one transaction id per message', async () => {
    const world = new World();
    const [alice, dave, bob] = [await world.join('alice'), await world.join('dave'), await world.join('bob')];
    const before = bob.socket.writes;
    say(alice, 'one');
    say(dave, 'two');
    await settle();
    expect(bob.socket.writes).toBe(before + 1);
    const ids = bob.socket.requests.map(({ head }) => head.transactionId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-z2-7]{13}$/);
  });

  it('MSRP-012 CHAT-011 RPT-013 large binary bodies pass as they are, with an open range above 2048 octets', async () => {
    const world = new World({ policy: {} });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const head = Buffer.from(cpim(alice.entity, ROOM_URI, '', 'application/octet-stream'));
    for (const size of [2048 - head.length, 2049 - head.length, 20_000]) {
      const body = Buffer.concat([head, Buffer.from(Array.from({ length: size }, (_, i) => i % 256))]);
      alice.send(body);
      await settle();
      const copy = bob.socket.requests.at(-1)!;
      expect(Buffer.from(copy.body!).equals(body)).toBe(true);
      expect(copy.head.byteRange).toEqual({
        start: 1,
        end: body.length > 2048 ? undefined : body.length,
        total: body.length,
      });
    }
  });
});

describe('gaps', () => {
  it('CHAT-024 a lost live copy is found by the next one and read from the log, in order and once', async () => {
    const lost = new Set([3, 4, 7]);
    let seen = 0;
    const world = new World({ bus: { keepLiveCopy: (event) => event.kind !== 'all' || !lost.has(++seen) } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    for (const text of numbers(0, 10)) {
      say(alice, text);
      await settle(6);
    }
    await settle(30);
    expect(bob.texts()).toEqual(numbers(0, 10));
    expect(world.edge.counters.gapsRepaired.last_seq).toBeGreaterThan(0);
    expect(world.edge.counters.gapsUnrepaired.last_seq).toBe(0);
  });

  it('CHAT-024 a lost tail is found by the head beacon', async () => {
    let keep = true;
    const world = new World({ bus: { keepLiveCopy: () => keep } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    keep = false;
    say(alice, 'lost');
    await settle();
    expect(bob.texts()).toEqual([]);
    const allSeq = BigInt(await world.bus.lastSeq(SHARD, ROOM, 'all'));
    const beacon = HeadBeacon.encode({ shard: SHARD, heads: [{ room: ROOM, allSeq, stSeq: 0n }] }).finish();
    world.bus.publishCore(subjects.head(SHARD), beacon);
    await settle();
    world.clock.advance(100);
    await settle();
    expect(bob.texts()).toEqual(['lost']);
    expect(world.edge.counters.gapsRepaired.beacon).toBe(1);
  });

  it('CHAT-024 without a beacon for 6 s the edge looks itself', async () => {
    let keep = true;
    const world = new World({ bus: { keepLiveCopy: () => keep } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'seen');
    await settle();
    keep = false;
    say(alice, 'lost');
    await settle();
    world.clock.advance(7_000);
    await settle();
    world.clock.advance(1_000);
    await settle();
    expect(bob.texts()).toEqual(['seen', 'lost']);
  });

  it('CHAT-024 after a reconnect every room is read up to its head', async () => {
    let keep = true;
    const world = new World({ bus: { keepLiveCopy: () => keep } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    keep = false;
    say(alice, 'one', 'two');
    await settle(30);
    keep = true;
    world.bus.signalReconnect();
    await settle(30);
    expect(bob.texts()).toEqual(['one', 'two']);
    expect(world.edge.counters.gapsRepaired.reconnect).toBe(1);
  });

  it('CHAT-024 more live events than may be held are read from the log, nothing is lost', async () => {
    const reads: (() => void)[] = [];
    let slow = false;
    let loseNext = false;
    const keepLiveCopy = (event: LogEvent): boolean => {
      if (event.kind !== 'all' || !loseNext) return true;
      loseNext = false;
      return false;
    };
    const world = new World({
      limits: { holdEvents: 4 },
      bus: { keepLiveCopy },
      wrapBus: (bus) =>
        busWith(bus, {
          readAfter: async (...args) => {
            if (slow) await new Promise<void>((resolve) => void reads.push(resolve));
            return bus.readAfter(...args);
          },
        }),
    });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    slow = true;
    loseNext = true;
    for (const text of numbers(0, 12)) {
      say(alice, text);
      await settle(4);
    }
    expect(bob.texts()).toEqual([]);
    slow = false;
    for (const resume of reads) resume();
    await settle(40);
    expect(bob.texts()).toEqual(numbers(0, 12));
  });

  it('TRN-013 an edge that stood still writes nothing before its rooms are read: who was let go gets nothing more', async () => {
    let keep = true;
    const world = new World({ bus: { keepLiveCopy: () => keep } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    keep = false;
    await world.roomState.leave('', bob.chatId, LeaveCause.FAILED);
    say(alice, 'after');
    await settle();
    await world.edge.fence();
    await settle();
    expect(bob.texts()).toEqual([]);
    expect(bob.socket.ended).toBe(true);
  });
});

describe('slow receivers', () => {
  it('CHAT-026 CHAT-027 a receiver that does not read is dropped to its cursor, the others notice nothing, and it catches up', async () => {
    const world = new World({ limits: { queueBytes: 4_096 } });
    const [alice, slow, bob] = [await world.join('alice'), await world.join('slow'), await world.join('bob')];
    const text = (n: string): string => `${n}${'.'.repeat(300)}`;
    slow.socket.stuck = true;
    for (const n of numbers(0, 60)) {
      say(alice, text(n));
      await settle(4);
    }
    expect(bob.texts()).toEqual(numbers(0, 60).map(text));
    expect(world.edge.queuedBytes()).toBeLessThan(3 * 4_096);
    expect(world.edge.sessionStates().lagging).toBe(1);
    world.drain(slow.socket);
    await settle(60);
    expect(slow.texts()).toEqual(numbers(0, 60).map(text));
    expect(world.edge.sessionStates().lagging).toBe(0);
    say(alice, 'live again');
    await settle();
    expect(slow.texts().at(-1)).toBe('live again');
  });

  it('CHAT-027 catching up reaches further back than the recent messages, and shares pages of the log', async () => {
    let reads = 0;
    const world = new World({
      limits: { queueBytes: 2_048, recentEvents: 4, pageEvents: 8 },
      wrapBus: (bus) =>
        busWith(bus, {
          readAfter: (...args) => {
            reads++;
            return bus.readAfter(...args);
          },
        }),
    });
    const alice = await world.join('alice');
    const slow = [await world.join('slow1'), await world.join('slow2'), await world.join('slow3')];
    for (const { socket } of slow) socket.stuck = true;
    const text = (n: string): string => `${n}${'.'.repeat(200)}`;
    for (const n of numbers(0, 40)) {
      say(alice, text(n));
      await settle(3);
    }
    for (const { socket } of slow) world.drain(socket);
    await settle(150);
    for (const client of slow) expect(client.texts()).toEqual(numbers(0, 40).map(text));
    expect(reads).toBeLessThan(20);
  });

  it('CHAT-026 a large message cut off by the bound is finished consistently from the log', async () => {
    const world = new World({ limits: { queueBytes: 100_000, sessionInboundBytes: 10_000_000 } });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    const body = Buffer.from(cpim(alice.entity, ROOM_URI, 'x'.repeat(600_000)));
    alice.send(body.subarray(0, 50_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    slow.socket.stuck = true;
    alice.send(body.subarray(50_000), { messageId: 'large1', byteRange: '50001-*/*' });
    await settle(60);
    expect(world.edge.sessionStates().lagging).toBe(1);
    for (let i = 0; i < 20; i++) {
      world.drain(slow.socket);
      await settle(20);
    }
    const chunks = slow.socket.requests;
    expect(Buffer.concat(chunks.map((one) => one.body!)).equals(body)).toBe(true);
    expect(chunks.map(({ flag }) => flag).join('')).toMatch(/^\++\$$/);
  });

  it('CHAT-026 a receiver that takes nothing for 120 s is given up: left with FAILED, connection closed', async () => {
    const world = new World({ limits: { queueBytes: 2_048 } });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    for (const n of numbers(0, 20)) say(alice, `${n}${'.'.repeat(300)}`);
    await settle(80);
    world.clock.advance(119_000);
    expect(slow.socket.ended).toBe(false);
    world.clock.advance(3_000);
    await settle();
    expect(slow.socket.ended).toBe(true);
    expect(world.roomState.leaves).toEqual([{ chatId: slow.chatId, cause: LeaveCause.FAILED }]);
  });

  it('CHAT-026 what the log no longer holds is never skipped in silence', async () => {
    const world = new World({ limits: { queueBytes: 2_048, recentEvents: 4 }, bus: { maxEvents: 20 } });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    const text = (n: string): string => `${n}${'.'.repeat(300)}`;
    for (const n of numbers(0, 60)) {
      say(alice, text(n));
      await settle(3);
    }
    world.drain(slow.socket);
    await settle(60);
    const got = slow.texts();
    expect(got.filter((one) => one.includes('may not have reached you'))).toHaveLength(1);
    expect(got.at(-1)).toBe(text('n59'));
    expect(got.length).toBeLessThan(60);
  });

  it('RPT-014 its own answers go out before the copies that wait for a slow reader', async () => {
    const world = new World();
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    say(alice, 'filler');
    await settle();
    say(alice, 'waits');
    await settle();
    const id = slow.send(cpim(slow.entity, ROOM_URI, 'mine'));
    await settle();
    const before = slow.socket.raw.length;
    world.drain(slow.socket);
    await settle();
    const after = slow.socket.raw.slice(before);
    expect(after.indexOf(`MSRP ${id} 200`)).toBeLessThan(after.indexOf('waits'));
  });

  it('CHAT-027 a client that sends but does not read its answers is not read either', async () => {
    const world = new World({ limits: { urgentBytes: 2_000 } });
    const slow = await world.join('slow');
    slow.socket.stuck = true;
    for (let n = 0; n < 40; n++) {
      slow.send(undefined);
      await settle(1);
    }
    expect(slow.socket.paused).toBe(true);
    world.drain(slow.socket);
    await settle();
    expect(slow.socket.paused).toBe(false);
  });
});

describe('what recipients answer', () => {
  it('CHAT-022 one copy in 32 asks for a 200, and its answer moves the cursor', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    for (const text of numbers(0, 70)) {
      say(alice, text);
      await settle(3);
      world.clock.advance(20);
    }
    const tracked = bob.socket.requests.filter(({ head }) => head.failureReport === 'yes');
    expect(bob.socket.requests.indexOf(tracked[0]!)).toBeLessThanOrEqual(32);
    expect(tracked.length).toBeLessThanOrEqual(3);
    bob.respond(tracked[0]!, 200);
    const { cursor } = world.edge.close(bob.chatId);
    expect(tracked[0]!.head.messageId).toBe(`k3v9x0qa.${cursor.toString(36)}`);
  });

  it('CHAT-022 however few there are, one in 5 s asks for a 200', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'one');
    await settle();
    world.clock.advance(6_000);
    say(alice, 'two');
    await settle();
    expect(bob.socket.requests.map(({ head }) => head.failureReport)).toEqual(['partial', 'yes']);
  });

  it('RPT-004 a tracked copy unanswered for 30 s: the session has failed, the others go on', async () => {
    const world = new World({ limits: { markerEvery: 1 } });
    const [alice, bob, carol] = [await world.join('alice'), await world.join('bob'), await world.join('carol')];
    for (const text of ['one', 'two']) {
      say(alice, text);
      await settle();
    }
    for (const request of carol.socket.requests) if (request.head.failureReport === 'yes') carol.respond(request, 200);
    expect(bob.socket.requests.some(({ head }) => head.failureReport === 'yes')).toBe(true);
    world.clock.advance(32_000);
    await settle();
    expect(bob.socket.ended).toBe(true);
    expect(carol.socket.ended).toBe(false);
    expect(world.roomState.leaves.map(({ chatId }) => chatId)).toEqual([bob.chatId]);
  });

  it.each([481, 506])('RPT-019 %i from a recipient ends its session', async (status) => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'x');
    await settle();
    bob.respond(bob.socket.requests[0]!, status);
    await settle();
    expect(bob.socket.ended).toBe(true);
    expect(world.roomState.leaves).toHaveLength(1);
  });

  it('RPT-019 415 from a recipient stops that type for it and no other', async () => {
    const world = new World();
    const [alice, bob, carol] = [await world.join('alice'), await world.join('bob'), await world.join('carol')];
    const picture = (text: string): string => alice.send(cpim(alice.entity, ROOM_URI, text, 'image/png'));
    picture('one');
    await settle();
    bob.respond(bob.socket.requests[0]!, 415);
    picture('two');
    say(alice, 'text');
    await settle();
    expect(bob.texts()).toEqual(['one', 'text']);
    expect(carol.texts()).toEqual(['one', 'two', 'text']);
  });

  it.each([
    [413, 'response'],
    [499, 'response'],
    [413, 'REPORT'],
  ])('RPT-017 RPT-018 ERR-002 %i by %s ends a message under way for that recipient', async (status, way) => {
    const world = new World();
    const [alice, bob, carol] = [await world.join('alice'), await world.join('bob'), await world.join('carol')];
    const body = Buffer.from(cpim(alice.entity, ROOM_URI, 'x'.repeat(5_000)));
    alice.send(body.subarray(0, 3_000), { messageId: 'large1', byteRange: '1-*/*', flag: '+' });
    await settle();
    const [first] = bob.socket.requests;
    if (way === 'response') bob.respond(first!, status);
    else
      bob.request('REPORT', [
        `Message-ID: ${first!.head.messageId}`,
        'Byte-Range: 1-3000/*',
        `Status: 000 ${status} no`,
      ]);
    await settle();
    alice.send(body.subarray(3_000), { messageId: 'large1', byteRange: '3001-*/*' });
    await settle(30);
    expect(bob.socket.requests.map(({ flag }) => flag).join('')).toBe('+#');
    expect(carol.socket.requests.map(({ flag }) => flag).join('')).toBe('+$');
  });

  it('RPT-006 a REPORT of another namespace or for an unknown message has no effect', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'x');
    await settle();
    const { messageId } = bob.socket.requests[0]!.head;
    bob.request('REPORT', [`Message-ID: ${messageId}`, 'Status: 001 481 x']);
    bob.request('REPORT', ['Message-ID: never.was', 'Status: 000 481 x']);
    await settle();
    expect(bob.socket.ended).toBe(false);
  });
});

describe('draining', () => {
  it('takes no new session, tells everybody, lets what is on its way finish, and says who is gone', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'last words'));
    const drained = world.edge.drain(5_000);
    for (let i = 0; i < 50; i++) {
      await settle(2);
      world.clock.advance(20);
    }
    await drained;
    expect(alice.status(id)).toBe(200);
    expect(bob.texts()).toContain('last words');
    expect(bob.texts().some((text) => text.includes('going down'))).toBe(true);
    expect(world.roomState.leaves).toHaveLength(2);
    expect(bob.socket.ended).toBe(true);
    await expect(world.join('late')).rejects.toThrow('draining');
  });
});
