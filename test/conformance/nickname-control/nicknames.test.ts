import { readFileSync } from 'node:fs';
import { attributeOf } from '@plenary/wire/xml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerInfo, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { startCcmp, startRoomState, type Pod } from '../raw/pod.js';
import { inRoster, rosterUser, type RosterUser } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { introduce, roomPolicy, rolesOf, userOf } from '../raw/stage.js';
import { Subscription, xconDiff, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

/** userRequest/update of one's nickname; every character as a reference, so that none is normalized on its way. */
function renames(
  asker: CcmpUser,
  room: Pick<MadeRoom, 'id'>,
  nickname: string,
  name = asker.name,
): Promise<CcmpAnswer> {
  const inner = `<userInfo entity="${idOf(name)}" xcon:nickname="${referenced(nickname)}"/>`;
  return asker.ask('user', { confObjID: room.id, operation: 'update', inner });
}

const referenced = (text: string): string =>
  Array.from(text, (character) => `&#${String(character.codePointAt(0))};`).join('');

/** userRequest/create of oneself, who is not called. */
function enters(asker: CcmpUser, room: MadeRoom, attributes: string, parts = ''): Promise<CcmpAnswer> {
  const inner = `<userInfo entity="${asker.userId}"${attributes}>${parts}<info:endpoint entity="sip:${asker.name}@192.0.2.1"/></userInfo>`;
  return asker.ask('user', { confObjID: room.id, operation: 'create', inner });
}

function userIn(answer: CcmpAnswer): RosterUser | undefined {
  const info = answerInfo(answer, 'user', 'userInfo');
  return info === undefined ? undefined : rosterUser(info);
}

async function shown(room: MadeRoom, name: string): Promise<RosterUser | undefined> {
  return inRoster(await boss().document(room), idOf(name));
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
const nick = async (seat: Seat, text: string): Promise<number> => (await seat.nickname(quoted(text))).status;

interface Vectors {
  readonly vectors: readonly {
    readonly id: string;
    readonly input: readonly string[];
    readonly result: string;
    readonly enforced: readonly string[] | null;
  }[];
  readonly comparisons: readonly { readonly a: string; readonly b: string; readonly equal: boolean }[];
}
const published = JSON.parse(
  readFileSync(new URL('../../vectors/precis/nickname.json', import.meta.url), 'utf8'),
) as Vectors;
const textOfPoints = (points: readonly string[]): string =>
  points.map((point) => String.fromCodePoint(Number.parseInt(point.slice(2), 16))).join('');
const inputs = new Map(published.vectors.map(({ id, input }) => [id, textOfPoints(input)]));
/** What neither a header field nor XML can carry. */
const unwritable = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

describe('one nickname, one user', () => {
  let pods: readonly Pod[];
  beforeAll(async () => {
    const state = await startRoomState(system);
    const ccmp = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: state.address });
    pods = [ccmp, state];
  });
  afterAll(() => Promise.all(pods.map((pod) => pod.stop())));

  it('NICK-X-001 of many who claim it at once on two pods, by CCMP and by MSRP, one gets it', async () => {
    const room = await boss().room('default');
    const names = Array.from({ length: 12 }, (_, index) => `racer${String(index)}`);
    const seats = await Promise.all(names.map((name) => system.join(room.uri, name)));
    const codes = await Promise.all(
      names.map(async (name, index) => {
        const seat = seats[index];
        if (index % 3 === 0 && seat !== undefined) return nick(seat, 'The One');
        const address = index % 3 === 1 ? (pods[0]?.address ?? '') : system.stack.address('ccmp', 'CCMP');
        return (await renames(new CcmpUser(address, name), room, 'The One')).code;
      }),
    );
    expect(codes.filter((code) => code === 200)).toHaveLength(1);
    expect(codes.every((code) => [200, 409, 425].includes(code))).toBe(true);
    const holders = await system.query(
      `select n.user_key from room_state.nicknames n join room_state.rooms r on r.id = n.room_id
        where r.xcon_uri = $1 and n.nick_key = 'the one'`,
      [room.id],
    );
    expect(holders).toHaveLength(1);
    const document = await boss().document(room);
    const shownAs = names.filter((name) => inRoster(document, idOf(name))?.nickname === 'The One');
    expect(shownAs).toHaveLength(1);
  });
});

