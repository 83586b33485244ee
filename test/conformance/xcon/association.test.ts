import { attributeOf } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, ccmpRequest, postCcmp } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { described, tryCreate, urisIn } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { ident, offer } from '../raw/messages.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { Subscription, documentIn, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { 'msrp-edge': { MSRP_EDGE_GRACE_MS: '200' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

/** One row of the association table: what the figures of the draft show. */
interface Row {
  readonly chatId: string;
  readonly userId: string;
  readonly label: string;
  readonly nickname: string;
}

/** The rows of a room as room-state keeps them; `column` and `value` narrow them. */
async function rows({ id }: Pick<MadeRoom, 'id'>, column?: string, value?: string): Promise<Row[]> {
  const wanted = column === undefined ? '' : `and ${column} = $2`;
  const found = await system.query(
    `select e.chat_id, p.user_id, e.label, e.nickname from room_state.endpoints e
     join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
     join room_state.rooms r on r.id = e.room_id where r.xcon_uri = $1 ${wanted} order by e.ordinal`,
    value === undefined ? [id] : [id, value],
  );
  return found.map((row) => ({
    chatId: String(row['chat_id']),
    userId: String(row['user_id']),
    label: String(row['label']),
    nickname: String(row['nickname']),
  }));
}

/** Public part of the session-id in the room's path. */
const chatIdIn = ({ toPath }: Pick<Seat, 'toPath'>): string => /\/\/[^/]+\/([0-9a-z]+)\./.exec(toPath)?.[1] ?? '';

describe('users', () => {
  it('XCON-010 XCON-012 who comes twice by SIP and once by CCMP is one user under one id', async () => {
    const room = await user('operator').room('default');
    const first = await system.join(room.uri, 'dora');
    const second = await system.join(room.uri, 'dora');
    const document = await user('operator').document(room);
    expect(rosterOf(document).filter(({ entity }) => entity === idOf('dora'))).toHaveLength(1);
    expect(inRoster(document, idOf('dora'))?.endpoints.map(({ entity }) => entity)).toEqual(
      [first, second].map(chatIdIn),
    );
    const own = done(await user('dora').ask('user', { confObjID: room.id, operation: 'retrieve' }));
    expect(attributeOf(answerInfo(own, 'user', 'userInfo'), 'entity')).toBe(idOf('dora'));
    const known = await system.query(
      "select distinct i.user_id from room_state.user_identities i where i.uri = 'sip:dora@localhost'",
    );
    expect(known).toEqual([{ user_id: idOf('dora') }]);
  });

  it('XCON-011 an anonymous entrant has an id and a whole row', async () => {
    const operator = user('operator');
    const room = await operator.room(
      'default',
      '<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>',
    );
    const device = await Device.open('nobody');
    const answer = done(
      await postCcmp(
        `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`,
        ccmpRequest('user', {
          confObjID: room.id,
          operation: 'create',
          inner: `<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost"><info:endpoint entity="${device.uri}"/></userInfo>`,
        }),
      ),
    );
    const id = answerText(answer, 'confUserID') ?? '';
    const { toPath, msrp } = await device.take();
    await expect.poll(async () => inRoster(await operator.document(room), id)?.endpoints[0]?.status).toBe('connected');
    expect(await rows(room)).toEqual([
      { chatId: chatIdIn({ toPath }), userId: id, label: expect.stringMatching(/^\d+$/), nickname: 'nobody' },
    ]);
    msrp.destroy();
    device.destroy();
  });
});

describe('URIs', () => {
  it('XCON-015 XCON-017 one URI for each protocol leads to the conference, and to no other; only who manages it sees them all', async () => {
    const operator = user('operator');
    const room = await operator.room('logged');
    const [xmpp, irc] = [`xmpp:${ident(8)}@muc.localhost`, `irc:localhost/%23${ident(8)}`];
    const entry = (uri: string): string =>
      `<info:entry><info:uri>${uri}</info:uri><info:purpose>participation</info:purpose></info:entry>`;
    const uris = (...all: string[]): string => described(`<info:conf-uris>${all.map(entry).join('')}</info:conf-uris>`);
    await operator.update(room, uris(xmpp, irc));
    const alice = await system.join(room.uri, 'alice');
    await alice.say('by whatever way');
    await expect.poll(async () => (await operator.history(room.id)).messages.length).toBeGreaterThan(0);
    for (const uri of [room.uri, xmpp, irc]) {
      const page = await operator.history(undefined, { conference: uri });
      expect(
        page.messages.map(({ text }) => text),
        uri,
      ).toContain('by whatever way');
    }
    for (const uri of [room.uri, xmpp, irc]) {
      const other = await operator.room('default');
      expect((await operator.tryUpdate(other, uris(uri))).code, uri).toBe(409);
      expect((await tryCreate(operator, { change: uris(uri) })).code, uri).toBe(409);
    }
    expect(urisIn(await operator.document(room)).toSorted()).toEqual([room.uri, xmpp, irc].toSorted());
    expect(urisIn(await user('alice').document(room))).toEqual([room.uri]);
    await operator.updateUser(room, idOf('alice'), '<info:roles><info:entry>moderator</info:entry></info:roles>');
    expect(urisIn(await user('alice').document(room)).toSorted()).toEqual([room.uri, xmpp, irc].toSorted());
    const told = await Subscription.open(await system.caller('alice'), room.uri, { accept: xconInfo });
    const notified = documentIn(await told.notify());
    expect(attributeOf(notified, 'entity')).toBe(room.id);
    expect(urisIn(notified).toSorted()).toEqual([room.uri, xmpp, irc].toSorted());
  });

  it('XCON-015 every join by the URI is with one object, one focus, one roster', async () => {
    const room = await user('operator').room('default');
    const seats = await Promise.all(['ann', 'ben', 'cat'].map((name) => system.join(room.uri, name)));
    const contacts = seats.map(({ caller }) => caller.remoteTarget?.replace(/;.*/, ''));
    expect(new Set(contacts).size).toBe(1);
    expect(rosterOf(await user('operator').document(room)).flatMap(({ endpoints }) => endpoints)).toHaveLength(3);
  });
});

