import { describe, expect, it } from 'vitest';
import { answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done, loggingOf, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import type { Frame } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, settings: { history: { HISTORY_RETENTION_MS: '200ms' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const logging = (active: boolean): string =>
  `<info:conference-state><chat:logging active="${String(active)}"/></info:conference-state>`;
const recorded = 'are recorded';
const notRecorded = 'no longer recorded';
const texts = (frames: readonly Frame[]): string[] =>
  frames.flatMap(({ body }) => (body === undefined ? [] : [contentOf(body.toString())]));
const contentOf = (cpim: string): string => cpim.slice(cpim.lastIndexOf('\r\n\r\n') + 4).trim();

/** What this seat got, in order, of the room's words and of `marks`. */
function heard(seat: Seat, marks: readonly string[]): string[] {
  return texts(seat.copies()).filter((text) => marks.includes(text) || /recorded/.test(text));
}

async function historyOf(room: MadeRoom): Promise<string[]> {
  const page = await user('operator').history(room.id, { count: 1_000 });
  expect(page.code).toBe(200);
  return page.messages.map(({ text }) => text);
}

/** What the log says once this last message is in it. */
async function historyWith(room: MadeRoom, last: string): Promise<string[]> {
  await expect.poll(() => historyOf(room), { timeout: 10_000 }).toContain(last);
  return historyOf(room);
}

describe('the warning', () => {
  it('LOG-001 LOG-002 who enters a recorded room by SIP hears it from the room before anything else', async () => {
    const room = await user('operator').room('logged');
    const alice = await system.join(room.uri, 'alice');
    await alice.say('first words');
    const bob = await system.join(room.uri, 'bob');
    const warning = await bob.copy(recorded);
    expect(String(warning.body)).toContain(`From: <${room.uri}>`);
    await alice.say('second words');
    await bob.copy('second words');
    expect(texts(bob.copies())[0]).toMatch(/recorded/);
  });

  it('LOG-001 LOG-002 and by CCMP in the answer: in words, and as chat:logging', async () => {
    const room = await user('operator').room('logged');
    const carol = user('carol');
    const answer = await carol.addUser(room, carol.userId);
    expect(answerText(answer, 'response-string')).toMatch(/record/i);
    expect(loggingIn(answer)).toMatchObject({ active: 'true' });
  });

  it('LOG-003 LOG-004 when recording starts and stops, all present are told, in the order of the messages; others may not', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const names = ['alice', 'bob', 'carol', 'dave', 'erin'];
    const seats = await Promise.all(names.map((name) => system.join(room.uri, name)));
    const [alice] = seats;
    expect((await user('alice').tryUpdate(room, logging(true))).code).toBe(401);
    await alice!.say('1 before');
    await operator.update(room, logging(true));
    await alice!.say('2 during');
    await operator.update(room, logging(false));
    await alice!.say('3 after');
    for (const seat of seats.slice(1)) {
      await seat.copy('3 after');
      const got = heard(seat, ['1 before', '2 during', '3 after']);
      expect(got[0]).toBe('1 before');
      expect(got[1]).toContain(recorded);
      expect(got[2]).toBe('2 during');
      expect(got[3]).toContain(notRecorded);
      expect(got[4]).toBe('3 after');
    }
    expect(await historyWith(room, '2 during')).toEqual(['2 during']);
  });

  it('LOG-004 the document says whether, since when and by whom', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    await operator.update(room, logging(true));
    const on = loggingOf(await operator.document(room));
    expect(on).toMatchObject({ active: 'true', by: operator.userId });
    expect(Date.parse(on['since'] ?? '')).toBeLessThanOrEqual(Date.now());
    await operator.update(room, logging(false));
    expect(loggingOf(await operator.document(room))['active'] ?? 'false').toBe('false');
  });
});

describe('the recording user', () => {
  const recorder = 'xcon-userid:recorder@localhost';
  const roles = '<info:roles><info:entry>observer</info:entry></info:roles>';
  // It is there by itself: nobody calls it.
  const observer = `${roles}<info:endpoint entity="sip:recorder@localhost"><info:joining-method>dialed-in</info:joining-method></info:endpoint>`;

  /** Makes the system know it. */
  async function isKnown(): Promise<void> {
    done(await user('recorder').ask('blueprints'));
  }

  it('LOG-005 an observer who is added starts the log, who is removed stops it; both ways show the same state', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const alice = await system.join(room.uri, 'alice');
    await isKnown();
    done(await operator.addUser(room, recorder, observer));
    await alice.copy(recorded);
    expect(loggingOf(await operator.document(room))).toMatchObject({ active: 'true' });
    await alice.say('on tape');
    expect(await historyWith(room, 'on tape')).toEqual(['on tape']);
    done(await operator.removeUser(room, recorder));
    await alice.copy(notRecorded);
    await alice.say('off tape');
    await operator.update(room, logging(true));
    await alice.say('on again');
    expect(await historyWith(room, 'on again')).toEqual(['on tape', 'on again']);
  });

  it('LOG-006 a hidden one still has everybody warned', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const hidden = `${observer}<xcon:provide-anonymity>hidden</xcon:provide-anonymity>`;
    await isKnown();
    done(await operator.addUser(room, recorder, hidden));
    const bob = await system.join(room.uri, 'bob');
    await bob.copy(recorded);
  });
});

