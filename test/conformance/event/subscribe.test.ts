import { describe, expect, it } from 'vitest';
import { CcmpUser } from '../raw/ccmp-user.js';
import { offer } from '../raw/messages.js';
import { headerOf } from '../raw/sip-socket.js';
import {
  answerTo,
  conferenceInfo,
  documentIn,
  stateOf,
  subscribeLines,
  Subscription,
  textAt,
  usersIn,
  xconInfo,
} from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '200' } } });
const operator = (): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), 'operator');
const stranger = 'application/pidf+xml';
/** A room alice, bob and carol may see without being in it. */
const openRoom = (): Promise<string> =>
  system.room({ access: { members: ['alice', 'bob', 'carol'].map((name) => system.uri(name)) } });

describe('SUBSCRIBE', () => {
  it.each(['TCP', 'UDP'] as const)(
    'EVT-001 over %s: 401 without credentials, then 200 (never 202), and a NOTIFY with the full state at once',
    async (transport) => {
      const room = await openRoom();
      const seat = await system.join(room, 'bob');
      const alice = await system.caller('alice', { transport });
      const bare = await alice.request('SUBSCRIBE', room, { authenticate: false, headers: subscribeLines({}) });
      expect(bare.status).toBe(401);
      const subscription = await Subscription.open(alice, room, { expires: 600 });
      expect(subscription.answer.status).toBe(200);
      expect(headerOf(subscription.answer, 'Expires')).toBe('600');
      const notify = await subscription.notify();
      const document = documentIn(notify);
      expect(document.attributes.find(({ name }) => name === 'state')?.value ?? 'full').toBe('full');
      expect(textAt(document, 'conference-state', 'user-count')).toBe('1');
      expect(usersIn(document)).toHaveLength(1);
      await seat.leave();
    },
  );

  it('EVT-001 who is in the room or on its list may, a stranger not', async () => {
    const room = await system.room({ access: { membersOnly: true, members: ['sip:alice@localhost'] } });
    const member = await Subscription.open(await system.caller('alice'), room);
    expect(member.answer.status).toBe(200);
    await member.notify();
    const other = await Subscription.open(await system.caller('mallory'), room);
    expect(other.answer.status).toBe(403);
  });

  it.each([
    ['an unknown package', { event: 'presence' }],
    ['none at all', { event: '' }],
    ['a package of another case', { event: 'Conference' }],
  ])('EVT-002 Event: %s: 489 with Allow-Events', async (_what, options) => {
    const room = await openRoom();
    const { answer } = await Subscription.open(await system.caller('alice'), room, options);
    expect(answer.status).toBe(489);
    expect(headerOf(answer, 'Allow-Events')?.split(/\s*,\s*/)).toContain('conference');
  });

  it('EVT-002 Accept without a conference document: 406; no such room: 404', async () => {
    const room = await openRoom();
    const refused = await Subscription.open(await system.caller('alice'), room, { accept: stranger });
    expect(refused.answer.status).toBe(406);
    expect(headerOf(refused.answer, 'Accept')).toContain(conferenceInfo);
    const nowhere = await Subscription.open(await system.caller('alice'), system.uri('nowhere-at-all'));
    expect(nowhere.answer.status).toBe(404);
    const both = await Subscription.open(await system.caller('alice'), room, {
      accept: `${stranger}, ${conferenceInfo}`,
    });
    expect(both.answer.status).toBe(200);
    expect(headerOf(await both.notify(), 'Content-Type')).toBe(conferenceInfo);
  });

  it('EVT-002 NOTIF-008 subscriptions are switched off for the room: 403', async () => {
    const room = await operator().room('default');
    const alice = await system.join(room.uri, 'alice');
    await system.join(room.uri, 'bob');
    const allowed = await Subscription.open(await system.caller('alice'), room.uri);
    expect(allowed.answer.status).toBe(200);
    await operator().update(
      room,
      '<info:conference-state><xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription></info:conference-state>',
    );
    const refused = await Subscription.open(await system.caller('bob'), room.uri);
    expect(refused.answer.status).toBe(403);
    let last = await allowed.notify();
    while (stateOf(last).state === 'active') last = await allowed.notify();
    expect(stateOf(last)).toMatchObject({ state: 'terminated', reason: 'rejected' });
    await alice.leave();
  });

  it.each([
    [undefined, '3600'],
    ['60', '60'],
    ['1800', '1800'],
    ['3600', '3600'],
    ['7200', '3600'],
    ['4294967295', '3600'],
    ['soon', '3600'],
  ])('EVT-003 Expires %s is answered %s: shortened perhaps, never lengthened', async (asked, given) => {
    const room = await openRoom();
    const caller = await system.caller('alice');
    const subscription = await Subscription.open(caller, room, asked === undefined ? {} : { expires: asked });
    expect(subscription.answer.status).toBe(200);
    expect(headerOf(subscription.answer, 'Expires')).toBe(given);
    const { expires } = stateOf(await subscription.notify());
    expect(expires).toBeLessThanOrEqual(Number(given));
    expect(expires).toBeGreaterThan(Number(given) - 5);
  });

  it('EVT-003 too brief is 423 with Min-Expires; in a refresh, too', async () => {
    const room = await openRoom();
    const caller = await system.caller('alice');
    const { answer } = await Subscription.open(caller, room, { expires: 5 });
    expect(answer.status).toBe(423);
    const least = Number(headerOf(answer, 'Min-Expires'));
    expect(least).toBeGreaterThan(5);
    expect(least).toBeLessThan(3_600);
    const subscription = await Subscription.open(caller, room, { expires: least });
    expect(subscription.answer.status).toBe(200);
    await subscription.notify();
    expect((await subscription.again({ expires: 5 })).status).toBe(423);
    expect((await subscription.again({ expires: least })).status).toBe(200);
  });

  it('EVT-003 Expires 0 is a fetch: the state, terminated;reason=timeout, and the dialog is over', async () => {
    const room = await openRoom();
    const subscription = await Subscription.open(await system.caller('alice'), room, { expires: 0 });
    expect(subscription.answer.status).toBe(200);
    expect(headerOf(subscription.answer, 'Expires')).toBe('0');
    const notify = await subscription.notify();
    expect(stateOf(notify)).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect(textAt(documentIn(notify), 'conference-state', 'user-count')).toBe('0');
    expect((await subscription.again({ expires: 600 })).status).toBe(481);
  });

  it('EVT-008 a peer that supports gruu gets a GRUU as Contact, in the 200 and in the NOTIFY, and it works', async () => {
    const room = await openRoom();
    const options = { headers: ['Supported: gruu'] };
    const subscription = await Subscription.open(await system.caller('alice'), room, options);
    const gruu = /^<(sip:[^>]*)>/.exec(headerOf(subscription.answer, 'Contact') ?? '')?.[1] ?? '';
    expect(gruu).toMatch(/;gr(?:=|;|$)/);
    expect(headerOf(await subscription.notify(), 'Contact')).toContain(`<${gruu}>`);
    // A GRUU is a URI anybody may use: for a subscription of one's own, outside the dialog.
    const other = await system.caller('bob');
    const own = await Subscription.open(other, gruu, { to: room });
    expect(own.answer.status).toBe(200);
    await own.notify();
    const plain = await Subscription.open(await system.caller('carol'), room);
    expect(headerOf(plain.answer, 'Contact')).not.toMatch(/;gr(?:[=;>])/);
  });

  it('EVT-009 CANCEL for a SUBSCRIBE is answered 200 and has no effect', async () => {
    const room = await openRoom();
    const caller = await system.caller('alice', { transport: 'UDP' });
    const cseq = ++caller.cseq;
    const branch = 'z9hG4bKevt009';
    const first = await caller.request('SUBSCRIBE', room, { authenticate: false, headers: subscribeLines({}) });
    caller.challenged(first);
    const next = cseq + 10;
    const authorization = `Authorization: ${caller.credentials('SUBSCRIBE', room)}`;
    const options = { cseq: next, branch };
    await caller.sip.write(
      caller.text('SUBSCRIBE', room, { ...options, headers: [...subscribeLines({}), authorization] }),
    );
    await caller.sip.write(caller.text('CANCEL', room, options));
    expect((await caller.sip.answer(caller.callId, `${String(next)} CANCEL`)).status).toBe(200);
    const answer = await caller.sip.answer(caller.callId, `${String(next)} SUBSCRIBE`);
    expect(answer.status).toBe(200);
    const notify = await caller.sip.next((message) => message.method === 'NOTIFY');
    await answerTo(caller, notify, 200);
    expect(stateOf(notify).state).toBe('active');
    // And one for which there is nothing (any more).
    const stray = await caller.request('CANCEL', room, { branch: 'z9hG4bKnothing', authenticate: false });
    expect(stray.status).toBe(481);
  });
});

