import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described, inDocument, inState, mediaIn, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { Phones } from '../raw/called.js';
import { inRoster, rosterOf, targetsOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import {
  allowedTargets,
  askSidebar,
  makeSidebar,
  media,
  sidebarDocument,
  sidebarInfo,
  sidebarsIn,
  updateSidebar,
} from '../raw/sidebars.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { documentIn, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';
import { endingSoon } from '../raw/times.js';

const phones = await Phones.open();
const system = useSystem({ settings: phones.settings });
const until = (now: () => unknown): ReturnType<typeof expect.poll> => expect.poll(now, { timeout: 8_000 });
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;
const logged = inState('<chat:logging active="true"/>');

/** A conference of alice, and the seats of those in it. */
async function main(change: string, ...names: readonly string[]): Promise<{ room: MadeRoom; seats: Seat[] }> {
  await introduce(system, 'alice', ...names);
  const room = await userOf(system, 'alice').room('default', change);
  const seats: Seat[] = [];
  for (const name of names) seats.push(await system.join(room.uri, name));
  return { room, seats };
}

const wanted = (name: string, id: string, status: string): string =>
  `<info:user entity="${idOf(name)}"><info:endpoint entity="sip:${name}@localhost"><info:media id="AUTO_GENERATE_${id}"><info:label>AUTO_GENERATE_1</info:label><info:status>${status}</info:status></info:media></info:endpoint></info:user>`;

/** `<media>` of all endpoints of a document. */
const mediaOf = (document: XmlElement): XmlElement[] =>
  childElements(inDocument(document, 'users') ?? document)
    .flatMap((user) => childElements(user).filter(({ name }) => name === 'endpoint'))
    .flatMap((endpoint) => childElements(endpoint).filter(({ name }) => name === 'media'));

async function watch(name: string, uri: string): Promise<Subscription> {
  const watcher = await Subscription.open(await system.caller(name), uri, { accept: xconInfo });
  await watcher.notify();
  return watcher;
}

describe('external sidebar (RFC 6504 section 7.2)', () => {
  it('FLOW-7.2 SIDE-003 SIDE-007 SIDE-008 somebody from outside is called into it, learns nothing of the conference, and goes when that ends', async () => {
    const alice = userOf(system, 'alice');
    const names = ['alice', 'bob', 'carol', 'david', 'ethel'];
    const { room, seats } = await main(logged, ...names);
    const watcher = await watch('alice', room.uri);

    // Step 1.
    const before = versionOf(await alice.document(room));
    const sidebar = await makeSidebar(alice, 'sidebarByRef', room);
    const first = await sidebarDocument(alice, sidebar);
    expect([versionOf(first), textIn(first, 'conference-description', 'sidebar-parent')]).toEqual([1, room.id]);
    const changed = await alice.document(room);
    expect([versionOf(changed), sidebarsIn(changed, 'sidebarByRef')]).toEqual([before + 1, [sidebar.id]]);
    expect(sidebarsIn(documentIn(await watcher.until(sidebar.id)), 'sidebarByRef')).toEqual([sidebar.id]);

    // Step 2.
    const [label = ''] = mediaIn(first).map((one) => one.label);
    const inside = ['alice', 'bob', 'ethel'];
    const updated = await updateSidebar(
      alice,
      sidebar,
      `${media({ [label]: 'inactive', AUTO_GENERATE_1: 'sendrecv', AUTO_GENERATE_2: 'sendrecv' })}${allowedTargets({
        ...Object.fromEntries(inside.map((name) => [idOf(name), 'dial-out'] as const)),
        'sip:fred@localhost': 'dial-out',
      })}`,
    );
    expect(answerText(updated, 'version')).toBe('2');
    const calls: Record<string, Seat> = {};
    for (const name of [...inside, 'fred']) calls[name] = await phones.take(system, name);
    const sideRoster = async (): Promise<string[]> =>
      rosterOf(await sidebarDocument(alice, sidebar)).flatMap(({ entity, endpoints }) =>
        endpoints.some(({ status }) => status === 'connected') ? [entity] : [],
      );
    await until(sideRoster).toHaveLength(4);
    expect((await sideRoster()).toSorted()).toEqual([...inside, 'fred'].map(idOf).toSorted());
    const mainRoster = await alice.document(room);
    for (const name of names) expect(inRoster(mainRoster, idOf(name))?.endpoints).toHaveLength(1);
    expect(inRoster(mainRoster, idOf('fred'))).toBeUndefined();

    // Step 3.
    const fred = userOf(system, 'fred');
    expect(await code(tryRetrieve(fred, room.id))).toBe(401);
    expect(await code(fred.ask('users', { confObjID: room.id, operation: 'retrieve' }))).toBe(401);
    expect(await code(fred.ask('sidebarsByRef', { confObjID: room.id }))).toBe(401);
    expect((await fred.history(room.id)).code).toBe(401);
    const refused = await Subscription.open(await system.caller('fred'), room.uri, { accept: xconInfo });
    expect([403, 404]).toContain(refused.answer.status);
    const [, bob] = seats;
    await bob?.say('in the conference alone');
    await seats[0]?.copy('in the conference alone');
    await calls['alice']?.say('in the sidebar alone');
    for (const name of ['bob', 'ethel', 'fred']) await calls[name]?.copy('in the sidebar alone');
    for (const seat of Object.values(calls))
      expect(seat.copies().filter(({ body }) => body?.includes('in the conference alone'))).toEqual([]);
    const seen = done(await askSidebar(fred, 'sidebarByRef', 'retrieve', sidebar.id)).text;
    for (const name of ['carol', 'david']) expect(seen).not.toContain(name);

    // Steps 4 and 5.
    const list = done(await alice.ask('sidebarsByRef', { confObjID: room.id }));
    expect(list.text).toContain(sidebar.id);
    expect(Number(answerText(list, 'version'))).toBe(versionOf(await alice.document(room)));
    expect(await code(askSidebar(alice, 'sidebarByVal', 'retrieve', sidebar.id))).toBe(404);

    // Step 6.
    await alice.update(room, described(endingSoon(Date.now())));
    await Promise.all(Object.values(calls).map((seat) => phones.ended(seat)));
    expect(await code(askSidebar(alice, 'sidebarByRef', 'retrieve', sidebar.id))).toBe(404);
    expect(await code(fred.ask('user', { confObjID: sidebar.id, operation: 'create' }))).toBe(404);
    await expect(system.join(sidebar.uri, 'fred')).rejects.toThrow(/ 404 | 480 /);
  });
});

describe('private messages (RFC 6504 section 7.3)', () => {
  const privately = (label: string): string =>
    `<info:conference-description><info:available-media><info:entry label="${label}"><info:type>message</info:type><info:status>recvonly</info:status></info:entry><info:entry label="AUTO_GENERATE_2"><info:type>text</info:type><info:status>sendrecv</info:status></info:entry></info:available-media></info:conference-description>${allowedTargets({ [idOf('alice')]: 'dial-out', [idOf('bob')]: 'dial-out' })}`;

  it('FLOW-7.3 SIDE-004 SIDE-009 SIDE-013 two talk aside: the conference, its log and its history have none of it', async () => {
    const [alice, bob] = [userOf(system, 'alice'), userOf(system, 'bob')];
    const { room, seats } = await main(
      `${logged}${described('<chat:room-policy private-messages="true"/>')}`,
      'alice',
      'bob',
      'carol',
    );
    const [label = ''] = mediaIn(await alice.document(room)).map((one) => one.label);

    // Step 1.
    const sidebar = await makeSidebar(alice, 'sidebarByVal', room, privately(label));
    const document = await sidebarDocument(alice, sidebar);
    expect(textIn(document, 'conference-description', 'sidebar-parent')).toBe(room.id);
    expect(textIn(document, 'conference-description', 'display-text')).toBeUndefined();
    expect(mediaIn(document).map(({ type }) => type)).toEqual(['message', 'message']);
    expect((await askSidebar(alice, 'sidebarByVal', 'retrieve', sidebar.id)).text).not.toContain('AUTO_GENERATE');
    const [alices, bobs] = [await phones.take(system, 'alice'), await phones.take(system, 'bob')];

    // Step 2.
    expect((await alices.say('just between us')).status).toBe(200);
    await bobs.copy('just between us');
    const carol = seats[2];
    const marker = seats[0];
    if (carol === undefined || marker === undefined) throw new Error('no seats');
    for (const seat of seats.slice(1)) expect(await seat.copiesAfterMarker(marker, 'just between us')).toEqual([]);
    const page = await alice.history(room.id);
    expect(page.messages.some(({ text }) => text.includes('just between us'))).toBe(false);
    expect(bobs.copies().filter(({ body }) => body?.includes('marker'))).toEqual([]);

    // Step 3.
    await alice.update(room, roomPolicy('private-messages="false"'));
    expect(await code(askSidebar(bob, 'sidebarByVal', 'create', room.id, privately(label)))).toBe(401);
    await alice.update(room, roomPolicy('private-messages="true"'));

    // Step 4.
    await updateSidebar(alice, sidebar, roomPolicy('on-empty="delete" empty-grace="PT0S"'));
    for (const [user, seat] of [
      [bob, bobs],
      [alice, alices],
    ] as const) {
      done(await user.ask('user', { confObjID: sidebar.id, operation: 'delete' }));
      await phones.ended(seat);
    }
    await until(async () => sidebarsIn(await alice.document(room), 'sidebarByVal')).toEqual([]);
    expect(await code(askSidebar(alice, 'sidebarByVal', 'retrieve', sidebar.id))).toBe(404);

    // Step 5.
    const version = versionOf(await alice.document(room));
    await marker.ask({ body: marker.cpim({ to: 'sip:bob@localhost', text: 'psst' }) });
    await seats[1]?.copy('psst');
    expect(await carol.copiesAfterMarker(marker, 'psst')).toEqual([]);
    expect(versionOf(await alice.document(room))).toBe(version);
  });
});

describe('observing and coaching (RFC 6504 section 7.4)', () => {
  it('FLOW-7.4 SIDE-012 POL-020 the supervisor hears and coaches the agent, the customer notices nothing', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => userOf(system, name)) as [
      CcmpUser,
      CcmpUser,
      CcmpUser,
    ];
    await introduce(system, 'alice');
    const { room, seats } = await main('', 'bob', 'carol');
    const [bobs, carols] = seats as [Seat, Seat];
    const watcher = await watch('carol', room.uri);

    // Step 1.
    const created = done(await askSidebar(alice, 'sidebarByRef', 'create', room.id));
    const id = answerText(created, 'confObjID') ?? '';
    const first = sidebarInfo(created, 'sidebarByRef') as XmlElement;
    expect(answerText(created, 'version')).toBe('1');
    expect(textIn(first, 'conference-description', 'sidebar-parent')).toBe(room.id);
    expect(targetsOf(first, 'allowed-users-list')).toEqual(expect.arrayContaining([bob.userId, carol.userId]));
    const sidebar = {
      kind: 'sidebarByRef',
      id,
      uri: textIn(first, 'conference-description', 'conf-uris', 'entry', 'uri') ?? '',
    } as const;

    // Step 2.
    const updated = await updateSidebar(
      alice,
      sidebar,
      `<info:conference-description><info:available-media><info:entry label="AUTO_GENERATE_1"><info:type>message</info:type><info:status>sendrecv</info:status></info:entry></info:available-media></info:conference-description><info:users>${wanted('alice', '2', 'sendonly')}${wanted('bob', '3', 'recvonly')}<xcon:allowed-users-list><xcon:target uri="${alice.userId}" method="dial-in"/><xcon:target uri="${bob.userId}" method="dial-out"/></xcon:allowed-users-list></info:users>`,
    );
    expect(answerText(updated, 'version')).toBe('2');
    const coached = sidebarInfo(updated, 'sidebarByRef') as XmlElement;
    const [ofMain, added] = mediaIn(coached);
    expect(ofMain).toEqual(mediaIn(first)[0]);
    const wantedMedia = mediaOf(coached);
    expect(wantedMedia.map((one) => textIn(one, 'label'))).toEqual([added?.label, added?.label]);
    const ids = wantedMedia.map((one) => attributeOf(one, 'id') ?? '');
    expect(ids.every((one) => /^\d+$/.test(one))).toBe(true);
    expect(new Set(ids).size).toBe(2);
    expect(targetsOf(coached, 'allowed-users-list')).toEqual([alice.userId, bob.userId]);

    // Step 3.
    const aside = await phones.take(system, 'bob');
    const listening = await system.join(sidebar.uri, 'alice');
    await until(async () => inRoster(await sidebarDocument(bob, sidebar), alice.userId)?.endpoints[0]?.status).toBe(
      'connected',
    );

    // Step 4.
    expect((await listening.say('ask for the number')).status).toBe(200);
    await aside.copy('ask for the number');
    expect((await bobs.say('what is your number?')).status).toBe(200);
    expect((await carols.say('twelve')).status).toBe(200);
    await listening.copy('what is your number?');
    await listening.copy('twelve');
    expect(await carols.copiesAfterMarker(bobs, 'ask for the number')).toEqual([]);

    // Step 5.
    const asked = [
      await tryRetrieve(carol, room.id),
      await carol.ask('users', { confObjID: room.id, operation: 'retrieve' }),
      await carol.ask('sidebarsByRef', { confObjID: room.id }),
    ];
    for (const answer of asked) {
      expect(answer.code).toBe(200);
      for (const trace of [sidebar.id, sidebar.uri, 'alice']) expect(answer.text).not.toContain(trace);
    }
    await alice.update(room, described('<info:subject>hello</info:subject>'));
    await watcher.until('hello');
    for (const { body } of watcher.taken) for (const trace of [sidebar.id, 'alice']) expect(body).not.toContain(trace);

    // Step 6.
    const [endpoint] = inRoster(await sidebarDocument(bob, sidebar), bob.userId)?.endpoints ?? [];
    const speak = `<info:endpoint entity="${endpoint?.entity ?? ''}"><info:media id="1"><info:status>sendrecv</info:status></info:media></info:endpoint>`;
    expect(await code(bob.updateUser(sidebar, bob.userId, speak))).toBe(200);
    await updateSidebar(alice, sidebar, roomPolicy('moderated="true"'));
    expect(await code(bob.updateUser(sidebar, bob.userId, speak))).toBe(426);
    expect((await aside.say('may I?')).status).toBe(403);
  });
});
