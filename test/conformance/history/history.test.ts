import { describe, expect, it } from 'vitest';
import { CcmpUser, done, type HistoryPage, type MadeRoom } from '../raw/ccmp-user.js';
import type { Frame } from '../raw/msrp-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { history: { HISTORY_PAGE_MESSAGES: '300' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const texts = (page: HistoryPage): string[] => page.messages.map(({ text }) => text);
const shown = (frames: readonly Frame[]): string[] =>
  frames.flatMap(({ body }) => (body === undefined ? [] : [contentOf(body.toString())]));
const contentOf = (cpim: string): string => cpim.slice(cpim.lastIndexOf('\r\n\r\n') + 4).trim();
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `n${String(from + index)}`);
const historyRules = (attributes: string): string =>
  `<info:conference-description><chat:history ${attributes}/></info:conference-description>`;

/** A logged room in which n1 … n`count` were said. */
async function spoken(count: number, change = ''): Promise<MadeRoom> {
  const operator = user('operator');
  const room = await operator.room('logged', change);
  const alice = await system.join(room.uri, 'alice');
  for (const text of numbers(1, count)) await alice.say(text);
  await expect
    .poll(async () => texts(await operator.history(room.id, { count: 1 })), { timeout: 15_000 })
    .toEqual([`n${String(count)}`]);
  return room;
}

describe('reading by CCMP', () => {
  it('HIST-001 by any URI of the conference, from and to a time: since inclusive, before exclusive', async () => {
    const operator = user('operator');
    const room = await spoken(5);
    const all = await operator.history(room.id, { count: 100 });
    expect(texts(all)).toEqual(numbers(1, 5));
    expect(await operator.history(undefined, { conference: room.uri, count: 100 })).toEqual(all);
    const times = all.messages.map(({ attributes }) => attributes['time'] ?? '');
    const fits = (since: string, before: string): string[] =>
      numbers(1, 5).filter((_, index) => times[index]! >= since && times[index]! < before);
    for (const [since, before] of [
      [times[1]!, times[4]!],
      [times[0]!, times[2]!],
      [times[3]!, '2100-01-01T00:00:00.000Z'],
      ['2000-01-01T00:00:00.000Z', times[0]!],
    ] as const) {
      const page = await operator.history(room.id, { since, before, count: 100 });
      expect(texts(page)).toEqual(fits(since, before));
    }
  });

  it('HIST-003 by number: 0, 1, more than there are, over the limit of the room', async () => {
    const operator = user('operator');
    const room = await spoken(6, historyRules('default-count="2" maximum-count="4" readers="participants"'));
    expect(await operator.history(room.id, { count: 0 })).toEqual({ code: 200, messages: [], cursor: '' });
    expect(texts(await operator.history(room.id, { count: 1 }))).toEqual(['n6']);
    expect(texts(await operator.history(room.id, { count: 1, direction: 'forward' }))).toEqual(['n1']);
    expect(texts(await operator.history(room.id))).toEqual(numbers(5, 6));
    const most = await operator.history(room.id, { count: 1_000 });
    expect(texts(most)).toEqual(numbers(3, 6));
    const rest = await operator.history(room.id, { count: 1_000, cursor: most.cursor });
    expect([texts(rest), rest.cursor]).toEqual([numbers(1, 2), '']);
  });

  it('HIST-005 1,000 messages page by page with a cursor, oldest first in each, each once; forward and backward', async () => {
    const operator = user('operator');
    const room = await spoken(1_000, historyRules('maximum-count="250" readers="participants"'));
    for (const direction of ['forward', 'backward']) {
      const pages: string[][] = [];
      for (let cursor: string | undefined; cursor !== '';) {
        const asked = { count: 250, direction, ...(cursor === undefined ? {} : { cursor }) };
        const page = await operator.history(room.id, asked);
        expect(page.code).toBe(200);
        pages.push(texts(page));
        ({ cursor } = page);
      }
      expect(pages.map((page) => page.length)).toEqual([250, 250, 250, 250]);
      expect((direction === 'forward' ? pages : pages.toReversed()).flat()).toEqual(numbers(1, 1_000));
    }
    expect((await operator.history(room.id, { cursor: 'nonsense' })).code).toBe(400);
  }, 120_000);

  it('HIST-010 a room that is not recorded has none, which is no error', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const alice = await system.join(room.uri, 'alice');
    await alice.say('unheard of');
    expect(await operator.history(room.id, { count: 100 })).toEqual({ code: 200, messages: [], cursor: '' });
  });
});

