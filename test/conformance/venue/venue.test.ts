import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import type { CcmpAnswer } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { create, described, inDocument, textIn, tryRetrieve } from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { startRoomState } from '../raw/pod.js';
import { headerOf, type SipText } from '../raw/sip-socket.js';
import { introduce, inUsers, roomPolicy, userOf } from '../raw/stage.js';
import { stateOf, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '20ms' } } });
const alice = (): CcmpUser => userOf(system, 'alice');
const code = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;
const venueOf = (uri: string): string => described(`<chat:alternate-venue uri="${uri}" reason="more space"/>`);
const remove = (room: Pick<MadeRoom, 'id'>): Promise<CcmpAnswer> =>
  alice().ask('conf', { confObjID: room.id, operation: 'delete' });

/** A conference of alice, closed in favour of another of hers; `parts` of the closed one. */
async function closed(parts = ''): Promise<{ old: MadeRoom; fresh: MadeRoom }> {
  const [old, fresh] = [await alice().room('default', parts), await alice().room('default')];
  await alice().update(old, venueOf(fresh.id));
  done(await remove(old));
  return { old, fresh };
}

/** 'uri' of the `chat:alternate-venue` in an answer; undefined: it names none. */
function venueIn({ response }: CcmpAnswer): string | undefined {
  const all = (element: XmlElement): XmlElement[] => [element, ...childElements(element).flatMap(all)];
  const found = response === undefined ? undefined : all(response).find(({ name }) => name === 'alternate-venue');
  return attributeOf(found, 'uri');
}

async function invite(name: string, uri: string): Promise<SipText> {
  return (await system.caller(name)).invite(uri, offer({}));
}

