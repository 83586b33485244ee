import { describe, expect, it } from 'vitest';
import { cpim, ROOM_URI, settle, World, type TestClient } from '../testing.js';

const say = (client: TestClient, ...texts: string[]): void => {
  for (const text of texts) client.send(cpim(client.entity, ROOM_URI, text));
};
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

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
