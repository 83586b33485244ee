import {
  Account,
  openSipEndpoint,
  rosterOf,
  type FollowOptions,
  type Following,
  type SipEndpoint,
} from '@plenary/client';
import { Refusal } from '@plenary/proto/roomstate';
import { eventMediaTypes, readFragment } from '@plenary/xcon';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FakeConference } from './fake-documents.js';
import { install, type Installation, type Replica } from './installation.js';
import { tellRoom, eventually } from './subscriber.js';

vi.setConfig({ testTimeout: 60_000 });
let installation: Installation;
let replica: Replica;
const endpoints: SipEndpoint[] = [];
beforeAll(async () => {
  installation = await install();
  replica = await installation.start({ FOCUS_NOTIFY_PACE_MS: '20' });
});
afterAll(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  await installation.close();
});

let rooms = 0;
function room(): FakeConference {
  rooms += 1;
  const conference = installation.roomState.documents.add(`fol${String(rooms)}`);
  conference.users.set('anna', { nickname: 'Ann' });
  return conference;
}

async function follow(
  conference: FakeConference,
  user: string,
  options: FollowOptions & { readonly transport?: 'TCP' | 'UDP' } = {},
): Promise<Following> {
  const { transport = 'TCP', ...rest } = options;
  const endpoint = await openSipEndpoint({ server: { transport, host: '127.0.0.1', port: replica.port } });
  endpoints.push(endpoint);
  const account = new Account(endpoint, { uri: `sip:${user}@localhost`, username: user, password: user });
  return account.follow(`sip:${conference.user}@localhost`, rest);
}

const names = (following: Following): unknown[] => following.roster.map(({ uri }) => uri);

describe('following a room', () => {
  it.each([
    ['differences, over TCP', 'TCP', undefined],
    ['differences, over UDP', 'UDP', undefined],
    ['RFC 4575 alone', 'TCP', [eventMediaTypes.conferenceInfo]],
    ['whole XCON documents', 'TCP', [eventMediaTypes.xconConferenceInfo]],
  ] as const)('NOTIF-007 EVT-012 the copy is what the room is: %s', async (_what, transport, accept) => {
    const conference = room();
    const following = await follow(conference, 'fred', { transport, ...(accept ? { accept } : {}) });
    await eventually(() => expect(following.roster).toMatchObject([{ uri: 'sip:anna@localhost', nickname: 'Ann' }]));
    for (let n = 0; n < 20; n++)
      await tellRoom(installation, conference, () => conference.users.set(`u${String(n)}`, {}));
    await tellRoom(installation, conference, () => conference.users.delete('anna'));
    await eventually(() => expect(following.roster).toHaveLength(20));
    expect(names(following)).not.toContain('sip:anna@localhost');
    const whole = readFragment(conference.text());
    expect(following.document && rosterOf(following.document)).toEqual(whole.ok && rosterOf(whole.value));
    await following.stop();
  });

  it('NOTIF-007 EVT-015 a difference that does not fit is repaired by a refresh', async () => {
    const conference = room();
    const following = await follow(conference, 'greg');
    await eventually(() => expect(following.roster).toHaveLength(1));
    // What the copy holds is no longer what the server thinks it holds.
    await tellRoom(installation, conference, () => conference.users.set('bert', {}));
    await eventually(() => expect(following.roster).toHaveLength(2));
    const asked = conference.asked.length;
    conference.users.set('curt', {});
    Object.defineProperty(following.document ?? {}, 'children', { value: [] });
    await tellRoom(installation, conference, () => conference.users.delete('bert'));
    await eventually(() => expect(names(following)).toEqual(['sip:anna@localhost', 'sip:curt@localhost']));
    expect(conference.asked.length).toBeGreaterThan(asked + 1);
    await following.stop();
  });

  it('EVT-006 stop: the server has forgotten it', async () => {
    const conference = room();
    const ended: string[] = [];
    const following = await follow(conference, 'hans', { onEnded: (reason) => ended.push(reason) });
    await following.stop();
    expect(ended).toEqual(['stopped']);
    expect((await replica.context.subscriptions.counts(conference.room, '')).room).toBe(0);
    await following.stop();
    expect(ended).toEqual(['stopped']);
  });

  it('EVT-006 the room is over, or not to be seen any more: it says so', async () => {
    const gone = room();
    const forbidden = room();
    const ended: string[] = [];
    const onEnded = (reason: string): number => ended.push(reason);
    await follow(gone, 'ines', { onEnded });
    await follow(forbidden, 'ines', { onEnded });
    await tellRoom(installation, gone, () => undefined, {
      $case: 'roomClosed',
      value: { reason: 'over', successorUri: '' },
    });
    await eventually(() => expect(ended).toEqual(['noresource']));
    await tellRoom(installation, forbidden, () => forbidden.refused.set('sip:ines@localhost', Refusal.FORBIDDEN));
    await eventually(() => expect(ended).toEqual(['noresource', 'rejected']));
  });

  it('EVT-006 a subscription that ran out is begun anew', async () => {
    const conference = room();
    const following = await follow(conference, 'jens', { expiresSeconds: 60 });
    await eventually(() => expect(following.roster).toHaveLength(1));
    const subscribed = (): number => conference.asked.filter((who) => who === 'sip:jens@localhost').length;
    const before = subscribed();
    installation.clock.pass(61_000);
    await eventually(() => expect(subscribed()).toBeGreaterThan(before + 1));
    await tellRoom(installation, conference, () => conference.users.set('late', {}));
    await eventually(() => expect(names(following)).toContain('sip:late@localhost'));
    await following.stop();
  });

  it('EVT-002 no such room: refused with the status', async () => {
    const nowhere = { user: 'nowhere' } as FakeConference;
    await expect(follow(nowhere, 'kurt')).rejects.toMatchObject({
      name: 'JoinFailure',
      origin: 'refused',
      status: 404,
    });
  });
});