describe('an alternate venue', () => {
  it('VENUE-001 a new room, child of the old one or its sibling, is named as its venue', async () => {
    const parent = await create(alice());
    const [child, sibling] = [
      await create(alice(), { parent: parent.id }),
      await create(alice(), { parent: parent.id }),
    ];
    const parentOf = async (room: MadeRoom): Promise<string | undefined> =>
      textIn(await alice().document(room), 'conference-description', 'cloning-parent');
    expect([await parentOf(child), await parentOf(sibling)]).toEqual([parent.id, parent.id]);
    for (const [room, venue] of [
      [child, sibling],
      [parent, sibling],
    ] as const) {
      done(await alice().tryUpdate(room, venueOf(venue.id)));
      const named = inDocument(await alice().document(room), 'conference-description', 'alternate-venue');
      expect([attributeOf(named, 'uri'), attributeOf(named, 'reason')]).toEqual([venue.id, 'more space']);
    }
    expect(await code(alice().tryUpdate(sibling, venueOf('xcon:nowhere@localhost')))).toBe(409);
    expect(await code(alice().tryUpdate(sibling, venueOf('not a URI')))).toBe(400);
    expect(await code(remove(child))).toBe(200);
  });

  it('VENUE-002 who comes to the closed room by CCMP gets 404 with the identifier of the new one', async () => {
    await introduce(system, 'bob');
    const bob = userOf(system, 'bob');
    const { old, fresh } = await closed();
    for (const answer of [
      await bob.ask('user', { confObjID: old.id, operation: 'create' }),
      await tryRetrieve(alice(), old.id),
    ])
      expect([answer.code, venueIn(answer)]).toEqual([404, fresh.id]);
    expect((await alice().ask('confs')).text).not.toContain(old.id);
    expect(venueIn(await tryRetrieve(alice(), 'xcon:nowhere@localhost'))).toBeUndefined();
  });

  it('VENUE-003 by SIP: 302 with the new conference URI, by which one gets in', async () => {
    const { old, fresh } = await closed();
    const answer = await invite('bob', old.uri);
    expect(answer.status).toBe(302);
    const contact = /<([^>]+)>/.exec(headerOf(answer, 'Contact') ?? '')?.[1] ?? '';
    const [user] = /^sip:[^@]+@/.exec(fresh.uri) ?? [];
    expect(contact.startsWith(user ?? '-')).toBe(true);
    await system.join(fresh.uri, 'bob');
    expect((await alice().ask('users', { confObjID: fresh.id, operation: 'retrieve' })).text).toContain(
      'xcon-userid:bob@localhost',
    );
  });

  it('VENUE-004 those present are told at the closing: by a message of the room, and by the last notification', async () => {
    const [old, fresh] = [await alice().room('default'), await alice().room('default')];
    const bob = await system.join(old.uri, 'bob');
    await system.join(old.uri, 'carol');
    const subscription = await Subscription.open(await system.caller('carol'), old.uri, { accept: xconInfo });
    await subscription.notify();
    await alice().update(old, venueOf(fresh.id));
    done(await remove(old));
    expect((await bob.copy(fresh.uri)).body?.toString()).toContain(`From: <${old.uri}>`);
    await bob.msrp.closed();
    const bye = await bob.caller.sip.next(({ method }) => method === 'BYE');
    await bob.caller.accept(bye);
    for (;;) {
      const notify = await subscription.notify();
      if (stateOf(notify).state !== 'terminated') continue;
      expect(stateOf(notify).reason).toBe('noresource');
      expect(notify.body).toMatch(new RegExp(`${fresh.uri}|${fresh.id}`));
      break;
    }
  });

  it('VENUE-005 who was not entitled to the old room, or banned there, learns nothing', async () => {
    await introduce(system, 'eve', 'mallory', 'bob');
    const secret = await closed(roomPolicy('secret="true"'));
    const banned = await closed(
      inUsers('<xcon:deny-users-list><xcon:target uri="xcon-userid:mallory@localhost"/></xcon:deny-users-list>'),
    );
    for (const [name, { old, fresh }] of [
      ['eve', secret],
      ['mallory', banned],
    ] as const) {
      const user = userOf(system, name);
      for (const answer of [
        await tryRetrieve(user, old.id),
        await user.ask('user', { confObjID: old.id, operation: 'create' }),
      ]) {
        expect([answer.code, venueIn(answer)]).toEqual([404, undefined]);
        expect(answer.text).not.toContain(fresh.id);
      }
      const answer = await invite(name, old.uri);
      expect(answer.status).toBe(404);
      expect(JSON.stringify(answer)).not.toContain(/^sip:([^@]+)/.exec(fresh.uri)?.[1]);
    }
    expect(venueIn(await tryRetrieve(userOf(system, 'bob'), banned.old.id))).toBe(banned.fresh.id);
  });

  it('VENUE-006 a chain is followed to the room that is active, a loop is refused', async () => {
    const [a, b, c] = [await alice().room('default'), await alice().room('default'), await alice().room('default')];
    done(await alice().tryUpdate(a, venueOf(b.id)));
    expect(await code(alice().tryUpdate(b, venueOf(a.id)))).toBe(409);
    expect(await code(alice().tryUpdate(a, venueOf(a.id)))).toBe(409);
    done(await alice().tryUpdate(b, venueOf(c.id)));
    expect(await code(alice().tryUpdate(c, venueOf(a.id)))).toBe(409);
    done(await remove(a));
    done(await remove(b));
    await introduce(system, 'bob');
    expect(venueIn(await tryRetrieve(userOf(system, 'bob'), a.id))).toBe(c.id);
    const answer = await invite('bob', a.uri);
    expect([answer.status, headerOf(answer, 'Contact')?.includes(/^sip:[^@]+@/.exec(c.uri)?.[0] ?? '-')]).toEqual([
      302,
      true,
    ]);
    expect(await code(alice().tryUpdate(c, venueOf(a.id)))).toBe(409);
  });

  it('VENUE-006 the way is shown for a set time, then the room is as if it had never been', async () => {
    const { old } = await closed();
    const before = await tryRetrieve(alice(), old.id);
    expect(venueIn(before)).toBeDefined();
    const pod = await startRoomState(system, { ROOM_STATE_TOMBSTONE_MS: '1ms', ROOM_STATE_SWEEP_MS: '20ms' });
    try {
      await expect.poll(async () => venueIn(await tryRetrieve(alice(), old.id)), { timeout: 8_000 }).toBeUndefined();
      expect(await code(tryRetrieve(alice(), old.id))).toBe(404);
      expect((await invite('bob', old.uri)).status).toBe(404);
    } finally {
      await pod.stop();
    }
  });
});
