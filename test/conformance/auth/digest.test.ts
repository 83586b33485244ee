import { beforeAll, describe, expect, it } from 'vitest';
import { challengeOf } from '../raw/digest.js';
import { ident, offer } from '../raw/messages.js';
import { headersOf, type SipText } from '../raw/sip-socket.js';
import type { Caller } from '../raw/caller.js';
import { useSystem } from '../raw/system.js';

// Without demo mode: only accounts that were made, and no MD5.
const system = useSystem({
  settings: {
    'room-state': { PLENARY_DEMO: 'false' },
    focus: { PLENARY_DEMO: 'false', FOCUS_AUTH_FAILURES_MAX: '40', FOCUS_NONCE_LIFETIME_MS: '2500' },
  },
});

let room = '';
beforeAll(async () => {
  room = await system.room();
  await system.account('alice', 'wonderland', ['sip:alice@home.example']);
  await system.account('bob', 'builder', []);
});

/** A caller that has a fresh challenge in hand. */
async function challenged(username = 'alice'): Promise<{ caller: Caller; answer: SipText }> {
  const caller = await system.caller(username);
  const answer = await caller.request('INVITE', room, { authenticate: false, body: offer() });
  caller.challenged(answer);
  return { caller, answer };
}

function withCredentials(
  caller: Caller,
  credentials: string,
  sdp = offer({ acceptTypes: 'text/plain' }),
): Promise<SipText> {
  return caller.request('INVITE', room, { authenticate: false, body: sdp, headers: [`Authorization: ${credentials}`] });
}

const stale = (answer: SipText): boolean =>
  challengeOf(headersOf(answer, 'WWW-Authenticate')[0] ?? '')['stale'] === 'true';

// Past authentication this offer is 488, so that no seat is taken.
describe('challenges', () => {
  it('AUTH-001 AUTH-002 401 with Digest, SHA-256, qop auth, and MD5 only where it is switched on', async () => {
    const { answer } = await challenged();
    expect(answer.status).toBe(401);
    const values = headersOf(answer, 'WWW-Authenticate');
    expect(values).toHaveLength(1);
    expect(values[0]).toMatch(/^Digest /);
    expect(challengeOf(values[0]!)).toMatchObject({ realm: 'localhost', algorithm: 'SHA-256', qop: 'auth' });
    expect(values[0]).toMatch(/qop="auth"/);
    expect(headersOf(answer, 'Proxy-Authenticate')).toEqual([]);
  });

  it('AUTH-001 INVITE, BYE, UPDATE, OPTIONS and unknown methods are challenged, CANCEL is not', async () => {
    const caller = await system.caller('alice');
    const status = async (method: string): Promise<number> =>
      (await caller.request(method, room, { authenticate: false })).status;
    for (const method of ['INVITE', 'BYE', 'UPDATE', 'OPTIONS', 'SUBSCRIBE', 'FOO'])
      expect(await status(method), method).toBe(401);
    expect(await status('CANCEL')).toBe(481);
  });

  it('AUTH-002 Basic is not accepted', async () => {
    const { caller } = await challenged();
    const basic = `Basic ${Buffer.from('alice:wonderland').toString('base64')}`;
    expect((await withCredentials(caller, basic)).status).toBe(401);
  });

  it('AUTH-008 a repeated request gets the same answer with the same To tag', async () => {
    const caller = await system.caller('alice', { transport: 'UDP' });
    const text = caller.text('INVITE', room, { body: offer(), branch: `z9hG4bK${ident()}` });
    const tags: string[] = [];
    for (let i = 0; i < 3; i++) {
      await caller.sip.write(text);
      const answer = await caller.sip.answer(caller.callId, '1 INVITE');
      expect(answer.status).toBe(401);
      tags.push(/;tag=(.*)$/.exec(headersOf(answer, 'To')[0] ?? '')?.[1] ?? '');
    }
    expect(new Set(tags).size).toBe(1);
  });
});

