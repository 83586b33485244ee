import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, writeCertificate, type Authority } from '@plenary/dev';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { offer, type ClientOptions } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let folder: string;
let authority: Authority;
let installation: Installation;
let replica: Replica;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-focus-tls-'));
  authority = await makeAuthority('test');
  const own = writeCertificate(folder, 'focus', await authority.issue({ dns: ['localhost'], ip: ['127.0.0.1'] }));
  const trusted = writeCertificate(folder, 'authority', authority).certificate;
  env = {
    FOCUS_TLS_PORT: '0',
    FOCUS_TLS_CERTIFICATE: own.certificate,
    FOCUS_TLS_KEY: own.key,
    FOCUS_TLS_AUTHORITIES: trusted,
    FOCUS_TLS_CLIENT_AUTHORITIES: trusted,
    FOCUS_TRUSTED_PEERS: 'tls:proxy.example',
  };
  installation = await install();
  replica = await installation.start(env);
});
afterAll(async () => {
  await installation.close();
  rmSync(folder, { recursive: true });
});

async function tlsClient(names?: { dns?: string[]; uris?: string[] }, change: Partial<ClientOptions> = {}) {
  const made = names && (await authority.issue(names));
  const own = made === undefined ? {} : { cert: made.certificate, key: made.key };
  const tls = { ca: authority.certificate, ...own };
  return installation.client(replica, { transport: 'TLS', port: replica.server.sipTlsPort ?? 0, tls, ...change });
}

const contactOf = (response: { headers: { get(name: string): string | undefined } }): string =>
  /<([^>]+)>/u.exec(response.headers.get('Contact') ?? '')?.[1] ?? '';

it('SIP-001 SIP-035 a sips room is joined over TLS; its Contact is sips and the dialog bound to TLS', async () => {
  const client = await tlsClient();
  const joined = await client.join({ to: 'sips:lobby@localhost' });
  expect(contactOf(joined.response)).toBe(`sips:lobby@localhost:${String(replica.server.sipTlsPort)}`);
  const { callId, remoteTag } = joined.dialog;
  const row = await replica.context.dialogs.find({ callId, localTag: remoteTag });
  expect(row?.dialog.secure).toBe(true);
  expect(row?.flow.transport).toBe('TLS');
  expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
});

it('SIP-035 a sip room over TLS names TLS in its Contact; a sips Contact makes ours sips', async () => {
  const client = await tlsClient();
  const plain = await client.join();
  expect(contactOf(plain.response)).toBe(`sip:lobby@localhost:${String(replica.server.sipTlsPort)};transport=tls`);
  const secured = await client.join({ headers: { Contact: '<sips:alice@127.0.0.1:9999>' } });
  expect(contactOf(secured.response)).toMatch(/^sips:lobby@localhost/u);
  for (const joined of [plain, secured]) expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
});

it('SIP-035 sips by another transport is refused', async () => {
  const client = await installation.client(replica);
  expect((await client.invite({ to: 'sips:lobby@localhost' })).response.status).toBe(416);
});

it('AUTH-014 a client certificate with a SIP URI is that user, without a challenge, and nobody else', async () => {
  const client = await tlsClient({ uris: ['sip:alice@localhost'] });
  const request = client.build('INVITE', { body: offer() });
  expect((await client.send(request)).status).toBe(200);
  const foreign = client.build('INVITE', { from: '<sip:bob@localhost>' });
  expect((await client.send(foreign)).status).toBe(401);
});

it('AUTH-010 P-Asserted-Identity counts from a peer whose certificate has the name, not from another', async () => {
  const headers = { 'P-Asserted-Identity': '<sip:carol@localhost>' };
  const trusted = await tlsClient({ dns: ['proxy.example'] });
  const stranger = await tlsClient({ dns: ['proxy.example.org'] });
  const body = offer();
  expect((await trusted.send(trusted.build('INVITE', { headers, body }))).status).toBe(200);
  expect((await stranger.send(stranger.build('INVITE', { headers, body }))).status).toBe(401);
});

it.each([
  [{ FOCUS_TLS_KEY: '' }, 'FOCUS_TLS_KEY'],
  [{ FOCUS_TLS_CLIENT_AUTHORITIES: '' }, 'FOCUS_TLS_CLIENT_AUTHORITIES'],
  [{ FOCUS_TLS_CERTIFICATE: '/nowhere.pem' }, 'FOCUS_TLS_CERTIFICATE'],
])('SIP-001 %j does not start, and says why', async (change, named) => {
  const settings = Object.fromEntries(Object.entries({ ...env, ...change }).filter(([, value]) => value !== ''));
  await expect(installation.start({ ...settings, FOCUS_REPLICA: 'faulty' })).rejects.toThrow(named);
});
