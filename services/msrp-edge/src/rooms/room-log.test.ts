import type { LogEvent } from '@plenary/bus';
import { HeadBeacon, LeaveCause } from '@plenary/proto/chat';
import { subjects } from '@plenary/bus';
import { describe, expect, it } from 'vitest';
import { busWith, cpim, ROOM, ROOM_URI, settle, SHARD, World, type TestClient } from '../testing.js';

const say = (client: TestClient, ...texts: string[]): void => {
  for (const text of texts) client.send(cpim(client.entity, ROOM_URI, text));
};
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

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
