import { Direction, Part } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import {
  busWith,
  cpim,
  kept,
  ROOM,
  ROOM_URI,
  settle,
  SHARD,
  World,
  type TestClient,
  type WorldOptions,
} from '../testing.js';
import { EARLIER_BEGIN, EARLIER_END, EARLIER_INCOMPLETE, EARLIER_MISSING } from './notice.js';

const LOGGED = 'Messages in this room are recorded.';
const say = (client: TestClient, text: string): string => client.send(cpim(client.entity, ROOM_URI, text));

/** A logged room that shows its last messages, with one who speaks. */
async function logged(count: number, options: WorldOptions = {}): Promise<{ world: World; alice: TestClient }> {
  const world = new World({
    ...options,
    limits: { replayReuseMs: 0, ...options.limits },
    policy: { logged: true, historyOnJoin: count, ...options.policy },
  });
  const alice = await world.join('alice');
  // The places of the log up to here are those of what is old.
  for (let n = 0; n < 25; n++) await world.roomState.publish({ $case: 'conferenceChanged', value: {} });
  await settle();
  return { world, alice };
}
/** History has recorded everything up to here. */
async function recordAll(world: World): Promise<void> {
  world.history.recordedSeq = BigInt((await world.bus.shardBounds(SHARD)).lastSeq);
}

