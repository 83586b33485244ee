import { createMemoryBus } from '@plenary/bus';
import { Direction, FileAudience } from '@plenary/proto/chat';
import type { ShardId } from '@plenary/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { natsEngine, type Engine } from '../bus/engines.js';
import { roomNow, startReader, type Reader } from '../history/readers.js';
import { freshDatabase } from '../setup/database.js';
import { EdgesAndRooms } from './rooms.js';

const SHARD = '000' as ShardId;
const LOGGED = 'Messages in this room are recorded.';

async function memoryEngine(): Promise<Engine> {
  const memory = createMemoryBus();
  return { connect: async () => memory, close: () => memory.close() };
}

describe.each([
  ['memory', memoryEngine],
  ['nats', natsEngine],
] as const)('edges that obey the conference, on %s', (_name, open) => {
  let engine: Engine;
  let world: EdgesAndRooms;
  let numbers = 0;
  /** Each test has a room of its own. */
  const roomName = (): string => `room${'ABCDEFGHJKMNPQRSTVWXYZ'[numbers++]!}`;

  beforeAll(async () => {
    engine = await open();
  });
  beforeEach(async () => {
    world = new EdgesAndRooms(await engine.connect());
  });
  afterEach(() => world.close());
  afterAll(() => engine.close());

  it('POL-018 FLOOR-004 a message after the mute is refused to its sender and reaches nobody at any edge; after the unmute it does', async () => {
    const [one, two] = [await world.edge(), await world.edge()];
    const room = await world.conference(roomName(), SHARD);
    const [alice, bob] = [await world.join(one, room, 'alice'), await world.join(two, room, 'bob')];
    const carol = await world.join(one, room, 'carol');
    const before = bob.say('before');
    expect(await bob.client.status(before)).toBe(200);
    await room.allow(bob, Direction.RECVONLY);
    // The mute is stored: whatever bob sends from here on is stored after it, or refused.
    const muted = Array.from({ length: 20 }, (_, n) => bob.say(`muted ${n}`));
    const stati = new Set(await Promise.all(muted.map((id) => bob.client.status(id))));
    expect(stati).toEqual(new Set([403]));
    alice.say('to bob too');
    await bob.client.until(() => bob.texts().includes('to bob too'));
    await room.allow(bob, Direction.SENDRECV);
    const marker = alice.say('unmuted');
    await alice.client.status(marker);
    await bob.client.until(() => bob.texts().includes('unmuted'));
    expect(await bob.client.status(bob.say('after'))).toBe(200);
    for (const guest of [alice, carol]) {
      await guest.client.until(() => guest.texts().at(-1) === 'after');
      expect(guest.texts().filter((text) => text.startsWith('muted'))).toEqual([]);
      expect(guest.texts()[0]).toBe('before');
    }
  });

  it('POL-018 a large message that is muted in the middle is 403 and ends for those who were receiving it', async () => {
    const [one, two] = [await world.edge(), await world.edge()];
    const room = await world.conference(roomName(), SHARD, { files: FileAudience.BOTH });
    const [alice, bob] = [await world.join(one, room, 'alice'), await world.join(two, room, 'bob')];
    const head = `From: <${bob.entity}>\r\nTo: <${room.uri}>\r\n\r\nContent-Type: image/png\r\n\r\n`;
    const body = Buffer.from(head + 'x'.repeat(1024 * 1024));
    const half = body.length >> 1;
    const first = bob.client.send(body.subarray(0, half), {
      messageId: 'large1',
      byteRange: `1-*/${body.length}`,
      flag: '+',
    });
    expect(await bob.client.status(first)).toBe(200);
    await alice.client.until(() => alice.client.received.length >= half);
    await room.allow(bob, Direction.RECVONLY);
    await alice.client.until(() => alice.client.requests.at(-1)?.flag === '#');
    const rest = bob.client.send(body.subarray(half), {
      messageId: 'large1',
      byteRange: `${half + 1}-*/${body.length}`,
    });
    expect(await bob.client.status(rest)).toBe(403);
    expect(alice.client.received.length).toBeLessThan(body.length);
  });

  it('SEC-002 POL-014 after the kick not an octet of what is said next reaches the one who was put out; the session ends in order', async () => {
    const [one, two] = [await world.edge(), await world.edge()];
    const room = await world.conference(roomName(), SHARD);
    const [alice, bob] = [await world.join(one, room, 'alice'), await world.join(two, room, 'bob')];
    const carol = await world.join(two, room, 'carol');
    alice.say('before');
    await bob.client.until(() => bob.texts().includes('before'));
    await room.kick(bob);
    const ids = Array.from({ length: 50 }, (_, n) => alice.say(`after ${n}`));
    await Promise.all(ids.map((id) => alice.client.status(id)));
    await bob.client.until(() => bob.client.closed);
    await carol.client.until(() => carol.texts().includes('after 49'));
    expect(bob.texts()).toEqual(['before']);
  });

  it('CHAT-030 a notice stands in one place of the order at every edge, and comes once', async () => {
    const [one, two] = [await world.edge(), await world.edge()];
    const room = await world.conference(roomName(), SHARD);
    const alice = await world.join(one, room, 'alice');
    const [bob, carol] = [await world.join(one, room, 'bob'), await world.join(two, room, 'carol')];
    const said = (async () => {
      for (let n = 0; n < 50; n++) await alice.client.status(alice.say(`n${n}`));
    })();
    await room.change({ $case: 'notice', value: { text: 'Ten minutes left.', audiencePid: '' } });
    await room.change({ $case: 'notice', value: { text: 'For Carol.', audiencePid: carol.pid } });
    await said;
    for (const guest of [bob, carol]) await guest.client.until(() => guest.texts().includes('n49'));
    expect(bob.texts()).toEqual(carol.texts().filter((text) => text !== 'For Carol.'));
    for (const guest of [bob, carol])
      expect(guest.texts().filter((text) => text === 'Ten minutes left.')).toHaveLength(1);
    expect(carol.texts().filter((text) => text === 'For Carol.')).toHaveLength(1);
  });

  it('LOG-003 VENUE-004 who is present is told when logging starts and stops, and where a room that closes goes on', async () => {
    const room = await world.conference(roomName(), SHARD);
    const alice = await world.join(await world.edge(), room, 'alice');
    await room.change({ $case: 'loggingChanged', value: { on: true } });
    await room.change({ $case: 'loggingChanged', value: { on: false } });
    await room.change({ $case: 'roomClosed', value: { reason: 'moved', successorUri: 'sip:next@localhost' } });
    await alice.client.until(() => alice.client.closed);
    expect(alice.texts()).toEqual([
      LOGGED,
      'Messages in this room are no longer recorded.',
      'This room is closed. It goes on at sip:next@localhost.',
    ]);
  });

  it('POL-020 whose identity the room hides says its messages under the URI it was given, and is refused under its own', async () => {
    const room = await world.conference(roomName(), SHARD);
    const server = await world.edge();
    const [alice, bob] = [await world.join(server, room, 'alice'), await world.join(server, room, 'bob')];
    const given = 'sip:anonymous-1@anonymous.invalid';
    const participant = { ...room.roster.get(alice.pid)!, entity: given, identities: [given] };
    room.roster.set(alice.pid, participant);
    await room.change({ $case: 'participantChanged', value: { participant } });
    await room.change({ $case: 'notice', value: { text: 'changed', audiencePid: '' } });
    await alice.client.until(() => alice.texts().includes('changed'));
    expect(await alice.client.status(alice.say('own'))).toBe(403);
    const hidden = `From: <${given}>\r\nTo: <${room.uri}>\r\n\r\nContent-Type: text/plain\r\n\r\nhidden`;
    expect(await alice.client.status(alice.client.send(hidden))).toBe(200);
    await bob.client.until(() => bob.texts().includes('hidden'));
    expect(bob.client.received.toString()).not.toContain(alice.entity);
  });

  it('FILE-X-002 files are refused where the room says nothing of them, and taken within what it says', async () => {
    const room = await world.conference(roomName(), SHARD);
    const server = await world.edge();
    const [alice, bob] = [await world.join(server, room, 'alice'), await world.join(server, room, 'bob')];
    expect(await alice.client.status(alice.say('....', 'image/png'))).toBe(403);
    await room.changePolicy({ files: FileAudience.ROOM, fileMaxBytes: 4n, fileTypes: ['image/png'] });
    await room.change({ $case: 'notice', value: { text: 'changed', audiencePid: '' } });
    await alice.client.until(() => alice.texts().includes('changed'));
    expect(await alice.client.status(alice.say('....', 'image/png'))).toBe(200);
    expect(await alice.client.status(alice.say('.....', 'image/png'))).toBe(413);
    expect(await alice.client.status(alice.say('....', 'image/gif'))).toBe(415);
    await bob.client.until(() => bob.texts().includes('....'));
  });

  it('SIDE-012 SIDE-013 a sidebar in another shard hears its parent, and the parent never the sidebar', async () => {
    const [one, two] = [await world.edge(), await world.edge()];
    const main = await world.conference(roomName(), SHARD);
    const sidebar = await world.conference(roomName(), '001' as ShardId, {
      hearsRoom: main.id,
      hearsShard: main.shard,
    });
    const user = { userId: 'xcon-userid:bob@localhost' };
    const [bob, carol] = [await world.join(one, main, 'bob', user), await world.join(two, main, 'carol')];
    const aside = await world.join(one, sidebar, 'bob', user);
    const alice = await world.join(two, sidebar, 'alice');
    await expect.poll(() => two.edge.roomSessions(9)[main.id]).toBe(2);
    alice.say('hint');
    carol.say('customer');
    bob.say('agent');
    await alice.client.until(() => alice.texts().length === 2);
    await aside.client.until(() => aside.texts().length === 1);
    await carol.client.until(() => carol.texts().length === 1);
    expect(alice.texts().toSorted()).toEqual(['agent', 'customer']);
    expect([aside.texts(), carol.texts(), bob.texts()]).toEqual([['hint'], ['agent'], ['customer']]);
    expect(alice.client.received.toString()).toContain(`To: <${main.uri}>`);
  });

  describe('with history', () => {
    let reader: Reader;
    let database: Awaited<ReturnType<typeof freshDatabase>>;

    beforeEach(async () => {
      database = await freshDatabase();
      const directory = { now: async () => roomNow({ logged: true }), close: () => undefined };
      await world.bus.ensureShards(['000', '001', '002', '003'] as ShardId[]);
      reader = await startReader({ databaseUrl: database.url, bus: world.bus }, {}, { directory });
    });
    afterEach(async () => {
      await reader.stop();
      await database.drop();
    });

    it('HIST-004 HIST-007 who joins while others speak sees every message once: old ones first, then live, in one order', async () => {
      const server = await world.edge({ MSRP_EDGE_HISTORY_ADDRESS: reader.server.address });
      const room = await world.conference(roomName(), SHARD, { logged: true, historyOnJoin: 500 });
      await room.change({
        $case: 'roomCreated',
        value: { conferenceUri: room.uri, policy: room.policy, displayText: '' },
      });
      const [alice, witness] = [await world.join(server, room, 'alice'), await world.join(server, room, 'witness')];
      const joiners = [];
      for (let n = 0; n < 200; n++) {
        const id = alice.say(`n${n}`);
        if (n % 5 === 0) await alice.client.status(id);
        if (n % 40 === 20) joiners.push(await world.join(server, room, `late${n}`));
      }
      const all = Array.from({ length: 200 }, (_, n) => `n${n}`);
      const messages = (texts: readonly string[]): string[] => texts.filter((text) => /^n\d+$/.test(text));
      await witness.client.until(() => witness.texts().includes('n199'));
      expect(messages(witness.texts())).toEqual(all);
      const ids = (client: typeof witness): Map<string, string | undefined> =>
        new Map(client.texts().map((text, n) => [text, client.client.requests[n]!.head.messageId]));
      for (const late of joiners) {
        await late.client.until(() => late.texts().includes('n199'));
        expect(messages(late.texts())).toEqual(all);
        expect(late.texts()[0]).toBe(LOGGED);
        for (const text of all) expect(ids(late).get(text)).toBe(ids(witness).get(text));
      }
    }, 120_000);

    it('HIST-007 where history is away who joins is told so, and takes part', async () => {
      const server = await world.edge({
        MSRP_EDGE_HISTORY_ADDRESS: '127.0.0.1:1',
        MSRP_EDGE_RPC_DEADLINE_MS: '300ms',
      });
      const room = await world.conference(roomName(), SHARD, { logged: true, historyOnJoin: 5 });
      const [alice, bob] = [await world.join(server, room, 'alice'), await world.join(server, room, 'bob')];
      alice.say('hello');
      await bob.client.until(() => bob.texts().includes('hello'));
      expect(bob.texts()).toEqual([
        LOGGED,
        'The earlier messages of this room cannot be shown at the moment.',
        'hello',
      ]);
    });
  });
});
