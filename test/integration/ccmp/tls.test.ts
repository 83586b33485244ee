import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeSelfSigned, writeCertificate } from '@plenary/dev';
import { FakeClock } from '@plenary/service';
import { ccmpRequest } from '../../conformance/raw/ccmp.js';
import { alice, type Installation, startInstallation } from './installation.js';

let folder = '';
const opened: Installation[] = [];
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
  const here = { dns: ['localhost'], ip: ['127.0.0.1'] };
  for (const name of ['server', 'renewed']) writeCertificate(folder, name, await makeSelfSigned(here));
  const ours = await makeAuthority('Our authority');
  const theirs = await makeAuthority('Another authority');
  writeCertificate(folder, 'authority', ours);
  const byUri = { commonName: 'ignored', uris: ['sip:alice@localhost'], emails: ['other@localhost'] };
  writeCertificate(folder, 'alice', await ours.issue(byUri));
  writeCertificate(folder, 'by-mail', await ours.issue({ commonName: 'ignored', emails: ['alice@localhost'] }));
  writeCertificate(folder, 'by-name', await ours.issue({ commonName: 'alice' }));
  writeCertificate(folder, 'stranger', await theirs.issue({ commonName: 'alice', uris: ['sip:alice@localhost'] }));
});
afterEach(async () => {
  for (const installation of opened.splice(0)) await installation.stop();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: Readonly<Record<string, string>> = {}, clock?: FakeClock): Promise<Installation> {
  const installation = await startInstallation(
    { CCMP_TLS_CERTIFICATE: path('server.pem'), CCMP_TLS_KEY: path('server.key'), ...env },
    clock === undefined ? {} : { clock },
  );
  opened.push(installation);
  return installation;
}

interface Answered {
  readonly status: number;
  readonly text: string;
  /** Fingerprint of the server's certificate. */
  readonly server: string;
}

function post(installation: Installation, client?: string, trusted = 'server'): Promise<Answered> {
  const body = ccmpRequest('conf', { confUserID: alice, confObjID: 'xcon:a@localhost', operation: 'retrieve' });
  return new Promise((resolve, reject) => {
    const sent = request({
      host: 'localhost',
      port: installation.server.httpsPort,
      path: '/ccmp',
      method: 'POST',
      agent: false,
      ca: readFileSync(path(`${trusted}.pem`)),
      ...(client === undefined
        ? {}
        : { key: readFileSync(path(`${client}.key`)), cert: readFileSync(path(`${client}.pem`)) }),
      headers: { 'content-type': 'application/ccmp+xml', accept: 'application/ccmp+xml' },
    });
    sent.on('error', reject).on('response', (response) => {
      const server = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => (text += piece))
        .on('end', () => resolve({ status: response.statusCode ?? 0, text, server }));
    });
    sent.end(body);
  });
}

const codeIn = ({ text }: Answered): string => /<response-code>(\d+)</.exec(text)?.[1] ?? '';

const withClients = {
  CCMP_AUTHENTICATION: 'subject,certificate',
  CCMP_TLS_CLIENT_CERTIFICATES: 'optional',
};

describe('TLS', () => {
  it('CCMP-002 SEC-012 carries CCMP; a client that does not trust the certificate sends nothing', async () => {
    const installation = await start();
    expect((await post(installation)).status).toBe(200);
    await expect(post(installation, undefined, 'renewed')).rejects.toThrow(/certificate/);
    expect(await installation.context.telemetry.scrape()).toMatch(/chat_tls_cert_expiry_seconds\{name="public"\} \d/);
  });

  it('CCMP-002 SEC-012 with plain HTTP off, there is TLS alone', async () => {
    const installation = await start({ CCMP_HTTP: 'false' });
    expect(installation.server.httpPort).toBeUndefined();
    expect((await post(installation)).status).toBe(200);
    const plain = fetch(`http://127.0.0.1:${String(installation.server.httpsPort)}/ccmp`, { method: 'POST' });
    await expect(plain).rejects.toThrow();
  });

  it('a certificate that changed in its file is used for the next connection', async () => {
    const clock = new FakeClock(Date.now());
    for (const kind of ['pem', 'key']) copyFileSync(path(`server.${kind}`), path(`live.${kind}`));
    const env = { CCMP_TLS_CERTIFICATE: path('live.pem'), CCMP_TLS_KEY: path('live.key') };
    const installation = await start(env, clock);
    const before = await post(installation);
    copyFileSync(path('renewed.pem'), path('live.pem'));
    copyFileSync(path('renewed.key'), path('live.key'));
    clock.advance(30_000);
    const after = await post(installation, undefined, 'renewed');
    expect(after.server).not.toBe(before.server);
  });
});

describe('client certificates', () => {
  it.each([
    ['alice', { username: '', uri: 'sip:alice@localhost' }],
    ['by-mail', { username: '', uri: 'mailto:alice@localhost' }],
    ['by-name', { username: 'alice', uri: '' }],
  ])('SEC-008 %s is whom room-state says', async (name, value) => {
    const installation = await start({ ...withClients, CCMP_TLS_CLIENT_AUTHORITIES: path('authority.pem') });
    const answer = await post(installation, name);
    expect(codeIn(answer)).toBe('200');
    expect(installation.asked.authenticate[0]?.proof).toEqual({ $case: 'assertion', value });
    expect(installation.asked.perform[0]?.requestor?.identity?.username).toBe('alice');
  });

  it('CCMP-050 none, or one of a strange authority, proves nothing', async () => {
    const installation = await start({ ...withClients, CCMP_TLS_CLIENT_AUTHORITIES: path('authority.pem') });
    expect(codeIn(await post(installation))).toBe('424');
    expect(codeIn(await post(installation, 'stranger'))).toBe('424');
    expect(installation.asked.authenticate).toHaveLength(0);
  });

  it('does not count where only subjects do', async () => {
    const installation = await start({
      ...withClients,
      CCMP_AUTHENTICATION: 'subject',
      CCMP_TLS_CLIENT_AUTHORITIES: path('authority.pem'),
    });
    expect(codeIn(await post(installation, 'alice'))).toBe('424');
  });

  it('where one is required, there is no connection without', async () => {
    const installation = await start({
      ...withClients,
      CCMP_TLS_CLIENT_CERTIFICATES: 'required',
      CCMP_TLS_CLIENT_AUTHORITIES: path('authority.pem'),
    });
    await expect(post(installation)).rejects.toThrow();
    await expect(post(installation, 'stranger')).rejects.toThrow();
    expect(codeIn(await post(installation, 'alice'))).toBe('200');
  });
});
