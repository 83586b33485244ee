import type { StateChange } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { busWith, cpim, ROOM, ROOM_URI, settle, SHARD, textOf, World, type TestClient } from '../testing.js';

const say = (client: TestClient, text: string): string => client.send(cpim(client.entity, ROOM_URI, text));
const notice = (text: string): NonNullable<StateChange['change']> => ({
  $case: 'notice',
  value: { text, audiencePid: '' },
});

/** A notice has its place between two sequences of the log; the log itself knows whole ones only. */
describe('the place of a notice', () => {
  it('CHAT-026 who had a notice as its last is served from the log all the same, and misses nothing of its event', async () => {
    const asked: number[] = [];
    const world = new World({
      limits: { queueBytes: 2_000, recentEvents: 2 },
      wrapBus: (bus) =>
        busWith(bus, {
          readRoomAfter: (shard, room, after, limit) => {
            asked.push(after);
            return Number.isInteger(after)
              ? bus.readRoomAfter(shard, room, after, limit)
              : Promise.reject(new Error('the log has no such sequence'));
          },
        }),
    });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    await world.roomState.publish(notice('one'));
    await settle();
    expect(slow.texts()).toEqual(['one']);
    // An answer fills its socket: nothing after the notice is handed over.
    slow.socket.stuck = true;
    slow.send(undefined);
    await settle();
    for (let n = 0; n < 20; n++) {
      say(alice, `${n} ${'.'.repeat(200)}`);
      await settle(4);
    }
    expect(world.edge.counters.lagged).toBeGreaterThan(0);
    for (let n = 0; n < 20; n++) {
      world.drain(slow.socket);
      world.clock.advance(250);
      await settle(20);
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(slow.texts().map((text) => text.split(' ')[0])).toEqual([
      'one',
      ...Array.from({ length: 20 }, (_, n) => String(n)),
    ]);
  });

  it('CHAT-026 who moves here gets the notice that is the last thing in the log, and goes on live', async () => {
    const world = new World();
    const alice = await world.join('alice');
    say(alice, 'had');
    await settle();
    const cursor = await world.bus.lastSeq(SHARD, ROOM, 'all');
    await world.roomState.publish(notice('missed'), notice('missed too'));
    await settle();
    let reads = 0;
    const later = new World({
      shares: world,
      wrapBus: (bus) =>
        busWith(bus, {
          readRoomAfter: (...args) => {
            reads++;
            return bus.readRoomAfter(...args);
          },
        }),
    });
    const moved = await later.join('carol', { cursor, join: false });
    await settle(40);
    expect(moved.texts()).toEqual(['missed', 'missed too']);
    expect(later.edge.sessionStates().live).toBe(1);
    expect(reads).toBeLessThan(4);
  });

  it('CHAT-026 where the newest change cannot be read, who moves here is live all the same', async () => {
    const world = new World();
    const alice = await world.join('alice');
    say(alice, 'had');
    await settle();
    const cursor = await world.bus.lastSeq(SHARD, ROOM, 'all');
    await world.roomState.publish(notice('missed'));
    await settle();
    const later = new World({
      shares: world,
      wrapBus: (bus) => busWith(bus, { readAfter: () => Promise.reject(new Error('away')) }),
    });
    await later.join('carol', { cursor, join: false });
    await settle(40);
    expect(later.edge.sessionStates().live).toBe(1);
  });

  it('CHAT-026 a notice that came late is not missed by who lags', async () => {
    let lose = false;
    const world = new World({
      bus: { keepLiveCopy: (event) => !(lose && event.kind === 'st') },
      limits: { queueBytes: 2_000 },
    });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    for (let n = 0; n < 20; n++) {
      lose = n === 18;
      if (lose) await world.roomState.publish(notice('lost'));
      say(alice, `${n} ${'.'.repeat(200)}`);
      await settle(4);
    }
    expect(world.edge.counters.lagged).toBeGreaterThan(0);
    lose = false;
    await world.roomState.publish(notice('seen'));
    await settle(40);
    for (let n = 0; n < 20; n++) {
      world.drain(slow.socket);
      await settle(20);
    }
    expect(slow.texts().map((text) => text.split(' ')[0])).toEqual([
      ...Array.from({ length: 18 }, (_, n) => String(n)),
      'lost',
      '18',
      '19',
      'seen',
    ]);
  });

  it('CHAT-026 one that has it from the log does not get it a second time when it comes late', async () => {
    let lose = false;
    const world = new World({
      bus: { keepLiveCopy: (event) => !(lose && event.kind === 'st') },
      limits: { queueBytes: 2_000, recentEvents: 2 },
    });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    for (let n = 0; n < 20; n++) {
      lose = n === 18;
      if (lose) await world.roomState.publish(notice('lost'));
      say(alice, `${n} ${'.'.repeat(200)}`);
      await settle(4);
    }
    lose = false;
    for (let n = 0; n < 20; n++) {
      world.drain(slow.socket);
      world.clock.advance(50);
      await settle(20);
    }
    expect(slow.texts().filter((text) => text === 'lost')).toEqual(['lost']);
    await world.roomState.publish(notice('seen'));
    await settle(40);
    expect(
      slow
        .texts()
        .slice(-4)
        .map((text) => text.split(' ')[0]),
    ).toEqual(['lost', '18', '19', 'seen']);
    expect(alice.texts()).toEqual(['lost', 'seen']);
  });

  it('TRN-016 who has two of three notices of one event, and moves, gets the third', async () => {
    const world = new World({ limits: { markerEvery: 1, markerMinIntervalMs: 0 } });
    const bob = await world.join('bob');
    await world.roomState.publish(notice('one'), notice('two'), notice('three'));
    await settle();
    expect(bob.texts()).toEqual(['one', 'two', 'three']);
    const asking = bob.socket.requests.filter(({ head }) => head.failureReport === 'yes');
    expect(asking.map(({ body }) => textOf(body))).toEqual(['two']);
    bob.respond(asking[0]!, 200);
    const { cursor } = world.edge.close(bob.chatId);
    const later = new World({ shares: world });
    const moved = await later.join('bob', { cursor, join: false });
    await settle(40);
    expect(moved.texts()).toEqual(['one', 'two', 'three']);
    const ids = ({ socket }: TestClient): unknown[] => socket.requests.map(({ head }) => head.messageId);
    expect(ids(moved)).toEqual(ids(bob));
    // It goes no further back however often it moves.
    expect(later.edge.close(moved.chatId).cursor).toBe(cursor);
  });

  it('TRN-016 who moves before anything was received gets the notices of its own join', async () => {
    const world = new World();
    await world.join('alice');
    const bob = await world.join('bob', { bind: false });
    const { participant } = world.roomState.endpoints.get(bob.chatId)!;
    await world.roomState.publish(
      { $case: 'joined', value: { participant: structuredClone(participant), chatId: bob.chatId } },
      notice('welcome'),
    );
    await settle();
    const { cursor } = world.edge.close(bob.chatId);
    const moved = await new World({ shares: world }).join('bob', { cursor, join: false });
    await settle(40);
    expect(moved.texts()).toEqual(['welcome']);
  });
});
