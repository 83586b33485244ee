import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ccmpRequest, postCcmp, type CcmpAnswer } from '../raw/ccmp.js';
import type { CcmpUser } from '../raw/ccmp-user.js';
import { described } from '../raw/conference.js';
import { heldBytes } from '../raw/held-bytes.js';
import { ident, offer } from '../raw/messages.js';
import { userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: {
    ccmp: {
      CCMP_FORWARDED_FROM: '127.0.0.1',
      CCMP_PENDING_PER_SOURCE_MAX: '8',
      CCMP_RATE_PER_SECOND: '1',
      CCMP_RATE_BURST: '60',
    },
  },
});
const user = (name: string): CcmpUser => userOf(system, name);
const url = (): string => `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`;
const postFrom = (source: string, text: string): Promise<CcmpAnswer> =>
  postCcmp(url(), text, { 'x-forwarded-for': source });
const own = { subject: { username: 'alice', password: 'alice' }, confUserID: 'xcon-userid:alice@localhost' };
const requestWith = (inner: string): string =>
  ccmpRequest('conf', {
    ...own,
    operation: 'create',
    inner: `<confInfo entity="xcon:AUTO_GENERATE_1@localhost">${inner}</confInfo>`,
  });
const withDoctype = (declaration: string, reference: string): string =>
  requestWith(described(`<info:subject>${reference}</info:subject>`)).replace('?>', `?><!DOCTYPE x [${declaration}]>`);
const bomb = Array.from({ length: 30 }, (_, n) => `<!ENTITY a${String(n + 1)} "${`&a${String(n)};`.repeat(10)}">`).join(
  '',
);

describe('a client that means harm', () => {
  it.each([
    ['an entity bomb', () => withDoctype(`<!ENTITY a0 "ha">${bomb}`, '&a30;')],
    ['an external entity', () => withDoctype('<!ENTITY a SYSTEM "file:///etc/passwd">', '&a;')],
    ['a DTD of another place', () => requestWith('').replace('?>', '?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')],
    ['an entity nobody declared', () => requestWith(described('<info:subject>&a;</info:subject>'))],
    ['ten thousand levels', () => requestWith('<info:a>'.repeat(10_000) + '</info:a>'.repeat(10_000))],
    ['too many elements', () => requestWith(described('<info:a/>'.repeat(20_000)))],
    [
      'too many attributes',
      () => requestWith(`<info:a ${Array.from({ length: 20_000 }, (_, n) => `a${String(n)}="1"`).join(' ')}/>`),
    ],
  ])('SEC-013 %s is 400, at once, and nothing is read for it', async (what, text) => {
    const headers = {
      'content-type': 'application/ccmp+xml;charset=UTF-8',
      'x-forwarded-for': `192.0.2.${String(what.length)}`,
    };
    const beganMs = performance.now();
    const answer = await (await fetch(url(), { method: 'POST', body: text(), headers })).text();
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(answer).toContain('<response-code>400<');
    expect(answer).not.toMatch(/root:|haha/);
  });

  it('SEC-013 100 MB are refused by their length before they come, and without one when the limit is passed', async () => {
    const before = heldBytes();
    const head = { 'content-type': 'application/ccmp+xml;charset=UTF-8', 'x-forwarded-for': '192.0.2.101' };
    const refused = (
      headers: Record<string, string>,
      body: (piece: (size: number) => boolean) => void,
    ): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          url(),
          { method: 'POST', headers: { ...head, ...headers }, agent: false },
          (answer) => {
            answer.resume();
            sent.destroy();
            resolve(answer.statusCode ?? 0);
          },
        );
        sent.on('error', reject);
        body((size) => sent.write(Buffer.alloc(size, 0x20)));
      });
    expect(await refused({ 'content-length': String(100 * 1024 * 1024) }, (write) => write(1_024))).toBe(413);
    const status = await refused({}, (write) => {
      for (let n = 0; n < 12; n++) write(64 * 1024);
    });
    expect(status).toBe(413);
    expect(heldBytes() - before).toBeLessThan(20 * 1024 * 1024);
  });

  it('SEC-013 a flood of one client leaves others served', async () => {
    const flooded = ccmpRequest('confs', own);
    const flood = Promise.all(
      Array.from({ length: 150 }, () =>
        postFrom('192.0.2.200', flooded).then(({ status, code }) => `${String(status)} ${String(code)}`),
      ),
    );
    const others = await Promise.all(
      ['192.0.2.201', '192.0.2.202', '192.0.2.203'].map((source) => postFrom(source, flooded)),
    );
    expect(others.map(({ code }) => code)).toEqual([200, 200, 200]);
    const got = new Set(await flood);
    expect(got).toContain('429 0');
    expect([...got].filter((answer) => !['200 200', '200 510', '429 0'].includes(answer))).toEqual([]);
    expect(await system.alive()).toBe(true);
  });

  it('SEC-013 who has proven nothing makes no work: no room, no seat, no subscription', async () => {
    const room = await user('boss').room('default');
    const count = async (): Promise<unknown> =>
      (
        await system.query(
          'select (select count(*) from room_state.rooms) as rooms, (select count(*) from room_state.endpoints) as endpoints, (select count(*) from room_state.users) as users',
        )
      )[0];
    const before = await count();
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n++) {
      const caller = await system.caller(`ghost${String(n)}`);
      const invite = await caller.request('INVITE', n % 2 === 0 ? room.uri : system.uri(ident()), {
        authenticate: false,
        body: offer(),
      });
      const subscribe = await caller.request('SUBSCRIBE', room.uri, {
        authenticate: false,
        headers: ['Event: conference'],
      });
      statuses.add(invite.status).add(subscribe.status);
      caller.sip.destroy();
    }
    expect(statuses).toEqual(new Set([401]));
    expect(
      (await postFrom('192.0.2.210', ccmpRequest('conf', { confUserID: own.confUserID, operation: 'create' }))).code,
    ).toBe(424);
    expect(await count()).toEqual(before);
  });

  it('SEC-013 a sender has a rate, and a message a size: 403 and 413, and the room goes on', async () => {
    const room = await user('boss').room(
      'default',
      described('<chat:room-policy rate="2" burst="5" max-message-bytes="2000"/>'),
    );
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    expect((await alice.say('x'.repeat(4_000))).status).toBe(413);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => alice.say(`flood ${String(n)}`)));
    expect(answers.filter(({ status }) => status === 403).length).toBeGreaterThan(15);
    expect((await bob.say('one of mine')).status).toBe(200);
    await alice.copy('one of mine');
  });
});