describe('the Nickname profile', () => {
  it('NICK-X-002 every published vector, by MSRP and by CCMP', async () => {
    const room = await boss().room('default', roomPolicy('quarantine="PT0S"'));
    const seat = await system.join(room.uri, 'alice');
    await introduce(system, 'alice');
    for (const { id, result, enforced } of published.vectors) {
      const input = inputs.get(id) ?? '';
      if (input === '' || unwritable.test(input)) continue;
      const isTaken = result === 'accept';
      const byMsrp = await nick(seat, input);
      expect([id, 'MSRP', byMsrp]).toEqual([id, 'MSRP', isTaken ? 200 : 424]);
      const answer = await renames(user('alice'), room, input);
      expect([id, 'CCMP', answer.code]).toEqual([id, 'CCMP', isTaken ? 200 : 400]);
      if (enforced !== null) expect([id, (await shown(room, 'alice'))?.nickname]).toEqual([id, textOfPoints(enforced)]);
    }
  });

  it('NICK-X-002 every published pair: equal ones conflict, others do not', async () => {
    const room = await boss().room('default', roomPolicy('quarantine="PT0S"'));
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    for (const { a, b, equal } of published.comparisons) {
      const [one, other] = [inputs.get(a) ?? '', inputs.get(b) ?? ''];
      if ([one, other].some((text) => text === '' || unwritable.test(text))) continue;
      if ((await nick(alice, one)) !== 200) continue;
      const status = await nick(bob, other);
      expect([a, b, status]).toEqual([a, b, equal ? 425 : 200]);
      expect([await nick(bob, ''), await nick(alice, '')]).toEqual([200, 200]);
    }
  });

  it('NICK-X-004 the enforced form is shown as it is written, the comparison key nowhere', async () => {
    const room = await boss().room('default');
    const [peter, bob] = [await system.join(room.uri, 'peter'), await system.join(room.uri, 'bob')];
    expect(await nick(peter, '  StPeter ')).toBe(200);
    expect((await shown(room, 'peter'))?.nickname).toBe('StPeter');
    expect(await nick(bob, 'stpeter')).toBe(425);
    expect((await renames(user('bob'), room, 'STPETER')).code).toBe(409);
    const { text } = await boss().ask('conf', { confObjID: room.id, operation: 'retrieve' });
    expect(text).toContain('StPeter');
    expect(text).not.toContain('stpeter');
  });
});

