import { Direction, LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { capabilities, cpim, FakeSocket, ROOM_URI, settle, World } from '../testing.js';

describe('sessions and connections', () => {
  it('TRN-009 nothing is written before the first request', async () => {
    const world = new World({ policy: { logged: true } });
    const alice = await world.join('alice', { bind: false });
    expect(alice.socket.raw).toBe('');
  });

  it('TRN-011 an unknown session is 481, also with two URIs; REPORTs and Failure-Report no get nothing', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const wrong = alice.path.replace(/\.[^;]*;/, '.aaaaaaaaaaaaaaaa;');
    alice.raw(`MSRP tid1 SEND\r\nTo-Path: ${wrong}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: mmmm\r\n-------tid1$\r\n`);
    alice.raw(
      `MSRP tid2 SEND\r\nTo-Path: ${alice.path} ${alice.path}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: mmmm\r\n-------tid2$\r\n`,
    );
    alice.raw(
      `MSRP tid3 SEND\r\nTo-Path: ${wrong}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: mmmm\r\nFailure-Report: no\r\n-------tid3$\r\n`,
    );
    await settle();
    expect(['tid1', 'tid2', 'tid3'].map((id) => alice.status(id))).toEqual([481, 481, undefined]);
  });

  it('TRN-012 a session of another connection is 506', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const second = new FakeSocket();
    world.edge.open(second);
    world.receive(
      second,
      Buffer.from(
        `MSRP tid1 SEND\r\nTo-Path: ${alice.path}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: mmmm\r\n-------tid1$\r\n`,
      ),
    );
    await settle();
    expect(second.responses.map(({ status }) => status)).toEqual([506]);
  });

  it('TRN-006 TRN-014 who was seated at an edge that is gone binds here at once, goes on from now, and is told of the hole', async () => {
    const world = new World();
    const bob = await world.join('bob');
    const endpoint = {
      chatId: 'alice0000000',
      edgeId: 'edge-gone',
      capabilities: capabilities(),
      allowed: Direction.UNSPECIFIED,
      label: '',
    };
    world.roomState.participant('p-alice', 'sip:alice@localhost').endpoints.push(endpoint);
    const alice = await world.join('alice', { join: false });
    expect(alice.texts()).toEqual(['Some messages of this room may not have reached you.']);
    bob.send(cpim(bob.entity, ROOM_URI, 'welcome back'));
    await settle();
    expect(alice.texts().slice(1)).toEqual(['welcome back']);
  });

  it('TRN-014 TRN-015 after a lost connection the old URI is 481, and the seat is given up after the grace time', async () => {
    const world = new World({ limits: { graceMs: 30_000 } });
    const alice = await world.join('alice');
    world.edge.closed(alice.socket);
    const second = new FakeSocket();
    world.edge.open(second);
    world.receive(
      second,
      Buffer.from(
        `MSRP tid1 SEND\r\nTo-Path: ${alice.path}\r\nFrom-Path: ${alice.own}\r\nMessage-ID: mmmm\r\n-------tid1$\r\n`,
      ),
    );
    await settle();
    expect(second.responses.map(({ status }) => status)).toEqual([481]);
    world.clock.advance(29_000);
    expect(world.roomState.leaves).toEqual([]);
    world.clock.advance(1_000);
    expect(world.roomState.leaves).toEqual([{ chatId: alice.chatId, cause: LeaveCause.FAILED }]);
  });

  it('TRN-010 a silent connection is closed after 30 s, and one with several bad requests at once', async () => {
    const world = new World();
    const [silent, bad] = [new FakeSocket(), new FakeSocket()];
    world.edge.open(silent);
    world.edge.open(bad);
    world.clock.advance(29_000);
    expect(silent.ended).toBe(false);
    world.clock.advance(3_000);
    expect(silent.ended).toBe(true);
    const other = new FakeSocket();
    world.edge.open(other);
    for (let n = 0; n < 5; n++)
      world.receive(
        other,
        Buffer.from(
          `MSRP tid${n} SEND\r\nTo-Path: msrp://a:1/nope.nope;tcp\r\nFrom-Path: msrp://b:1/x;tcp\r\nMessage-ID: mmmm\r\n-------tid${n}$\r\n`,
        ),
      );
    expect(other.ended).toBe(true);
  });

  it('TRN-005 TRN-017 two sessions on one connection: both get their copies, each under its own transaction id', async () => {
    const world = new World();
    const [alice, first] = [await world.join('alice'), await world.join('bob')];
    const second = await world.join('bob2', { pid: 'p-bob', socket: first.socket });
    alice.send(cpim(alice.entity, ROOM_URI, 'x'));
    await settle();
    const copies = first.socket.requests.filter(({ head }) => head.method === 'SEND');
    expect(copies).toHaveLength(2);
    expect(new Set(copies.map(({ head }) => head.transactionId)).size).toBe(2);
    expect(first.socket.raw).toContain(`From-Path: ${second.path}\r\n`);
    world.edge.close(second.chatId);
    expect(first.socket.ended).toBe(false);
    world.edge.close(first.chatId);
    expect(first.socket.ended).toBe(true);
  });

  it('SIP-024 the first request confirms the join; nothing is taken before its event was seen', async () => {
    const world = new World();
    const bob = await world.join('bob');
    const alice = await world.join('alice', { join: false });
    expect(world.roomState.joins).toEqual([bob.chatId, alice.chatId]);
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'early'));
    await settle();
    expect(alice.status(id)).toBeUndefined();
    expect(bob.texts()).toEqual([]);
    await world.roomState.confirm(alice.chatId);
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(bob.texts()).toEqual(['early']);
  });

  it('SIP-024 the join that the ACK brings is waited for a moment, and asked for when it does not come', async () => {
    const world = new World({ limits: { joinWaitMs: 100 } });
    const alice = await world.join('alice');
    await world.roomState.confirm(alice.chatId);
    const bob = await world.join('bob');
    await settle();
    world.clock.advance(99);
    await settle();
    expect(world.roomState.joins).toEqual([]);
    world.clock.advance(1);
    await settle();
    expect(world.roomState.joins).toEqual([bob.chatId]);
    bob.send(cpim(bob.entity, ROOM_URI, 'hello'));
    await settle();
    expect(alice.texts()).toEqual(['hello']);
  });

  it('SDP-020 where the offer was ours, the first request or the answer tells the path, whichever is first', async () => {
    const world = new World();
    const early = await world.join('early', { peerPath: [] });
    const late = await world.join('late', { peerPath: [], bind: false });
    const told = 'msrp://10.0.0.9:7000/told;tcp';
    expect(world.edge.update(late.chatId, capabilities(), ['sip:x@localhost'])).toBe('bad-peer-path');
    expect(world.edge.update(late.chatId, capabilities(), [told])).toBe('updated');
    expect(late.socket.raw).toBe('');
    late.send(undefined);
    await settle();
    const alice = await world.join('alice');
    alice.send(cpim(alice.entity, ROOM_URI, 'one'));
    await settle();
    expect(early.socket.raw).toContain(`To-Path: ${early.own}\r\n`);
    expect(late.socket.raw).toContain(`SEND\r\nTo-Path: ${told}\r\n`);
    // The answer has the last word.
    expect(world.edge.update(early.chatId, capabilities(), [told])).toBe('updated');
    alice.send(cpim(alice.entity, ROOM_URI, 'two'));
    await settle();
    expect(early.texts()).toEqual(['one', 'two']);
    expect(early.socket.raw).toContain(`SEND\r\nTo-Path: ${told}\r\n`);
    expect(world.edge.update('nobody', capabilities())).toBe('no-such-session');
  });

  it('CHAT-031 in a logged room the notice is the first thing written, before any answer', async () => {
    const world = new World({ policy: { logged: true, loggingNotice: 'Recorded!' } });
    const alice = await world.join('alice');
    expect(alice.socket.raw.indexOf('Recorded!')).toBeLessThan(alice.socket.raw.indexOf('200 OK'));
    expect(alice.texts()).toEqual(['Recorded!']);
    expect(alice.socket.raw).toContain(`From: <${ROOM_URI}>`);
  });

  it('CHAT-030 CHAT-031 everybody is told when logging begins', async () => {
    const world = new World();
    const alice = await world.join('alice');
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    await settle();
    expect(alice.texts()).toEqual(['Messages in this room are recorded.']);
  });

  it('CHAT-029 who knows nothing of chat rooms is told what this is and who is here', async () => {
    const world = new World();
    await world.join('alice');
    const plain = await world.join('plain', { capabilities: { chatroom: false } });
    expect(plain.texts()[0]).toContain(ROOM_URI);
    expect(plain.texts()[1]).toContain('sip:alice@localhost');
  });

  it('ROOM-012 after its left event a session takes and gets nothing, and its connection ends', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.leave('', bob.chatId, LeaveCause.BOOTED);
    await settle();
    alice.send(cpim(alice.entity, ROOM_URI, 'after'));
    bob.send(cpim(bob.entity, ROOM_URI, 'from outside'));
    await settle();
    expect(bob.texts()).toEqual([]);
    expect(bob.socket.ended).toBe(true);
    expect(alice.texts()).toEqual([]);
  });
});
