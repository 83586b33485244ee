import { describe, expect, it } from 'vitest';
import { cpim, ROOM_URI, settle, World, type TestClient } from '../testing.js';

const say = (client: TestClient, ...texts: string[]): void => {
  for (const text of texts) client.send(cpim(client.entity, ROOM_URI, text));
};
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

describe('who gets a copy', () => {
  it('CHAT-009 own other sessions get none, unless the room says so', async () => {
    for (const copyToOwnSessions of [false, true]) {
      const world = new World({ policy: { copyToOwnSessions } });
      const alice = await world.join('alice');
      const second = await world.join('alice2', { pid: alice.pid });
      say(alice, 'x');
      await settle();
      expect([alice.texts(), second.texts()]).toEqual([[], copyToOwnSessions ? ['x'] : []]);
    }
  });

  it('XCON-023 what is said on one of several media is for its sessions; an unknown label is the first medium', async () => {
    const world = new World({ policy: { streams: ['de', 'en'] } });
    const names = ['plain', 'de', 'de2', 'en', 'other'];
    const clients = [];
    for (const name of names) {
      const label = name === 'plain' ? '' : name.slice(0, 2);
      clients.push(await world.join(name, { label }));
    }
    const [plain, german] = clients;
    say(german!, 'Guten Tag');
    say(plain!, 'to the first');
    await settle();
    expect(clients.map((client) => client.texts())).toEqual([[], [], ['Guten Tag'], [], ['to the first']]);
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: { ...world.policy, streams: [] } } });
    await settle();
    say(german!, 'an alle');
    await settle();
    expect(clients.map((client) => client.texts().includes('an alle'))).toEqual([true, false, true, true, true]);
  });

  it('CHAT-012 no copy of a type a recipient did not list; the sender is not told', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const clients = [
      await world.join('text', { capabilities: { acceptWrappedTypes: ['text/plain'] } }),
      await world.join('images', { capabilities: { acceptWrappedTypes: ['image/*'] } }),
      await world.join('any', { capabilities: { acceptWrappedTypes: [] } }),
      await world.join('mixed', {
        capabilities: { acceptTypes: ['message/cpim', 'image/png'], acceptWrappedTypes: [] },
      }),
    ];
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'picture', 'Image/PNG;x=y'));
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(clients.map((client) => client.texts())).toEqual([[], ['picture'], ['picture'], ['picture']]);
  });

  it('CHAT-008 membership by sequence: nothing from before the join, everything after it', async () => {
    const world = new World();
    const alice = await world.join('alice');
    say(alice, 'before');
    await settle();
    const bob = await world.join('bob');
    say(alice, 'after');
    await settle();
    expect(bob.texts()).toEqual(['after']);
  });

  it('CHAT-008 what is said between the join and the first request is served from the log at binding', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const bob = await world.join('bob', { bind: false });
    await world.roomState.confirm(bob.chatId);
    await settle();
    say(alice, 'one', 'two');
    await settle(30);
    expect(bob.socket.raw).toBe('');
    bob.send(undefined);
    await settle();
    say(alice, 'three');
    await settle();
    expect(bob.texts()).toEqual(['one', 'two', 'three']);
  });

  it('TRN-016 a session that moved here is served from its cursor on, under the same Message-IDs', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    say(alice, 'one', 'two', 'three');
    await settle(30);
    const { cursor } = world.edge.close(bob.chatId);
    const other = new World({ shares: world });
    const again = await other.join('bob', { cursor });
    await settle(30);
    expect(again.texts()).toEqual(['one', 'two', 'three']);
    const ids = (client: TestClient): unknown[] => client.socket.requests.map(({ head }) => head.messageId);
    expect(ids(again)).toEqual(ids(bob));
  });

  it('CHAT-023 over two edges everybody sees one order', async () => {
    const one = new World();
    const two = new World({ shares: one });
    const [alice, bob, carol] = [await one.join('alice'), await two.join('bob'), await two.join('carol')];
    for (const n of numbers(0, 20)) {
      say(alice, `a${n}`);
      say(bob, `b${n}`);
      if (n.endsWith('5')) await settle(1);
    }
    await settle(60);
    const order = carol.texts();
    expect(order).toHaveLength(40);
    expect(alice.texts()).toEqual(order.filter((text) => text.startsWith('b')));
    expect(bob.texts()).toEqual(order.filter((text) => text.startsWith('a')));
  });

  it('MSRP-003 CHAT-010 all copies of one turn leave in one write, one transaction id per message', async () => {
    const world = new World();
    const [alice, dave, bob] = [await world.join('alice'), await world.join('dave'), await world.join('bob')];
    const before = bob.socket.writes;
    say(alice, 'one');
    say(dave, 'two');
    await settle();
    expect(bob.socket.writes).toBe(before + 1);
    const ids = bob.socket.requests.map(({ head }) => head.transactionId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-z2-7]{13}$/);
  });

  it('MSRP-012 CHAT-011 RPT-013 large binary bodies pass as they are, with an open range above 2048 octets', async () => {
    const world = new World({ policy: {} });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const head = Buffer.from(cpim(alice.entity, ROOM_URI, '', 'application/octet-stream'));
    for (const size of [2048 - head.length, 2049 - head.length, 20_000]) {
      const body = Buffer.concat([head, Buffer.from(Array.from({ length: size }, (_, i) => i % 256))]);
      alice.send(body);
      await settle();
      const copy = bob.socket.requests.at(-1)!;
      expect(Buffer.from(copy.body!).equals(body)).toBe(true);
      expect(copy.head.byteRange).toEqual({
        start: 1,
        end: body.length > 2048 ? undefined : body.length,
        total: body.length,
      });
    }
  });
});
