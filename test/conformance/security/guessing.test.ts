import { describe, expect, it } from 'vitest';
import { ccmpRequest, postCcmp, type CcmpAnswer, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described } from '../raw/conference.js';
import { ident, offer, request } from '../raw/messages.js';
import { introduce, rolesOf, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: {
    ccmp: { CCMP_FORWARDED_FROM: '127.0.0.1', CCMP_RATE_PER_SECOND: '1', CCMP_RATE_BURST: '80' },
    'room-state': { ROOM_STATE_GUESSES_MAX: '10' },
    focus: { FOCUS_AUTH_FAILURES_MAX: '10' },
  },
});
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');

/** A request of alice, unless the parts say otherwise, from an address of one's own. */
function askFrom(source: string, kind: CcmpKind, parts: CcmpParts = {}): Promise<CcmpAnswer> {
  const url = `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`;
  const own = { subject: { username: 'alice', password: 'alice' }, confUserID: 'xcon-userid:alice@localhost' };
  return postCcmp(url, ccmpRequest(kind, { ...own, ...parts }), { 'x-forwarded-for': source });
}

async function roomWith(password: string): Promise<MadeRoom> {
  const room = await boss().room('default');
  const entry = `<info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>${password}</xcon:conference-password></info:entry>`;
  await introduce(system, 'alice');
  done(await boss().updateUser(room, 'xcon-userid:alice@localhost', rolesOf('participant')));
  await boss().update(room, described(`<info:conf-uris>${entry}</info:conf-uris>`));
  return room;
}

/** What is left of an answer when what was asked is taken out of it. */
const shapeOf = ({ status, code, text }: CcmpAnswer, ...asked: readonly string[]): unknown => [
  status,
  code,
  asked.reduce((rest, word) => rest.replaceAll(word, '*'), text),
];

