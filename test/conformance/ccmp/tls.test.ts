import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ccmpRequest } from '../raw/ccmp.js';
import { makeCertificate, postOverTls } from '../raw/certificate.js';
import { startCcmp, type CcmpPod } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
const server = await makeCertificate(folder, 'server');
const stranger = await makeCertificate(folder, 'stranger');
let outside: CcmpPod;

beforeAll(async () => {
  const tls = { CCMP_TLS_CERTIFICATE: server.path, CCMP_TLS_KEY: server.keyPath };
  outside = await startCcmp(system, { ...tls, CCMP_HTTP: 'false' });
});
afterAll(async () => {
  await outside.stop();
  rmSync(folder, { recursive: true, force: true });
});

const retrieve = ccmpRequest('conf', {
  subject: { username: 'operator', password: 'operator' },
  confUserID: 'xcon-userid:operator@localhost',
  confObjID: 'xcon:lobby@localhost',
  operation: 'retrieve',
});

it('CCMP-002 CCMP goes over TLS; a client that does not trust the certificate sends nothing', async () => {
  const port = outside.httpsPort ?? 0;
  const answer = await postOverTls(port, retrieve, { trusted: server.path });
  expect(answer.text).toContain('<response-code>200<');
  await expect(postOverTls(port, retrieve, { trusted: stranger.path })).rejects.toThrow(/certificate/);
});

it('CCMP-002 where TLS alone is served, plain HTTP gets no answer', async () => {
  const plain = fetch(`http://127.0.0.1:${String(outside.httpsPort)}/ccmp`, { method: 'POST' });
  await expect(plain).rejects.toThrow();
});

it('CCMP-002 plain HTTP does not leave the machine unless TLS ends in front of it', async () => {
  await expect(startCcmp(system, { PLENARY_DEMO: 'false', CCMP_HTTP_HOST: '0.0.0.0' })).rejects.toThrow(
    /plain HTTP stays on loopback/,
  );
});
