import { attributeOf } from '@plenary/wire/xml';
import { applyDiff, applyPartial, formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { CcmpUser } from '../raw/ccmp-user.js';
import { conferenceInfoFaults } from '../raw/event-schema.js';
import { headerOf, type SipText } from '../raw/sip-socket.js';
import {
  answerTo,
  conferenceInfo,
  documentIn,
  stateOf,
  Subscription,
  textAt,
  userIn,
  usersIn,
  xconDiff,
  xconInfo,
} from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const paceMs = 300;
const system = useSystem({
  settings: {
    focus: {
      FOCUS_NOTIFY_PACE_MS: String(paceMs),
      FOCUS_SUBSCRIPTION_MIN_SECONDS: '1',
      FOCUS_SWEEP_INTERVAL_MS: '200',
    },
  },
});
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
/** A room the watchers may see without being in it. */
const watched = (...watchers: string[]): Promise<string> =>
  system.room({ access: { members: watchers.map((name) => system.uri(name)) } });
const uris = (document: Parameters<typeof usersIn>[0]): (string | undefined)[] =>
  usersIn(document).map((one) => attributeOf(one, 'entity'));
const versionOf = (notify: SipText): number => Number(attributeOf(documentIn(notify), 'version'));

/** NOTIFYs until this holds for the copy they make, which is returned. */
async function followed(
  subscription: Subscription,
  start: ReturnType<typeof documentIn>,
  until: (document: ReturnType<typeof documentIn>) => boolean,
): Promise<ReturnType<typeof documentIn>> {
  let copy = start;
  while (!until(copy)) {
    const applied = applyPartial(copy, documentIn(await subscription.notify()));
    if (!applied.ok) throw applied.error;
    copy = applied.value;
  }
  return copy;
}

describe('NOTIFY', () => {
  it('EVT-004 Event, Subscription-State with expires, Contact of the room, Content-Type', async () => {
    const room = await watched('alice');
    const subscription = await Subscription.open(await system.caller('alice'), room, { expires: 600 });
    const notify = await subscription.notify();
    expect(headerOf(notify, 'Event')).toBe('conference');
    expect(stateOf(notify)).toMatchObject({ state: 'active', reason: undefined });
    expect(stateOf(notify).expires).toBeGreaterThan(590);
    expect(headerOf(notify, 'Contact')).toContain(`<${room}`);
    expect(headerOf(notify, 'Content-Type')).toBe(conferenceInfo);
    expect(headerOf(notify, 'CSeq')).toMatch(/^\d+ NOTIFY$/);
  });

  it.each([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])(
    'EVT-005 answered %i: the subscription is over',
    async (status) => {
      const room = await watched('alice');
      const subscription = await Subscription.open(await system.caller('alice'), room);
      await subscription.notify({ status });
      await expect.poll(async () => (await subscription.again()).status).toBe(481);
    },
  );

  it.each([400, 408, 500, 503, 600])('EVT-005 answered %i: it goes on, and the state is sent again', async (status) => {
    const room = await watched('alice');
    const subscription = await Subscription.open(await system.caller('alice'), room);
    await subscription.notify({ status });
    const again = await subscription.notify();
    expect(stateOf(again).state).toBe('active');
    expect(attributeOf(documentIn(again), 'state')).toBe('full');
    expect((await subscription.again()).status).toBe(200);
  });

  it('EVT-006 not refreshed: terminated;reason=timeout', async () => {
    const room = await watched('alice');
    const subscription = await Subscription.open(await system.caller('alice'), room, { expires: 1 });
    await subscription.notify();
    expect(stateOf(await subscription.notify())).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect((await subscription.again()).status).toBe(481);
  });

  it('EVT-006 unsubscribed: terminated;reason=timeout, with the state', async () => {
    const room = await watched('alice');
    const subscription = await Subscription.open(await system.caller('alice'), room);
    await subscription.notify();
    expect((await subscription.again({ expires: 0 })).status).toBe(200);
    const last = await subscription.notify();
    expect(stateOf(last)).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect(attributeOf(documentIn(last), 'state')).toBe('full');
  });

  it('EVT-006 the room is over: noresource', async () => {
    const room = await user('operator').room('default');
    const subscription = await Subscription.open(await system.caller('operator'), room.uri);
    const fresh = await Subscription.open(await system.caller('operator'), room.uri, { accept: xconInfo });
    await Promise.all([subscription.notify(), fresh.notify()]);
    await user('operator').ask('conf', { confObjID: room.id, operation: 'delete' });
    for (const one of [subscription, fresh]) {
      let last = await one.notify();
      while (stateOf(last).state === 'active') last = await one.notify();
      expect(stateOf(last)).toMatchObject({ state: 'terminated', reason: 'noresource' });
    }
    const [end] = subscription.taken.slice(-1);
    expect(end && attributeOf(documentIn(end), 'state')).toBe('deleted');
  });

  it('EVT-006 rights lost: rejected, and nothing of the room in it', async () => {
    const room = await user('operator').room('default');
    const bob = await system.join(room.uri, 'bob');
    const subscription = await Subscription.open(await system.caller('bob'), room.uri);
    await subscription.notify();
    await user('operator').removeUser(room, user('bob').userId);
    let last = await subscription.notify();
    while (stateOf(last).state === 'active') last = await subscription.notify();
    expect(stateOf(last)).toMatchObject({ state: 'terminated', reason: 'rejected' });
    expect(last.body).toBe('');
    bob.msrp.destroy();
  });
});

describe('partial documents', () => {
  it('EVT-010 EVT-011 EVT-012 EVT-013 joins and leaves: each valid, versions one after another, the copy is the room', async () => {
    const room = await watched('watcher');
    const subscription = await Subscription.open(await system.caller('watcher'), room);
    const first = await subscription.notify();
    expect(attributeOf(documentIn(first), 'entity')).toBe(room);
    const [ann, bob] = [await system.join(room, 'ann'), await system.join(room, 'bob')];
    let copy = await followed(subscription, documentIn(first), (document) => usersIn(document).length === 2);
    expect(new Set(uris(copy))).toEqual(new Set([system.uri('ann'), system.uri('bob')]));
    await ann.leave();
    copy = await followed(subscription, copy, (document) => usersIn(document).length === 1);
    expect(uris(copy)).toEqual([system.uri('bob')]);
    const deletion = subscription.taken
      .map(documentIn)
      .find((document) => usersIn(document).some((one) => attributeOf(one, 'state') === 'deleted'));
    expect(deletion && attributeOf(deletion, 'state')).toBe('partial');
    expect(subscription.taken.map(versionOf)).toEqual(subscription.taken.map((_, n) => versionOf(first) + n));
    for (const notify of subscription.taken) {
      expect(notify.body.startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
      expect(conferenceInfoFaults(notify.body)).toEqual([]);
    }
    // What a refresh brings is the same room.
    await subscription.again();
    const whole = documentIn(await subscription.notify());
    expect(attributeOf(whole, 'state')).toBe('full');
    expect(uris(whole)).toEqual(uris(copy));
    await bob.leave();
  });

  it('EVT-012 full has description and users; a child of a full parent is not partial', async () => {
    const room = await watched('watcher');
    const subscription = await Subscription.open(await system.caller('watcher'), room);
    const whole = documentIn(await subscription.notify());
    const names = whole.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]));
    expect(names).toContain('conference-description');
    expect(names).toContain('users');
    expect(JSON.stringify(whole.children)).not.toContain('"partial"');
  });

  it('EVT-013 one of two devices leaves: the endpoint is deleted, the user stays', async () => {
    const room = await watched('watcher');
    const [desk, phone] = [await system.join(room, 'ann'), await system.join(room, 'ann')];
    const subscription = await Subscription.open(await system.caller('watcher'), room);
    const first = documentIn(await subscription.notify());
    const endpoints = (document: typeof first): number =>
      usersIn(document).reduce(
        (sum, one) =>
          sum + one.children.filter((child) => typeof child !== 'string' && child.name === 'endpoint').length,
        0,
      );
    expect([usersIn(first).length, endpoints(first)]).toEqual([1, 2]);
    await phone.leave();
    const copy = await followed(subscription, first, (document) => endpoints(document) === 1);
    expect(uris(copy)).toEqual([system.uri('ann')]);
    expect(subscription.taken.some(({ body }) => /<endpoint[^>]*state="deleted"/.test(body))).toBe(true);
    await desk.leave();
  });

  it('EVT-014 the first change is told at once, a hundred more in a few NOTIFYs, and the end is right', async () => {
    const room = await watched('watcher');
    const ann = await system.join(room, 'ann');
    const subscription = await Subscription.open(await system.caller('watcher'), room);
    let copy = documentIn(await subscription.notify());
    const startedMs = Date.now();
    for (let n = 0; n < 100; n++) await ann.nickname(`"Ann ${String(n)}"`);
    copy = await followed(subscription, copy, (document) =>
      JSON.stringify(userIn(document, system.uri('ann'))?.attributes).includes('Ann 99'),
    );
    const most = 2 + Math.ceil((Date.now() - startedMs) / paceMs);
    expect(subscription.taken.length).toBeLessThanOrEqual(most);
    await ann.leave();
  });

  it('EVT-014 NOTIF-010 nickname, subject and mute are told, whichever protocol caused them', async () => {
    const room = await user('operator').room('default');
    const ann = await system.join(room.uri, 'ann');
    const subscription = await Subscription.open(await system.caller('ann'), room.uri);
    await subscription.notify();
    await ann.nickname('"Annie"');
    await subscription.until('Annie');
    await user('operator').update(
      room,
      '<info:conference-description><info:subject>Of cabbages</info:subject></info:conference-description>',
    );
    await subscription.until('Of cabbages');
    const chatId = /\/([^/.]+)\./.exec(ann.toPath.replace('msrp://', ''))?.[1] ?? '';
    await user('operator').updateUser(
      room,
      user('ann').userId,
      `<info:endpoint entity="${chatId}"><info:media id="1"><info:status>recvonly</info:status></info:media></info:endpoint>`,
    );
    const muted = await subscription.until('recvonly');
    expect(textAt(userIn(documentIn(muted), system.uri('ann')), 'endpoint', 'media', 'status')).toBe('recvonly');
    await ann.leave();
  });

  it('EVT-019 how somebody left is told before the deletion: departed, booted', async () => {
    const room = await user('operator').room('default');
    const subscription = await Subscription.open(await system.caller('operator'), room.uri);
    await subscription.notify();
    const methodIn = (notify: SipText, name: string): string | undefined =>
      textAt(userIn(documentIn(notify), system.uri(name)), 'endpoint', 'disconnection-method');
    const told = async (name: string): Promise<string> => {
      for (;;) {
        const method = methodIn(await subscription.notify(), name);
        if (method !== undefined) return method;
      }
    };
    const [ann, bob] = [await system.join(room.uri, 'ann'), await system.join(room.uri, 'bob')];
    const joined = await subscription.until('bob@');
    expect(textAt(userIn(documentIn(joined), system.uri('bob')), 'endpoint', 'joining-method')).toBe('dialed-in');
    await ann.leave();
    expect(await told('ann')).toBe('departed');
    await user('operator').removeUser(room, user('bob').userId);
    expect(await told('bob')).toBe('booted');
    bob.msrp.destroy();
  });
});