describe('the association table', () => {
  it('XCON-018 XCON-021 each session has an id of our making, in our path and in the document, and belongs to one conference', async () => {
    const operator = user('operator');
    const [one, two] = [await operator.room('default'), await operator.room('default')];
    const msrp = await system.msrp();
    const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
    const here = await system.join(one.uri, 'alice', { msrp, path });
    const there = await system.join(two.uri, 'alice', { msrp, path });
    const bob = await system.join(two.uri, 'bob');
    const [hereId, thereId] = [chatIdIn(here), chatIdIn(there)];
    expect(hereId).not.toBe(thereId);
    for (const id of [hereId, thereId]) expect(path).not.toContain(id);
    for (const [room, id] of [
      [one, hereId],
      [two, thereId],
    ] as const)
      expect(inRoster(await operator.document(room), idOf('alice'))?.endpoints.map(({ entity }) => entity)).toEqual([
        id,
      ]);
    expect(here.toPath).toMatch(/^msrp:\/\/[^/]+\/[0-9a-z]{12}\.[0-9A-Za-z_-]{14,};tcp$/);
    expect((await here.say('in one room alone')).status).toBe(200);
    expect(await bob.copiesAfterMarker(there, 'in one room alone')).toEqual([]);
    await expect(
      system.query(
        `insert into room_state.endpoints (chat_id, room_id, pid, edge_id, capabilities, state)
         select e.chat_id, r.id, e.pid, e.edge_id, e.capabilities, e.state from room_state.endpoints e, room_state.rooms r
         where e.chat_id = $1 and r.xcon_uri = $2`,
        [hereId, two.id],
      ),
    ).rejects.toThrow(/duplicate key/);
  });

  it('XCON-019 the four rows of figure 2 are found by each column, and stand in the document', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const names = ['839uljj', '0283hhu', 'nch37hs', 'pakdjh'];
    const seats: Seat[] = [];
    for (const name of names) seats.push(await system.join(room.uri, name));
    const expected = names.map((name, index) => ({ userId: idOf(name), chatId: chatIdIn(seats[index]!) }));
    const table = await rows(room);
    expect(table.map(({ userId, chatId }) => ({ userId, chatId }))).toEqual(expected);
    for (const { userId, chatId } of expected) {
      expect(await rows(room, 'e.chat_id', chatId)).toMatchObject([{ userId }]);
      expect(await rows(room, 'p.user_id', userId)).toMatchObject([{ chatId }]);
    }
    const shown = rosterOf(await operator.document(room)).filter(({ endpoints }) => endpoints.length > 0);
    expect(shown.map(({ entity, endpoints }) => ({ userId: entity, chatId: endpoints[0]?.entity }))).toEqual(expected);
  });

  it('XCON-024 the six rows of figure 4 have the nickname of each session', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const figure = [
      ['839uljj', 'Alice'],
      ['0283hhu', 'Bob'],
      ['0283hhu', 'CliffyBob'],
      ['nch37hs', 'Dude'],
      ['pakdj7h', 'Elliot'],
      ['pakdj7h', 'Fluffy'],
    ] as const;
    const expected = [];
    for (const [name, nickname] of figure) {
      const seat = await system.join(room.uri, name);
      expect((await seat.nickname(`"${nickname}"`)).status).toBe(200);
      expected.push({ chatId: chatIdIn(seat), userId: idOf(name), nickname });
    }
    const table = await rows(room);
    expect(table.map(({ chatId, userId, nickname }) => ({ chatId, userId, nickname }))).toEqual(expected);
    const shown = rosterOf(await operator.document(room)).flatMap(({ entity, nickname, endpoints }) =>
      endpoints.map((endpoint) => ({
        chatId: endpoint.entity,
        userId: entity,
        nickname: endpoint.nickname ?? nickname,
      })),
    );
    const byChatId = <T extends { chatId: string }>(all: T[]): T[] =>
      all.toSorted((a, b) => (a.chatId < b.chatId ? -1 : 1));
    expect(byChatId(shown)).toEqual(byChatId(expected));
  });

  it('XCON-025 a row is there from the request to join; exit, kick, deletion and loss of the session each remove it', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const caller = await system.caller('early');
    expect((await caller.invite(room.uri, offer())).status).toBe(200);
    const seated = await system.query(
      'select e.state from room_state.endpoints e join room_state.rooms r on r.id = e.room_id where r.xcon_uri = $1',
      [room.id],
    );
    expect(seated).toEqual([{ state: 'seat' }]);
    await caller.ack(room.uri);
    await caller.bye(room.uri);
    await expect.poll(() => rows(room)).toEqual([]);

    await system.join(room.uri, 'kicked');
    expect(await rows(room)).toHaveLength(1);
    done(await operator.removeUser(room, idOf('kicked')));
    expect(await rows(room)).toEqual([]);

    const lost = await system.join(room.uri, 'lost');
    await system.join(room.uri, 'stays');
    lost.msrp.destroy();
    await expect.poll(async () => (await rows(room)).map(({ userId }) => userId)).toEqual([idOf('stays')]);
    const shown = rosterOf(await operator.document(room)).filter(({ endpoints }) => endpoints.length > 0);
    expect(shown.map(({ entity }) => entity)).toEqual([idOf('stays')]);

    done(await operator.ask('conf', { confObjID: room.id, operation: 'delete' }));
    expect(await rows(room)).toEqual([]);
  });
});
