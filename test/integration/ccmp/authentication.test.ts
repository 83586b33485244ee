import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '@plenary/service';
import { answerText, type CcmpAnswer, ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, identityOf, type Installation, startInstallation } from './installation.js';

const opened: Installation[] = [];
afterEach(async () => {
  for (const installation of opened.splice(0)) await installation.stop();
});
async function start(env: Readonly<Record<string, string>> = {}, clock?: FakeClock): Promise<Installation> {
  const installation = await startInstallation(env, clock === undefined ? {} : { clock });
  opened.push(installation);
  return installation;
}

const room = 'xcon:8977794@localhost';
function ask(
  installation: Installation,
  subject?: { username: string; password: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<CcmpAnswer> {
  const parts = { confUserID: alice, confObjID: room, operation: 'retrieve' };
  return postCcmp(
    installation.url,
    ccmpRequest('conf', subject === undefined ? parts : { ...parts, subject }),
    headers,
  );
}

describe('the subject parameter', () => {
  it('CCMP-050 SEC-011 missing, half, wrong and unknown get the same 424, and nothing is done', async () => {
    const installation = await start();
    const answers = [
      await ask(installation),
      await ask(installation, { username: 'alice', password: 'bob' }),
      await ask(installation, { username: 'nobody-of-that-name', password: 'x' }),
      await ask(installation, { username: 'alice', password: '' }),
      await ask(installation, { username: '', password: 'alice' }),
    ];
    expect(answers.map(({ code }) => code)).toEqual([424, 424, 424, 424, 424]);
    expect(new Set(answers.map((answer) => answerText(answer, 'response-string'))).size).toBe(1);
    expect(installation.asked.perform).toHaveLength(0);
    const scraped = await installation.context.telemetry.scrape();
    expect(scraped).toMatch(/chat_auth_failures_total\{protocol="ccmp",reason="subject"\} 4/);
  });

  it('SEC-011 too many tries are answered as a wrong one, and counted', async () => {
    const installation = await start();
    installation.script = { ...installation.script, authenticate: () => ({ authenticated: false, throttled: true }) };
    const answer = await ask(installation, alicesSubject);
    expect(answer.code).toBe(424);
    expect(answerText(answer, 'response-string')).toBe('The subject is missing or wrong');
    expect(await installation.context.telemetry.scrape()).toContain('reason="throttled"} 1');
  });

  it('CCMP-035 400 goes before 424', async () => {
    const installation = await start();
    const body = ccmpRequest('conf', { confUserID: alice, operation: 'retrieve' });
    expect((await postCcmp(installation.url, body)).code).toBe(400);
  });

  it('only userRequest/create without an id may come unproven', async () => {
    const installation = await start();
    const inner =
      '<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost"><info:endpoint entity="sip:x@example.com"/></userInfo>';
    const stranger = ccmpRequest('user', { confObjID: room, operation: 'create', inner });
    expect((await postCcmp(installation.url, stranger)).code).toBe(200);
    const named = ccmpRequest('user', { confUserID: alice, confObjID: room, operation: 'create' });
    expect((await postCcmp(installation.url, named)).code).toBe(424);
    const wrong = ccmpRequest('user', {
      subject: { username: 'alice', password: 'x' },
      confObjID: room,
      operation: 'create',
      inner,
    });
    expect((await postCcmp(installation.url, wrong)).code).toBe(424);
  });

  it('a proven password is remembered for its time, a wrong one never', async () => {
    const clock = new FakeClock();
    const installation = await start({ CCMP_AUTHENTICATION_MEMORY_MS: '10s' }, clock);
    for (let turn = 0; turn < 3; turn++) expect((await ask(installation, alicesSubject)).code).toBe(200);
    expect(installation.asked.authenticate).toHaveLength(1);
    expect((await ask(installation, { username: 'alice', password: 'wrong' })).code).toBe(424);
    expect((await ask(installation, { username: 'alice', password: 'wrong' })).code).toBe(424);
    expect(installation.asked.authenticate).toHaveLength(3);
    clock.advance(10_001);
    expect((await ask(installation, alicesSubject)).code).toBe(200);
    expect(installation.asked.authenticate).toHaveLength(4);
  });

  it('room-state is told where a try came from', async () => {
    const installation = await start();
    await ask(installation, alicesSubject);
    expect(installation.asked.authenticate[0]?.source).toBe('127.0.0.1');
  });

  it('no password is in any log line', async () => {
    const installation = await start();
    await ask(installation, { username: 'alice', password: 'hunter2-hunter2' });
    await ask(installation, alicesSubject);
    expect(installation.logged.length).toBeGreaterThan(0);
    expect(installation.logged.join('')).not.toContain('hunter2');
    expect(installation.logged.join('')).not.toContain(alice);
  });
});

describe('bearer tokens', () => {
  const secret = 'a secret that is long enough for HS256';
  const settings = {
    CCMP_AUTHENTICATION: 'subject,token',
    CCMP_TOKEN_ISSUER: 'https://issuer.example',
    CCMP_TOKEN_SECRET: secret,
  };
  const key = new TextEncoder().encode(secret);
  const good = (header: JWTHeaderParameters = { alg: 'HS256' }): SignJWT =>
    new SignJWT({})
      .setProtectedHeader(header)
      .setSubject('alice')
      .setIssuer('https://issuer.example')
      .setAudience('ccmp')
      .setExpirationTime('5m');
  const withToken = (installation: Installation, token: string): Promise<CcmpAnswer> =>
    ask(installation, undefined, { authorization: `Bearer ${token}` });

  it('prove who their owner is', async () => {
    const installation = await start(settings);
    expect((await withToken(installation, await good().sign(key))).code).toBe(200);
    expect(installation.asked.authenticate[0]?.proof).toEqual({
      $case: 'assertion',
      value: { username: 'alice', uri: '' },
    });
    expect(installation.asked.perform[0]?.requestor?.identity).toEqual(identityOf('alice'));
    const byUri = await good().setSubject('sip:alice@localhost').sign(key);
    expect((await withToken(installation, byUri)).code).toBe(200);
    expect(installation.asked.authenticate[1]?.proof?.value).toEqual({ username: '', uri: 'sip:alice@localhost' });
  });

  it('prove nothing when anything is wrong with them', async () => {
    const installation = await start(settings);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"alice"}').toString('base64url')}.`;
    const wrong = [
      await good().setAudience('others').sign(key),
      await good().setIssuer('https://evil.example').sign(key),
      await good().setExpirationTime('-5m').sign(key),
      await good().sign(new TextEncoder().encode('another secret, which is long as well')),
      await good({ alg: 'HS512' }).sign(key),
      unsigned,
      'x.y.z',
      'x',
    ];
    for (const token of wrong) expect((await withToken(installation, token)).code, token).toBe(424);
    expect(installation.asked.authenticate).toHaveLength(0);
  });

  it('do not count where they are not switched on, nor make a wrong subject good', async () => {
    const off = await start();
    expect((await withToken(off, await good().sign(key))).code).toBe(424);
    const on = await start(settings);
    const headers = { authorization: `Bearer ${await good().sign(key)}` };
    expect((await ask(on, { username: 'alice', password: 'wrong' }, headers)).code).toBe(424);
  });

  it('are checked by the public keys of their issuer', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] };
    const issuer = createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(keys));
    });
    await new Promise<void>((resolve) => {
      issuer.listen(0, '127.0.0.1', resolve);
    });
    const { port } = issuer.address() as AddressInfo;
    const { CCMP_TOKEN_SECRET: _, ...others } = settings;
    const installation = await start({ ...others, CCMP_TOKEN_KEYS: `http://127.0.0.1:${String(port)}/keys` });
    const token = (signer: CryptoKey): Promise<string> => good({ alg: 'ES256', kid: 'one' }).sign(signer);
    expect((await withToken(installation, await token(privateKey))).code).toBe(200);
    const other = await generateKeyPair('ES256');
    expect((await withToken(installation, await token(other.privateKey))).code).toBe(424);
    issuer.closeAllConnections();
    issuer.close();
  });

  it('cannot be switched on by halves', async () => {
    await expect(startInstallation({ CCMP_AUTHENTICATION: 'token' })).rejects.toThrow(/CCMP_TOKEN_ISSUER/);
    await expect(
      startInstallation({ CCMP_AUTHENTICATION: 'token', CCMP_TOKEN_ISSUER: 'https://issuer.example' }),
    ).rejects.toThrow(/CCMP_TOKEN_KEYS or CCMP_TOKEN_SECRET/);
  });
});