describe('where a nickname counts', () => {
  it('NICK-X-005 NICK-X-006 in its room: another user has it in another room, one user has several', async () => {
    const [one, other] = [await boss().room('default'), await boss().room('default')];
    const [alice, bob] = [await system.join(one.uri, 'alice'), await system.join(other.uri, 'bob')];
    expect([await nick(alice, 'Bob the Builder'), await nick(bob, 'Bob the Builder')]).toEqual([200, 200]);
    const elsewhere = await system.join(other.uri, 'alice');
    expect(await nick(elsewhere, 'Alice')).toBe(200);
    expect((await shown(one, 'alice'))?.nickname).toBe('Bob the Builder');
    expect((await shown(other, 'alice'))?.nickname).toBe('Alice');
  });

  it('NICK-X-005 in the system, where the room says so', async () => {
    const wide = roomPolicy('nickname-scope="system"');
    const [one, other] = [await boss().room('default', wide), await boss().room('default', wide)];
    const [alice, bob] = [await system.join(one.uri, 'alice'), await system.join(other.uri, 'bob')];
    expect([await nick(alice, 'Only Here'), await nick(bob, 'only here')]).toEqual([200, 425]);
    expect((await renames(user('bob'), other, 'Only Here')).code).toBe(409);
    const again = await system.join(other.uri, 'alice');
    expect(await nick(again, 'Only Here')).toBe(200);
    const racers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        system.join(index % 2 === 0 ? one.uri : other.uri, `wide${String(index)}`),
      ),
    );
    const statuses = await Promise.all(racers.map((seat) => nick(seat, 'Race Winner')));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('NICK-X-005 nowhere, where the room forbids them: MSRP 403, CCMP ignores the wish', async () => {
    const room = await boss().room('default', roomPolicy('nicknames="false"'));
    const alice = await system.join(room.uri, 'alice');
    expect(await nick(alice, 'Alice')).toBe(403);
    done(await renames(user('alice'), room, 'Alice'));
    expect((await shown(room, 'alice'))?.nickname).toBeUndefined();
    const answer = done(await enters(user('bob'), room, ' xcon:nickname="Bobby"'));
    expect(userIn(answer)?.nickname).toBeUndefined();
  });

  it('NICK-X-006 two sessions of one user, each with its own', async () => {
    const room = await boss().room('default');
    const [phone, laptop] = [await system.join(room.uri, 'bob'), await system.join(room.uri, 'bob')];
    expect([await nick(phone, 'Bob'), await nick(laptop, 'CliffyBob')]).toEqual([200, 200]);
    const bob = await shown(room, 'bob');
    expect(bob?.nickname).toBe('CliffyBob');
    expect(bob?.endpoints.map((endpoint) => endpoint.nickname ?? bob.nickname).toSorted()).toEqual([
      'Bob',
      'CliffyBob',
    ]);
    const alice = await system.join(room.uri, 'alice');
    expect([await nick(alice, 'bob'), await nick(alice, 'cliffybob')]).toEqual([425, 425]);
  });
});

describe('the wish at userRequest/create', () => {
  it.each([
    ['qualified', ' xcon:nickname="Alice"'],
    ['unqualified', ' nickname="Alice"'],
  ])(
    'NICK-X-008 NICK-X-009 %s: a free one is given, a taken one with a number, none is made up',
    async (_what, attribute) => {
      const room = await boss().room('default');
      const [first, second, third] = [`a${ident(6)}`, `b${ident(6)}`, `c${ident(6)}`];
      expect(userIn(done(await enters(user(first), room, attribute)))?.nickname).toBe('Alice');
      const other = userIn(done(await enters(user(second), room, attribute)))?.nickname;
      expect(other).toMatch(/^Alice ?\d+$/);
      const made = userIn(done(await enters(user(third), room, '')))?.nickname;
      expect(made).toBeTruthy();
      expect(new Set(['Alice', other, made]).size).toBe(3);
    },
  );

  it('NICK-X-009 one the profile rejects is 400, and nobody comes in', async () => {
    const room = await boss().room('default');
    const answer = await enters(user('alice'), room, ` xcon:nickname="${referenced('\u200b\u00ad')}"`);
    expect(answer.code).toBe(400);
    expect(await shown(room, 'alice')).toBeUndefined();
  });
});

