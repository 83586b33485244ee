import { attributeOf, childrenNamed } from '@plenary/wire/xml';
import { conferenceView } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import {
  answeredVersion,
  create,
  described,
  inDocument,
  inState,
  mediaIn,
  sipUriIn,
  textIn,
  tryRetrieve,
  versionOf,
} from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { inRoster, targetsOf } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const info = 'urn:ietf:params:xml:ns:conference-info';
const chatBlueprints = ['ad-hoc', 'persistent', 'moderated', 'members-only', 'password', 'logged'];
const blueprintUri = (name: string): string => `xcon:${name}@localhost`;
const active = (value: boolean): string => inState(`<info:active>${String(value)}</info:active>`);
const allowed = (...uris: readonly string[]): string =>
  `<info:users><xcon:allowed-users-list>${uris.map((uri) => `<xcon:target uri="${uri}" method="dial-in"/>`).join('')}</xcon:allowed-users-list></info:users>`;
const subject = (text: string): string => described(`<info:subject>${text}</info:subject>`);
const subjectOf = (document: Parameters<typeof textIn>[0]): string | undefined =>
  textIn(document, 'conference-description', 'subject');
const activeOf = (document: Parameters<typeof textIn>[0]): string | undefined =>
  textIn(document, 'conference-state', 'active');

describe('blueprints', () => {
  it('CONF-001 CONF-002 there is a default one and one for each kind of room, each with chat, limits and sidebars', async () => {
    const alice = user('alice');
    const listed = done(await alice.ask('blueprints', { operation: 'retrieve' }));
    const uris = childrenNamed(answerInfo(listed, 'blueprints', 'blueprintsInfo'), info, 'entry').map((entry) =>
      textIn(entry, 'uri'),
    );
    for (const name of ['default', ...chatBlueprints]) {
      expect(uris).toContain(blueprintUri(name));
      const answer = done(await alice.ask('blueprint', { confObjID: blueprintUri(name), operation: 'retrieve' }));
      const document = answerInfo(answer, 'blueprint', 'blueprintInfo');
      expect(attributeOf(document, 'entity')).toBe(blueprintUri(name));
      expect(mediaIn(document).map(({ type }) => type)).toEqual(['message']);
      expect(Number(textIn(document, 'conference-description', 'maximum-user-count'))).toBeGreaterThan(0);
      expect(textIn(document, 'conference-description', 'allow-sidebars')).toBe('true');
      expect(inDocument(document, 'conference-description', 'conf-uris')).toBeUndefined();
    }
  });

  it('CONF-002 a room of each is what the blueprint says', async () => {
    const operator = user('operator');
    const made = await Promise.all(
      chatBlueprints.map(async (name) => {
        const room = await create(operator, { parent: blueprintUri(name) });
        const document = await operator.document(room).catch(() => undefined);
        return [name, document === undefined ? undefined : conferenceView(document)] as const;
      }),
    );
    const views = new Map(made);
    expect(views.get('ad-hoc')?.policy.onEmpty).toBe('delete');
    expect(views.get('persistent')?.policy.onEmpty).toBe('keep');
    expect(views.get('moderated')?.policy.moderated).toBe(true);
    expect(views.get('members-only')?.admission).toBe('closedAuthenticated');
    expect(views.get('logged')?.logging.active).toBe(true);
    // Its creator, too, needs the password.
    expect(views.get('password')).toBeUndefined();
  });
});

