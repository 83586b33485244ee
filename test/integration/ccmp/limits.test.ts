import { afterEach, describe, expect, it } from 'vitest';
import { ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

const opened: Installation[] = [];
afterEach(async () => {
  for (const installation of opened.splice(0)) await installation.stop();
});
async function start(env: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const installation = await startInstallation(env);
  opened.push(installation);
  return installation;
}

const retrieve = ccmpRequest('conf', {
  subject: alicesSubject,
  confUserID: alice,
  confObjID: 'xcon:8977794@localhost',
  operation: 'retrieve',
});

/** Room-state answers nothing until told to; `begun` resolves when that many questions wait. */
function stall(installation: Installation): { begun(count: number): Promise<void>; release(): void } {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let count = 0;
  const waiting: { readonly wanted: number; readonly tell: () => void }[] = [];
  installation.script = {
    ...installation.script,
    async perform() {
      count++;
      for (const { wanted, tell } of waiting) if (count >= wanted) tell();
      await held;
      return { code: 200, version: 1n };
    },
  };
  return {
    begun: (wanted) =>
      count >= wanted
        ? Promise.resolve()
        : new Promise((tell) => {
            waiting.push({ wanted, tell });
          }),
    release,
  };
}

describe('limits', () => {
  it('CCMP-013 a request past its time is answered 510', async () => {
    const installation = await start({ CCMP_DEADLINE_MS: '150ms' });
    const stalled = stall(installation);
    const answer = await postCcmp(installation.url, retrieve);
    expect(answer.code).toBe(510);
    expect(answer.text).toContain('ccmp-conf-response-message-type');
    stalled.release();
  });

  it('CCMP-013 SEC-013 beyond the requests that can be at work, 510; those before are served', async () => {
    const installation = await start({ CCMP_PENDING_MAX: '3' });
    const stalled = stall(installation);
    const first = [1, 2, 3].map(() => postCcmp(installation.url, retrieve));
    await stalled.begun(3);
    expect((await postCcmp(installation.url, retrieve)).code).toBe(510);
    stalled.release();
    expect((await Promise.all(first)).map(({ code }) => code)).toEqual([200, 200, 200]);
    expect((await postCcmp(installation.url, retrieve)).code).toBe(200);
  });

  it('SEC-013 one address cannot take all places', async () => {
    const installation = await start({ CCMP_PENDING_PER_SOURCE_MAX: '2', CCMP_FORWARDED_FROM: '127.0.0.1' });
    const stalled = stall(installation);
    const from = (client: string): ReturnType<typeof postCcmp> =>
      postCcmp(installation.url, retrieve, { 'x-forwarded-for': client });
    const flood = [from('192.0.2.1'), from('192.0.2.1')];
    await stalled.begun(2);
    expect((await from('192.0.2.1')).code).toBe(510);
    const other = from('192.0.2.2');
    await stalled.begun(3);
    stalled.release();
    expect((await other).code).toBe(200);
    await Promise.all(flood);
  });

  it('CCMP-054 with room-state away, 500 without a word, and soon', async () => {
    const installation = await start();
    await installation.cutOff();
    const answer = await postCcmp(installation.url, retrieve);
    expect(answer.code).toBe(500);
    expect(answer.text).not.toMatch(/UNAVAILABLE|ECONNREFUSED|127\.0\.0\.1/);
  });

  it('counts and times every answer by operation and code', async () => {
    const installation = await start();
    await postCcmp(installation.url, retrieve);
    await postCcmp(installation.url, ccmpRequest('confs', { confUserID: alice }));
    const scraped = await installation.context.telemetry.scrape();
    expect(scraped).toMatch(/chat_ccmp_requests_total\{operation="confRequest\/retrieve",code="200"\} 1/);
    expect(scraped).toMatch(/chat_ccmp_requests_total\{operation="confsRequest",code="424"\} 1/);
    expect(scraped).toMatch(/chat_ccmp_seconds_count\{operation="confRequest\/retrieve",code="200"\} 1/);
    expect(scraped).toMatch(/^chat_ccmp_pending 0$/m);
  });
});

describe('draining', () => {
  it('answers what is under way, ends its connection, and takes nothing new', async () => {
    const installation = await start();
    const stalled = stall(installation);
    const answer = postCcmp(installation.url, retrieve);
    await stalled.begun(1);
    const drained = installation.server.drain(5_000);
    await expect(postCcmp(installation.url, retrieve)).rejects.toThrow();
    stalled.release();
    const { code, headers } = await answer;
    expect(code).toBe(200);
    expect(headers.get('connection')).toBe('close');
    await drained;
  });

  it('rejects when a request does not end in time', async () => {
    const installation = await start();
    const stalled = stall(installation);
    const answer = postCcmp(installation.url, retrieve);
    await stalled.begun(1);
    await expect(installation.server.drain(50)).rejects.toThrow('1 requests are at work still');
    stalled.release();
    await answer;
  });
});

describe('settings that do not go together', () => {
  it.each([
    [{ CCMP_HTTP_HOST: '0.0.0.0' }, /plain HTTP stays on loopback/],
    [{ CCMP_HTTP: 'false' }, /nothing to listen on/],
    [{ CCMP_TLS_CERTIFICATE: '/nowhere.pem' }, /go together/],
    [{ CCMP_TLS_CERTIFICATE: '/nowhere.pem', CCMP_TLS_KEY: '/nowhere.pem' }, /CCMP_TLS_CERTIFICATE cannot be read/],
    [{ PLENARY_DEMO: 'true', CCMP_HTTPS_HOST: '192.0.2.1' }, /loopback only/],
    [{ CCMP_TLS_CLIENT_CERTIFICATES: 'optional' }, /CCMP_TLS_CLIENT_AUTHORITIES is missing/],
  ])('CCMP-002 SEC-012 %o keeps the service from starting', async (env, reason) => {
    await expect(startInstallation(env)).rejects.toThrow(reason);
  });
});
