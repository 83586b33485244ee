import { ConferenceMessage, Operation, Refusal } from '@plenary/proto/roomstate';
import { describe, expect, it, vi } from 'vitest';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { Internal } from '../raw/internal.js';
import { attributes, ident, offer, request } from '../raw/messages.js';
import { receivedBy } from '../raw/received.js';
import { inRoster } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { inUsers, introduce, userOf } from '../raw/stage.js';
import { Subscription } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, logLevel: 'info', settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const internal = new Internal(system);
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

const admitting = (...names: readonly string[]): string => {
  const targets = names.map((name) => `<xcon:target uri="sip:${name}@localhost" method="dial-in"/>`).join('');
  return `<xcon:allowed-users-list>${targets}</xcon:allowed-users-list>`;
};

/** A recorded room that admits alice and bob alone, and both in it. */
async function closedRoom(): Promise<{ room: MadeRoom; alice: Seat; bob: Seat }> {
  const room = await boss().room('logged');
  const closed = '<xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>';
  await boss().update(room, inUsers(closed + admitting('alice', 'bob')));
  return { room, alice: await system.join(room.uri, 'alice'), bob: await system.join(room.uri, 'bob') };
}

/** Status of an empty SEND to a session's URI over a connection of one's own. */
async function knock(toPath: string): Promise<{ status: number; received: () => string }> {
  const msrp = await system.msrp(/^msrp:\/\/([^/]+)\//.exec(toPath)?.[1] ?? '');
  const id = ident();
  const fromPath = `msrp://127.0.0.1:7654/${ident()};tcp`;
  msrp.write(request({ id, toPath, fromPath, headers: [`Message-ID: ${ident()}`] }));
  const { status } = await msrp.answer(id);
  return { status, received: () => receivedBy(msrp) };
}

/** A session's URI with something else in the place of its session-id. */
const withSessionId = (path: string, change: (sessionId: string) => string): string =>
  path.replace(/\/([^/;]+);/, (_whole, sessionId: string) => `/${change(sessionId)};`);

describe('who may not take part', () => {
  it('SEC-001 hears nothing by SIP, MSRP, CCMP or a subscription, and each refusal is logged', async () => {
    const { room, alice, bob } = await closedRoom();
    await introduce(system, 'mallory');
    const before = system.logged.length;
    const mallory = await system.caller('mallory');
    expect((await mallory.invite(room.uri, offer())).status).toBe(403);
    const watch = await Subscription.open(await system.caller('mallory'), room.uri);
    expect(watch.answer.status).toBe(403);
    const asked = [
      await user('mallory').ask('conf', { confObjID: room.id, operation: 'retrieve' }),
      await user('mallory').ask('users', { confObjID: room.id, operation: 'retrieve' }),
      await user('mallory').ask('user', { confObjID: room.id, operation: 'retrieve' }),
      await user('mallory').ask('user', { confObjID: room.id, operation: 'create' }),
      await user('mallory').ask('conf', { confObjID: room.id, operation: 'create' }),
    ];
    expect(asked.map(({ code }) => code)).toEqual([401, 401, 420, 401, 403]);
    expect((await user('mallory').history(room.id)).code).toBe(401);
    const guesses = [
      await knock(withSessionId(alice.toPath, () => ident(24))),
      await knock(withSessionId(alice.toPath, (id) => `${id.slice(0, -1)}0`)),
      await knock(alice.toPath),
    ];
    expect(guesses.map(({ status }) => status)).toEqual([481, 481, 506]);
    const secret = `secret ${ident()}`;
    expect((await alice.say(secret)).status).toBe(200);
    await bob.copy(secret);
    await expect.poll(async () => (await user('alice').history(room.id)).messages.length).toBe(1);
    const again = await user('mallory').history(room.id);
    expect([again.code, again.messages]).toEqual([401, []]);
    const seen = [
      receivedBy(mallory, watch.caller),
      ...guesses.map(({ received }) => received()),
      ...asked.map(({ text }) => text),
    ].join('\n');
    expect(seen).not.toContain(secret);
    expect(seen).not.toMatch(/alice|bob@/);
    const lines = system.logged.slice(before).join('');
    for (const [what, count] of [
      ['join refused', 1],
      ['subscription refused', 1],
      ['denied', 5],
      ['request for no session refused', 3],
    ] as const)
      expect([what, lines.split(`"msg":"${what}"`).length - 1]).toEqual([what, count]);
    expect(lines).not.toMatch(/mallory|alice/);
  });

  it('SEC-001 gets nothing out of the services inside either, whatever it names there', async () => {
    const { room, alice } = await closedRoom();
    expect((await alice.say('for the log')).status).toBe(200);
    await introduce(system, 'mallory');
    const mallory = { userId: idOf('mallory'), identity: internal.identityOf('mallory') };
    const history = (requestor: Parameters<Internal['perform']>[0]): ReturnType<Internal['perform']> =>
      internal.perform(requestor, ConferenceMessage.HISTORY, Operation.RETRIEVE, { object: room.id });
    expect(
      (await history({ userId: idOf('alice'), identity: internal.identityOf('alice') })).history?.room,
    ).toBeDefined();
    expect(await history(mallory)).toMatchObject({ code: 401, history: undefined });
    expect(await history({ ...mallory, userId: idOf('alice') })).toMatchObject({ code: 401, history: undefined });
    expect(await history({ userId: idOf('alice'), identity: undefined })).toMatchObject({
      code: 424,
      history: undefined,
    });
    expect((await history(undefined)).history).toBeUndefined();
    const refused = { result: { $case: 'refused', value: Refusal.FORBIDDEN } };
    expect(await internal.document(room.uri, mallory.identity)).toEqual(refused);
    expect((await internal.document(room.uri, undefined)).result?.$case).toBe('refused');
    expect(await internal.admit({ conferenceUri: room.uri, userUri: 'sip:mallory@localhost' })).toEqual(refused);
    expect(
      await internal.admit({ conferenceUri: room.uri, userUri: 'sip:alice@localhost', unauthenticated: true }),
    ).toEqual(refused);
    // The log is known by an id no face of the system shows, and by nothing that one does.
    for (const name of [room.id, room.uri, room.id.replace('xcon:', ''), 'lobby', ''])
      await expect(internal.logOf(name), name).rejects.toThrow(/not a ULID/);
    expect((await boss().ask('conf', { confObjID: room.id, operation: 'retrieve' })).text).not.toMatch(
      /[0-9A-HJKMNP-TV-Z]{26}/,
    );
    expect(await internal.logOf('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(0);
  });
});

describe('who may take part no more', () => {
  it.each<[string, (room: MadeRoom, bob: Seat) => Promise<unknown>]>([
    ['kicked', (room) => boss().removeUser(room, idOf('bob')).then(done)],
    ['taken off the list', (room) => boss().update(room, inUsers(admitting('alice')))],
    ['left by CCMP', (room) => user('bob').removeUser(room, idOf('bob')).then(done)],
    ['left by BYE', (room, bob) => bob.caller.bye(room.uri).then(() => bob.msrp.closed())],
  ])('SEC-002 %s: no octet of what is said after it is done', async (_what, lose) => {
    const { room, alice, bob } = await closedRoom();
    const ended = new AbortController();
    const flow = (async () => {
      for (let n = 0; !ended.signal.aborted; n++) await alice.say(`flow ${String(n)}`);
    })();
    await bob.copy('flow 3');
    await lose(room, bob);
    ended.abort();
    const secret = `secret ${ident()}`;
    expect((await alice.say(secret)).status).toBe(200);
    await flow;
    await bob.msrp.closed();
    expect(receivedBy(bob)).not.toContain(secret);
    const dead = await knock(bob.toPath);
    expect(dead.status).toBe(481);
    expect((await alice.say(`${secret} again`)).status).toBe(200);
    expect([receivedBy(bob), dead.received()].join()).not.toContain(secret);
    // A BYE is answered at once; that its sender has left is told to room-state behind it.
    await vi.waitFor(async () => expect((await user('bob').history(room.id)).code).toBe(401), { timeout: 10_000 });
  });
});

describe('what the document publishes', () => {
  it('SEC-015 the chat-ID opens no session, not a bound one, nor one that waits for its connection', async () => {
    const { room, alice } = await closedRoom();
    const chatId = inRoster(await boss().document(room), idOf('alice'))?.endpoints[0]?.entity ?? '';
    expect(alice.toPath).toContain(`/${chatId}.`);
    const waiting = await system.caller('bob');
    const answer = await waiting.invite(room.uri, offer());
    await waiting.ack(room.uri);
    const [path = ''] = attributes(answer.body, 'path');
    const { length } = /\.([^;]+);/.exec(path)?.[1] ?? '';
    for (const target of [alice.toPath, path])
      for (const change of [
        (id: string) => id.split('.')[0] ?? '',
        (id: string) => `${id.split('.')[0] ?? ''}.`,
        (id: string) => `${id.split('.')[0] ?? ''}.${ident(length)}`,
        (id: string) => id.toUpperCase(),
        (id: string) => `${id}0`,
      ])
        expect([change, (await knock(withSessionId(target, change))).status]).toEqual([change, 481]);
    expect((await knock(path)).status).toBe(200);
  });
});