describe('answers', () => {
  const right = { password: 'wonderland' };

  it('AUTH-003 right credentials are accepted', async () => {
    const { caller } = await challenged();
    expect((await withCredentials(caller, caller.credentials('INVITE', room, right))).status).toBe(488);
  });

  it.each([
    ['another uri', (text: string) => text.replace(/uri="[^"]*"/, 'uri="sip:other@localhost"')],
    ['a uri elsewhere', (text: string) => text.replace(/uri="[^"]*"/, 'uri="sip:x@elsewhere.example"')],
    ['no uri', (text: string) => text.replace(/uri="[^"]*", /, '')],
    ['another nonce', (text: string) => text.replace(/nonce="[^"]*"/, 'nonce="AAAAAAAAAAAAAAAA"')],
    ['another response', (text: string) => text.replace(/response="./, 'response="g')],
    ['a short response', (text: string) => text.replace(/response="[^"]*"/, 'response="00"')],
    ['another realm', (text: string) => text.replace(/realm="[^"]*"/, 'realm="elsewhere"')],
    ['another algorithm', (text: string) => text.replace('algorithm=SHA-256', 'algorithm=MD5')],
    ['an nc of 7 digits', (text: string) => text.replace(/nc=0/, 'nc=')],
    ['AUTH-004 no qop', (text: string) => text.replace(/, cnonce=.*$/, '')],
    ['garbage', () => 'Digest ,,,="'],
    ['nothing', () => 'Digest'],
  ])('AUTH-003 %s is 401', async (_what, change) => {
    const { caller } = await challenged();
    expect((await withCredentials(caller, change(caller.credentials('INVITE', room, right)))).status).toBe(401);
  });

  it('AUTH-003 credentials for another method are 401', async () => {
    const { caller } = await challenged();
    expect((await withCredentials(caller, caller.credentials('BYE', room, right))).status).toBe(401);
  });

  it('AUTH-006 an nc used before is refused as stale, the next one is taken', async () => {
    const { caller } = await challenged();
    expect((await withCredentials(caller, caller.credentials('INVITE', room, { ...right, nc: 2 }))).status).toBe(488);
    for (const nc of [2, 1]) {
      const answer = await withCredentials(caller, caller.credentials('INVITE', room, { ...right, nc }));
      expect([answer.status, stale(answer)]).toEqual([401, true]);
    }
    expect((await withCredentials(caller, caller.credentials('INVITE', room, { ...right, nc: 3 }))).status).toBe(488);
  });

  it('AUTH-005 right credentials for an old nonce: 401 with stale, and the new one works', async () => {
    const { caller } = await challenged();
    let nc = 0;
    const answer = async (): Promise<SipText> =>
      withCredentials(caller, caller.credentials('INVITE', room, { ...right, nc: ++nc }));
    await expect.poll(async () => (await answer()).status, { timeout: 8_000, interval: 500 }).toBe(401);
    const old = await answer();
    expect(stale(old)).toBe(true);
    caller.challenged(old);
    expect((await withCredentials(caller, caller.credentials('INVITE', room, { ...right, nc: 1 }))).status).toBe(488);
  });

  it('AUTH-007 unknown user and wrong password get the same answer', async () => {
    const shape = async (username: string, password: string): Promise<unknown> => {
      const { caller } = await challenged(username);
      const answer = await withCredentials(caller, caller.credentials('INVITE', room, { password }));
      const header = (headersOf(answer, 'WWW-Authenticate')[0] ?? '').replace(/nonce="[^"]*"/, 'nonce');
      return [answer.startLine, header, answer.headers.map(([name]) => name), answer.body];
    };
    expect(await shape('nobody', 'x')).toEqual(await shape('alice', 'wrong'));
  });

  it("AUTH-015 somebody else's From is 403, another identity of one's own is not", async () => {
    const { caller } = await challenged();
    const from = async (uri: string): Promise<number> => {
      const headers = [
        `Authorization: ${caller.credentials('INVITE', room, right)}`,
        `From: <${uri}>;tag=${caller.fromTag}`,
      ];
      return (
        await caller.request('INVITE', room, {
          authenticate: false,
          body: offer({ acceptTypes: 'text/plain' }),
          headers,
        })
      ).status;
    };
    expect(await from('sip:bob@localhost')).toBe(403);
    expect(await from('sip:alice@elsewhere.example')).toBe(403);
    expect(await from('sip:alice@home.example')).toBe(488);
  });

  it('AUTH-010 P-Asserted-Identity of a stranger counts for nothing', async () => {
    const caller = await system.caller('alice');
    const headers = ['P-Asserted-Identity: <sip:alice@localhost>', 'P-Preferred-Identity: <sip:alice@localhost>'];
    expect((await caller.request('INVITE', room, { authenticate: false, body: offer(), headers })).status).toBe(401);
  });
});

describe('guessing', () => {
  it('AUTH-007 after many wrong answers it is 403, for right ones too', async () => {
    const { caller } = await challenged();
    const guess = async (): Promise<number> =>
      (await withCredentials(caller, caller.credentials('INVITE', room, { password: 'guess' }))).status;
    await expect.poll(guess, { timeout: 10_000, interval: 1 }).toBe(403);
    expect((await withCredentials(caller, caller.credentials('INVITE', room, { password: 'wonderland' }))).status).toBe(
      403,
    );
  });
});
