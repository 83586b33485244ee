import { LeaveCause, NicknameChanged, type StateChange } from '@plenary/proto/chat';
import { Refusal } from '@plenary/proto/roomstate';
import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { applyDiff, applyPartial, namespaces, readFragment, toConferenceInfo } from '@plenary/xcon';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FakeConference } from './fake-documents.js';
import { install, type Installation, type Replica } from './installation.js';
import { answersNotify, notifiesOf, subscribe, subscribeHeaders, tellRoom, eventually } from './subscriber.js';

const xcon = 'application/xcon-conference-info+xml';
const diff = 'application/xcon-conference-info-diff+xml';
const legacy = 'application/conference-info+xml';
const paceMs = 400;

vi.setConfig({ testTimeout: 60_000 });
let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start({ FOCUS_NOTIFY_PACE_MS: String(paceMs), FOCUS_SUBSCRIPTIONS_PER_USER_MAX: '10' });
});
afterAll(() => installation.close());

let rooms = 0;
/** A room of its own, with two users in it. */
function room(): FakeConference {
  rooms += 1;
  const conference = installation.roomState.documents.add(`evt${String(rooms)}`);
  conference.users.set('anna', {});
  conference.users.set('bert', { nickname: 'Bertie' });
  return conference;
}

const tell = (...args: TellArguments): Promise<void> => tellRoom(installation, ...args);
type TellArguments = Parameters<typeof tellRoom> extends [unknown, ...infer Rest] ? Rest : never;

const info = namespaces.info;
const usersOf = (document: XmlElement): XmlElement[] =>
  childrenNamed(childElement(document, info, 'users'), info, 'user');
const rowsOf = async (conference: FakeConference): Promise<number> =>
  (await replica.context.subscriptions.counts(conference.room, '')).room;

