import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offer } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start({ FOCUS_DIGEST: 'sha-256+md5' });
});
afterAll(() => installation.close());

const invitation = { body: offer() };

describe('authentication on the wire', () => {
  it('AUTH-002 the challenges, strongest first; AUTH-008 the same To tag for a repetition, and nothing kept', async () => {
    const client = await installation.client(replica, { user: 'ann' });
    const request = client.build('INVITE', invitation);
    request.headers.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${String(client.port)};branch=z9hG4bKsame;rport`);
    await client.raw(request);
    await client.raw(request);
    await expect.poll(() => client.received.length).toBe(2);
    const [first, second] = client.received;
    if (first?.kind !== 'response') throw new Error('no response');
    expect(first.status).toBe(401);
    const challenges = first.headers.getAll('WWW-Authenticate');
    expect(challenges.map((value) => /algorithm=([^,]+)/u.exec(value)?.[1])).toEqual(['SHA-256', 'MD5']);
    for (const value of challenges) expect(value).toMatch(/realm="localhost".*nonce=".*qop="auth"/u);
    expect(second?.headers.get('To')).toBe(first.headers.get('To'));
    expect(installation.roomState.count('admit')).toBe(0);
  });

  it('AUTH-007 unknown user and wrong password get the same answers, and after several 403', async () => {
    const answers: string[][] = [];
    for (const user of ['nobody', 'bert']) {
      const client = await installation.client(replica, { user, password: 'wrong' });
      const seen: string[] = [];
      for (let attempt = 0; attempt < 4; attempt++) {
        const { response } = await client.authenticated(client.build('INVITE', invitation));
        const stale = response.headers.getAll('WWW-Authenticate').some((value) => value.includes('stale'));
        const names = [...response.headers].map(([name]) => name).join(' ');
        seen.push(`${String(response.status)} ${response.reason} ${String(stale)} ${names}`);
      }
      answers.push(seen);
    }
    const [unknown = [], wrong = []] = answers;
    expect(unknown).toEqual(wrong);
    expect(unknown.map((line) => line.slice(0, 3))).toEqual(['401', '401', '401', '403']);
  });

  it('AUTH-007 one who guesses does not shut out another at his address', async () => {
    const client = await installation.client(replica, { user: 'cleo' });
    expect((await client.invite()).response.status).toBe(200);
  });

  it('AUTH-015 right credentials under another name: 403', async () => {
    const client = await installation.client(replica, { user: 'dave' });
    const { response } = await client.invite({ from: '<sip:cleo@localhost>' });
    expect(response.status).toBe(403);
  });

  it.each([
    ['From without a name', { from: '"Anonymous" <sip:anonymous@anonymous.invalid>' }],
    ['Privacy: id', { headers: { Privacy: 'id' } }],
    ['Privacy: user;critical', { headers: { Privacy: 'user;critical' } }],
  ])('AUTH-015 %s: 433, nobody joins without a name', async (_what, parts) => {
    const client = await installation.client(replica, { user: 'dave' });
    expect((await client.invite(parts)).response.status).toBe(433);
  });

  it('AUTH-006 the very same credentials again: 401 with stale=true', async () => {
    const client = await installation.client(replica, { user: 'emma' });
    const { request, response } = await client.invite();
    expect(response.status).toBe(200);
    const headers = request.headers.clone();
    headers.delete('Via');
    headers.set('Call-ID', 'replayed');
    const replayed = await client.send({ ...request, headers });
    expect(replayed.status).toBe(401);
    expect(replayed.headers.get('WWW-Authenticate')).toContain('stale=true');
  });

  it('AUTH-006 a count of all 32 bits is a count', async () => {
    const client = await installation.client(replica, { user: 'emil' });
    await client.authenticated(client.build('OPTIONS'));
    const digest = client.digest as unknown as { authorize: typeof client.digest.authorize };
    const request = digest.authorize(client.build('OPTIONS'));
    expect((await client.send(request)).status).toBe(200);
    expect(await replica.context.nonces.use('n', 0xffff_ffff, Date.now() + 1_000)).toBe(true);
    expect(await replica.context.nonces.use('n', 0xffff_ffff, Date.now() + 1_000)).toBe(false);
    expect(await replica.context.nonces.use('n', 0x7fff_ffff, Date.now() + 1_000)).toBe(false);
  });

  it('AUTH-010 P-Asserted-Identity of a peer nobody trusts counts for nothing', async () => {
    const client = await installation.client(replica, { user: 'eve' });
    const request = client.build('INVITE', {
      ...invitation,
      headers: { 'P-Asserted-Identity': '<sip:ann@localhost>', 'P-Preferred-Identity': '<sip:ann@localhost>' },
    });
    expect((await client.send(request)).status).toBe(401);
  });

  it('AUTH-011 a trusted peer speaks for its users', async () => {
    const trusting = await installation.start({ FOCUS_TRUSTED_PEERS: '127.0.0.1' });
    const client = await installation.client(trusting, { user: 'proxied' });
    const asserted = { 'P-Asserted-Identity': '<tel:+12015550123>, <sip:proxied@partner.example>' };
    const response = await client.send(client.build('INVITE', { ...invitation, headers: asserted }));
    expect(response.status).toBe(200);
    expect(installation.roomState.calls.findLast(({ call }) => call === 'admit')?.detail).toMatchObject({
      userUri: 'sip:proxied@partner.example',
      identities: ['tel:+12015550123', 'sip:proxied@partner.example'],
    });
    const hidden = await client.send(
      client.build('INVITE', { ...invitation, headers: { ...asserted, Privacy: 'id' } }),
    );
    expect(hidden.status).toBe(433);
  });

  it('ERR-003 neither credentials nor names nor session URIs are in the log', async () => {
    const client = await installation.client(replica, { user: 'franziska' });
    const joined = await client.join();
    await client.inDialog(joined, 'BYE');
    const path = /a=path:(\S+)/u.exec(Buffer.from(joined.response.body).toString('utf8'))?.[1] ?? 'none';
    await expect.poll(() => installation.log.join('')).toContain('participant left');
    const log = installation.log.join('');
    for (const secret of ['franziska', 'Digest', 'response=', path, 'secret0']) expect(log).not.toContain(secret);
  });
});
