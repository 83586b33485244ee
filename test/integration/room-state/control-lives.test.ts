import { LeaveCause } from '@plenary/proto/chat';
import type { ConferenceUri, RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { userId, viewOf } from './control.js';
import { description, quietDemo, sipOf, useControl } from './control-setup.js';
import { enter, entry, stateLog } from './replicas.js';

describe('conference control: sidebars and ends', () => {
  const { installation, next, ask, create, retrieve, update, join } = useControl();

  it('SIDE-001 SIDE-002 SIDE-005 SIDE-006 SIDE-008 CCMP-051 FLOW-7.1 a by-val sidebar of those in the conference', async () => {
    const made = await create();
    const { object } = made;
    for (const name of ['alice', 'bob', 'carol']) await join(made, name);
    const before = (await retrieve(object)).version;
    const sidebar = await ask('alice', 'sidebar-by-val', 'create', { object });
    expect(sidebar).toMatchObject({ code: 200, version: 1n });
    expect(viewOf(sidebar)).toMatchObject({ sidebarParent: object, active: false });
    expect(viewOf(sidebar).allowed).toHaveLength(3);
    const main = await retrieve(object);
    expect(main.version).toBe(before + 1n);
    expect(viewOf(main).sidebarsByVal).toEqual([sidebar.object]);
    const list = `<users><xcon:allowed-users-list><xcon:target uri="${userId('alice')}" method="dial-out"/>
      <xcon:target uri="${userId('bob')}" method="dial-out"/></xcon:allowed-users-list></users>`.replace(
      />\s+</g,
      '><',
    );
    const changed = await ask('alice', 'sidebar-by-val', 'update', { object: sidebar.object, body: list });
    expect(changed).toMatchObject({ code: 200, version: 2n });
    expect((await ask('carol', 'user', 'create', { object: sidebar.object })).code).toBe(401);
    expect(
      (await ask('alice', 'user', 'create', { object: sidebar.object, entity: userId('dan'), body: '' })).code,
    ).toBe(409);
    expect((await retrieve(sidebar.object)).code).toBe(404);
    expect((await ask('alice', 'sidebar-by-ref', 'retrieve', { object: sidebar.object })).code).toBe(404);
    await join(sidebar, 'alice');
    expect((await ask('alice', 'conf', 'delete', { object })).code).toBe(425);
    expect((await ask('alice', 'sidebar-by-val', 'delete', { object: sidebar.object })).code).toBe(200);
    expect(viewOf(await retrieve(object)).sidebarsByVal).toEqual([]);
    expect((await ask('alice', 'sidebar-by-val', 'delete', { object: sidebar.object })).code).toBe(404);
    expect((await ask('alice', 'conf', 'delete', { object })).code).toBe(200);
    expect((await retrieve(object)).code).toBe(404);
  });

  it('SIDE-006 a sidebar that ends because nobody is in it is gone from its main conference, on every replica', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'alice');
    const sidebar = await ask('alice', 'sidebar-by-val', 'create', { object });
    const alone = await join(sidebar, 'alice');
    const before = await retrieve(object);
    await next().context.rooms.leave(alone.room, alone.chatId, LeaveCause.DEPARTED);
    await next().context.database.pool.query(
      `update room_state.rooms set empty_since = empty_since - interval '1 h', next_due_at = now() - interval '1 s' where id = $1`,
      [alone.room],
    );
    const third = await installation().start(quietDemo);
    await third.server.tasks.sweep();
    await third.stop();
    for (const after of [await retrieve(object), await retrieve(object)]) {
      expect(viewOf(after).sidebarsByVal).toEqual([]);
      expect(after.version).toBeGreaterThan(before.version);
    }
  });

  it('SIDE-003 SIDE-012 FLOW-7.4 a by-ref sidebar that repeats the conference’s medium receives its messages', async () => {
    const made = await create();
    for (const name of ['bob', 'carol']) await join(made, name);
    const sidebar = await ask('alice', 'sidebar-by-ref', 'create', { object: made.object });
    expect(sidebar).toMatchObject({ code: 200, version: 1n });
    const main = await next().context.rooms.view({ conferenceUri: sipOf(made) });
    const side = await next().context.rooms.view({ conferenceUri: sipOf(sidebar) });
    expect(side?.policy).toMatchObject({ hearsRoom: main?.room, hearsShard: main?.shard });
    const [label] = viewOf(sidebar).availableMedia.map((medium) => medium.label);
    const inactive = description(
      `<available-media><entry label="${label ?? ''}"><status>inactive</status></entry></available-media>`,
    );
    const quiet = await ask('alice', 'sidebar-by-ref', 'update', { object: sidebar.object, body: inactive });
    expect(quiet).toMatchObject({ code: 200, version: 2n });
    expect((await next().context.rooms.view({ conferenceUri: sipOf(sidebar) }))?.policy).toMatchObject({
      hearsRoom: '',
    });
    expect((await ask('alice', 'sidebar-by-val', 'create', { object: sidebar.object })).code).toBe(404);
  });

  it('CONF-022 ROOM-013 VENUE-001 VENUE-002 VENUE-005 VENUE-006 a deleted conference is gone, or shows the way', async () => {
    const old = await create();
    const fresh = await create();
    const alice = await join(old, 'alice');
    await join(old, 'bob');
    const venue = (uri: string): string => description(`<chat:alternate-venue uri="${uri}" reason="moved"/>`);
    expect((await update(old.object, venue(old.object))).code).toBe(409);
    expect((await update(old.object, venue('xcon:nowhere@localhost'))).code).toBe(409);
    expect((await update(old.object, venue(fresh.object))).code).toBe(200);
    expect((await update(fresh.object, venue(old.object))).code).toBe(409);
    const gone = await ask('alice', 'conf', 'delete', { object: old.object });
    expect(gone).toMatchObject({ code: 200, version: 0n, object: old.object, document: undefined });
    expect((await stateLog(installation().bus, alice)).at(-1)?.changes[0]?.change).toEqual({
      $case: 'roomClosed',
      value: { reason: 'moved', successorUri: sipOf(fresh) },
    });
    expect(await retrieve(old.object, 'bob')).toMatchObject({ code: 404, venue: fresh.object });
    expect(await next().context.rooms.admit(entry(sipOf(old), 'bob'))).toEqual({
      kind: 'moved',
      conferenceUri: sipOf(fresh),
      xconUri: fresh.object,
    });
    expect((await ask('alice', 'conf', 'delete', { object: fresh.object })).code).toBe(200);
    expect(await retrieve(fresh.object)).toMatchObject({ code: 404, venue: '' });
    const again = await enter(next(), sipOf(fresh), 'carol');
    expect(again.room).not.toBe(alice.room);
  });

  it('CHAT-X-011 an ad-hoc room goes after its grace time, unless somebody comes back', async () => {
    const uri = 'sip:short-lived@localhost' as ConferenceUri;
    const alice = await enter(next(), uri, 'alice');
    await next().context.rooms.leave(alice.room, alice.chatId, LeaveCause.DEPARTED);
    const age = (room: RoomId) =>
      next().context.database.pool.query(
        `update room_state.rooms set version = version, empty_since = empty_since - interval '1 h', next_due_at = now() - interval '1 s' where id = $1`,
        [room],
      );
    const back = await enter(next(), uri, 'alice');
    expect(back.room).toBe(alice.room);
    await next().server.tasks.sweep();
    expect(await next().context.rooms.view({ conferenceUri: uri })).toBeDefined();
    await next().context.rooms.leave(back.room, back.chatId, LeaveCause.DEPARTED);
    await age(alice.room);
    const third = await installation().start(quietDemo);
    await third.server.tasks.sweep();
    await third.stop();
    expect(await next().context.rooms.view({ conferenceUri: uri })).toBeUndefined();
    expect((await enter(next(), uri, 'bob')).room).not.toBe(alice.room);
  });
});