describe('SUBSCRIBE outside dialogs', () => {
  it.each(['UDP', 'TCP'] as const)(
    'EVT-001 EVT-004 over %s: 401, 200, and at once the whole state',
    async (transport) => {
      const conference = room();
      const client = await installation.client(replica, { transport });
      const request = client.build('SUBSCRIBE', { to: conference.user, headers: subscribeHeaders({ expires: 600 }) });
      expect((await client.send(request)).status).toBe(401);
      expect(conference.asked).toEqual([]);
      const subscription = await subscribe(client, { room: conference.user, expires: 600 });
      const { headers } = subscription.answered.response;
      expect(headers.get('Expires')).toBe('600');
      expect(headers.get('Contact')).toContain(`sip:${conference.user}@localhost`);
      expect(headers.get('Contact')).toContain(';isfocus');
      expect(headers.get('Allow-Events')).toBe('conference');
      const notified = await subscription.next(1);
      expect(notified.request.headers.get('Event')).toBe('conference');
      expect(notified.request.headers.get('Contact')).toContain(`sip:${conference.user}@localhost`);
      expect(notified.state.state).toBe('active');
      expect(notified.state.expiresSeconds).toBeGreaterThan(590);
      expect(notified.contentType).toBe(legacy);
      expect(notified.body).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>/u);
      const document = notified.document();
      expect(attributeOf(document, 'entity')).toBe(`sip:${conference.user}@localhost`);
      expect(attributeOf(document, 'version')).toBe('1');
      expect(usersOf(document).map((user) => attributeOf(user, 'entity'))).toEqual([
        'sip:anna@localhost',
        'sip:bert@localhost',
      ]);
    },
  );

  it.each([
    ['EVT-002 unknown package: 489', { event: 'presence' }, 489, ['Allow-Events', 'conference']],
    ['EVT-002 no Event: 489', { headers: { Event: '' } }, 489, ['Allow-Events', 'conference']],
    ['EVT-002 another media type: 406', { accept: 'application/pidf+xml' }, 406, ['Accept', legacy]],
    ['EVT-003 too brief: 423', { expires: 30 }, 423, ['Min-Expires', '60']],
    ['SIP-017 an extension: 420', { headers: { Require: 'gruu, foo' } }, 420, ['Unsupported', 'foo']],
  ] as const)('%s', async (_title, parts, status, [name, value]) => {
    const client = await installation.client(replica);
    const request = client.build('SUBSCRIBE', { to: room().user, headers: subscribeHeaders(parts) });
    const { response } = await client.authenticated(request);
    expect(response.status).toBe(status);
    expect(response.headers.get(name)).toContain(value);
  });

  it('RFC 3261 8.2.3 a body is not understood: 415', async () => {
    const client = await installation.client(replica);
    const headers = { ...subscribeHeaders(), 'Content-Type': 'application/simple-filter+xml' };
    const { response } = await client.authenticated(
      client.build('SUBSCRIBE', { to: room().user, headers, body: '<f/>' }),
    );
    expect(response.status).toBe(415);
    expect(response.headers.get('Accept')).toBe('');
  });

  it.each([
    ['EVT-002 not allowed: 403', Refusal.FORBIDDEN, 403],
    ['NOTIF-008 subscriptions are not allowed: 403', Refusal.LOCKED, 403],
    ['EVT-002 no such room: 404', Refusal.UNKNOWN_ROOM, 404],
  ])('%s', async (_title, refusal, status) => {
    const conference = room();
    conference.refused.set('sip:alice@localhost', refusal);
    const client = await installation.client(replica);
    const request = client.build('SUBSCRIBE', { to: conference.user, headers: subscribeHeaders() });
    expect((await client.authenticated(request)).response.status).toBe(status);
    expect(await rowsOf(conference)).toBe(0);
  });

  it.each([
    [undefined, '3600'],
    [60, '60'],
    [3_600, '3600'],
    [100_000, '3600'],
  ])('EVT-003 Expires %s: %s', async (asked, given) => {
    const client = await installation.client(replica, { user: `evt003-${String(asked)}` });
    const subscription = await subscribe(client, {
      room: room().user,
      ...(asked === undefined ? {} : { expires: asked }),
    });
    expect(subscription.answered.response.headers.get('Expires')).toBe(given);
  });

  it('EVT-003 Expires 0 is a fetch: one NOTIFY with the state, terminated;reason=timeout, and nothing is kept', async () => {
    const conference = room();
    const client = await installation.client(replica);
    const subscription = await subscribe(client, { room: conference.user, expires: 0 });
    const notified = await subscription.next(1);
    expect(notified.state).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect(usersOf(notified.document())).toHaveLength(2);
    await eventually(async () => expect(await rowsOf(conference)).toBe(0));
    expect((await subscription.again({ expires: 600 })).response.status).toBe(481);
  });

  it('EVT-008 a peer that knows GRUUs gets one, others get none', async () => {
    const conference = room();
    const client = await installation.client(replica);
    const subscription = await subscribe(client, { room: conference.user, headers: { Supported: 'gruu' } });
    expect(subscription.answered.response.headers.get('Contact')).toMatch(/^<sip:[^>]*;gr(?:;[^>]*)?>/u);
    expect((await subscription.next(1)).request.headers.get('Contact')).toMatch(/^<sip:[^>]*;gr(?:;[^>]*)?>/u);
    // The GRUU names the room.
    expect((await subscription.again({ headers: { Supported: 'gruu' } })).response.status).toBe(200);
    const plain = await subscribe(client, { room: conference.user });
    expect(plain.answered.response.headers.get('Contact')).not.toContain(';gr');
  });

  it('a user has so many subscriptions, no more: 403', async () => {
    const client = await installation.client(replica, { user: 'greedy' });
    const one = room().user;
    for (let n = 0; n < 10; n++) await subscribe(client, { room: one });
    const request = client.build('SUBSCRIBE', { to: one, headers: subscribeHeaders() });
    const { response } = await client.authenticated(request);
    expect(response.status).toBe(403);
    expect(response.headers.get('Reason')).toContain('too many subscriptions');
  });
});