describe('changes', () => {
  it('NICK-X-010 a nickname is in the document and in the notification of its change', async () => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    const watch = await Subscription.open(await system.caller('alice'), room.uri, {
      accept: `${xconInfo}, ${xconDiff}`,
    });
    expect((await watch.notify()).body).not.toContain('Alice the Great');
    expect(await nick(alice, 'Alice the Great')).toBe(200);
    const { body } = await watch.until('Alice the Great');
    expect(body).toContain('conference-info-diff');
    expect(body).toMatch(/nickname/);
    const document = await boss().document(room);
    expect(inRoster(document, idOf('alice'))?.nickname).toBe('Alice the Great');
    expect(attributeOf(document, 'entity')).toBe(room.id);
  });

  it('NICK-X-011 a conflict is 409 and the old one stays; the old one is free once the new one is got', async () => {
    const room = await boss().room('default');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    done(await renames(user('alice'), room, 'Old'));
    done(await renames(user('bob'), room, 'Taken'));
    const before = await shown(room, 'alice');
    expect((await renames(user('alice'), room, 'taken')).code).toBe(409);
    expect(await shown(room, 'alice')).toEqual(before);
    expect(await nick(bob, 'Old')).toBe(425);
    done(await renames(user('alice'), room, 'New'));
    expect((await shown(room, 'alice'))?.nickname).toBe('New');
    expect(await nick(bob, 'Old')).toBe(200);
    expect(await nick(alice, 'New')).toBe(200);
  });

  it.each<[string, (seat: Seat, room: MadeRoom) => Promise<number>]>([
    ['MSRP', (seat) => nick(seat, '')],
    ['CCMP', async (_seat, room) => (await renames(user('alice'), room, '')).code],
  ])('NICK-X-011 removal by %s leaves the display text', async (_way, removes) => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    done(await user('alice').updateUser(room, idOf('alice'), '<info:display-text>Alice Liddell</info:display-text>'));
    expect(await nick(alice, 'Al')).toBe(200);
    expect(await removes(alice, room)).toBe(200);
    expect(await shown(room, 'alice')).toMatchObject({ nickname: undefined, displayText: 'Alice Liddell' });
    const bob = await system.join(room.uri, 'bob');
    expect(await nick(bob, 'Al')).toBe(200);
  });

  it('NICK-X-012 CCMP and MSRP act on one record: each sees what the other did', async () => {
    const room = await boss().room('logged');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    const said = async (text: string): Promise<string | undefined> => {
      expect((await alice.say(text)).status).toBe(200);
      const find = async () => (await boss().history(room.id)).messages.find((message) => message.text === text);
      await expect.poll(find).toBeDefined();
      return (await find())?.attributes['nickname'];
    };
    done(await renames(user('alice'), room, 'By Control'));
    expect(await nick(bob, 'By Control')).toBe(425);
    expect(await said('one')).toBe('By Control');
    expect(await nick(alice, 'By Message')).toBe(200);
    expect((await shown(room, 'alice'))?.nickname).toBe('By Message');
    expect((await renames(user('bob'), room, 'By Message')).code).toBe(409);
    expect(await said('two')).toBe('By Message');
    expect(await nick(bob, 'By Control')).toBe(200);
  });

  it('NICK-X-011 NICK-X-016 somebody else’s nickname is for moderators', async () => {
    const room = await boss().room('default');
    await Promise.all([system.join(room.uri, 'alice'), system.join(room.uri, 'bob')]);
    expect((await renames(user('bob'), room, 'Silly', 'alice')).code).toBe(401);
    done(await renames(boss(), room, 'Sensible', 'alice'));
    expect((await shown(room, 'alice'))?.nickname).toBe('Sensible');
  });
});

