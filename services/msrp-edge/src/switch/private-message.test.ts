import { Direction } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { cpim, ROOM_URI, settle, World } from '../testing.js';

describe('private messages', () => {
  it('PRIV-001 PRIV-007 reach every capable session of the addressee and nobody else', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const phone = await world.join('bobphone', { pid: 'p-bob', entity: 'sip:bob@localhost' });
    const desk = await world.join('bobdesk', { pid: 'p-bob' });
    const old = await world.join('bobold', { pid: 'p-bob', capabilities: { privateMessages: false } });
    const carol = await world.join('carol');
    const id = alice.send(cpim(alice.entity, 'sip:bob@LOCALHOST', 'secret'));
    await settle();
    expect(alice.status(id)).toBe(200);
    expect([phone, desk, old, carol].map((client) => client.texts())).toEqual([['secret'], ['secret'], [], []]);
  });

  it('PRIV-004 nobody of the addressee can receive them: 428', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const bob = await world.join('bob', { capabilities: { privateMessages: false } });
    const id = alice.send(cpim(alice.entity, bob.entity, 'secret'));
    await settle();
    expect(alice.status(id)).toBe(428);
    expect(bob.texts()).toEqual([]);
  });

  it('PRIV-003 switched off: 403, also to somebody who is not there', async () => {
    const world = new World({ policy: { privateMessages: false } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const ids = [bob.entity, 'sip:nobody@localhost'].map((to) => alice.send(cpim(alice.entity, to, 'x')));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([403, 403]);
  });

  it('PRIV-010 to oneself: the other session gets it, 404 without one', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const alone = alice.send(cpim(alice.entity, alice.entity, 'note'));
    await settle();
    const second = await world.join('alice2', { pid: 'p-alice' });
    const both = alice.send(cpim(alice.entity, alice.entity, 'note'));
    await settle();
    expect([alice.status(alone), alice.status(both)]).toEqual([404, 200]);
    expect([alice.texts(), second.texts()]).toEqual([[], ['note']]);
  });

  it('SIP-035 CHAT-006 the SIPS form of the room is the room: everybody gets it', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = alice.send(cpim(alice.entity, ROOM_URI.replace('sip:', 'sips:'), 'hello'));
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(bob.texts()).toEqual(['hello']);
  });

  it('PRIV-002 whom the edge does not know is asked of room-state, and later messages keep their place behind', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const dave = world.roomState.participant('p-dave', 'sip:dave@localhost');
    dave.endpoints = [
      {
        chatId: 'dave00000000',
        edgeId: 'other',
        capabilities: world.roomState.endpoints.get(bob.chatId)!.capabilities,
        allowed: Direction.UNSPECIFIED,
        label: '',
      },
    ];
    const id = alice.send(cpim(alice.entity, 'sip:dave@localhost', 'hi'));
    const next = alice.send(cpim(alice.entity, ROOM_URI, 'next'));
    await settle(30);
    expect(world.roomState.resolves).toEqual(['sip:dave@localhost']);
    expect([alice.status(id), alice.status(next)]).toEqual([200, 200]);
    const [first, second] = await world.bus.readAfter(
      '000' as never,
      '01HZZZZZZZZZZZZZZZZZZZZZZZ' as never,
      'all',
      0,
      10,
    );
    expect([first!.seq < second!.seq, bob.texts()]).toEqual([true, ['next']]);
  });
});