describe('what is told', () => {
  it('EVT-012 EVT-013 EVT-014 partial documents: the first at once, then not too fast, and the end state is right', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'watcher' });
    const subscription = await subscribe(client, { room: conference.user });
    let state = (await subscription.next(1)).document();
    const startedMs = Date.now();
    for (let n = 0; n < 100; n++) {
      await tell(conference, () => conference.users.set(`u${String(n)}`, {}));
    }
    await tell(conference, () => conference.users.delete('anna'));
    await eventually(() => {
      for (const notified of subscription.notified()) {
        const document = notified.document();
        if (Number(attributeOf(document, 'version')) <= Number(attributeOf(state, 'version'))) continue;
        const applied = applyPartial(state, document);
        if (!applied.ok) throw applied.error;
        state = applied.value;
      }
      expect(usersOf(state)).toHaveLength(101);
    });
    const tookMs = Date.now() - startedMs;
    const documents = subscription.notified().map((notified) => notified.document());
    expect(documents.length).toBeLessThanOrEqual(2 + Math.ceil(tookMs / paceMs));
    expect(documents.map((document) => attributeOf(document, 'version'))).toEqual(
      documents.map((_, n) => String(n + 1)),
    );
    expect(attributeOf(documents.at(-1), 'state')).toBe('partial');
    const whole = readFragment(conference.text());
    if (!whole.ok) throw whole.error;
    const expected = toConferenceInfo(whole.value, {
      conferenceUri: `sip:${conference.user}@localhost`,
      state: 'full',
      version: 1,
    });
    const entities = (document: XmlElement): Set<unknown> =>
      new Set(usersOf(document).map((user) => attributeOf(user, 'entity')));
    expect(entities(state)).toEqual(entities(expected));
    expect(usersOf(state).some((user) => attributeOf(user, 'entity') === 'sip:anna@localhost')).toBe(false);
  });

  it('NOTIF-001 NOTIF-003 NOTIF-004 XCON: whole first, then differences that make the document of then', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'xcon' });
    const subscription = await subscribe(client, { room: conference.user, accept: `${legacy}, ${xcon}, ${diff}` });
    const first = await subscription.next(1);
    expect(first.contentType).toBe(xcon);
    expect(first.body).toContain(conference.text());
    await tell(conference, () => conference.users.set('anna', { nickname: 'Ann' }));
    await subscription.next(2);
    await tell(conference, () => {
      conference.users.delete('bert');
      conference.subject = 'something';
    });
    const third = await subscription.next(3);
    let document = first.document();
    for (const notified of subscription.notified().slice(1)) {
      expect(notified.contentType).toBe(diff);
      const applied = applyDiff(document, notified.document());
      if (!applied.ok) throw applied.error;
      document = applied.value;
    }
    const now = readFragment(conference.text());
    expect(document).toEqual(now.ok && now.value);
    expect(attributeOf(third.document(), 'entity')).toBe(`xcon:${conference.user}@localhost`);
  });

  it('NOTIF-001 without the difference type every NOTIFY is the whole XCON document', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'wholes' });
    const subscription = await subscribe(client, { room: conference.user, accept: xcon });
    await subscription.next(1);
    await tell(conference, () => (conference.subject = 'new'));
    const second = await subscription.next(2);
    expect(second.contentType).toBe(xcon);
    expect(second.body).toContain(conference.text());
  });

  it('NOTIF-003 EVT-015 a refresh brings the whole state, in the form it asks for', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'again' });
    const subscription = await subscribe(client, { room: conference.user });
    expect((await subscription.next(1)).contentType).toBe(legacy);
    expect((await subscription.again({ expires: 900 })).response.headers.get('Expires')).toBe('900');
    const second = await subscription.next(2);
    expect(attributeOf(second.document(), 'state')).toBe('full');
    expect(attributeOf(second.document(), 'version')).toBe('2');
    await subscription.again({ accept: `${xcon}, ${diff}, ${legacy}` });
    expect((await subscription.next(3)).contentType).toBe(xcon);
    await tell(conference, () => (conference.subject = 'new'));
    expect((await subscription.next(4)).contentType).toBe(diff);
  });

  it('NOTIF-005 nothing is sent while a NOTIFY waits for its answer; what changes meanwhile comes in one', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'slow', transport: 'TCP' });
    const held: (() => void)[] = [];
    client.onRequest = (transaction) => {
      held.push(() => transaction.respond(200));
    };
    const subscription = await subscribe(client, { room: conference.user, accept: `${xcon}, ${diff}` });
    await subscription.next(1);
    const other = await installation.client(replica, { user: 'quick' });
    const witness = await subscribe(other, { room: conference.user });
    for (let n = 0; n < 100; n++) await tell(conference, () => (conference.subject = `subject ${String(n)}`));
    // Who answers has been told everything by then.
    await eventually(() => expect(witness.notified().at(-1)?.body).toContain('subject 99'));
    expect(subscription.notified()).toHaveLength(1);
    held.shift()?.();
    expect((await subscription.next(2)).body).toContain('subject 99');
    held.shift()?.();
    await tell(conference, () => (conference.subject = 'the next'));
    expect((await subscription.next(3)).body).toContain('the next');
  });

  it('NOTIF-009 EVT-020 each sees its own view; who sees the same is asked for once', async () => {
    const conference = room();
    conference.hidden = 'bert';
    conference.privileged.add('sip:mod@localhost');
    const [mod, member, other] = await Promise.all(
      ['mod', 'member', 'other'].map((user) => installation.client(replica, { user })),
    );
    if (!mod || !member || !other) throw new Error('no clients');
    const seen = await subscribe(mod, { room: conference.user });
    const cut = await subscribe(member, { room: conference.user });
    const cutToo = await subscribe(other, { room: conference.user });
    expect(usersOf((await seen.next(1)).document())).toHaveLength(2);
    expect(usersOf((await cut.next(1)).document())).toHaveLength(1);
    await cutToo.next(1);
    // The first of a room is asked for again: something may have happened while nobody listened.
    await eventually(() => expect(conference.asked).toHaveLength(4));
    conference.asked.length = 0;
    const nick: NonNullable<StateChange['change']> = {
      $case: 'nicknameChanged',
      value: NicknameChanged.fromPartial({ pid: 'p', nickname: 'Berta' }),
    };
    await tell(conference, () => conference.users.set('bert', { nickname: 'Berta' }), nick);
    expect((await seen.next(2)).body).toContain('Berta');
    await eventually(() => expect(conference.asked).toHaveLength(2));
    expect(cut.notified()).toHaveLength(1);
    expect(cutToo.notified()).toHaveLength(1);
    // A change of rules may change anybody's view.
    conference.asked.length = 0;
    await tell(conference, () => conference.privileged.add('sip:member@localhost'));
    expect((await cut.next(2)).body).toContain('Berta');
    await eventually(() => expect(conference.asked).toHaveLength(3));
    expect(cutToo.notified()).toHaveLength(1);
  });

  it.each([
    ['departed', LeaveCause.DEPARTED],
    ['booted', LeaveCause.BOOTED],
    ['failed', LeaveCause.FAILED],
  ])('EVT-019 who left is told as %s, and then as deleted', async (method, cause) => {
    const conference = room();
    const client = await installation.client(replica, { user: 'sees-who-left' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    const left = { pid: 'p-anna', chatId: 'chat-anna', cause, lastEndpoint: true };
    await tell(conference, () => conference.users.delete('anna'), { $case: 'left', value: left });
    const second = await subscription.next(2);
    expect(second.body).toContain(`<status>disconnected</status>`);
    expect(second.body).toContain(`<disconnection-method>${method}</disconnection-method>`);
    const third = await subscription.next(3);
    expect(third.body).toMatch(/<user [^>]*state="deleted"/u);
    expect(third.body).toContain('sip:anna@localhost');
  });

  it.each([
    ['busy', 486],
    ['failed', 404],
  ])('EVT-019 a call into the room that comes to nothing is %s', async (method, status) => {
    const conference = room();
    installation.roomState.knownRooms.add(conference.user);
    const callee = await installation.client(replica, { user: 'callee' });
    callee.onRequest = (transaction) => {
      transaction.respond(transaction.request.method === 'INVITE' ? status : 200);
    };
    const uri = `sip:callee@127.0.0.1:${String(callee.port)}`;
    conference.users.set('callee', { dialing: uri });
    const client = await installation.client(replica, { user: 'sees-calls' });
    const subscription = await subscribe(client, { room: conference.user });
    expect((await subscription.next(1)).body).toContain('<status>dialing-out</status>');
    const call = { callId: `call-${method}`, uri, userId: 'xcon-userid:callee@localhost' };
    await tell(conference, () => undefined, { $case: 'callWanted', value: call });
    await eventually(() => expect(installation.roomState.count('reportCall')).toBeGreaterThan(0));
    installation.roomState.calls.length = 0;
    await tell(conference, () => conference.users.delete('callee'));
    const second = await subscription.next(2);
    expect(second.body).toContain(`<disconnection-method>${method}</disconnection-method>`);
  });

  it('room-state away: the subscriber is told when it is back', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'patient' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    installation.roomState.away.add('document');
    await tell(conference, () => (conference.subject = 'while it was away'));
    await eventually(() => expect(installation.log.join('')).toContain('"notifying"'));
    installation.roomState.away.delete('document');
    expect((await subscription.next(2)).body).toContain('while it was away');
  });
});

