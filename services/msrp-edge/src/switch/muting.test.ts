import type { LogEvent } from '@plenary/bus';
import { ChatEvent, Direction, LeaveCause, Part } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import {
  busWith,
  capabilities,
  cpim,
  policy,
  ROOM,
  ROOM_URI,
  settle,
  SHARD,
  World,
  type TestClient,
} from '../testing.js';

const { RECVONLY, SENDRECV, INACTIVE } = Direction;
const say = (client: TestClient, text: string): string => client.send(cpim(client.entity, ROOM_URI, text));

describe('a muted participant', () => {
  it('POL-018 FLOOR-004 is refused 403 and reaches nobody, hears the others, and speaks again at once after the unmute', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    const [open, secret] = [say(bob, 'no'), bob.send(cpim(bob.entity, alice.entity, 'psst'))];
    say(alice, 'still here');
    await settle();
    expect([bob.status(open), bob.status(secret)]).toEqual([403, 403]);
    expect([alice.texts(), bob.texts()]).toEqual([[], ['still here']]);
    expect(world.edge.counters.refused.muted).toBe(2);
    await world.roomState.allow(bob.chatId, SENDRECV);
    const again = say(bob, 'yes');
    await settle();
    expect([bob.status(again), alice.texts()]).toEqual([200, ['yes']]);
  });

  it('POL-018 who joins a moderated room without voice is muted from the first message on', async () => {
    const world = new World();
    const alice = await world.join('alice');
    world.roomState.allowedAtJoin = RECVONLY;
    const bob = await world.join('bob');
    const id = say(bob, 'no');
    await settle();
    expect([bob.status(id), alice.texts()]).toEqual([403, []]);
  });

  it('FLOOR-004 stays muted whatever its session description says, and the other way round', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    world.edge.update(bob.chatId, capabilities({ direction: SENDRECV }));
    const muted = say(bob, 'no');
    await settle();
    world.edge.update(bob.chatId, capabilities({ direction: RECVONLY }));
    await world.roomState.allow(bob.chatId, SENDRECV);
    const held = say(bob, 'no');
    await settle();
    expect([bob.status(muted), bob.status(held), alice.texts()]).toEqual([403, 403, []]);
  });

  it('POL-018 an endpoint that is neither to send nor to receive gets nothing but what the room says', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.allow(bob.chatId, INACTIVE);
    await settle();
    say(alice, 'unheard');
    await world.roomState.publish({ $case: 'notice', value: { text: 'Bob is put aside.', audiencePid: '' } });
    await settle();
    expect(bob.texts()).toEqual(['Bob is put aside.']);
    expect(alice.texts()).toEqual(['Bob is put aside.']);
  });

  it('POL-018 one that is put aside in the middle of a message gets its end and nothing more of it', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const text = cpim(alice.entity, ROOM_URI, 'x'.repeat(500));
    const options = { messageId: 'big1', byteRange: `1-*/${text.length}` };
    alice.send(text.slice(0, 400), { ...options, flag: '+' });
    await settle();
    await world.roomState.allow(bob.chatId, INACTIVE);
    await settle();
    alice.send(text.slice(400), { ...options, byteRange: `401-*/${text.length}` });
    await settle();
    expect(bob.socket.requests.map(({ flag }) => flag)).toEqual(['+', '#']);
  });

  it('POL-018 RCPT-004 may still send receipts', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    const id = bob.send(cpim(bob.entity, alice.entity, '<imdn/>', 'message/imdn+xml'));
    await settle();
    expect([bob.status(id), alice.texts()]).toEqual([200, ['<imdn/>']]);
  });

  it('POL-018 a message in the middle ends for its recipients, its chunks are 403, and what waited for its turn is not stored', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const text = cpim(bob.entity, ROOM_URI, 'x'.repeat(500));
    const total = text.length;
    const first = bob.send(text.slice(0, 400), { messageId: 'big1', byteRange: `1-*/${total + 9_999_999}`, flag: '+' });
    await settle();
    expect([bob.status(first), alice.socket.requests.at(-1)?.flag]).toEqual([200, '+']);
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    expect(alice.socket.requests.map(({ flag }) => flag)).toEqual(['+', '#']);
    const second = bob.send(text.slice(400), { messageId: 'big1', byteRange: `401-*/${total}` });
    await settle();
    expect(bob.status(second)).toBe(403);
    expect(alice.socket.requests.map(({ flag }) => flag)).toEqual(['+', '#']);
  });

  it('POL-018 whole messages that wait for their turn when the mute comes are 403', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const ids = Array.from({ length: 20 }, (_, n) => say(bob, `n${n}`));
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle(60);
    const stati = ids.map((id) => bob.status(id));
    expect(new Set(stati)).toEqual(new Set([200, 403]));
    // Who has a 200 was heard, who has a 403 was not.
    expect(alice.texts()).toEqual(ids.flatMap((_, n) => (stati[n] === 200 ? [`n${n}`] : [])));
    // At most the one that was on its way is in the log.
    expect(world.edge.counters.silenced).toBeLessThanOrEqual(1);
  });
});

