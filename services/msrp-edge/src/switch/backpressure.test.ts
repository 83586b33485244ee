import { LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { busWith, cpim, ROOM_URI, settle, World, type TestClient } from '../testing.js';

const say = (client: TestClient, ...texts: string[]): void => {
  for (const text of texts) client.send(cpim(client.entity, ROOM_URI, text));
};
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

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
