import { describe, expect, it } from 'vitest';
import { CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described, mediaIn } from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2 });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const media = (...labels: readonly string[]): string =>
  described(
    `<info:available-media>${labels.map((label) => `<info:entry label="${label}"><info:type>message</info:type></info:entry>`).join('')}</info:available-media>`,
  );
const on = (label: string): { attributes: readonly string[] } => ({ attributes: [`label:${label}`] });

/** Label of each row of a room, by chat-ID, and who has it. */
async function rows({ id }: Pick<MadeRoom, 'id'>): Promise<string[]> {
  const found = await system.query(
    `select p.user_id, e.label from room_state.endpoints e join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
     join room_state.rooms r on r.id = e.room_id where r.xcon_uri = $1 order by e.ordinal`,
    [id],
  );
  return found.map((row) => `${String(row['user_id'])} ${String(row['label'])}`);
}

/** What somebody says comes to these, and to none of the others. */
async function heardBy(speaker: Seat, text: string, wanted: readonly Seat[], others: readonly Seat[]): Promise<void> {
  expect((await speaker.say(text)).status).toBe(200);
  for (const seat of wanted) await seat.copy(text);
  for (const seat of others) {
    await seat.settled();
    expect(seat.copies().filter(({ body }) => body?.includes(text) === true)).toEqual([]);
  }
}

describe('several chat media in one conference', () => {
  it('XCON-022 XCON-023 the rows of figure 3: one user has two sessions, each with an id and a label of its own', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const figure = [
      ['839uljj', 'iede3'],
      ['0283hhu', '8heus'],
      ['0283hhu', '3cnu7'],
      ['nch37hs', 'jd38J'],
      ['pakdj7h', 'U83hd'],
      ['pakdj7h', 'ehy3h'],
    ] as const;
    await operator.update(room, media(...figure.map(([, label]) => label)));
    for (const [name, label] of figure) await system.join(room.uri, name, on(label));
    expect(await rows(room)).toEqual(figure.map(([name, label]) => `${idOf(name)} ${label}`));
    const shown = rosterOf(await operator.document(room)).flatMap(({ entity, endpoints }) =>
      endpoints.map(({ label }) => `${entity} ${label ?? ''}`),
    );
    expect(shown.toSorted()).toEqual(figure.map(([name, label]) => `${idOf(name)} ${label}`).toSorted());
    const ids = rosterOf(await operator.document(room)).flatMap(({ endpoints }) =>
      endpoints.map(({ entity }) => entity),
    );
    expect(new Set(ids).size).toBe(6);
  });

  it('XCON-022 of two message streams in one offer the first gets a row, with its label; the other is refused by port 0', async () => {
    const operator = user('operator');
    const room = await operator.room('default', media('8heus', '3cnu7'));
    const caller = await system.caller('0283hhu');
    const second = [
      'm=message 7655 TCP/MSRP *',
      ...['accept-types:message/cpim', 'path:msrp://127.0.0.1:7655/second;tcp', 'setup:active', 'label:3cnu7'].map(
        (attribute) => `a=${attribute}`,
      ),
    ];
    const answer = await caller.invite(room.uri, offer({ ...on('8heus'), after: second }));
    expect(answer.body.match(/^m=message (\d+)/gm)?.map((line) => line.endsWith(' 0'))).toEqual([false, true]);
    await caller.ack(room.uri);
    await expect.poll(() => rows(room)).toEqual([`${idOf('0283hhu')} 8heus`]);
  });

  it('XCON-023 what is said on one of them is heard on that one only; who names none is on the first', async () => {
    const operator = user('operator');
    const room = await operator.room('default', media('8heus', '3cnu7'));
    const [{ label: first } = { label: '' }] = mediaIn(await operator.document(room));
    const german = await system.join(room.uri, '0283hhu', on('8heus'));
    const english = await system.join(room.uri, '0283hhu', on('3cnu7'));
    const bob = {
      plain: await system.join(room.uri, 'bob'),
      first: await system.join(room.uri, 'bob', on(first)),
      german: await system.join(room.uri, 'bob', on('8heus')),
      english: await system.join(room.uri, 'bob', on('3cnu7')),
      unknown: await system.join(room.uri, 'bob', on('of-nothing')),
    };
    const onFirst = [bob.plain, bob.first, bob.unknown];
    await heardBy(german, 'Guten Tag', [bob.german], [...onFirst, bob.english, english]);
    await heardBy(english, 'Good day', [bob.english], [...onFirst, bob.german, german]);
    const carol = await system.join(room.uri, 'carol');
    await heardBy(carol, 'to the first', onFirst, [bob.german, bob.english, german, english]);
    await operator.update(room, described('<info:available-media><info:entry label="8heus"/></info:available-media>'));
    await heardBy(german, 'ohne eigenen Kanal', [...onFirst, bob.german, carol], [bob.english, english]);
  });

  it('XCON-023 a private message comes to the session on its medium, and to any where there is none', async () => {
    const room = await user('operator').room('default', media('8heus', '3cnu7'));
    const alice = await system.join(room.uri, 'alice', on('8heus'));
    const german = await system.join(room.uri, 'bob', on('8heus'));
    const english = await system.join(room.uri, 'bob', on('3cnu7'));
    const carol = await system.join(room.uri, 'carol', on('3cnu7'));
    const whisper = async (to: Seat, text: string): Promise<void> => {
      expect((await alice.ask({ body: alice.cpim({ to: to.aor, text }) })).status).toBe(200);
      await to.copy(text);
    };
    await whisper(german, 'unter uns');
    await whisper(carol, 'between us');
    await english.settled();
    expect(english.copies().filter(({ body }) => body?.includes('unter uns') === true)).toEqual([]);
  });

  it('XCON-023 who comes later is shown what was said on its medium', async () => {
    const operator = user('operator');
    const room = await operator.room('logged', media('8heus'));
    const german = await system.join(room.uri, 'alice', on('8heus'));
    const plain = await system.join(room.uri, 'bob');
    await german.say('früher gesagt');
    await plain.say('said before');
    await expect.poll(async () => (await operator.history(room.id)).messages.length, { timeout: 10_000 }).toBe(2);
    const late = await system.join(room.uri, 'carol', on('8heus'));
    await late.copy('früher gesagt');
    await late.settled();
    expect(late.copies().filter(({ body }) => body?.includes('said before') === true)).toEqual([]);
    const other = await system.join(room.uri, 'dave');
    await other.copy('said before');
    await other.settled();
    expect(other.copies().filter(({ body }) => body?.includes('früher') === true)).toEqual([]);
  });
});