describe('the end', () => {
  it.each([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])(
    'EVT-005 %i to a NOTIFY ends the subscription',
    async (status) => {
      const conference = room();
      const client = await installation.client(replica, { user: `ends-${String(status)}` });
      answersNotify(client, status);
      const subscription = await subscribe(client, { room: conference.user });
      await subscription.next(1);
      await eventually(async () => expect(await rowsOf(conference)).toBe(0));
    },
  );

  it('EVT-005 no answer at all ends it', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'silent' });
    client.onRequest = () => undefined;
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    await eventually(async () => expect(await rowsOf(conference)).toBe(0));
  });

  it.each([400, 500, 503, 603])('EVT-005 %i does not: the whole state is sent again later', async (status) => {
    const conference = room();
    const client = await installation.client(replica, { user: `stays-${String(status)}` });
    answersNotify(client, status);
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    answersNotify(client, 200);
    const second = await subscription.next(2);
    expect(second.state.state).toBe('active');
    expect(attributeOf(second.document(), 'state')).toBe('full');
    expect(await rowsOf(conference)).toBe(1);
  });

  it('EVT-006 not refreshed: terminated;reason=timeout', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'late' });
    const subscription = await subscribe(client, { room: conference.user, expires: 60 });
    await subscription.next(1);
    installation.clock.pass(61_000);
    expect((await subscription.next(2)).state).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect((await subscription.again()).response.status).toBe(481);
  });

  it('EVT-003 EVT-006 SUBSCRIBE with Expires 0: 200, and a last NOTIFY with the state', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'leaver' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    const { response } = await subscription.again({ expires: 0 });
    expect([response.status, response.headers.get('Expires')]).toEqual([200, '0']);
    const last = await subscription.next(2);
    expect(last.state).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect(usersOf(last.document())).toHaveLength(2);
    expect((await subscription.again()).response.status).toBe(481);
  });

  it('EVT-006 VENUE-004 the room is over: noresource, and where the others have gone', async () => {
    const conference = room();
    const closed: NonNullable<StateChange['change']> = {
      $case: 'roomClosed',
      value: { reason: 'moved', successorUri: 'sip:next@localhost' },
    };
    const clients = await Promise.all(['old', 'new'].map((user) => installation.client(replica, { user })));
    const [old, fresh] = clients;
    if (!old || !fresh) throw new Error('no clients');
    const first = await subscribe(old, { room: conference.user });
    const second = await subscribe(fresh, { room: conference.user, accept: xcon });
    await Promise.all([first.next(1), second.next(1)]);
    await tell(conference, () => undefined, closed);
    const [legacyEnd, xconEnd] = await Promise.all([first.next(2), second.next(2)]);
    for (const { state } of [legacyEnd, xconEnd])
      expect(state).toMatchObject({ state: 'terminated', reason: 'noresource' });
    expect(attributeOf(legacyEnd.document(), 'state')).toBe('deleted');
    expect(
      textOf(childElement(childElement(xconEnd.document(), info, 'conference-state'), info, 'active') as XmlElement),
    ).toBe('false');
    for (const { body } of [legacyEnd, xconEnd]) expect(body).toContain('sip:next@localhost');
    expect(await rowsOf(conference)).toBe(0);
  });

  it('EVT-006 rights lost: rejected, with nothing of the room in it', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'banned' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    await tell(conference, () => conference.refused.set('sip:banned@localhost', Refusal.FORBIDDEN));
    const last = await subscription.next(2);
    expect(last.state).toMatchObject({ state: 'terminated', reason: 'rejected' });
    expect(last.body).toBe('');
  });

  it('EVT-006 a refresh after the rights are gone: 403, and rejected', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'unlucky' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    conference.refused.set('sip:unlucky@localhost', Refusal.FORBIDDEN);
    expect((await subscription.again()).response.status).toBe(403);
    expect((await subscription.next(2)).state).toMatchObject({ state: 'terminated', reason: 'rejected' });
  });
});

