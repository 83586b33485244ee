import * as fc from 'fast-check';
import { ChatEvent, Part } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { capabilities, cpim, policy, ROOM, ROOM_URI, settle, SHARD, TAG, World } from '../testing.js';
import { Origins } from './origins.js';
import { RecentMessages } from './recent.js';
import { readRoomMessage, type RoomMessage } from './room-message.js';

function message(seq: number, size = 10): RoomMessage {
  const event = ChatEvent.fromPartial({ part: Part.WHOLE, octets: Buffer.alloc(size), originId: `p/${seq}/1` });
  return readRoomMessage(seq, ChatEvent.encode(event).finish(), TAG)!;
}

describe('recent messages', () => {
  it('CHAT-027 are bounded, and say when they do not reach back far enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), fc.nat(100), (sizes, from) => {
        const recent = new RecentMessages(0, 20, 400);
        const all = sizes.map((size, i) => message((i + 1) * 2, size));
        for (const one of all) recent.push(one);
        expect(recent.size).toBeLessThanOrEqual(20);
        const found = recent.after(from, 1_000);
        if (found !== undefined) expect(found).toEqual(all.filter(({ seq }) => seq > from));
        else expect(all.filter(({ seq }) => seq > from).length).toBeGreaterThan(recent.size);
      }),
    );
  });

  it('finds one by its sequence', () => {
    const recent = new RecentMessages(0, 20, 4_000);
    const one = message(5);
    recent.push(message(3));
    recent.push(one);
    expect([recent.find(5), recent.find(4)]).toEqual([one, undefined]);
  });
});

describe('origins', () => {
  it('CHAT-024 know a message again for at least half the window, and stay bounded', () => {
    const origins = new Origins(100, 600_000, 0);
    expect(origins.isRepeat('a', 1, 0)).toBe(false);
    expect(origins.isRepeat('a', 1, 10)).toBe(false);
    expect(origins.isRepeat('a', 9, 299_000)).toBe(true);
    for (let n = 0; n < 1_000; n++) origins.isRepeat(`b${n}`, n, 300_000);
    expect(origins.size).toBeLessThanOrEqual(100);
  });
});

describe('changes of a room', () => {
  it('an event that cannot be read is counted and skipped', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    for (const kind of ['all', 'st'] as const)
      await world.bus.publishToLogAsync({
        shard: SHARD,
        room: ROOM,
        kind,
        msgId: `x/${kind}`,
        payload: Buffer.from([255, 1]),
      });
    alice.send(cpim(alice.entity, ROOM_URI, 'still here'));
    await settle();
    expect(bob.texts()).toEqual(['still here']);
    expect(world.edge.counters.unreadableEvents).toBe(2);
  });

  it('on a missing version the room is asked for; what was kept is applied to the answer', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    // The event in between never reaches the log.
    world.roomState.version++;
    const participant = (name: string): ReturnType<typeof world.roomState.participant> =>
      world.roomState.participant(`p-${name}`, '');
    world.roomState.getRoomAnswer = {
      room: ROOM,
      conferenceUri: ROOM_URI,
      shard: SHARD,
      epoch: 1,
      tag: TAG,
      version: world.roomState.version,
      policy: policy({ privateMessages: false }),
      displayText: '',
      roster: [participant('alice'), participant('bob')],
    };
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    await settle();
    const refused = alice.send(cpim(alice.entity, bob.entity, 'private'));
    await settle();
    expect(alice.status(refused)).toBe(403);
    expect(bob.texts()).toEqual(['Messages in this room are recorded.']);
  });

  it('PRIV-001 a room that is new here is asked for once; its later events are applied to that', async () => {
    const first = new World();
    const alice = await first.join('alice');
    const { roomState } = first;
    const second = new World({ shares: first });
    roomState.roomsAsked = 0;
    const [bob, carol] = [await second.join('bob'), await second.join('carol')];
    expect(roomState.roomsAsked).toBe(1);
    bob.send(cpim(bob.entity, alice.entity, 'to alice'));
    bob.send(cpim(bob.entity, carol.entity, 'to carol'));
    await settle();
    expect([alice.texts(), carol.texts()]).toEqual([['to alice'], ['to carol']]);
    expect(roomState.resolves).toEqual([]);
    expect(roomState.roomsAsked).toBe(1);
  });

  it('a room is served without its roster while room-state is away, and asked for with its next event', async () => {
    const first = new World();
    const alice = await first.join('alice');
    const { roomState } = first;
    roomState.failing = true;
    const second = new World({ shares: first });
    const bob = await second.join('bob');
    roomState.failing = false;
    roomState.roomsAsked = 0;
    await roomState.confirm(bob.chatId);
    await settle();
    bob.send(cpim(bob.entity, alice.entity, 'to alice'));
    await settle();
    expect(alice.texts()).toEqual(['to alice']);
    expect(roomState.resolves).toEqual([]);
    expect(roomState.roomsAsked).toBe(1);
  });

  it('ROOM-012 a view from before a join does not end the session that joined', async () => {
    const world = new World();
    const alice = await world.join('alice');
    // The event in between never reaches the log; room-state answers from a replica that has not seen bob join.
    world.roomState.version++;
    world.roomState.getRoomAnswer = world.roomState.view();
    const bob = await world.join('bob');
    expect([alice.socket.ended, bob.socket.ended]).toEqual([false, false]);
    bob.send(cpim(bob.entity, ROOM_URI, 'here'));
    await settle();
    expect(alice.texts()).toEqual(['here']);
  });

  it('who is not in the room any more, by the answer, has left', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    world.roomState.version++;
    world.roomState.getRoomAnswer = {
      room: ROOM,
      conferenceUri: ROOM_URI,
      shard: SHARD,
      epoch: 1,
      tag: TAG,
      version: world.roomState.version,
      policy: policy(),
      displayText: '',
      roster: [world.roomState.participant('p-alice', '')],
    };
    await world.roomState.publish({ $case: 'nicknameChanged', value: { pid: alice.pid, nickname: 'A' } });
    await settle();
    expect([alice.socket.ended, bob.socket.ended]).toEqual([false, true]);
  });

  it('ROOM-013 a closed room ends its sessions', async () => {
    const world = new World();
    const alice = await world.join('alice');
    await world.roomState.publish({ $case: 'roomClosed', value: { reason: '', successorUri: '' } });
    await settle();
    expect(alice.socket.ended).toBe(true);
    expect(world.edge.roomCount).toBe(0);
  });

  it('SDP-012 PRIV-004 capabilities that change take effect: 428 follows', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const changed = capabilities({ privateMessages: false });
    await world.roomState.publish({
      $case: 'capabilitiesChanged',
      value: { pid: bob.pid, chatId: bob.chatId, capabilities: changed },
    });
    await settle();
    const id = alice.send(cpim(alice.entity, bob.entity, 'private'));
    await settle();
    expect(alice.status(id)).toBe(428);
  });

  it('a new epoch brings a new tag', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish({ $case: 'epochStarted', value: { epoch: 2, tag: 'newtag00' } });
    await settle();
    alice.send(cpim(alice.entity, ROOM_URI, 'x'));
    await settle();
    expect(bob.socket.requests[0]!.head.messageId).toMatch(/^newtag00\./);
  });
});