describe('who may read', () => {
  it('HIST-008 those who are there, by the room’s rule; not outsiders, not who is banned, whatever the rule', async () => {
    const room = await spoken(2, historyRules('readers="participants"'));
    const operator = user('operator');
    const bob = await system.join(room.uri, 'bob');
    const code = async (name: string): Promise<number> => (await user(name).history(room.id, { count: 10 })).code;
    expect([await code('operator'), await code('bob')]).toEqual([200, 200]);
    expect([401, 404]).toContain(await code('outsider'));
    await bob.leave();
    await expect.poll(() => code('bob')).not.toBe(200);
    const deny = `<info:users><xcon:deny-users-list><xcon:target uri="sip:alice@localhost" method="dial-in"/></xcon:deny-users-list></info:users>`;
    done(await operator.tryUpdate(room, deny));
    expect([401, 404]).toContain(await code('alice'));
  });

  it('HIST-008 moderators alone, where the room says so', async () => {
    const room = await spoken(2, historyRules('readers="moderators"'));
    const code = async (name: string): Promise<number> => (await user(name).history(room.id, { count: 10 })).code;
    expect([await code('operator'), await code('alice')]).toEqual([200, 401]);
    const moderator = '<info:roles><info:entry>moderator</info:entry></info:roles>';
    done(await user('operator').updateUser(room, user('alice').userId, moderator));
    expect(await code('alice')).toBe(200);
  });

  it('HIST-008 who came later only what followed, where the room says so', async () => {
    const room = await spoken(2, historyRules('readers="participants" from-join-only="true"'));
    const late = await system.join(room.uri, 'late');
    await late.say('n3');
    await expect
      .poll(async () => texts(await user('late').history(room.id, { count: 10 })), { timeout: 10_000 })
      .toEqual(['n3']);
    expect(texts(await user('operator').history(room.id, { count: 10 }))).toEqual(numbers(1, 3));
  });
});

describe('anonymity', () => {
  it('HIST-009 who spoke anonymously is shown as then; who it was only to those with the right now', async () => {
    const room = await spoken(1, historyRules('readers="participants"'));
    const operator = user('operator');
    done(await user('carol').ask('blueprints'));
    const hidden =
      '<info:endpoint entity="sip:carol@localhost"><info:joining-method>dialed-in</info:joining-method></info:endpoint>' +
      '<xcon:provide-anonymity>semi-private</xcon:provide-anonymity>';
    done(await operator.addUser(room, user('carol').userId, hidden));
    const bob = await system.join(room.uri, 'bob');
    const carol = await system.join(room.uri, 'carol');
    const alias = /xcon-userid:anonymous-?([^@"]+)@anonymous\.invalid/.exec(
      JSON.stringify(await user('bob').document(room)),
    );
    const from = `sip:${alias?.[1] ?? ''}@anonymous.invalid`;
    expect((await carol.ask({ body: carol.cpim({ from, text: 'from behind the curtain' }) })).status).toBe(200);
    await bob.copy('from behind the curtain');
    const last = async (name: string): Promise<HistoryPage> => user(name).history(room.id, { count: 1 });
    await expect.poll(async () => texts(await last('bob')), { timeout: 10_000 }).toEqual(['from behind the curtain']);
    const seen = await last('bob');
    expect(seen.messages[0]?.attributes).toMatchObject({ from });
    expect(JSON.stringify(seen)).not.toMatch(/carol/i);
    expect(JSON.stringify(await last('operator'))).toContain(user('carol').userId);
  });
});

describe('what a joiner is shown', () => {
  it('HIST-004 HIST-007 the last ones, as they were said, marked as old, after the warning and before what is live; no gap, no double', async () => {
    const room = await spoken(30, historyRules('default-count="10" on-join="true" readers="participants"'));
    const alice = await system.join(room.uri, 'alice');
    const last = 120;
    const speaking = (async () => {
      for (const text of numbers(31, last)) await alice.say(text);
    })();
    const bob = await system.join(room.uri, 'bob');
    await speaking;
    await bob.copy(`n${String(last)}`);
    const got = shown(bob.copies());
    const said = got.filter((text) => /^n\d+$/.test(text));
    const first = Number(said[0]?.slice(1));
    expect(first).toBeGreaterThanOrEqual(21);
    expect(said).toEqual(numbers(first, last));
    expect(got[0]).toMatch(/recorded/);
    const begin = got.findIndex((text) => /earlier messages/i.test(text));
    const end = got.findIndex((text) => /end of the earlier messages/i.test(text));
    expect(begin).toBeGreaterThan(0);
    expect(got.slice(begin + 1, end)).toEqual(numbers(first, first + 9));
    const old = bob.copies().find(({ body }) => body?.toString().endsWith(said[0]!) === true);
    expect(String(old?.body)).toContain('DateTime: 2026-07-01T12:00:00Z');
    expect(String(old?.body)).toContain('From: <sip:alice@localhost>');
  });

  it('HIST-004 nothing where the room shows nothing on entering', async () => {
    const room = await spoken(3, historyRules('on-join="false" readers="participants"'));
    const bob = await system.join(room.uri, 'bob');
    const alice = await system.join(room.uri, 'alice');
    await alice.say('live');
    await bob.copy('live');
    expect(shown(bob.copies()).filter((text) => /^n\d+$/.test(text))).toEqual([]);
  });
});
