import { attributeOf } from '@plenary/wire/xml';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeConference } from './fake-documents.js';
import { install, type Installation, type Replica } from './installation.js';
import { answersNotify, subscribe, tellRoom, type Notified, eventually } from './subscriber.js';

let installation: Installation;
let first: Replica;
let second: Replica;
let rooms = 0;
beforeAll(async () => {
  installation = await install();
});
beforeEach(async () => {
  const env = { FOCUS_NOTIFY_PACE_MS: '50' };
  [first, second] = [await installation.start(env), await installation.start(env)];
});
afterEach(() => Promise.all([first.stop(), second.stop()]));
afterAll(() => installation.close());

function room(): FakeConference {
  rooms += 1;
  const conference = installation.roomState.documents.add(`rep${String(rooms)}`);
  conference.users.set('anna', {});
  return conference;
}

const versions = (notified: readonly Notified[]): number[] =>
  notified.map((one) => Number(attributeOf(one.document(), 'version')));
const sequences = (notified: readonly Notified[]): number[] =>
  notified.map(({ request }) => Number.parseInt(request.headers.get('CSeq') ?? '', 10));

describe('subscriptions with two replicas on one database', () => {
  it('EVT-011 the one that has it stops: the other goes on with the whole state, version and CSeq rising', async () => {
    const conference = room();
    const client = await installation.client(first, { user: 'ada' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    await tellRoom(installation, conference, () => (conference.subject = 'a'));
    await subscription.next(2);
    await first.stop();
    const third = await subscription.next(3);
    expect(attributeOf(third.document(), 'state')).toBe('full');
    await tellRoom(installation, conference, () => (conference.subject = 'b'));
    const fourth = await subscription.next(4);
    expect(attributeOf(fourth.document(), 'state')).toBe('partial');
    expect(fourth.body).toContain('<subject>b</subject>');
    expect(versions(subscription.notified())).toEqual([1, 2, 3, 4]);
    expect(sequences(subscription.notified())).toEqual([1, 2, 3, 4]);
    // Refreshed where it lives now.
    const { response } = await subscription.again({ port: second.port, authenticate: true });
    expect(response.status).toBe(200);
    expect(versions([await subscription.next(5)])).toEqual([5]);
  });

  it('EVT-011 it dies without a word: the other notices after ten seconds', async () => {
    const conference = room();
    const client = await installation.client(first, { user: 'bob' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    const release = vi.spyOn(first.context.subscriptions, 'release').mockResolvedValue();
    await first.stop();
    expect(release).toHaveBeenCalled();
    const notifier = async (): Promise<string | undefined> => {
      const { callId, localTag } = keyOf(subscription.joined.dialog);
      return (await second.context.subscriptions.find({ callId, localTag, eventId: '' }))?.notifier;
    };
    expect(await notifier()).toBe(first.context.replica);
    installation.clock.pass(11_000);
    expect(versions([await subscription.next(2)])).toEqual([2]);
    expect(await notifier()).toBe(second.context.replica);
  });

  it('EVT-015 refreshed at the other: that one tells from then on, and alone', async () => {
    const conference = room();
    const client = await installation.client(first, { user: 'cyd' });
    const subscription = await subscribe(client, { room: conference.user });
    await subscription.next(1);
    const held = [first.server.subscriptions, second.server.subscriptions] as const;
    expect((await subscription.again({ port: second.port, authenticate: true })).response.status).toBe(200);
    await subscription.next(2);
    await tellRoom(installation, conference, () => (conference.subject = 'only once'));
    await subscription.next(3);
    // A second change comes after everything the first has caused.
    await tellRoom(installation, conference, () => (conference.subject = 'twice'));
    await eventually(() => expect(subscription.notified().at(-1)?.body).toContain('twice'));
    expect(versions(subscription.notified())).toEqual([1, 2, 3, 4]);
    expect(subscription.notified().filter(({ body }) => body.includes('only once'))).toHaveLength(1);
    expect([first.server.subscriptions, second.server.subscriptions]).toEqual([held[0] - 1, held[1] + 1]);
  });

  it('EVT-006 expired while its replica was dead: the other ends it', async () => {
    const conference = room();
    const client = await installation.client(first, { user: 'dee' });
    const subscription = await subscribe(client, { room: conference.user, expires: 60 });
    await subscription.next(1);
    await first.stop();
    installation.clock.pass(120_000);
    await eventually(() => {
      expect(subscription.notified().at(-1)?.state).toMatchObject({ state: 'terminated', reason: 'timeout' });
    });
    expect((await second.context.subscriptions.counts(conference.room, '')).room).toBe(0);
  });
});

describe('large rosters', () => {
  it('EVT-023 above the limit: no users but their number, in the first and in what follows', async () => {
    const conference = room();
    const small = await installation.start({ FOCUS_NOTIFY_PACE_MS: '50', FOCUS_NOTIFY_BODY_MAX_BYTES: '20000' });
    for (let n = 0; n < 10_000; n++) conference.users.set(`m${String(n)}`, {});
    const client = await installation.client(small, { user: 'eve', transport: 'TCP' });
    const subscription = await subscribe(client, { room: conference.user });
    const whole = await subscription.next(1);
    expect(whole.request.body.byteLength).toBeLessThan(20_000);
    expect(whole.body).toContain('<user-count>10001</user-count>');
    expect(whole.body).not.toContain('<user ');
    await tellRoom(installation, conference, () => conference.users.set('one-more', {}));
    const part = await subscription.next(2);
    expect(part.body).toContain('<user-count>10002</user-count>');
    expect(part.body).not.toContain('<user ');
  });

  it('SIP-011 to a UDP device that takes TCP the whole document goes by TCP', async () => {
    const conference = room();
    for (let n = 0; n < 100; n++) conference.users.set(`m${String(n)}`, {});
    const client = await installation.client(second, { user: 'fay', transport: 'UDP' });
    const subscription = await subscribe(client, { room: conference.user });
    const { request, body } = await subscription.next(1);
    expect(request.headers.get('Via')).toMatch(/^SIP\/2\.0\/TCP /u);
    expect(body).toContain('sip:m99@localhost');
  });

  it('SIP-011 EVT-023 to one that takes UDP alone: the number only', async () => {
    const conference = room();
    for (let n = 0; n < 100; n++) conference.users.set(`m${String(n)}`, {});
    const client = await installation.client(second, { user: 'gus', transport: 'UDP', udpOnly: true });
    const subscription = await subscribe(client, { room: conference.user });
    const { request, body } = await subscription.next(1);
    expect(request.headers.get('Via')).toMatch(/^SIP\/2\.0\/UDP /u);
    expect(body).toContain('<user-count>101</user-count>');
    expect(body).not.toContain('<user ');
    await tellRoom(installation, conference, () => conference.users.set('one-more', {}));
    expect((await subscription.next(2)).body).toContain('<user-count>102</user-count>');
  });
});

it('EVT-005 a subscriber whose answers are lost for a while gets the whole state when it is back', async () => {
  const conference = room();
  const client = await installation.client(second, { user: 'hal' });
  answersNotify(client, 500);
  const subscription = await subscribe(client, { room: conference.user });
  await subscription.next(3);
  answersNotify(client, 200);
  await tellRoom(installation, conference, () => (conference.subject = 'back'));
  await eventually(() => expect(subscription.notified().at(-1)?.body).toContain('back'));
  const documents = subscription.notified().map((one) => one.document());
  expect(attributeOf(documents.at(-1), 'state')).toBe('full');
});

function keyOf(dialog: { readonly callId: string; readonly remoteTag: string }): { callId: string; localTag: string } {
  return { callId: dialog.callId, localTag: dialog.remoteTag };
}
