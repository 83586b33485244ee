import { Direction, LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { capabilities, cpim, LOBBY, MAIN, policy, ROOM, settle, World, type TestClient } from '../testing.js';
import type { FakeRoomState } from '../testing-room-state.js';

const HEARS = { hearsRoom: MAIN.room as string, hearsShard: MAIN.shard as string };

/** A sidebar (the lobby) that hears a main room. */
async function sidebar(): Promise<{ world: World; main: FakeRoomState }> {
  const world = new World({ policy: HEARS });
  const main = world.roomState.beside(MAIN);
  main.policy = policy();
  await world.bus.ensureShards([MAIN.shard]);
  return { world, main };
}
const inMain = (client: TestClient, text: string): string => client.send(cpim(client.entity, MAIN.uri, text));
const inSidebar = (client: TestClient, text: string): string => client.send(cpim(client.entity, LOBBY.uri, text));

describe('a sidebar that hears its parent', () => {
  it('SIDE-012 SIDE-013 who is in the sidebar alone hears both, the parent hears nothing of the sidebar', async () => {
    const { world, main } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const bob = await world.join('bob', { place: MAIN, userId: 'xcon-userid:bob@localhost' });
    const coached = await world.join('bobaside', { pid: 'p-bob', userId: 'xcon-userid:bob@localhost' });
    const alice = await world.join('alice');
    await settle(30);
    const ids = [inMain(carol, 'customer'), inMain(bob, 'agent'), inSidebar(alice, 'hint')];
    await settle(30);
    expect([carol.status(ids[0]!), bob.status(ids[1]!), alice.status(ids[2]!)]).toEqual([200, 200, 200]);
    expect(alice.texts()).toEqual(['customer', 'agent']);
    expect([carol.texts(), bob.texts(), coached.texts()]).toEqual([['agent'], ['customer'], ['hint']]);
    const heard = alice.socket.requests[0]!;
    expect(Buffer.from(heard.body!).toString()).toBe(cpim(carol.entity, MAIN.uri, 'customer'));
    expect(heard.head.messageId).toMatch(/^m4mainqa\./);
    expect(await world.bus.lastSeq(LOBBY.shard, ROOM, 'all')).toBeGreaterThan(0);
    expect(main.roster()).toHaveLength(2);
    // Nothing can be said in the parent through the sidebar.
    const refused = inMain(alice, 'intruder');
    await settle();
    expect([alice.status(refused), carol.texts()]).toEqual([404, ['agent']]);
  });

  it('SIDE-012 nothing private of the parent, and nothing from before', async () => {
    const { world } = await sidebar();
    const [bob, carol] = [await world.join('bob', { place: MAIN }), await world.join('carol', { place: MAIN })];
    inMain(bob, 'earlier');
    await settle();
    const alice = await world.join('alice');
    await settle(30);
    bob.send(cpim(bob.entity, carol.entity, 'private'));
    inMain(bob, 'now');
    await settle();
    expect([alice.texts(), carol.texts()]).toEqual([['now'], ['earlier', 'private', 'now']]);
  });

  it('SIDE-012 who goes into the parent hears it there, once; who leaves it, through the sidebar again', async () => {
    const { world, main } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice', { userId: 'xcon-userid:alice@localhost' });
    await settle(30);
    inMain(carol, 'one');
    await settle();
    const there = await world.join('alicemain', {
      place: MAIN,
      pid: 'p-alice',
      userId: 'xcon-userid:alice@localhost',
    });
    inMain(carol, 'two');
    await settle();
    await main.leave(MAIN.room, there.chatId, LeaveCause.DEPARTED);
    inMain(carol, 'three');
    await settle();
    expect([alice.texts(), there.texts()]).toEqual([['one', 'three'], ['two']]);
  });

  it('SIDE-012 begins and ends with the policy of the sidebar; the parent is let go with the last who hears it', async () => {
    const { world } = await sidebar();
    world.roomState.policy = policy();
    const alice = await world.join('alice');
    const stranger = new World({ shares: world });
    const carol = await stranger.join('carol', { place: MAIN });
    expect(world.edge.roomCount).toBe(1);
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy(HEARS) } });
    await settle(30);
    expect(world.edge.roomCount).toBe(2);
    inMain(carol, 'heard');
    await settle();
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy() } });
    await settle();
    inMain(carol, 'not heard');
    await settle();
    expect([alice.texts(), world.edge.roomCount]).toEqual([['heard'], 1]);
  });

  it('SIDE-012 waits for room-state to know the parent', async () => {
    const { world, main } = await sidebar();
    main.failing = true;
    const alice = await world.join('alice');
    await settle();
    main.failing = false;
    world.clock.advance(1_000);
    await settle(30);
    const carol = await world.join('carol', { place: MAIN });
    inMain(carol, 'heard');
    await settle();
    expect(alice.texts()).toEqual(['heard']);
  });

  it('CHAT-027 who lags has what it heard from the log of the parent', async () => {
    const world = new World({ policy: HEARS, limits: { queueBytes: 2_000 } });
    world.roomState.beside(MAIN).policy = policy();
    await world.bus.ensureShards([MAIN.shard]);
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice');
    await settle(30);
    alice.socket.stuck = true;
    for (let n = 0; n < 20; n++) {
      inMain(carol, `${n} ${'.'.repeat(300)}`);
      await settle(4);
    }
    expect(world.edge.counters.lagged).toBeGreaterThan(0);
    for (let n = 0; n < 60 && alice.texts().length < 20; n++) {
      world.drain(alice.socket);
      await settle(10);
    }
    expect(alice.texts().map((text) => text.split(' ')[0])).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
  });

  it('SDP-012 CHAT-033 takes what its session takes, and nothing on hold; an end of what it was hearing', async () => {
    const { world } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice');
    await settle(30);
    world.edge.update(alice.chatId, capabilities({ acceptWrappedTypes: ['image/png'] }));
    inMain(carol, 'text');
    carol.send(cpim(carol.entity, MAIN.uri, 'image', 'image/png'));
    await settle();
    world.edge.update(alice.chatId, capabilities({ direction: Direction.SENDONLY }));
    inMain(carol, 'on hold');
    carol.send(cpim(carol.entity, MAIN.uri, 'on hold', 'image/png'));
    await settle();
    expect(alice.texts()).toEqual(['image']);
  });

  it('RPT-019 a type it refuses is not sent to it again, whichever room it came from', async () => {
    const { world } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice');
    await settle(30);
    inMain(carol, 'one');
    await settle();
    alice.respond(alice.socket.requests[0]!, 415);
    await settle();
    inMain(carol, 'two');
    await settle();
    expect(alice.texts()).toEqual(['one']);
  });

  it('CHAT-020 RPT-017 a message it refuses in the middle ends for it', async () => {
    const { world } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice');
    await settle(30);
    const text = cpim(carol.entity, MAIN.uri, 'x'.repeat(500));
    carol.send(text.slice(0, 400), { messageId: 'big1', byteRange: `1-*/${text.length}`, flag: '+' });
    await settle();
    alice.respond(alice.socket.requests[0]!, 413);
    await settle();
    carol.send(text.slice(400), { messageId: 'big1', byteRange: `401-*/${text.length}` });
    await settle();
    expect(alice.socket.requests.map(({ flag }) => flag)).toEqual(['+', '#']);
  });

  it('ends with its session, with its connection, and with the parent', async () => {
    const { world, main } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const [alice, bob, dave] = [await world.join('alice'), await world.join('bob'), await world.join('dave')];
    await settle(30);
    world.edge.close(alice.chatId);
    world.edge.closed(bob.socket);
    expect([alice.socket.ended, world.edge.roomSessions(2)]).toEqual([true, { [ROOM]: 2, [MAIN.room]: 2 }]);
    await main.publish({ $case: 'roomClosed', value: { reason: '', successorUri: 'sip:next@localhost' } });
    await settle();
    expect([carol.socket.ended, dave.socket.ended, world.edge.roomCount]).toEqual([true, false, 1]);
    expect(dave.texts()).toEqual([]);
  });

  it('a view of the parent from room-state does not end who only hears it', async () => {
    const { world, main } = await sidebar();
    const carol = await world.join('carol', { place: MAIN });
    const alice = await world.join('alice');
    await settle(30);
    main.version += 2n;
    await main.publish({ $case: 'conferenceChanged', value: {} });
    await settle();
    inMain(carol, 'heard');
    await settle();
    expect(alice.texts()).toEqual(['heard']);
  });
});