describe('what was stored after its sender was silenced', () => {
  it('POL-018 is shown to nobody, at whatever edge, whatever the sender’s edge thought', async () => {
    const world = new World();
    const other = new World({ shares: world });
    const [alice, bob] = [await world.join('alice'), await other.join('bob')];
    await world.inject(bob, 'before');
    await world.roomState.allow(bob.chatId, RECVONLY);
    await world.inject(bob, 'in vain');
    await world.roomState.allow(bob.chatId, SENDRECV);
    await world.inject(bob, 'after');
    await settle(40);
    expect(alice.texts()).toEqual(['before', 'after']);
    expect(world.edge.counters.silenced).toBe(1);
  });

  it('POL-018 is not answered 200', async () => {
    // The mute comes into the log while the message is on its way.
    let hold: (() => void) | undefined;
    const world = new World({
      wrapBus: (bus) =>
        busWith(bus, {
          publishToLog: (message, onResult) => {
            if (Buffer.from(message.payload).includes('late')) hold = () => bus.publishToLog(message, onResult);
            else bus.publishToLog(message, onResult);
          },
        }),
    });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = say(bob, 'late');
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    hold!();
    await settle(40);
    expect([bob.status(id), alice.texts()]).toEqual([403, []]);
  });

  it.each([
    ['all of it, read in pieces,', 'whole', false],
    ['the last of its chunks', 'last', true],
  ])('POL-018 nor is a message of which %s was on its way', async (_what, held, inChunks) => {
    const releases: (() => void)[] = [];
    const world = new World({
      wrapBus: (bus) =>
        busWith(bus, {
          publishToLog: (message, onResult) => {
            const isHeld = message.kind === 'all' && Buffer.from(message.payload).includes(held);
            if (isHeld) releases.push(() => bus.publishToLog(message, onResult));
            else bus.publishToLog(message, onResult);
          },
        }),
    });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const text = cpim(bob.entity, ROOM_URI, `some text ${held}`);
    const cut = text.length - held.length;
    const chunk = (n: number, from: number, to: number): string =>
      `MSRP chunk00${n} SEND\r\nTo-Path: ${bob.path}\r\nFrom-Path: ${bob.own}\r\nMessage-ID: two1\r\n` +
      `Byte-Range: ${from + 1}-${to}/${text.length}\r\nContent-Type: message/cpim\r\n\r\n` +
      `${text.slice(from, to)}\r\n-------chunk00${n}${to === text.length ? '$' : '+'}\r\n`;
    const one = chunk(2, 0, text.length);
    const reads = inChunks ? [chunk(1, 0, cut), chunk(2, cut, text.length)] : [one.slice(0, -30), one.slice(-30)];
    for (const read of reads) {
      bob.raw(read);
      await settle();
    }
    expect(releases).toHaveLength(1);
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    releases[0]!();
    await settle(40);
    expect(bob.status('chunk002')).toBe(403);
    expect(alice.texts().join('')).not.toContain(held);
  });

  it('POL-018 a fragment stored after the mute ends the message at its recipients', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const headSeq = BigInt(await world.inject(bob, 'begun', { part: Part.HEAD }));
    await world.roomState.allow(bob.chatId, RECVONLY);
    await world.inject(bob, 'rest', { part: Part.LAST, headSeq, offset: 200n });
    await settle(40);
    expect(alice.socket.requests.map(({ flag }) => flag)).toEqual(['+', '#']);
  });

  it('POL-018 is not shown to who catches up from the log either, at an edge that came later', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.inject(bob, 'before');
    await world.roomState.allow(bob.chatId, RECVONLY);
    await world.inject(bob, 'in vain');
    await world.inject(alice, 'from alice');
    await settle(40);
    const later = new World({ shares: world });
    const cursor = await world.bus.lastSeq(SHARD, ROOM, 'all');
    const first = (await world.bus.readAfter(SHARD, ROOM, 'all', 0, 1))[0]!.seq - 1;
    const carol = await later.join('carol', { cursor: first, join: false });
    await settle(40);
    expect(cursor).toBeGreaterThan(first);
    expect(carol.texts()).toEqual(['before', 'from alice']);
  });

  it('POL-018 nor at an edge that began to serve the room after the mute', async () => {
    const world = new World();
    const bob = await world.join('bob');
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    const later = new World({ shares: world });
    const carol = await later.join('carol');
    await world.inject(bob, 'in vain');
    await world.roomState.allow(bob.chatId, SENDRECV);
    await world.inject(bob, 'after');
    await settle(40);
    expect(carol.texts()).toEqual(['after']);
  });

  it('POL-018 an unmute whose live copy was lost is looked for before a message is kept from anybody', async () => {
    let lose = false;
    const world = new World({ bus: { keepLiveCopy: (event: LogEvent) => !(lose && event.kind === 'st') } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.allow(bob.chatId, RECVONLY);
    await settle();
    lose = true;
    await world.roomState.allow(bob.chatId, SENDRECV);
    lose = false;
    await world.inject(bob, 'heard');
    await world.inject(alice, 'next');
    await settle(60);
    expect([alice.texts(), bob.texts()]).toEqual([['heard'], ['next']]);
    expect(world.edge.counters.gapsRepaired.doubt).toBe(1);
  });

  it('SEC-002 a message of who was put out before it was stored reaches nobody', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.leave(ROOM, bob.chatId, LeaveCause.BOOTED);
    await world.inject(bob, 'from outside');
    await world.inject(alice, 'x');
    await settle(40);
    expect(alice.texts()).toEqual([]);
    expect(world.edge.counters.silenced).toBe(1);
  });
});

describe('a suspended room', () => {
  it('takes nobody’s messages, and goes on when it is told to', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy({ suspended: true }) } });
    await settle();
    const refused = say(alice, 'no');
    await settle();
    await world.inject(bob, 'in vain');
    await settle();
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy() } });
    const taken = say(alice, 'yes');
    await settle(40);
    expect([alice.status(refused), alice.status(taken)]).toEqual([403, 200]);
    expect([alice.texts(), bob.texts()]).toEqual([[], ['yes']]);
    expect(world.edge.counters.refused.suspended).toBe(1);
  });
});

describe('what an event says of its sender', () => {
  it('LOG-007 nickname in force and XCON-USERID go into the log with the message', async () => {
    const world = new World();
    const alice = await world.join('alice', { userId: 'xcon-userid:alice@localhost' });
    await world.roomState.publish({ $case: 'nicknameChanged', value: { pid: alice.pid, nickname: 'Al' } });
    await settle();
    say(alice, 'hello');
    await settle();
    const [stored] = await world.bus.readAfter(SHARD, ROOM, 'all', 0, 1);
    expect(ChatEvent.decode(stored!.payload)).toMatchObject({
      senderNickname: 'Al',
      senderUserId: 'xcon-userid:alice@localhost',
    });
  });
});
