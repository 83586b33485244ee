import { LeaveCause } from '@plenary/proto/chat';
import { Requestor } from '@plenary/proto/roomstate';
import type { RoomId } from '@plenary/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  admit,
  changeNames,
  engineNames,
  enter,
  entry,
  install,
  stateLog,
  type Installation,
  type Replica,
} from './replicas.js';

/** Its owner lets no more than one into the room. */
async function narrow({ context }: Replica, room: RoomId): Promise<void> {
  const state = await context.store.readRoom(room);
  const answer = await context.conferences.perform({
    requestId: '',
    requestor: Requestor.fromPartial({ identity: { uris: ['sip:alice@localhost'] } }),
    message: 'conf',
    operation: 'update',
    object: state?.xconUri ?? '',
    password: undefined,
    document: `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"><conference-description>
      <maximum-user-count>1</maximum-user-count></conference-description></conference-info>`,
    targetUserId: '',
    source: '',
  });
  expect(answer.code).toBe(200);
}

const versionsOf = (events: readonly { version: bigint }[]): bigint[] => events.map((event) => event.version);
const dense = (count: number): bigint[] => Array.from({ length: count }, (_, index) => BigInt(index + 1));

describe.each(engineNames)('rooms on PostgreSQL and the %s bus', (engine) => {
  let installation: Installation;
  let replicas: Replica[];

  beforeAll(async () => {
    installation = await install(engine);
    replicas = [await installation.start(), await installation.start(), await installation.start()];
  });
  afterAll(() => installation.close());

  const replica = (index: number): Replica => replicas[index % replicas.length] as Replica;

  it('NICK-006 100 claims of one name by 100 users on three replicas have one winner', async () => {
    const uri = 'sip:race@localhost';
    const users = await Promise.all(
      Array.from({ length: 100 }, (_, index) => enter(replica(index), uri, `u${String(index)}`)),
    );
    const claims = await Promise.all(
      users.map(({ room, chatId }, index) =>
        replica(index + 1).context.rooms.claimNickname(
          room,
          chatId,
          index % 2 === 0 ? 'Stöpsel' : 'sTÖPSEL',
          `n${String(index)}`,
        ),
      ),
    );
    const won = claims.filter(({ change }) => change.kind === 'done');
    expect(won).toHaveLength(1);
    expect(claims.filter(({ change }) => change.kind === 'refused' && change.code === 'nickname-in-use')).toHaveLength(
      99,
    );
    const view = await replica(2).context.rooms.view({ conferenceUri: uri });
    expect(view?.roster).toHaveLength(100);
    expect(view?.roster.flatMap(({ nickname }) => (nickname === '' ? [] : [nickname]))).toEqual([won[0]?.nickname]);
  });

  it('ROOM-004 20 first entries into one URI on three replicas make one room, told once', async () => {
    const uri = 'sip:brand-new@localhost';
    const entered = await Promise.all(
      Array.from({ length: 20 }, (_, index) => enter(replica(index), uri, `u${String(index)}`)),
    );
    const [first] = entered;
    if (first === undefined) throw new Error('nobody entered');
    expect(new Set(entered.map(({ room }) => room)).size).toBe(1);
    await vi.waitFor(async () => {
      const log = await stateLog(installation.bus, first);
      const joined = log.flatMap(changeNames).filter((name) => name === 'joined');
      expect(joined).toHaveLength(20);
      expect(log.flatMap(changeNames).filter((name) => name === 'roomCreated')).toHaveLength(1);
    });
  });

  it('versions are dense and published in order under 8 writers on three replicas', async () => {
    const uri = 'sip:busy@localhost';
    const people = await Promise.all(
      Array.from({ length: 8 }, (_, index) => enter(replica(index), uri, `w${String(index)}`)),
    );
    await Promise.all(
      people.map(async ({ room, chatId }, writer) => {
        for (let round = 0; round < 12; round++)
          await replica(writer + round).context.rooms.claimNickname(
            room,
            chatId,
            `w${String(writer)}-${String(round)}`,
            '',
          );
      }),
    );
    const [first] = people;
    if (first === undefined) throw new Error('nobody entered');
    const view = await replica(0).context.rooms.view({ room: first.room });
    const last = Number(view?.version);
    await vi.waitFor(async () => {
      const versions = versionsOf(await stateLog(installation.bus, first));
      expect([...new Set(versions)]).toEqual(dense(last));
      // What two replicas both published stands once in the log: it has one message id.
      expect(versions).toHaveLength(last);
    });
    expect(view?.roster.map(({ nickname }) => nickname).toSorted()).toEqual(
      people.map((_, writer) => `w${String(writer)}-11`).toSorted(),
    );
  });

  it('joins of one turn share one transaction and one event', async () => {
    const uri = 'sip:crowd@localhost';
    const seats = [];
    for (let index = 0; index < 10; index++) seats.push(await admit(replica(0), entry(uri, `c${String(index)}`)));
    const [first] = seats;
    if (first === undefined) throw new Error('nobody was admitted');
    const joins = await Promise.all(
      seats.map(({ room, chatId }) => replica(0).context.rooms.join(room, chatId, 'edge-1-aaaaaa')),
    );
    expect(new Set(joins.map((join) => (join.kind === 'done' ? join.version : undefined)))).toEqual(new Set([2n]));
    await vi.waitFor(async () => {
      const log = await stateLog(installation.bus, first);
      expect(log.map(changeNames)).toEqual([['roomCreated'], Array.from({ length: 10 }, () => 'joined')]);
    });
  });

  it('a request that comes again, on another replica, has no second effect and the same answer', async () => {
    const uri = 'sip:again@localhost';
    const asked = entry(uri, 'alice');
    const first = await admit(replica(0), asked);
    const again = await admit(replica(1), asked);
    expect(again).toEqual(first);
    await replica(0).context.rooms.join(first.room, first.chatId, 'edge-1-aaaaaa');
    expect(await admit(replica(2), asked)).toEqual(first);

    const { rooms } = replica(0).context;
    const one = await rooms.claimNickname(first.room, first.chatId, 'Ann', 'claim-1');
    await rooms.claimNickname(first.room, first.chatId, 'Anna', 'claim-2');
    const repeated = await replica(1).context.rooms.claimNickname(first.room, first.chatId, 'Ann', 'claim-1');
    expect(repeated.change).toMatchObject({
      kind: 'done',
      version: one.change.kind === 'done' ? one.change.version : 0n,
    });
    expect((await rooms.view({ room: first.room }))?.roster.map(({ nickname }) => nickname)).toEqual(['Anna']);
    await rooms.leave(first.room, first.chatId, LeaveCause.DEPARTED);
    const gone = await rooms.leave(first.room, first.chatId, LeaveCause.DEPARTED);
    expect(gone).toEqual({ kind: 'refused', code: 'no-such-endpoint' });
  });

  it('ROOM-001 a seat that lapses frees its place, and cannot be joined', async () => {
    const uri = 'sip:narrow@localhost';
    const { rooms, database } = replica(0).context;
    const { room, chatId } = await admit(replica(0), entry(uri, 'alice'));
    const view = await rooms.view({ room });
    if (view?.policy === undefined) throw new Error('no room');
    await narrow(replica(0), room);
    expect(await replica(1).context.rooms.admit(entry(uri, 'bob'))).toEqual({ kind: 'refused', code: 'full' });
    await database.pool.query(
      `update room_state.endpoints set seat_expires_at = now() - interval '1 s',
        seat = jsonb_set(seat, '{expiresAtMs}', '0') where chat_id = $1`,
      [chatId],
    );
    // Whether a sweep has taken the seat away already does not matter to who joins.
    const joined = await rooms.join(room, chatId, 'edge-1-aaaaaa');
    expect(['seat-lapsed', 'no-such-endpoint']).toContain(joined.kind === 'refused' ? joined.code : joined.kind);
    await admit(replica(1), entry(uri, 'bob'));
    await replica(2).server.tasks.sweep();
    const left = await database.pool.query('select 1 from room_state.endpoints where chat_id = $1', [chatId]);
    expect(left.rowCount).toBe(0);
  });

  it('NICK-012 a name is held for its user after leaving, then free for others; the user keeps its participant id', async () => {
    const uri = 'sip:quiet@localhost';
    const { rooms, database } = replica(0).context;
    const alice = await enter(replica(0), uri, 'alice');
    const bob = await enter(replica(1), uri, 'bob');
    await rooms.claimNickname(alice.room, alice.chatId, 'Ann', '');
    await rooms.leave(alice.room, alice.chatId, LeaveCause.DEPARTED);
    const claim = async (): Promise<string> => {
      const { change } = await replica(2).context.rooms.claimNickname(bob.room, bob.chatId, 'ann', '');
      return change.kind === 'done' ? 'ok' : change.code;
    };
    expect(await claim()).toBe('nickname-in-use');
    const back = await enter(replica(1), uri, 'alice');
    expect(back.pid).toBe(alice.pid);
    await replica(1).context.rooms.leave(back.room, back.chatId, LeaveCause.FAILED);
    await database.pool.query(
      `update room_state.nicknames set held_until = now() - interval '1 s' where room_id = $1`,
      [bob.room],
    );
    expect(await claim()).toBe('ok');
  });

  it('ROOM-013 a closed room is gone for everybody, and its URI stays refused', async () => {
    const uri = 'sip:short@localhost';
    const { room, chatId } = await enter(replica(0), uri, 'alice');
    await replica(1).context.rooms.close(room, 'done');
    expect(await replica(2).context.rooms.view({ conferenceUri: uri })).toBeUndefined();
    expect(await replica(2).context.rooms.admit(entry(uri, 'bob'))).toEqual({ kind: 'refused', code: 'closed' });
    expect((await replica(0).context.rooms.claimNickname(room, chatId, 'Ann', '')).change).toEqual({
      kind: 'refused',
      code: 'closed',
    });
  });

  it('PRIV-008 CHAT-005 a participant is found by any spelling of its URIs, nobody else is', async () => {
    const { room } = await enter(replica(0), 'sip:who@localhost', 'alice');
    const { rooms } = replica(1).context;
    expect((await rooms.resolve(room, 'SIP:alice@LOCALHOST;transport=tcp'))?.entity).toBe('sip:alice@localhost');
    expect(await rooms.resolve(room, 'sip:Alice@localhost')).toBeUndefined();
    expect(await rooms.resolve(room, 'alice')).toBeUndefined();
  });
});
