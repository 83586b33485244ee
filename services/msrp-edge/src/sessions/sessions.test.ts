import { describe, expect, it } from 'vitest';
import { capabilities, World } from '../testing.js';
import { CapabilityClasses, matchesType, mediaType } from './capability-class.js';
import { retryUntilDone } from './retry.js';
import { FakeClock } from '@plenary/service';

describe('what an endpoint takes', () => {
  it.each([
    [['text/plain'], ['message/cpim'], 'text/plain', true],
    [['text/plain'], ['message/cpim'], 'image/png', false],
    [['image/*'], ['message/cpim'], 'image/png', true],
    [['*'], ['message/cpim'], 'x/y', true],
    [[], ['message/cpim'], 'x/y', true],
    [[], ['message/cpim', 'text/html'], 'text/html', true],
    [[], ['message/cpim', 'text/html'], 'text/plain', false],
    [['Text/Plain;charset=utf-8'], ['message/cpim'], 'text/plain', true],
  ])('CHAT-012 D-33 wrapped %j, types %j: %s is %s', (acceptWrappedTypes, acceptTypes, type, taken) => {
    const cls = new CapabilityClasses().acquire(capabilities({ acceptWrappedTypes, acceptTypes }));
    expect(cls.acceptsType(type)).toBe(taken);
    expect(cls.acceptsType(type)).toBe(taken);
  });

  it('sessions alike share one class, and it goes with the last of them', () => {
    const classes = new CapabilityClasses();
    const [one, two] = [classes.acquire(capabilities()), classes.acquire(capabilities())];
    expect(one).toBe(two);
    classes.release(one);
    classes.release(two);
    expect(classes.size).toBe(0);
  });

  it('SDP-008 CPIM-001 media types compare without case and parameters', () => {
    expect(mediaType('Message/CPIM; x=y')).toBe('message/cpim');
    expect(matchesType(new Set(['image/*']), 'imagery/png')).toBe(false);
  });
});

describe('reservations', () => {
  it('TRN-004 a session-id is chat-ID, dot, secret of 96 bits; short, unique, with an explicit port', async () => {
    const world = new World();
    const paths = new Set<string>();
    for (let n = 0; n < 50; n++) paths.add((await world.join(`user${n}`, { bind: false })).path);
    expect(paths.size).toBe(50);
    for (const path of paths) {
      const [, sessionId] = /^msrp:\/\/127\.0\.0\.1:2855\/([^;]+);tcp$/.exec(path)!;
      expect(sessionId).toMatch(/^[0-9a-z]{12}\.[A-Za-z0-9_-]{16}$/);
    }
  });

  it('TRN-006 an unbound reservation is dropped after 64 s', async () => {
    const world = new World({ limits: { idleConnectionMs: 1e9 } });
    const alice = await world.join('alice', { bind: false });
    world.clock.advance(65_000);
    const id = alice.send(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(alice.status(id)).toBe(481);
    expect(world.edge.sessionCount).toBe(0);
    expect(world.edge.roomCount).toBe(0);
  });

  it('SDP-021 the same request id gives the same path, another one a new session beside the old', async () => {
    const world = new World();
    const first = await world.join('alice');
    world.clock.advance(1);
    const second = await world.join('alice', { cursor: 1 });
    expect(second.path).not.toBe(first.path);
    expect(world.edge.sessionCount).toBe(2);
    expect(world.edge.close(first.chatId).existed).toBe(true);
    const id = second.send(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.status(id)).toBe(200);
    expect(first.socket.ended).toBe(true);
  });

  it.each([
    ['bad-room', { room: 'lobby.*' }],
    ['bad-room', { shard: '1' }],
    ['bad-chat-id', { chatId: 'a.b' }],
    ['bad-peer-path', { peerPath: ['msrp://a:1/x;tcp\r\nX: y'] }],
    ['bad-peer-path', { peerPath: ['sip:x@localhost'] }],
    ['bad-tag', { tag: 'a b' }],
  ])('refuses a record that could not stand on the wire or the bus: %s', async (code, change) => {
    const world = new World();
    const participant = world.roomState.participant('p-x', 'sip:x@localhost');
    const record = {
      chatId: 'abcdefghijkl',
      room: '01HZZZZZZZZZZZZZZZZZZZZZZZ',
      shard: '000',
      epoch: 1,
      tag: 'k3v9x0qa',
      conferenceUri: 'sip:lobby@localhost',
      participant,
      capabilities: capabilities(),
      policy: world.policy,
      peerPath: ['msrp://a:1/x;tcp'],
      secure: false,
      peerFingerprints: [],
      joinTraceparent: '',
      cursor: 0n,
      roomVersion: 0n,
    };
    expect(await world.edge.reserve('r1', { ...record, ...change })).toEqual({ code });
  });
});

describe('retrying', () => {
  it('goes on with growing pauses until it works, and gives up in the end', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const done = retryUntilDone(clock, 4, async () => {
      calls++;
      throw new Error('away');
    });
    for (let n = 0; n < 10; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
    }
    await done;
    expect(calls).toBe(4);
  });
});