describe('whose a nickname is', () => {
  it('NICK-X-013 a second device has none unasked, and the same when it asks', async () => {
    const room = await boss().room('default');
    const phone = await system.join(room.uri, 'alice');
    expect(await nick(phone, 'Al')).toBe(200);
    const laptop = await system.join(room.uri, 'alice');
    const held = async (): Promise<unknown[]> =>
      (
        await system.query(
          `select e.nickname from room_state.endpoints e join room_state.rooms r on r.id = e.room_id
            where r.xcon_uri = $1 order by e.ordinal`,
          [room.id],
        )
      ).map(({ nickname }) => nickname);
    expect(await held()).toEqual(['Al', '']);
    expect(await nick(laptop, 'Al')).toBe(200);
    expect(await held()).toEqual(['Al', 'Al']);
    await phone.leave();
    await expect.poll(async () => (await shown(room, 'alice'))?.endpoints.length).toBe(1);
    expect((await shown(room, 'alice'))?.nickname).toBe('Al');
  });

  it.each(['anonymous', 'Plenary', 'SYSTEM', 'moderator'])('NICK-X-014 %s is nobody’s', async (word) => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    expect(await nick(alice, word)).toBe(425);
    expect((await renames(user('alice'), room, word)).code).toBe(409);
    const answer = done(await enters(user(`n${ident(6)}`), room, ` xcon:nickname="${word}"`));
    expect(userIn(answer)?.nickname?.toLowerCase()).not.toBe(word.toLowerCase());
  });

  it('NICK-X-015 a nickname left behind is kept for its holder, for the time the room says', async () => {
    const room = await boss().room('default', roomPolicy('quarantine="PT2S"'));
    const [alice, stranger] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'stranger')];
    expect(await nick(alice, 'Al')).toBe(200);
    await alice.leave();
    await expect.poll(() => shown(room, 'alice')).toBeUndefined();
    expect(await nick(stranger, 'Al')).toBe(425);
    const back = await system.join(room.uri, 'alice');
    expect(await nick(back, 'Al')).toBe(200);
    await back.leave();
    await expect.poll(() => nick(stranger, 'Al'), { timeout: 10_000 }).toBe(200);
    const late = await system.join(room.uri, 'alice');
    expect(await nick(late, 'Al')).toBe(425);
  });

  it('NICK-X-015 it is five minutes where the room names none', async () => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    expect(await nick(alice, 'Al')).toBe(200);
    await alice.leave();
    await expect.poll(() => shown(room, 'alice')).toBeUndefined();
    const [row] = await system.query(
      `select extract(epoch from n.held_until - clock_timestamp()) as left from room_state.nicknames n
        join room_state.rooms r on r.id = n.room_id where r.xcon_uri = $1 and n.nick_key = 'al'`,
      [room.id],
    );
    expect(Number(row?.['left'])).toBeGreaterThan(240);
    expect(Number(row?.['left'])).toBeLessThanOrEqual(300);
  });

  it('NICK-X-016 who has taken over a nickname has no right of its last holder, and gets none of its messages', async () => {
    const room = await boss().room('default', roomPolicy('quarantine="PT0S"'));
    await introduce(system, 'chief');
    done(await boss().updateUser(room, idOf('chief'), rolesOf('moderator')));
    const [chief, mallory] = [await system.join(room.uri, 'chief'), await system.join(room.uri, 'mallory')];
    const bob = await system.join(room.uri, 'bob');
    expect([await nick(chief, 'Chief'), await nick(chief, '')]).toEqual([200, 200]);
    expect(await nick(mallory, 'Chief')).toBe(200);
    expect((await user('mallory').removeUser(room, idOf('bob'))).code).toBe(401);
    expect(
      (
        await user('mallory').tryUpdate(
          room,
          '<info:conference-state><info:locked>true</info:locked></info:conference-state>',
        )
      ).code,
    ).toBe(401);
    expect((await bob.ask({ body: bob.cpim({ to: chief.aor, text: 'for the chief' }) })).status).toBe(200);
    await chief.copy('for the chief');
    expect(await mallory.copiesAfterMarker(bob, 'for the chief')).toEqual([]);
    expect(
      (await boss().ask('user', { confObjID: room.id, operation: 'delete', inner: '<userInfo entity="Chief"/>' })).code,
    ).not.toBe(200);
    expect((await mallory.say('still here')).status).toBe(200);
  });

  it('NICK-X-017 one that looks like another’s is refused where the room says so, and only there', async () => {
    for (const [policy, msrp, control] of [
      ['refuse', 425, 409],
      ['allow', 200, 200],
    ] as const) {
      const room = await boss().room('default', roomPolicy(`confusables="${policy}"`));
      const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
      expect(await nick(alice, 'BOY')).toBe(200);
      expect([policy, await nick(bob, 'B0Y')]).toEqual([policy, msrp]);
      expect([policy, (await renames(user('bob'), room, 'ВОУ')).code]).toEqual([policy, control]);
      expect([policy, await nick(alice, 'b0y')]).toEqual([policy, 200]);
    }
  });
});