describe('clones', () => {
  it('CONF-004 without a parent it is the default blueprint, but for ids and times', async () => {
    const alice = user('alice');
    const room = await create(alice);
    const document = await alice.document(room);
    const blueprint = answerInfo(
      done(await alice.ask('blueprint', { confObjID: blueprintUri('default'), operation: 'retrieve' })),
      'blueprint',
      'blueprintInfo',
    );
    expect(descriptionWithoutIds(document)).toEqual(descriptionWithoutIds(blueprint));
    expect(mediaIn(document)).not.toEqual(mediaIn(blueprint));
    for (const name of ['active', 'locked', 'allow-conference-event-subscription'])
      expect(textIn(document, 'conference-state', name), name).toBe(textIn(blueprint, 'conference-state', name));
  });

  it('CONF-005 CONF-006 a clone of a reservation has its users and lists, and says whose clone it is', async () => {
    const alice = user('alice');
    done(await user('carol').ask('confs', { operation: 'retrieve' }));
    const reservation = await create(alice, { change: subject('weekly') });
    await alice.update(reservation, allowed('sip:bob@localhost', 'xcon-userid:carol@localhost'));
    done(
      await alice.updateUser(
        reservation,
        'xcon-userid:carol@localhost',
        '<info:roles><info:entry>moderator</info:entry></info:roles>',
      ),
    );
    const clone = await create(alice, { parent: reservation.id });
    expect(clone.id).not.toBe(reservation.id);
    const [before, after] = [await alice.document(reservation), await alice.document(clone)];
    expect(targetsOf(after, 'allowed-users-list')).toEqual(
      expect.arrayContaining(['sip:bob@localhost', 'xcon-userid:carol@localhost']),
    );
    expect(inRoster(after, 'xcon-userid:carol@localhost')?.roles).toEqual(['moderator']);
    expect(subjectOf(after)).toBe('weekly');
    expect(textIn(after, 'conference-description', 'cloning-parent')).toBe(reservation.id);
    expect(textIn(before, 'conference-description', 'cloning-parent')).toBeUndefined();
    expect(sipUriIn(after)).not.toBe(sipUriIn(before));
  });

  it('CONF-006 nobody but the system says what is whose clone', async () => {
    const alice = user('alice');
    const forged = described('<xcon:cloning-parent>xcon:forged@localhost</xcon:cloning-parent>');
    const room = await create(alice, { change: forged });
    expect(textIn(await alice.document(room), 'conference-description', 'cloning-parent')).toBeUndefined();
    await alice.update(room, forged);
    expect(textIn(await alice.document(room), 'conference-description', 'cloning-parent')).toBeUndefined();
    const clone = await create(alice, { parent: room.id });
    await alice.update(clone, forged);
    expect(textIn(await alice.document(clone), 'conference-description', 'cloning-parent')).toBe(room.id);
  });

  it('CONF-007 parent and child go their own ways: of a blueprint, and of a reservation', async () => {
    const operator = user('operator');
    const made = done(
      await operator.ask('blueprint', {
        confObjID: blueprintUri('default'),
        operation: 'create',
        inner: `<blueprintInfo entity="xcon:AUTO_GENERATE_1@localhost">${subject('pattern')}</blueprintInfo>`,
      }),
    );
    const blueprint = answerText(made, 'confObjID') ?? '';
    const child = await create(operator, { parent: blueprint });
    expect(subjectOf(await operator.document(child))).toBe('pattern');
    const blueprintNow = async () =>
      answerInfo(
        done(await operator.ask('blueprint', { confObjID: blueprint, operation: 'retrieve' })),
        'blueprint',
        'blueprintInfo',
      );
    const before = await blueprintNow();
    await operator.update(child, subject('of the child') + active(true));
    expect(await blueprintNow()).toEqual(before);
    const childBefore = await operator.document(child);
    done(
      await operator.ask('blueprint', {
        confObjID: blueprint,
        operation: 'update',
        inner: `<blueprintInfo entity="${blueprint}">${subject('another pattern')}</blueprintInfo>`,
      }),
    );
    expect(await operator.document(child)).toEqual(childBefore);

    const reservation = await create(operator, { change: subject('weekly') });
    const clone = await create(operator, { parent: reservation.id });
    const cloneBefore = await operator.document(clone);
    await operator.update(reservation, subject('monthly'));
    expect(await operator.document(clone)).toEqual(cloneBefore);
    const reservationBefore = await operator.document(reservation);
    await operator.update(clone, subject('yearly') + active(true));
    expect(await operator.document(reservation)).toEqual(reservationBefore);
  });

  it('CONF-011 the clones of one conference are siblings: the tree can be walked up, down and across', async () => {
    const alice = user('alice');
    const root = await create(alice);
    const children = [await create(alice, { parent: root.id }), await create(alice, { parent: root.id })];
    const grandchild = await create(alice, { parent: children[0]!.id });
    const clonesOf = async (parent: string): Promise<string[]> => {
      const answer = done(
        await alice.ask('confs', {
          operation: 'retrieve',
          inner: `<xpathFilter>/conference-info[conference-description/cloning-parent="${parent}"]</xpathFilter>`,
        }),
      );
      const entries = childrenNamed(answerInfo(answer, 'confs', 'confsInfo'), info, 'entry');
      return entries.map((entry) => textIn(entry, 'uri') ?? '').toSorted();
    };
    const parentOf = async ({ id }: Pick<MadeRoom, 'id'>): Promise<string | undefined> =>
      textIn(await alice.document({ id }), 'conference-description', 'cloning-parent');
    expect(await clonesOf(root.id)).toEqual(children.map(({ id }) => id).toSorted());
    expect(await clonesOf(children[0]!.id)).toEqual([grandchild.id]);
    expect(await clonesOf(grandchild.id)).toEqual([]);
    expect(await parentOf(grandchild)).toBe(children[0]!.id);
    const siblings = await clonesOf((await parentOf(children[0]!)) ?? '');
    expect(siblings.filter((id) => id !== children[0]!.id)).toEqual([children[1]!.id]);
    expect(await parentOf(root)).toBeUndefined();
  });
});