describe('dialogs', () => {
  it('EVT-007 BYE of the INVITE does not end a subscription of its own', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'bye' });
    const joined = await client.join();
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await tell(conference, () => (conference.subject = 'after the BYE'));
    expect((await subscription.next(2)).body).toContain('after the BYE');
  });

  it('EVT-007 inside the INVITE dialog: a usage of its own, by id, that outlives the BYE', async () => {
    const conference = installation.roomState.documents.add('lobby');
    conference.users.set('anna', {});
    const client = await installation.client(replica, { user: 'inside' });
    const joined = await client.join();
    const callId = joined.request.headers.get('Call-ID') ?? '';
    const ask = (parts: Parameters<typeof subscribeHeaders>[0]): Promise<number> =>
      client
        .inDialog(joined, 'SUBSCRIBE', { headers: subscribeHeaders(parts), authenticate: true })
        .then(({ response }) => response.status);
    expect(await ask({})).toBe(200);
    expect(await ask({ event: 'conference;id=two', accept: xcon })).toBe(200);
    const plain = (): ReturnType<typeof notifiesOf> => notifiesOf(client, callId, 'conference');
    const named = (): ReturnType<typeof notifiesOf> => notifiesOf(client, callId, 'conference;id=two');
    await eventually(() => {
      expect(plain().map(({ contentType }) => contentType)).toEqual([legacy]);
      expect(named().map(({ contentType }) => contentType)).toEqual([xcon]);
    });
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await tell(conference, () => (conference.subject = 'they are gone'));
    await eventually(() => {
      expect(plain().at(-1)?.body).toContain('they are gone');
      expect(named().at(-1)?.body).toContain('they are gone');
    });
    // Refreshed by its id; the other one goes on.
    expect(await ask({ event: 'conference;id=two', expires: 0 })).toBe(200);
    await eventually(() => expect(named().at(-1)?.state.state).toBe('terminated'));
    expect(await ask({ expires: 600 })).toBe(200);
    expect(await ask({ expires: 0 })).toBe(200);
    await eventually(() => expect(plain().at(-1)?.state.state).toBe('terminated'));
    expect(await ask({})).toBe(481);
    const sequences = [...plain(), ...named()].map(({ request }) =>
      Number.parseInt(request.headers.get('CSeq') ?? '', 10),
    );
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('EVT-001 a new subscription inside a dialog is authenticated, whatever the flow', async () => {
    const client = await installation.client(replica, { user: 'flow' });
    const joined = await client.join();
    const { response } = await client.inDialog(joined, 'SUBSCRIBE', { headers: subscribeHeaders() });
    expect(response.status).toBe(401);
  });

  it('EVT-009 CANCEL of a SUBSCRIBE is answered 200 and changes nothing', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'cancel' });
    const first = client.build('SUBSCRIBE', { to: conference.user, headers: subscribeHeaders() });
    const challenge = client.digest.answer(first, await client.send(first));
    if (!challenge.ok) throw new Error(challenge.error);
    let release: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const original = installation.roomState.document;
    installation.roomState.document = async (request) => {
      installation.roomState.document = original;
      await asked;
      return original(request);
    };
    const via = `SIP/2.0/UDP 127.0.0.1:${String(client.port)};branch=z9hG4bKcancelled;rport`;
    const request = { ...challenge.value, headers: challenge.value.headers.clone() };
    request.headers.prepend('Via', via);
    await client.raw(request);
    const cancel = { ...first, method: 'CANCEL', body: new Uint8Array(), headers: request.headers.clone() };
    cancel.headers.set('CSeq', (request.headers.get('CSeq') ?? '').replace('SUBSCRIBE', 'CANCEL'));
    await client.raw(cancel);
    const answersTo = (method: string): number[] =>
      client.received.flatMap((message) =>
        message.kind === 'response' && message.headers.get('CSeq')?.endsWith(method) === true ? [message.status] : [],
      );
    await eventually(() => expect(answersTo('CANCEL')).toEqual([200]));
    release();
    await eventually(() => expect(answersTo('SUBSCRIBE')).toEqual([401, 200]));
    expect(await client.nextRequest('NOTIFY')).toBeDefined();
  });

  it('AUTH-015 somebody else in the dialog of a subscription: 403, and it stands', async () => {
    const conference = room();
    const client = await installation.client(replica, { user: 'owner', transport: 'TCP' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    const mallory = await installation.client(replica, { user: 'mallory', transport: 'TCP' });
    const stolen = { ...subscription.joined, dialog: { ...subscription.joined.dialog } };
    stolen.dialog = {
      ...stolen.dialog,
      localAddress: stolen.dialog.localAddress.replace('sip:owner@', 'sip:mallory@'),
    };
    const { response } = await mallory.inDialog(stolen, 'SUBSCRIBE', {
      headers: subscribeHeaders({ expires: 0 }),
      authenticate: true,
    });
    expect(response.status).toBe(403);
    expect(await rowsOf(conference)).toBe(1);
  });
});
