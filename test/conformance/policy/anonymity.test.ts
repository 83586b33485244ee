import { describe, expect, it } from 'vitest';
import type { CcmpUser, MadeRoom } from '../raw/ccmp-user.js';
import { done } from '../raw/ccmp-user.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { introduce, rolesOf, userOf } from '../raw/stage.js';
import { conferenceInfo, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const anonymity = (level: string): string => `<xcon:provide-anonymity>${level}</xcon:provide-anonymity>`;
const names = ['zelda', 'yorick'];

interface Scene {
  readonly room: MadeRoom;
  readonly zelda: Seat;
  readonly yorick: Seat;
  readonly bob: Seat;
  readonly mod: Seat;
  readonly watches: Readonly<Record<'bob' | 'mod', readonly Subscription[]>>;
}

/** A recorded room where zelda and yorick are anonymous before they come in, bob takes part, mod moderates, and both watch. */
async function scene(level: string): Promise<Scene> {
  const room = await boss().room('logged');
  await introduce(system, 'mod', ...names);
  done(await boss().updateUser(room, idOf('mod'), rolesOf('moderator')));
  for (const name of names) done(await boss().updateUser(room, idOf(name), anonymity(level)));
  const [bob, mod] = [await system.join(room.uri, 'bob'), await system.join(room.uri, 'mod')];
  const watch = async (name: string): Promise<readonly Subscription[]> =>
    Promise.all(
      [conferenceInfo, xconInfo].map(async (accept) =>
        Subscription.open(await system.caller(name), room.uri, { accept }),
      ),
    );
  const watches = { bob: await watch('bob'), mod: await watch('mod') };
  for (const each of [...watches.bob, ...watches.mod]) await each.notify();
  const zelda = await system.join(room.uri, 'zelda');
  const yorick = await system.join(room.uri, 'yorick');
  await sayAs(room, zelda, 'zelda', 'from the first');
  await sayAs(room, yorick, 'yorick', 'from the second');
  await Promise.all([bob, mod].map((seat) => seat.copy('from the second')));
  return { room, zelda, yorick, bob, mod, watches };
}

/** The URI somebody is shown by in the room: its own document says so. */
async function shownBy(room: MadeRoom, name: string): Promise<string> {
  return inRoster(await user(name).document(room), idOf(name))?.aors[0] ?? '';
}

/** A message of an anonymous user: under the own URI it would tell who it is, and is refused. */
async function sayAs(room: MadeRoom, seat: Seat, name: string, text: string): Promise<void> {
  expect((await seat.say(text)).status).toBe(403);
  const from = await shownBy(room, name);
  expect((await seat.ask({ body: seat.cpim({ from, text }) })).status).toBe(200);
}

/** Everything one has got: messages, notifications, documents, the log. */
async function everythingTo(name: 'bob' | 'mod', { room, bob, mod, watches }: Scene): Promise<string> {
  const seat = name === 'bob' ? bob : mod;
  await boss().update(
    room,
    '<info:conference-description><info:subject>the end</info:subject></info:conference-description>',
  );
  await Promise.all(watches[name].map((watch) => watch.until('the end')));
  const asked = [
    await user(name).ask('conf', { confObjID: room.id, operation: 'retrieve' }),
    await user(name).ask('users', { confObjID: room.id, operation: 'retrieve' }),
    await user(name).ask('confs'),
  ];
  await expect
    .poll(async () => (await user(name).history(room.id)).messages.map(({ text }) => text))
    .toEqual(expect.arrayContaining(['from the first', 'from the second']));
  return [
    ...asked.map(({ text }) => text),
    JSON.stringify(await user(name).history(room.id)),
    ...seat.msrp.frames.map(({ octets }) => octets.toString()),
    ...seat.caller.sip.messages.map((message) => JSON.stringify(message)),
    ...watches[name].flatMap((watch) => watch.caller.sip.messages.map((message) => JSON.stringify(message))),
  ].join('\n');
}

/** Places where one of those who are anonymous is named. */
const namedIn = (text: string): string[] =>
  [...text.matchAll(/.{0,120}(?:zelda|yorick).{0,60}/gi)].map(([place]) => place);

const fromOf = (seat: Seat, text: string): string =>
  /^From: (.*)$/m
    .exec(seat.copies().flatMap(({ body }) => (body?.includes(text) ? [String(body)] : []))[0] ?? '')?.[1]
    ?.trim() ?? '';

describe('anonymity', () => {
  it('POL-020 private: nobody learns who it is, in roster, notification, message From or history; two are told apart', async () => {
    const made = await scene('private');
    for (const name of ['bob', 'mod'] as const) {
      expect([name, ...namedIn(await everythingTo(name, made))]).toEqual([name]);
    }
    const others = rosterOf(await user('bob').document(made.room)).filter(({ entity }) => /anonymous/.test(entity));
    expect(others).toHaveLength(2);
    expect(new Set(others.map(({ entity }) => entity)).size).toBe(2);
    const [first, second] = [fromOf(made.bob, 'from the first'), fromOf(made.bob, 'from the second')];
    expect(first).toContain('anonymous.invalid');
    expect(second).toContain('anonymous.invalid');
    expect(first).not.toBe(second);
    expect(inRoster(await user('zelda').document(made.room), idOf('zelda'))).toBeDefined();
  });

  it('POL-020 semi-private: only who has the right learns it', async () => {
    const made = await scene('semi-private');
    expect(namedIn(await everythingTo('bob', made))).toEqual([]);
    const moderators = await user('mod').document(made.room);
    for (const name of names) expect(inRoster(moderators, idOf(name))).toBeDefined();
    expect(await everythingTo('mod', made)).toContain('zelda');
    expect(fromOf(made.bob, 'from the first')).not.toBe(fromOf(made.bob, 'from the second'));
  });

  it('POL-020 hidden: nobody sees that there is anybody', async () => {
    const made = await scene('hidden');
    for (const name of ['bob', 'mod'] as const) {
      expect([name, ...namedIn(await everythingTo(name, made))]).toEqual([name]);
      const roster = rosterOf(await user(name).document(made.room)).filter(({ endpoints }) => endpoints.length > 0);
      expect(roster.map(({ entity }) => entity).toSorted()).toEqual([idOf('bob'), idOf('mod')]);
    }
    expect(inRoster(await user('zelda').document(made.room), idOf('zelda'))).toBeDefined();
  });

  it.each(['private', 'hidden'])('POL-020 who becomes %s in the room is it from then on', async (level) => {
    const room = await boss().room('default');
    const zelda = await system.join(room.uri, 'zelda');
    done(await user('zelda').updateUser(room, idOf('zelda'), anonymity(level)));
    const bob = await system.join(room.uri, 'bob');
    await sayAs(room, zelda, 'zelda', 'from nobody');
    await bob.copy('from nobody');
    const seen = [
      (await user('bob').ask('conf', { confObjID: room.id, operation: 'retrieve' })).text,
      ...bob.msrp.frames.map(({ octets }) => octets.toString()),
    ].join('\n');
    expect(seen).not.toContain('zelda');
  });

  it('POL-020 a private message reaches an anonymous user by the name it is shown by, and its answer comes back', async () => {
    const { room, bob, zelda } = await scene('private');
    const alias = /<([^>]+)>/.exec(fromOf(bob, 'from the first'))?.[1] ?? '';
    expect((await bob.ask({ body: bob.cpim({ to: alias, text: 'to nobody' }) })).status).toBe(200);
    await zelda.copy('to nobody');
    expect((await bob.ask({ body: bob.cpim({ to: zelda.aor, text: 'to zelda' }) })).status).toBe(404);
    expect(
      (await zelda.ask({ body: zelda.cpim({ from: await shownBy(room, 'zelda'), to: bob.aor, text: 'from nobody' }) }))
        .status,
    ).toBe(200);
    expect(String((await bob.copy('from nobody')).body)).not.toContain('zelda');
  });
});