describe('XCON documents', () => {
  it('EVT-022 NOTIF-001 NOTIF-003 NOTIF-004 VER-006 whole first, then differences; all applied they are what CCMP says', async () => {
    const room = await user('operator').room('default');
    const caller = await system.caller('operator');
    const accept = `${conferenceInfo}, ${xconInfo}, ${xconDiff}`;
    const subscription = await Subscription.open(caller, room.uri, { accept });
    const first = await subscription.notify();
    expect(headerOf(first, 'Content-Type')).toBe(xconInfo);
    expect(attributeOf(documentIn(first), 'entity')).toBe(room.id);
    const ann = await system.join(room.uri, 'ann');
    await ann.nickname('"Annie"');
    await user('operator').update(
      room,
      '<info:conference-description><info:subject>Of kings</info:subject></info:conference-description>',
    );
    let copy = documentIn(first);
    const upToDate = async (): Promise<boolean> => {
      const now = await user('operator').document(room);
      return attributeOf(copy, 'version') === attributeOf(now, 'version');
    };
    while (!(await upToDate())) {
      const notify = await subscription.notify();
      expect(headerOf(notify, 'Content-Type')).toBe(xconDiff);
      const diff = documentIn(notify);
      expect(diff.name).toBe('conference-info-diff');
      expect(attributeOf(diff, 'entity')).toBe(room.id);
      const applied = applyDiff(copy, diff);
      if (!applied.ok) throw applied.error;
      copy = applied.value;
    }
    const retrieved = await user('operator').document(room);
    expect(formatDocument({ ...retrieved, ns: copy.ns, name: copy.name })).toBe(formatDocument(copy));
    await ann.leave();
  });

  it('NOTIF-002 who accepts RFC 4575 alone gets that, with SIP URIs', async () => {
    const room = await user('operator').room('default');
    const ann = await system.join(room.uri, 'ann');
    const subscription = await Subscription.open(await system.caller('ann'), room.uri, { accept: conferenceInfo });
    const document = documentIn(await subscription.notify());
    expect(attributeOf(document, 'entity')).toBe(room.uri);
    expect(uris(document)).toEqual([system.uri('ann')]);
    await ann.leave();
  });

  it('NOTIF-005 no further NOTIFY before the one before is answered; what changes meanwhile is folded', async () => {
    const room = await watched('watcher', 'witness');
    const ann = await system.join(room, 'ann');
    const subscription = await Subscription.open(await system.caller('watcher'), room, {
      accept: `${xconInfo}, ${xconDiff}`,
    });
    const witness = await Subscription.open(await system.caller('witness'), room);
    await subscription.notify();
    await ann.nickname('"One"');
    const held = await subscription.notify({ status: undefined });
    for (let n = 0; n < 50; n++) await ann.nickname(`"Name ${String(n)}"`);
    // Who answers has been told everything by then.
    await witness.until('Name 49');
    expect(subscription.caller.sip.messages.filter(({ method }) => method === 'NOTIFY')).toHaveLength(2);
    await answerTo(subscription.caller, held, 200);
    expect((await subscription.notify()).body).toContain('Name 49');
    await ann.leave();
  });
});