describe('earlier messages for who joins', () => {
  it('HIST-004 HIST-007 come after the warning and before live ones, as they were said, between two notices', async () => {
    const { world } = await logged(2);
    world.history.messages = [1, 2, 3].map((n) => kept(n, 'sip:zoe@localhost', `old ${n}`));
    await recordAll(world);
    const bob = await world.join('bob');
    await settle();
    say(await world.join('carol'), 'live');
    await settle();
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'old 2', 'old 3', EARLIER_END, 'live']);
    const old = bob.socket.requests[2]!;
    expect(Buffer.from(old.body!).toString()).toBe(cpim('sip:zoe@localhost', ROOM_URI, 'old 2'));
    expect(old.head.messageId).toBe('k3v9x0qa.2');
    expect(world.edge.counters.replays.whole).toBe(3);
  });

  it('HIST-004 what history has not recorded yet comes from the log, under the Message-IDs everybody had', async () => {
    const { world, alice } = await logged(10);
    const witness = await world.join('witness');
    for (const text of ['one', 'two']) say(alice, text);
    await settle(20);
    const first = (await world.bus.readAfter(SHARD, ROOM, 'all', 0, 1))[0]!;
    world.history.messages = [kept(first.seq, alice.entity, 'one')];
    world.history.recordedSeq = BigInt(first.seq);
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'one', 'two', EARLIER_END]);
    const ids = (client: TestClient): unknown[] =>
      client.socket.requests.map(({ head }) => head.messageId).filter((id) => id?.startsWith('k3v9x0qa.'));
    expect(ids(bob)).toEqual(ids(witness));
  });

  it('HIST-004 under load each message comes once, old or live, in one order', async () => {
    const { world, alice } = await logged(1_000);
    const texts = Array.from({ length: 60 }, (_, n) => `n${n}`);
    let bob: TestClient | undefined;
    for (const [n, text] of texts.entries()) {
      say(alice, text);
      if (n === 20) world.history.recordedSeq = BigInt(await world.bus.lastSeq(SHARD, ROOM, 'all'));
      if (n === 20)
        world.history.messages = (await world.bus.readAfter(SHARD, ROOM, 'all', 0, 256)).map(({ seq }, i) =>
          kept(seq, alice.entity, `n${i}`),
        );
      if (n === 30) bob = await world.join('bob');
      if (n % 3 === 0) await settle(2);
    }
    await settle(120);
    expect(bob!.texts().filter((text) => text.startsWith('n'))).toEqual(texts);
    const end = bob!.texts().indexOf(EARLIER_END);
    expect(end).toBeGreaterThan(20);
    expect(end).toBeLessThan(60);
  });

  it('HIST-004 history that is ahead of the join is asked for what came before', async () => {
    const { world } = await logged(2);
    await recordAll(world);
    const bob = await world.join('bob', { bind: false });
    await world.roomState.confirm(bob.chatId);
    await settle();
    const joinedSeq = await world.bus.lastSeq(SHARD, ROOM, 'st');
    world.history.messages = [1, 2].map((n) => kept(n, 'sip:zoe@localhost', `old ${n}`));
    for (let n = 1; n <= 3; n++) world.history.messages.push(kept(joinedSeq + n, 'sip:zoe@localhost', `new ${n}`));
    world.history.recordedSeq = BigInt(joinedSeq + 3);
    bob.send(undefined);
    await settle();
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'old 1', 'old 2', EARLIER_END]);
    expect(world.history.reads.length).toBeGreaterThan(2);
  });

  it('HIST-007 where history is away the recipient is told, and is served all the same', async () => {
    const { world, alice } = await logged(2);
    world.history.failing = true;
    const bob = await world.join('bob');
    await settle();
    say(alice, 'live');
    await settle();
    expect(bob.texts()).toEqual([LOGGED, EARLIER_MISSING, 'live']);
    expect(world.edge.counters.replays.missing).toBe(1);
  });

  it('HIST-004 many who join at once are shown the same answer', async () => {
    const { world } = await logged(2, { limits: { replayReuseMs: 1_000 } });
    world.history.messages = [kept(1, 'sip:zoe@localhost', 'old')];
    await recordAll(world);
    world.history.reads.length = 0;
    world.clock.advance(1_000);
    for (let n = 0; n < 5; n++) await world.join(`user${n}`);
    expect(world.history.reads).toHaveLength(1);
    world.clock.advance(1_000);
    await world.join('late');
    expect(world.history.reads).toHaveLength(2);
  });

  it('HIST-004 CHAT-027 while history lags, the log is read once for many who join at once', async () => {
    let read = 0;
    const { world, alice } = await logged(1_000, {
      limits: { replayReuseMs: 1_000 },
      wrapBus: (bus) =>
        busWith(bus, {
          readRoomAfter: async (...args) => {
            const events = await bus.readRoomAfter(...args);
            read += events.length;
            return events;
          },
        }),
    });
    for (let n = 0; n < 30; n++) {
      say(alice, `n${n}`);
      await settle(2);
    }
    await settle();
    world.clock.advance(1_000);
    read = 0;
    const joined: TestClient[] = [];
    for (let n = 0; n < 5; n++) joined.push(await world.join(`user${n}`));
    await settle(40);
    for (const { texts } of joined) expect(texts().filter((text) => text.startsWith('n'))).toHaveLength(30);
    // The log of 30 messages and their room's beginning, and each further join.
    expect(read).toBeLessThan(2 * 60);
    world.clock.advance(1_000);
    await world.join('late');
    await settle(20);
    expect(read).toBeGreaterThan(2 * 55);
  });

  it('HIST-004 what history has is not shown across messages of the log that did not fit', async () => {
    const { world, alice } = await logged(100, { limits: { replayBytes: 1_000 } });
    await recordAll(world);
    world.history.messages = [kept(1, 'sip:zoe@localhost', 'old')];
    await world.inject(alice, `large ${'.'.repeat(800)}`);
    await world.inject(alice, 'new');
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_INCOMPLETE, EARLIER_BEGIN, 'new', EARLIER_END]);
  });

  it('HIST-010 what was said while nothing was recorded is not shown', async () => {
    const { world, alice } = await logged(10);
    say(alice, 'recorded');
    await settle();
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: false } });
    say(alice, 'off the record');
    await settle();
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    say(alice, 'recorded again');
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'recorded', 'recorded again', EARLIER_END]);
  });

  it('HIST-010 a room that was never logged has no past, whoever says it has', async () => {
    const { world, alice } = await logged(10, { policy: { logged: false } });
    say(alice, 'not recorded');
    await settle();
    const bob = await world.join('bob');
    await settle();
    expect(bob.texts()).toEqual([]);
  });

  it('CHAT-024 TRN-016 what the log has a second time, by a resend, is shown once', async () => {
    const { world, alice } = await logged(10);
    await recordAll(world);
    for (const text of ['twice', 'twice', 'other']) await world.inject(alice, text, { originId: `origin/${text}` });
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'twice', 'other', EARLIER_END]);
  });

  it('PRIV-011 RCPT-001 neither private messages nor composing, nor what nobody was shown', async () => {
    const { world, alice } = await logged(10);
    const carol = await world.join('carol');
    alice.send(cpim(alice.entity, carol.entity, 'private'));
    alice.send(cpim(alice.entity, ROOM_URI, '<c/>', 'application/im-iscomposing+xml'));
    await settle();
    await world.inject(alice, 'public');
    await world.roomState.allow(alice.chatId, Direction.RECVONLY);
    await world.inject(alice, 'muted');
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_BEGIN, 'public', EARLIER_END]);
  });

  it('HIST-004 a message in fragments is whole, also where it began before what history recorded', async () => {
    const { world, alice } = await logged(10);
    const text = cpim(alice.entity, ROOM_URI, 'in three pieces');
    const place = text.indexOf('in three');
    const part = (from: number, to: number): { octets: Buffer; offset: bigint } => ({
      octets: Buffer.from(text.slice(from, to)),
      offset: BigInt(from + 1),
    });
    const headSeq = BigInt(await world.inject(alice, '', { part: Part.HEAD, ...part(0, place) }));
    await world.inject(alice, 'between');
    await world.inject(alice, '', { part: Part.FRAGMENT, headSeq, ...part(place, place + 3) });
    await recordAll(world);
    world.history.messages = [kept(Number(headSeq) + 1, alice.entity, 'between')];
    await world.inject(alice, '', { part: Part.LAST, headSeq, ...part(place + 3, text.length) });
    // Given up, and still open.
    const aborted = BigInt(await world.inject(alice, 'given up', { part: Part.HEAD }));
    await world.inject(alice, '', { part: Part.ABORT, headSeq: aborted, offset: 90n });
    await world.inject(alice, 'open', { part: Part.HEAD });
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts().toSorted()).toEqual(
      [EARLIER_BEGIN, EARLIER_END, LOGGED, 'between', 'in three pieces'].toSorted(),
    );
  });

  it('HIST-004 only a session that came anew is shown them: not one that moved here', async () => {
    const { world } = await logged(2);
    world.history.messages = [kept(1, 'sip:zoe@localhost', 'old')];
    await recordAll(world);
    const moved = await world.join('bob', { cursor: await world.bus.lastSeq(SHARD, ROOM, 'st'), join: false });
    await settle();
    expect(moved.texts()).toEqual([LOGGED]);
  });

  it('CHAT-012 one that does not take the type is not shown it; of files whose content was not kept it is said that they are missing', async () => {
    const { world } = await logged(5);
    world.history.messages = [
      kept(1, 'sip:zoe@localhost', 'text'),
      kept(2, 'sip:zoe@localhost', 'image', { wrappedType: 'image/png' }),
      kept(3, 'sip:zoe@localhost', '', { leftOutBytes: 5_000n }),
    ];
    await recordAll(world);
    const bob = await world.join('bob', { capabilities: { acceptWrappedTypes: ['text/plain'] } });
    await settle();
    expect(bob.texts()).toEqual([LOGGED, EARLIER_INCOMPLETE, EARLIER_BEGIN, 'text', EARLIER_END]);
  });

  it('MSRP-003 a message of an earlier epoch has a Message-ID that is no other’s', async () => {
    const { world } = await logged(5);
    world.history.messages = [
      kept(4, 'sip:zoe@localhost', 'before', { epoch: 0 }),
      kept(4, 'sip:zoe@localhost', 'now', { epoch: 1 }),
    ];
    await recordAll(world);
    const bob = await world.join('bob');
    await settle();
    expect(bob.texts().slice(2, 4)).toEqual(['before', 'now']);
    expect(bob.socket.requests.slice(2, 4).map(({ head }) => head.messageId)).toEqual(['k3v9x0qa-0.4', 'k3v9x0qa.4']);
  });

  it('HIST-004 above the bound the newest are shown, and that some are not', async () => {
    const { world } = await logged(5, { limits: { replayBytes: 300 } });
    world.history.messages = [1, 2, 3].map((n) => kept(n, 'sip:zoe@localhost', `${n} ${'.'.repeat(100)}`));
    await recordAll(world);
    const bob = await world.join('bob');
    await settle();
    expect(bob.texts().map((text) => text.split(' ')[0])).toEqual(
      [LOGGED, EARLIER_INCOMPLETE, EARLIER_BEGIN, '3', EARLIER_END].map((text) => text.split(' ')[0]),
    );
  });

  it('HIST-004 a message of the log that is larger than all that is shown is left out, and that is said', async () => {
    const { world, alice } = await logged(5, { limits: { replayBytes: 300 } });
    await recordAll(world);
    await world.inject(alice, 'x'.repeat(300));
    await world.inject(alice, 'small');
    await settle();
    const bob = await world.join('bob');
    await settle(20);
    expect(bob.texts()).toEqual([LOGGED, EARLIER_INCOMPLETE, EARLIER_BEGIN, 'small', EARLIER_END]);
    expect(world.edge.counters.replays.partial).toBe(1);
  });

  it('CHAT-027 a socket that does not take them gets them piece by piece, and live ones after', async () => {
    const { world, alice } = await logged(100, { limits: { queueBytes: 2_000 } });
    world.history.messages = Array.from({ length: 20 }, (_, n) =>
      kept(n + 1, 'sip:zoe@localhost', `${n} ${'.'.repeat(300)}`),
    );
    await recordAll(world);
    const bob = await world.join('bob', { bind: false });
    bob.send(undefined);
    bob.socket.stuck = true;
    await settle(20);
    expect(bob.socket.queuedBytes).toBeLessThan(4_000);
    say(alice, '20 live');
    await settle();
    for (let n = 0; n < 40 && bob.texts().at(-1)?.startsWith('20') !== true; n++) {
      world.drain(bob.socket);
      bob.socket.stuck = true;
      await settle(6);
    }
    expect(bob.texts().flatMap((text) => /^\d+/.exec(text)?.[0] ?? [])).toEqual(
      Array.from({ length: 21 }, (_, n) => String(n)),
    );
    expect(bob.texts().filter((text) => text === EARLIER_END)).toHaveLength(1);
  });

  it('a session that goes while they are asked for is forgotten', async () => {
    const { world } = await logged(2);
    world.history.messages = [kept(1, 'sip:zoe@localhost', 'old')];
    let answer: (() => void) | undefined;
    const read = world.history.read.bind(world.history);
    world.history.read = async (...asked) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return read(...asked);
    };
    const bob = await world.join('bob');
    await settle();
    expect([bob.texts(), world.edge.sessionStates().waiting]).toEqual([[LOGGED], 1]);
    world.edge.closed(bob.socket);
    answer!();
    await settle();
    expect([bob.texts(), world.edge.counters.deliveriesReplay]).toEqual([[LOGGED], 0]);
  });
});
