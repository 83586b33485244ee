import { describe, expect, it } from 'vitest';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described } from '../raw/conference.js';
import { ident, offer, request } from '../raw/messages.js';
import { receivedBy } from '../raw/received.js';
import type { Seat } from '../raw/seat.js';
import { allowedTargets, makeSidebar } from '../raw/sidebars.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 3, settings: { focus: { FOCUS_EDGE_ROOM_CAP: '2' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

async function roomWith(
  names: readonly string[],
  change = '',
  blueprint = 'default',
): Promise<{ room: MadeRoom; seats: Seat[] }> {
  const room = await boss().room(blueprint, change);
  const seats: Seat[] = [];
  for (const name of names) seats.push(await system.join(room.uri, name));
  return { room, seats };
}

const textsOf = (seat: Seat, fits: RegExp): string[] =>
  seat.copies().flatMap(({ body }) => fits.exec(String(body))?.[0] ?? []);

describe('who takes part', () => {
  it('CHAT-X-004 who has not joined is not heard and hears nothing, before the ACK, without its connection, or with none', async () => {
    const { room, seats } = await roomWith(['alice', 'bob']);
    const [alice, bob] = seats as [Seat, Seat];
    const halfway = await system.caller('mallory');
    const answer = await halfway.invite(room.uri, offer());
    const path = /a=path:(\S+)/.exec(answer.body)?.[1] ?? '';
    await halfway.ack(room.uri);
    const stranger = await system.msrp(/^msrp:\/\/([^/]+)\//.exec(alice.toPath)?.[1] ?? '');
    const secret = `inside ${ident()}`;
    const say = async (toPath: string): Promise<number> => {
      const id = ident();
      stranger.write(
        request({
          id,
          toPath,
          fromPath: 'msrp://127.0.0.1:7654/x;tcp',
          headers: [`Message-ID: ${ident()}`],
          body: alice.cpim({ text: `outside ${id}` }),
        }),
      );
      return (await stranger.answer(id)).status;
    };
    expect([await say(alice.toPath), await say(path.replace(/\.[^;]+/, ''))]).toEqual([506, 481]);
    expect((await alice.say(secret)).status).toBe(200);
    expect(await bob.copiesAfterMarker(alice, 'outside')).toEqual([]);
    expect([receivedBy(stranger), receivedBy(halfway)].join()).not.toContain(secret);
    await halfway.bye(room.uri);
  });

  it('CHAT-X-006 a message is copied to every other session once, whatever its edge, and not back to its sender', async () => {
    const { room, seats } = await roomWith(['alice', 'bob', 'carol', 'dave', 'erin']);
    const second = await system.join(room.uri, 'bob');
    const everyone = [...seats, second];
    expect(new Set(everyone.map(({ toPath }) => new URL(toPath.replace('msrp:', 'http:')).port)).size).toBeGreaterThan(
      1,
    );
    for (const [index, seat] of seats.entries()) {
      const text = `from number ${String(index)};`;
      expect((await seat.say(text)).status).toBe(200);
      for (const other of everyone) if (other !== seat && other.aor !== seat.aor) await other.copy(text);
    }
    const marker = `the end ${ident()}`;
    await seats[0]?.say(marker);
    for (const seat of everyone) if (seat !== seats[0]) await seat.copy(marker);
    for (const [index, seat] of seats.entries()) {
      const heard = textsOf(seat, /from number \d;/);
      expect(heard.toSorted()).toEqual(
        [0, 1, 2, 3, 4].filter((n) => n !== index).map((n) => `from number ${String(n)};`),
      );
    }
    expect(textsOf(second, /from number [0234];/)).toHaveLength(4);
  });

  it('CHAT-X-007 what policy refuses nobody gets, and it is not logged', async () => {
    const { room, seats } = await roomWith(
      ['alice', 'bob'],
      roomPolicy('moderated="true" max-message-bytes="1000"'),
      'logged',
    );
    const [alice, bob] = seats as [Seat, Seat];
    const chair = await system.join(room.uri, 'boss');
    expect((await alice.say('without voice')).status).toBe(403);
    expect((await chair.say(`too long ${'x'.repeat(2_000)}`)).status).toBe(413);
    expect((await chair.say('this is allowed')).status).toBe(200);
    await bob.copy('this is allowed');
    expect([...alice.copies(), ...bob.copies()].some(({ body }) => /without voice|too long/.test(String(body)))).toBe(
      false,
    );
    await expect
      .poll(async () =>
        (await boss().history(room.id)).messages.map(
          ({ text }) => /this is allowed|without voice|too long/.exec(text)?.[0],
        ),
      )
      .toEqual(['this is allowed']);
  });

  it('CHAT-X-013 four who speak at once are heard by all in one order, that of the history', async () => {
    const names = ['alice', 'bob', 'carol', 'dave'];
    const { room, seats } = await roomWith(names, '', 'logged');
    const listener = await system.join(room.uri, 'boss');
    await Promise.all(
      seats.map(async (seat, who) => {
        const sent: Promise<unknown>[] = [];
        for (let n = 0; n < 25; n++) sent.push(seat.say(`#${String(who)}-${String(n)};`));
        await Promise.all(sent);
      }),
    );
    await expect.poll(() => textsOf(listener, /#\d-\d+;/).length).toBe(100);
    const order = textsOf(listener, /#\d-\d+;/);
    for (const [who, seat] of seats.entries()) {
      await expect.poll(() => textsOf(seat, /#\d-\d+;/).length).toBe(75);
      expect(textsOf(seat, /#\d-\d+;/)).toEqual(order.filter((text) => !text.startsWith(`#${String(who)}-`)));
      expect(order.filter((text) => text.startsWith(`#${String(who)}-`))).toEqual(
        Array.from({ length: 25 }, (_, n) => `#${String(who)}-${String(n)};`),
      );
    }
    await expect
      .poll(async () =>
        (await boss().history(room.id, { count: 200 })).messages.map(({ text }) => /#\d-\d+;/.exec(text)?.[0]),
      )
      .toEqual(order);
  });
});

describe('private messages', () => {
  it('CHAT-X-008 reach that user’s sessions only: no third party, no log', async () => {
    const { room, seats } = await roomWith(['alice', 'bob', 'carol'], '', 'logged');
    const [alice, bob, carol] = seats as [Seat, Seat, Seat];
    const laptop = await system.join(room.uri, 'bob');
    expect((await alice.ask({ body: alice.cpim({ to: bob.aor, text: 'for bob only' }) })).status).toBe(200);
    await Promise.all([bob.copy('for bob only'), laptop.copy('for bob only')]);
    expect(await carol.copiesAfterMarker(alice, 'for bob only')).toEqual([]);
    await expect.poll(async () => (await boss().history(room.id)).messages.length).toBe(1);
    expect(JSON.stringify(await boss().history(room.id))).not.toContain('for bob only');
    const kept = await system.query(
      `select count(*) from history.message where position(convert_to('for bob only', 'UTF8') in octets) > 0`,
    );
    expect(Number(kept[0]?.['count'])).toBe(0);
    await boss().update(room, roomPolicy('private-messages="false"'));
    await expect
      .poll(async () => (await alice.ask({ body: alice.cpim({ to: bob.aor, text: 'forbidden now' }) })).status)
      .toBe(403);
    expect(await bob.copiesAfterMarker(alice, 'forbidden now')).toEqual([]);
  });

  it('CHAT-X-009 to a group: a series of single ones, or a sidebar; each addressee gets it, the outsider does not', async () => {
    const { room, seats } = await roomWith(
      ['alice', 'bob', 'carol', 'dave', 'erin'],
      described('<info:subject>main</info:subject>'),
      'logged',
    );
    const [alice, bob, carol, dave, erin] = seats as [Seat, Seat, Seat, Seat, Seat];
    const group = [bob, carol, dave];
    const several = await alice.ask({
      body: alice.cpim({ to: group.map(({ aor }) => aor), text: 'to three at once' }),
    });
    expect(several.status).toBe(403);
    for (const { aor } of group)
      expect((await alice.ask({ body: alice.cpim({ to: aor, text: 'to each of three' }) })).status).toBe(200);
    for (const seat of group) await seat.copy('to each of three');
    expect(await erin.copiesAfterMarker(alice, 'to each of three')).toEqual([]);
    await introduce(system, 'alice', 'bob', 'carol', 'dave', 'erin');
    const members = Object.fromEntries(
      ['alice', 'bob', 'carol', 'dave'].map((name) => [idOf(name), 'dial-in'] as const),
    );
    const media =
      '<info:available-media><info:entry label="AUTO_GENERATE_2"><info:type>message</info:type></info:entry></info:available-media>';
    const sidebar = await makeSidebar(user('alice'), 'sidebarByVal', room, described(media) + allowedTargets(members));
    done(
      await user('alice').ask('sidebarByVal', {
        confObjID: sidebar.id,
        operation: 'update',
        inner: `<sidebarByValInfo entity="${sidebar.id}"><info:conference-state><info:active>true</info:active></info:conference-state></sidebarByValInfo>`,
      }),
    );
    const aside: Seat[] = [];
    for (const name of ['alice', 'bob', 'carol', 'dave']) aside.push(await system.join(sidebar.uri, name));
    const outsider = await system.caller('erin');
    expect((await outsider.invite(sidebar.uri, offer())).status).toBeOneOf([403, 404]);
    expect((await aside[0]?.say('aside'))?.status).toBe(200);
    for (const seat of aside.slice(1)) await seat.copy('aside');
    for (const seat of [alice, bob, erin])
      expect(await seat.copiesAfterMarker(seat === alice ? bob : alice, 'aside')).toEqual([]);
    expect([receivedBy(outsider), receivedBy(erin)].join()).not.toMatch(/\r\n\r\naside/);
    expect(JSON.stringify(await boss().history(room.id))).not.toMatch(/aside|to three|to each/);
  });
});