describe('being active', () => {
  it('CONF-012 a reservation becomes active under the same URI by an update, by the first join, by its time', async () => {
    const alice = user('alice');
    const byUpdate = await create(alice);
    expect([activeOf(await alice.document(byUpdate)), versionOf(await alice.document(byUpdate))]).toEqual(['false', 1]);
    expect(answeredVersion(await alice.update(byUpdate, active(true)))).toBe(2);
    expect(activeOf(await alice.document(byUpdate))).toBe('true');

    const byJoin = await create(alice);
    const before = versionOf(await alice.document(byJoin));
    await system.join(byJoin.uri, 'alice');
    const joined = await alice.document(byJoin);
    expect(activeOf(joined)).toBe('true');
    expect(versionOf(joined)).toBeGreaterThan(before);
    expect(inRoster(joined, 'xcon-userid:alice@localhost')?.endpoints).toHaveLength(1);

    const byTime = await create(alice, { change: described(timeFrom(new Date(Date.now() + 1_000))) });
    expect(activeOf(await alice.document(byTime))).toBe('false');
    await expect.poll(async () => activeOf(await alice.document(byTime)), { timeout: 10_000 }).toBe('true');
    expect(versionOf(await alice.document(byTime))).toBe(2);
  });

  it('CONF-022 deletion takes the object, its rows and its sessions, and nothing leads to it any more', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const seats = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    done(await operator.ask('conf', { confObjID: room.id, operation: 'delete' }));
    for (const seat of seats) {
      const bye = await seat.caller.sip.next(({ method }) => method === 'BYE');
      await seat.caller.accept(bye);
      await seat.msrp.closed();
    }
    expect((await tryRetrieve(operator, room.id)).code).toBe(404);
    const listed = done(await operator.ask('confs', { operation: 'retrieve' }));
    expect(listed.text).not.toContain(room.id);
    expect((await (await system.caller('carol')).invite(room.uri, offer())).status).toBe(404);
    const rows = await system.query(
      'select count(*)::int as n from room_state.endpoints e join room_state.rooms r on r.id = e.room_id where r.xcon_uri = $1',
      [room.id],
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
});

function descriptionWithoutIds(document: Parameters<typeof inDocument>[0]): string {
  const description = inDocument(document, 'conference-description');
  const kept = description?.children.filter(
    (child) => typeof child === 'string' || !['conf-uris', 'cloning-parent'].includes(child.name),
  );
  return JSON.stringify(kept).replaceAll(/"name":"label","value":"[^"]*"/g, '');
}

function timeFrom(start: Date): string {
  const utc = (date: Date): string =>
    `${date
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, '')
      .slice(0, 15)}Z`;
  const end = new Date(start.getTime() + 3_600_000);
  return `<xcon:conference-time><xcon:entry><xcon:base>BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\nBEGIN:VEVENT\nDTSTAMP:${utc(start)}\nUID:time@localhost\nDTSTART:${utc(start)}\nDTEND:${utc(end)}\nEND:VEVENT\nEND:VCALENDAR</xcon:base></xcon:entry></xcon:conference-time>`;
}
