import { describe, expect, it } from 'vitest';
import type { CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { create, described, inDocument, inState, textIn, tryCreate } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { offer } from '../raw/messages.js';
import { rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { 'room-state': { ROOM_STATE_SWEEP_MS: '50ms' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const hour = 3_600;
const roles = (...names: readonly string[]): string =>
  `<info:roles>${names.map((name) => `<info:entry>${name}</info:entry>`).join('')}</info:roles>`;
const active = inState('<info:active>true</info:active>');

/** Seconds from now, as calendars and as XML write them. */
const at = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString().replace(/\.\d+/, '');
const inCalendar = (seconds: number): string => at(seconds).replaceAll(/[-:]/g, '');

const event = (from: number, to: number, more = ''): string =>
  `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:times@localhost
DTSTAMP:${inCalendar(0)}
DTSTART:${inCalendar(from)}
DTEND:${inCalendar(to)}
${more === '' ? '' : `${more}\n`}END:VEVENT
END:VCALENDAR`;

/** A conference from `from` to `to`, seconds from now, with further times of its entry. */
const times = (from: number, to: number, offsets = '', more = ''): string =>
  described(
    `<xcon:conference-time><xcon:entry><xcon:base>${event(from, to, more)}</xcon:base>${offsets}</xcon:entry></xcon:conference-time>`,
  );
const mixing = (which: 'start' | 'end', seconds: number, role = 'none'): string =>
  `<xcon:mixing-${which}-offset required-participant="${role}">${at(seconds)}</xcon:mixing-${which}-offset>`;
const joining = (from: number, until: number): string =>
  `<xcon:can-join-after-offset>${at(from)}</xcon:can-join-after-offset><xcon:must-join-before-offset>${at(until)}</xcon:must-join-before-offset>`;

const invited = async ({ uri }: Pick<MadeRoom, 'uri'>, name: string): Promise<number> =>
  (await (await system.caller(name)).invite(uri, offer())).status;
const added = async (room: MadeRoom, name: string): Promise<number> => {
  const one = user(name);
  return (await one.addUser(room, one.userId, `<info:endpoint entity="sip:${name}@192.0.2.1"/>`)).code;
};
const isActive = async (room: MadeRoom): Promise<string | undefined> =>
  textIn(await user('operator').document(room), 'conference-state', 'active');
const dismissed = async (seat: Seat): Promise<void> => {
  await seat.caller.accept(await seat.caller.sip.next(({ method }) => method === 'BYE'));
};

describe('conference-time', () => {
  it('CONF-014 what is no calendar, or has no event, is 400; what is one is kept as it was said', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const entry = (base: string): string =>
      described(`<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`);
    const attempts: ((change: string) => Promise<CcmpAnswer>)[] = [
      (change) => operator.tryUpdate(room, change),
      (change) => tryCreate(operator, { change }),
    ];
    for (const attempt of attempts) {
      for (const broken of [
        'next Monday',
        'BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR',
        event(hour, 2 * hour).replace(/DTSTART:\w+/, 'DTSTART:soon'),
        event(hour, 2 * hour).replace('END:VEVENT', ''),
        event(hour, 2 * hour, 'RRULE:FREQ=SOMETIMES'),
      ])
        expect((await attempt(entry(broken))).code, broken).toBe(400);
      const good = await attempt(entry(event(hour, 2 * hour, 'RRULE:FREQ=WEEKLY;COUNT=10')));
      expect(good.code).toBe(200);
    }
    const kept = inDocument(await operator.document(room), 'conference-description', 'conference-time');
    expect(textIn(kept, 'entry', 'base')).toContain('RRULE:FREQ=WEEKLY;COUNT=10');
  });

  it('CONF-014 CONF-016 the offsets of the mixing name the participant they need', async () => {
    const room = await create(user('operator'));
    for (const which of ['start', 'end'] as const) {
      const bare = mixing(which, hour).replace(/ required-participant="\w+"/, '');
      expect((await user('operator').tryUpdate(room, times(0, hour, bare))).code).toBe(400);
    }
  });

  it('CONF-015 too early and too late nobody comes in, by CCMP or by SIP; in between everybody', async () => {
    const operator = user('operator');
    const room = await create(operator, { change: times(hour, 3 * hour, joining(hour / 2, 2 * hour)) });
    expect([await added(room, 'early'), await invited(room, 'early')]).toEqual([409, 480]);
    await operator.update(room, times(-2 * hour, 3 * hour, joining(-3 * hour, -hour)));
    expect([await added(room, 'late'), await invited(room, 'late')]).toEqual([409, 480]);
    expect(rosterOf(await operator.document(room)).flatMap(({ endpoints }) => endpoints)).toEqual([]);
    await operator.update(room, times(-hour, 3 * hour, joining(-2 * hour, hour)));
    expect([await invited(room, 'timely'), await added(room, 'called')]).toEqual([200, 200]);
  });

  it('CONF-016 nothing is passed on before the start of the mixing', async () => {
    const operator = user('operator');
    const room = await create(operator, { change: times(-hour, 3 * hour, mixing('start', hour)) });
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    expect((await alice.say('too soon')).status).toBe(403);
    await operator.update(room, times(-2 * hour, 3 * hour, mixing('start', -hour)));
    expect((await alice.say('now then')).status).toBe(200);
    await bob.copy('now then');
    expect(bob.copies().filter(({ body }) => body?.includes('too soon') === true)).toEqual([]);
  });

  it('CONF-016 nor before somebody of the role has come; when the last such one has left it is over', async () => {
    const operator = user('operator');
    const offsets = mixing('start', -hour, 'moderator') + mixing('end', 2 * hour, 'moderator');
    const room = await create(operator, { change: times(-2 * hour, 3 * hour, offsets) });
    await user('mod').ask('confs', { operation: 'retrieve' });
    done(await operator.updateUser(room, idOf('mod'), roles('moderator')));
    const alice = await system.join(room.uri, 'alice');
    expect((await alice.say('nobody is here')).status).toBe(403);
    const mod = await system.join(room.uri, 'mod');
    expect((await alice.say('somebody is here')).status).toBe(200);
    await mod.copy('somebody is here');
    await mod.leave();
    await dismissed(alice);
    await expect.poll(() => isActive(room)).toBe('false');
    expect(rosterOf(await operator.document(room)).flatMap(({ endpoints }) => endpoints)).toEqual([]);
  });

  it('CONF-016 so it is when the last such one loses the role', async () => {
    const operator = user('operator');
    const offsets = mixing('start', -hour) + mixing('end', 2 * hour, 'moderator');
    const room = await create(operator, { change: times(-2 * hour, 3 * hour, offsets) });
    await user('mod').ask('confs', { operation: 'retrieve' });
    done(await operator.updateUser(room, idOf('mod'), roles('moderator')));
    const seats = [await system.join(room.uri, 'mod'), await system.join(room.uri, 'alice')];
    done(await operator.updateUser(room, idOf('mod'), roles('participant')));
    await Promise.all(seats.map(dismissed));
    expect(await isActive(room)).toBe('false');
  });

  it('CONF-016 CONF-018 at the end of the mixing it is over, and that is said before to those who want it said', async () => {
    const operator = user('operator');
    const said = await operator.room('default');
    const unsaid = await operator.room('default');
    const [alice, bob] = [await system.join(said.uri, 'alice'), await system.join(unsaid.uri, 'bob')];
    const end = mixing('end', 5);
    await operator.update(
      said,
      times(-hour, 5, `${end}<xcon:notify-end-of-conference>2</xcon:notify-end-of-conference>`),
    );
    await operator.update(unsaid, times(-hour, 5, end));
    const notice = await alice.copy('ends in');
    const noticeAtMs = Date.now();
    expect(String(notice.body)).toContain(`From: <${said.uri}>`);
    await dismissed(alice);
    const leftMs = Date.now() - noticeAtMs;
    expect(leftMs).toBeGreaterThan(1_000);
    expect(leftMs).toBeLessThan(3_500);
    await dismissed(bob);
    expect(bob.copies().filter(({ body }) => body?.includes('ends in') === true)).toEqual([]);
    expect([await isActive(said), await isActive(unsaid)]).toEqual(['false', 'false']);
  });

  it('CONF-012 CONF-016 a series goes on: after one occurrence it waits for the next', async () => {
    const operator = user('operator');
    const room = await create(operator, {
      change: times(-hour, 2, mixing('end', 2), 'RRULE:FREQ=DAILY;COUNT=3'),
    });
    await expect.poll(() => isActive(room)).toBe('true');
    const alice = await system.join(room.uri, 'alice');
    await dismissed(alice);
    expect(await isActive(room)).toBe('false');
    expect((await operator.document(room)).attributes.find(({ name }) => name === 'entity')?.value).toBe(room.id);
    expect(
      await system.query(
        "select next_due_at > now() + interval '20 hours' as waits from room_state.rooms where xcon_uri = $1",
        [room.id],
      ),
    ).toEqual([{ waits: true }]);
  });
});

describe('targets that are called', () => {
  const target = (uri: string, method = ''): string =>
    `<xcon:target uri="${uri}"${method === '' ? '' : ` method="${method}"`}/>`;
  const allowed = (...targets: readonly string[]): string =>
    `<info:users><xcon:allowed-users-list>${targets.join('')}</xcon:allowed-users-list></info:users>`;
  const hasJoined = (room: MadeRoom, count: number): Promise<void> =>
    expect
      .poll(
        async () =>
          rosterOf(await user('operator').document(room)).filter(({ endpoints }) =>
            endpoints.some(({ status, joiningMethod }) => status === 'connected' && joiningMethod === 'dialed-out'),
          ).length,
      )
      .toBe(count);

  it('CONF-019 in an active conference at once; who has to dial in is not called, and that is the default', async () => {
    const operator = user('operator');
    const [ann, ben, cat] = [await Device.open('ann'), await Device.open('ben'), await Device.open('cat')];
    const room = await operator.room('default');
    await operator.update(room, allowed(target(ann.uri, 'dial-out'), target(ben.uri, 'dial-in'), target(cat.uri)));
    await ann.take();
    await hasJoined(room, 1);
    await operator.update(room, allowed(target(ann.uri, 'dial-out'), target(cat.uri, 'dial-out')));
    await cat.take();
    await hasJoined(room, 2);
    expect([ann, ben].map(({ messages }) => messages.filter(({ method }) => method === 'INVITE').length)).toEqual([
      1, 0,
    ]);
    for (const device of [ann, ben, cat]) device.destroy();
  });

  it('CONF-019 in a reservation when it becomes active: by an update, or at its time', async () => {
    const operator = user('operator');
    const [dan, eva] = [await Device.open('dan'), await Device.open('eva')];
    const byUpdate = await create(operator, { change: allowed(target(dan.uri, 'dial-out')) });
    const byTime = await create(operator, { change: times(2, hour) + allowed(target(eva.uri, 'dial-out')) });
    expect([await isActive(byUpdate), await isActive(byTime)]).toEqual(['false', 'false']);
    expect([...dan.messages, ...eva.messages]).toEqual([]);
    await operator.update(byUpdate, active);
    await dan.take();
    await hasJoined(byUpdate, 1);
    await eva.take();
    await hasJoined(byTime, 1);
    expect(await isActive(byTime)).toBe('true');
    for (const device of [dan, eva]) device.destroy();
  });
});
