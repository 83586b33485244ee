import { attributeOf, childElement, childrenNamed } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { conferenceInfoFaults } from '../raw/event-schema.js';
import { headerOf } from '../raw/sip-socket.js';
import { documentIn, infoNamespace, Subscription, textAt, userIn, usersIn } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '200' } } });
const xcon = 'urn:ietf:params:xml:ns:xcon-conference-info';
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);

/** The room as this user is told it. */
async function seenBy(name: string, room: MadeRoom): Promise<ReturnType<typeof documentIn>> {
  const subscription = await Subscription.open(await system.caller(name), room.uri, { expires: 0 });
  expect(subscription.answer.status).toBe(200);
  const notify = await subscription.notify();
  expect(conferenceInfoFaults(notify.body)).toEqual([]);
  return documentIn(notify);
}

describe('the document of a room', () => {
  it('EVT-010 is valid against the schema of RFC 4575, rich as it may be', async () => {
    const room = await user('operator').room(
      'logged',
      '<info:conference-description><info:subject>All &amp; sundry</info:subject><info:keywords>a b</info:keywords></info:conference-description>',
    );
    const ann = await system.join(room.uri, 'ann');
    await ann.nickname('"Änn"');
    const subscription = await Subscription.open(await system.caller('operator'), room.uri);
    const notify = await subscription.notify();
    expect(conferenceInfoFaults(notify.body)).toEqual([]);
    const document = documentIn(notify);
    expect(document.ns).toBe(infoNamespace);
    expect(document.name).toBe('conference-info');
    for (const name of ['entity', 'state', 'version']) expect(attributeOf(document, name), name).toBeDefined();
    await ann.leave();
  });

  it('EVT-016 the entity of a user is the URI private messages reach it by, always in one spelling', async () => {
    const room = await user('operator').room('default');
    const [ann, bob] = [await system.join(room.uri, 'ann'), await system.join(room.uri, 'bob')];
    const entities = usersIn(await seenBy('ann', room)).map((one) => attributeOf(one, 'entity') ?? '');
    const bobs = entities.find((entity) => entity.includes('bob')) ?? '';
    const sent = await ann.ask({ body: ann.cpim({ to: bobs, text: 'for bob alone' }) });
    expect(sent.status).toBe(200);
    await bob.copy('for bob alone');
    expect(usersIn(await seenBy('bob', room)).map((one) => attributeOf(one, 'entity'))).toEqual(entities);
    await Promise.all([ann.leave(), bob.leave()]);
  });

  it('EVT-017 xcon:nickname of a user, and none where there is none', async () => {
    const room = await user('operator').room('default');
    const [ann, bob] = [await system.join(room.uri, 'ann'), await system.join(room.uri, 'bob')];
    await ann.nickname('"Alice the great"');
    const document = await seenBy('bob', room);
    const nicknameOf = (name: string): string | undefined =>
      attributeOf(userIn(document, system.uri(name)), 'nickname', xcon);
    expect(nicknameOf('ann')).toBe('Alice the great');
    expect(nicknameOf('bob')).toBeUndefined();
    await Promise.all([ann.leave(), bob.leave()]);
  });

  it('EVT-018 an endpoint per session: status, how and when it joined, media message, what it may do', async () => {
    const room = await user('operator').room('default');
    const [desk, phone] = [await system.join(room.uri, 'ann'), await system.join(room.uri, 'ann')];
    const document = await seenBy('ann', room);
    const endpoints = childrenNamed(userIn(document, system.uri('ann')), infoNamespace, 'endpoint');
    expect(endpoints).toHaveLength(2);
    expect(new Set(endpoints.map((endpoint) => attributeOf(endpoint, 'entity'))).size).toBe(2);
    for (const endpoint of endpoints) {
      expect(textAt(endpoint, 'status')).toBe('connected');
      expect(textAt(endpoint, 'joining-method')).toBe('dialed-in');
      expect(textAt(endpoint, 'joining-info', 'when')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const media = childElement(endpoint, infoNamespace, 'media');
      expect(attributeOf(media, 'id')).toBeDefined();
      expect(textAt(media, 'type')).toBe('message');
      expect(textAt(media, 'status')).toBe('sendrecv');
    }
    await Promise.all([desk.leave(), phone.leave()]);
  });

  it('EVT-020 NOTIF-009 views differ: call-info and who is semi-private for those who may, hidden for nobody, the count says how many', async () => {
    const room = await user('operator').room('default');
    const ann = await system.join(room.uri, 'ann');
    for (const [name, anonymity] of [
      ['hugo', 'hidden'],
      ['sven', 'semi-private'],
    ] as const) {
      await system.join(room.uri, name);
      const change = `<xcon:provide-anonymity>${anonymity}</xcon:provide-anonymity>`;
      await user('operator').updateUser(room, user(name).userId, change);
    }
    const forOperator = await seenBy('operator', room);
    const forAnn = await seenBy('ann', room);
    const callId = headerOf(ann.answer, 'Call-ID') ?? '';
    expect(JSON.stringify(forOperator)).toContain(callId);
    expect(JSON.stringify(forAnn)).not.toContain(callId);
    expect(JSON.stringify(forOperator)).toContain('sven');
    expect(JSON.stringify(forAnn)).not.toContain('sven');
    for (const document of [forOperator, forAnn]) {
      expect(JSON.stringify(document)).not.toContain('hugo');
      const count = Number(textAt(document, 'conference-state', 'user-count'));
      expect(count).toBeGreaterThanOrEqual(usersIn(document).length);
    }
    expect(usersIn(forAnn)).toHaveLength(2);
    await ann.leave();
  });

  it('EVT-021 the description: URI to take part by, media, how many there may be, locked, active', async () => {
    const room = await user('operator').room(
      'default',
      '<info:conference-description><info:maximum-user-count>25</info:maximum-user-count></info:conference-description>',
    );
    const document = await seenBy('operator', room);
    const uris = childElement(
      childElement(document, infoNamespace, 'conference-description'),
      infoNamespace,
      'conf-uris',
    );
    const entries = childrenNamed(uris, infoNamespace, 'entry');
    const own = entries.find((entry) => textAt(entry, 'uri') === room.uri);
    expect(textAt(own, 'purpose')).toBe('participation');
    expect(textAt(document, 'conference-description', 'maximum-user-count')).toBe('25');
    expect(textAt(document, 'conference-description', 'available-media', 'entry', 'type')).toBe('message');
    expect(textAt(document, 'conference-state', 'active')).toBe('true');
    expect(textAt(document, 'conference-state', 'locked')).toBe('false');
  });
});