describe('registered nicknames', () => {
  const registering = (...users: readonly (readonly [name: string, nickname: string])[]): string =>
    `<info:users><xcon:allowed-users-list><xcon:persistent-list>${users
      .map(
        ([name, nickname]) =>
          `<xcon:user name="${name}" nickname="${nickname}" id="${idOf(name)}"><xcon:e-mail>${name}@example.com</xcon:e-mail></xcon:user>`,
      )
      .join('')}</xcon:persistent-list></xcon:allowed-users-list></info:users>`;
  const registered = async (asker: CcmpUser, room: MadeRoom): Promise<number> =>
    (await asker.ask('conf', { confObjID: room.id, operation: 'retrieve' })).text.split('<xcon:user ').length - 1;

  it('NICK-X-014 NICK-X-018 are their user’s alone in the whole system: 425, 409, another given at create', async () => {
    const [room, other] = [await boss().room('default'), await boss().room('default')];
    await introduce(system, 'carol');
    await boss().update(room, registering(['carol', 'Queen Carol']));
    for (const each of [room, other]) {
      const seat = await system.join(each.uri, 'mallory');
      expect(await nick(seat, 'queen carol')).toBe(425);
      expect((await renames(user('mallory'), each, 'Queen Carol')).code).toBe(409);
      const newcomer = user(`x${ident(6)}`);
      const given = userIn(done(await enters(newcomer, each, ' xcon:nickname="Queen Carol"')))?.nickname;
      expect(given).toMatch(/^Queen Carol ?\d+$/);
      const carol = await system.join(each.uri, 'carol');
      expect(await nick(carol, 'Queen Carol')).toBe(200);
    }
    const taken = await boss().tryUpdate(other, registering(['mallory', 'queen carol']));
    expect(taken.code).toBe(409);
    const bad = await boss().tryUpdate(other, registering(['mallory', '\u200b']));
    expect(bad.code).toBe(400);
    expect(await registered(boss(), other)).toBe(0);
    await boss().update(room, registering());
    const stranger = await system.join((await boss().room('default')).uri, 'mallory');
    expect(await nick(stranger, 'Queen Carol')).toBe(200);
  });

  it('NICK-X-018 a nickname in use by another cannot be registered; who comes in without a wish gets the own one', async () => {
    const room = await boss().room('default');
    await introduce(system, 'dave');
    const bob = await system.join(room.uri, 'bob');
    expect(await nick(bob, 'Busy Bee')).toBe(200);
    expect((await boss().tryUpdate(room, registering(['dave', 'busy bee']))).code).toBe(409);
    await boss().update(room, registering(['dave', 'Lazy Dave'], ['bob', 'Busy Bee']));
    expect(userIn(done(await enters(user('dave'), room, '')))?.nickname).toBe('Lazy Dave');
  });

  it('NICK-X-018 outlive the room’s being empty and every process that knew of them', async () => {
    const room = await boss().room('persistent');
    await introduce(system, 'erin');
    await boss().update(room, registering(['erin', 'Forever Erin']));
    const seat = await system.join(room.uri, 'erin');
    expect(await nick(seat, 'Forever Erin')).toBe(200);
    await seat.leave();
    const state = await startRoomState(system);
    const ccmp = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: state.address });
    const there = new CcmpUser(ccmp.address, `y${ident(6)}`);
    const given = userIn(done(await enters(there, room, ' xcon:nickname="Forever Erin"')))?.nickname;
    const list = await registered(new CcmpUser(ccmp.address, 'boss'), room);
    await ccmp.stop();
    await state.stop();
    expect(given).toMatch(/^Forever Erin ?\d+$/);
    expect(list).toBe(1);
  });
});