describe('guessing', () => {
  it('SEC-011 a conference password: wrong ones are told alike, then none is looked at, the right one neither', async () => {
    const room = await roomWith('right');
    const tries: CcmpAnswer[] = [];
    const guess = (conferencePassword: string, source = '192.0.2.1'): Promise<CcmpAnswer> =>
      askFrom(source, 'conf', { confObjID: room.id, operation: 'retrieve', conferencePassword });
    for (const word of ['w', 'r', 'righ', 'rightt', 'RIGHT', 'x'.repeat(500), 'a', 'b', 'c', 'd', 'e', 'f'])
      tries.push(await guess(word));
    expect(new Set(tries.slice(0, 8).map(({ code }) => code))).toEqual(new Set([422]));
    expect(new Set(tries.slice(0, 8).map((answer) => JSON.stringify(shapeOf(answer)))).size).toBe(1);
    expect(tries.at(-1)?.code).toBe(510);
    expect((await guess('right')).code).toBe(510);
    // From elsewhere it can still be used.
    expect((await guess('right', '192.0.2.2')).code).toBe(200);
  });

  it('SEC-011 a conference password by SIP: the same refusal for none, a wrong one and one too many', async () => {
    const room = await roomWith('right');
    const join = async (password: string): Promise<string> => {
      const caller = await system.caller('alice');
      const uri = room.uri.replace('@', `:${password}@`);
      const { startLine, body } = await caller.invite(uri, offer());
      caller.sip.destroy();
      return startLine + body;
    };
    const answers: string[] = [];
    for (let n = 0; n < 14; n++) answers.push(await join(`wrong${String(n)}`));
    expect(new Set(answers.slice(0, 9)).size).toBe(1);
    expect(answers[0]).toMatch(/^SIP\/2\.0 403 /);
    expect(await join('right')).not.toMatch(/^SIP\/2\.0 2/);
    expect(answers.join('')).not.toContain('a=path');
  });

  it('SEC-011 a user’s password: unknown and wrong are one answer, with one amount of work, and too many tries stay unheard', async () => {
    const guess = (username: string, password: string, source: string): Promise<CcmpAnswer> =>
      askFrom(source, 'confs', { subject: { username, password }, confUserID: 'xcon-userid:victim@localhost' });
    await introduce(system, 'victim');
    const shapes: unknown[] = [];
    for (const [name, password] of [
      ['victim', 'x'],
      ['nobody here', 'x'],
      ['Victim', 'victim'],
      ['victim', ''],
    ] as const)
      shapes.push(shapeOf(await guess(name, password, '203.0.113.1')));
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    for (let n = 0; n < 12; n++)
      expect((await guess('target', String(n), `203.0.113.${String(n + 10)}`)).code).toBe(424);
    // The right one is not looked at while others guess, and is told apart by nothing.
    expect(shapeOf(await guess('target', 'target', '203.0.113.99'))).toEqual(shapes[0]);
  });

  it('SEC-011 ids of conferences and users: what is not there and what one may not know are one answer, and tries are slowed', async () => {
    const secret = await boss().room('default', described('<chat:room-policy secret="true"/>'));
    const shapes = new Set<string>();
    const statuses = new Set<number>();
    for (let n = 0; n < 90; n++) {
      const id = n === 40 ? secret.id : `xcon:${ident(26)}@localhost`;
      const answer = await askFrom('192.0.2.50', 'conf', { confObjID: id, operation: 'retrieve' });
      statuses.add(answer.status);
      if (answer.status === 200) shapes.add(JSON.stringify(shapeOf(answer, id)));
    }
    expect(shapes.size).toBe(1);
    expect([...shapes][0]).toContain('404');
    expect(statuses).toEqual(new Set([200, 429]));
    expect((await askFrom('192.0.2.51', 'confs')).code).toBe(200);
    const ids = await Promise.all(
      ['a', 'b'].map((name) =>
        askFrom('192.0.2.52', 'confs', { confUserID: `xcon-userid:${name.repeat(26)}@localhost` }),
      ),
    );
    expect(ids.map(({ code }) => code)).toEqual([421, 421]);
  });

  it('SEC-011 MSRP session-ids: a few tries end the connection, and none tells a session from nothing', async () => {
    const room = await boss().room('default');
    const seat = await system.join(room.uri, 'alice');
    const [, address = '', sessionId = ''] = /^msrp:\/\/([^/]+)\/([^;]+);/.exec(seat.toPath) ?? [];
    const answers: string[] = [];
    for (let connection = 0; connection < 20; connection++) {
      const msrp = await system.msrp(address);
      const guesses = Array.from({ length: 50 }, (_, n) => {
        const id = n % 2 === 0 ? ident(sessionId.length) : sessionId.replace(/\..*/, `.${ident(16)}`);
        return request({
          id: `guess${String(n)}`,
          toPath: `msrp://${address}/${id};tcp`,
          fromPath: seat.fromPath,
          headers: ['Message-ID: x'],
        });
      });
      msrp.write(Buffer.concat(guesses));
      await msrp.closed();
      answers.push(
        ...msrp.frames.map(({ octets }) =>
          octets
            .toString()
            .replaceAll(/guess\d+/g, '')
            .replaceAll(/From-Path: \S+/g, ''),
        ),
      );
    }
    expect(answers.length).toBeLessThanOrEqual(20 * 6);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain(' 481 ');
    expect((await seat.say('undisturbed')).status).toBe(200);
    expect(/\.(.+)$/.exec(sessionId)?.[1]?.length).toBeGreaterThanOrEqual(14);
  });

  it('SEC-011 a password by digest: who guesses is put off, and unknown names are challenged like known ones', async () => {
    const status = async (username: string, password: string): Promise<number> => {
      const caller = await system.caller(username);
      const first = await caller.request('OPTIONS', system.uri('lobby'), {
        authenticate: false,
        headers: [`From: <${system.uri(username)}>;tag=${ident(8)}`],
      });
      if (first.status !== 401) return first.status;
      caller.challenged(first);
      const headers = [`Authorization: ${caller.credentials('OPTIONS', system.uri('lobby'), { password })}`];
      const { status: final } = await caller.request('OPTIONS', system.uri('lobby'), { authenticate: false, headers });
      caller.sip.destroy();
      return final;
    };
    const got: number[] = [];
    for (let n = 0; n < 14; n++) got.push(await status('somebody', `wrong ${String(n)}`));
    expect(got.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(got.at(-1)).not.toBe(200);
    expect(await status('no such name', 'x')).not.toBe(200);
    done(await askFrom('192.0.2.60', 'confs'));
  });
});