describe('the log', () => {
  it('LOG-007 is what was distributed while it was on, in its order, with sender, nickname, time and type; nothing else', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const alice = await system.join(room.uri, 'alice');
    const bob = await system.join(room.uri, 'bob');
    const witness = await system.join(room.uri, 'witness');
    expect((await alice.nickname('"Alice the great"')).status).toBe(200);
    await alice.say('before the start');
    await operator.update(room, logging(true));
    const before = Date.now();
    for (let index = 0; index < 20; index++) await (index % 2 === 0 ? alice : bob).say(`message ${String(index)}`);
    await alice.ask({ body: alice.cpim({ to: bob.aor, text: 'for your eyes only' }) });
    await alice.ask({ body: alice.cpim({ type: 'application/im-iscomposing+xml', text: '<isComposing/>' }) });
    expect((await alice.ask({ body: alice.cpim({ from: 'sip:mallory@localhost', text: 'not mine' }) })).status).toBe(
      403,
    );
    const muting = `<info:endpoint entity="${await chatIdOf(operator, room, 'bob')}"><info:media id="1"><info:status>recvonly</info:status></info:media></info:endpoint>`;
    done(await operator.updateUser(room, user('bob').userId, muting));
    expect((await bob.say('muted')).status).toBe(403);
    await alice.say('message 20');
    await operator.update(room, logging(false));
    await alice.say('after the end');
    await witness.copy('after the end');
    await expect.poll(() => historyOf(room), { timeout: 10_000 }).toContain('message 20');

    const page = await operator.history(room.id, { count: 1_000 });
    const expected = Array.from({ length: 21 }, (_, index) => `message ${String(index)}`);
    expect(page.messages.map(({ text }) => text)).toEqual(expected);
    expect(texts(witness.copies()).filter((text) => text.startsWith('message '))).toEqual(expected);
    for (const [index, { attributes }] of page.messages.entries()) {
      const sender = index % 2 === 0 ? 'alice' : 'bob';
      expect(attributes).toMatchObject({ from: `sip:${sender}@localhost`, 'content-type': 'text/plain' });
      expect(attributes['nickname']).toBe(sender === 'alice' ? 'Alice the great' : undefined);
      expect(Date.parse(attributes['time'] ?? '')).toBeGreaterThanOrEqual(before);
      expect(Date.parse(attributes['time'] ?? '')).toBeLessThanOrEqual(Date.now());
    }
  });

  it('LOG-009 what is older than the room keeps it is gone for good; on legal hold nothing goes', async () => {
    const operator = user('operator');
    const keeping = (hold: boolean): string =>
      `<info:conference-description><chat:history retention="PT1S" readers="participants" legal-hold="${String(hold)}"/></info:conference-description>`;
    const [short, held] = [await operator.room('logged', keeping(false)), await operator.room('logged', keeping(true))];
    const words = `words ${ident()}`;
    for (const room of [short, held]) await (await system.join(room.uri, 'alice')).say(words);
    expect(await historyWith(held, words)).toEqual([words]);
    await expect
      .poll(
        () =>
          system.query('select 1 from history.message where position($1::bytea in octets) > 0', [Buffer.from(words)]),
        {
          timeout: 20_000,
        },
      )
      .toHaveLength(1);
    expect([await historyOf(short), await historyOf(held)]).toEqual([[], [words]]);
    expect((await operator.erase(held.id, user('alice').userId)).code).toBe(409);
    expect(await historyOf(held)).toEqual([words]);
  });

  it('LOG-009 FLOW-8.2 the log of a room that was deleted stays for its time, and no longer', async () => {
    const operator = user('operator');
    const keeping = (retention: string): string =>
      `<info:conference-description><chat:history retention="${retention}" readers="participants"/></info:conference-description>`;
    const [short, long] = [
      await operator.room('logged', keeping('PT2S')),
      await operator.room('logged', keeping('P1D')),
    ];
    const words = `words ${ident()}`;
    for (const room of [short, long]) {
      await (await system.join(room.uri, 'alice')).say(words);
      done(await operator.ask('conf', { confObjID: room.id, operation: 'delete' }));
      expect((await operator.ask('conf', { confObjID: room.id, operation: 'retrieve' })).code).toBe(404);
    }
    const kept = async (): Promise<unknown[]> =>
      (
        await system.query(
          `select r.retention_seconds from history.message m join history.room r on r.room_id = m.room_id
           where position($1::bytea in m.octets) > 0 and r.closed`,
          [Buffer.from(words)],
        )
      ).map(({ retention_seconds }) => retention_seconds);
    await expect.poll(kept, { timeout: 20_000 }).toContain('86400');
    await expect.poll(kept, { timeout: 20_000 }).toEqual(['86400']);
  });

  it('LOG-009 what one person said can be erased, by those who may, and by nobody else', async () => {
    const operator = user('operator');
    const room = await operator.room('logged');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    await bob.say('of bob');
    await alice.say('of alice');
    await alice.say('of alice again');
    await historyWith(room, 'of alice again');
    expect((await user('bob').erase(room.id, user('alice').userId)).code).toBe(401);
    expect(await operator.erase(room.id, user('alice').userId)).toEqual({ code: 200, count: 2 });
    expect(await historyOf(room)).toEqual(['of bob']);
    expect(await operator.erase(room.id, user('alice').userId)).toEqual({ code: 200, count: 0 });
  });
});

/** The `chat:logging` beside the userInfo of a userResponse. */
function loggingIn(answer: CcmpAnswer): Readonly<Record<string, string>> {
  const found = answer.response?.children.find((child) => typeof child !== 'string' && child.name === 'userResponse');
  return loggingOf(typeof found === 'string' ? undefined : found);
}

/** chat-ID of somebody's session, as the document shows it. */
async function chatIdOf(asker: CcmpUser, room: MadeRoom, name: string): Promise<string> {
  const { children } = await asker.document(room);
  const xml = JSON.stringify(children);
  const at = xml.indexOf(`xcon-userid:${name}@localhost`);
  const found = /"name":"endpoint","attributes":\[\{"ns":"","name":"entity","value":"([^"]+)"/.exec(xml.slice(at));
  if (found?.[1] === undefined) throw new Error(`${name} has no endpoint`);
  return found[1];
}