describe('dialogs', () => {
  it('EVT-007 BYE of the INVITE dialog does not end a subscription of its own', async () => {
    const room = await openRoom();
    const seat = await system.join(room, 'alice');
    const subscription = await Subscription.open(await system.caller('alice'), room);
    await subscription.notify();
    await seat.leave();
    const after = await subscription.notify();
    expect(stateOf(after).state).toBe('active');
    expect((await subscription.again()).status).toBe(200);
  });

  it('EVT-007 SUBSCRIBE inside the INVITE dialog is a second usage: it outlives the BYE and keeps the dialog alive', async () => {
    const room = await openRoom();
    const caller = await system.caller('alice');
    expect((await caller.invite(room, offer())).status).toBe(200);
    await caller.ack(room);
    const inside = await Subscription.open(caller, room, { event: 'conference;id=seven' });
    expect(inside.answer.status).toBe(200);
    const first = await inside.notify();
    expect(headerOf(first, 'Event')).toBe('conference;id=seven');
    expect(headerOf(first, 'From')).toContain(`;tag=${caller.toTag ?? ''}`);
    expect((await caller.bye(room)).status).toBe(200);
    const bob = await system.join(room, 'bob');
    await inside.until('bob@localhost');
    expect((await inside.again({ event: 'conference;id=seven', expires: 0 })).status).toBe(200);
    let last = await inside.notify();
    while (stateOf(last).state !== 'terminated') last = await inside.notify();
    expect((await inside.again({ event: 'conference;id=seven' })).status).toBe(481);
    await bob.leave();
  });

  it('EVT-007 the id is echoed, and each id is a subscription of its own', async () => {
    const room = await openRoom();
    const caller = await system.caller('alice');
    const subscription = await Subscription.open(caller, room, { event: 'conference;id=1' });
    expect(headerOf(await subscription.notify(), 'Event')).toBe('conference;id=1');
    const second = await subscription.again({ event: 'conference;id=2', accept: xconInfo });
    expect(second.status).toBe(200);
    const named = await subscription.notify({ event: 'conference;id=2' });
    expect(headerOf(named, 'Content-Type')).toBe(xconInfo);
    expect((await subscription.again({ event: 'conference;id=1', expires: 0 })).status).toBe(200);
    expect(stateOf(await subscription.notify({ event: 'conference;id=1' }))).toMatchObject({ state: 'terminated' });
    expect((await subscription.again({ event: 'conference;id=2', accept: xconInfo })).status).toBe(200);
    expect(stateOf(await subscription.notify({ event: 'conference;id=2' }))).toMatchObject({ state: 'active' });
  });
});
