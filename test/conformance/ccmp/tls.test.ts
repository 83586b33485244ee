import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ccmpRequest } from '../raw/ccmp.js';
import { startCcmp, type CcmpPod } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
const path = (name: string): string => join(folder, name);
let outside: CcmpPod;

beforeAll(async () => {
  for (const name of ['server', 'stranger'])
    execFileSync(
      'openssl',
      [
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'.split(' '),
        ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)],
      ],
      { stdio: 'ignore' },
    );
  const tls = { CCMP_TLS_CERTIFICATE: path('server.pem'), CCMP_TLS_KEY: path('server.key') };
  outside = await startCcmp(system, { ...tls, CCMP_HTTP: 'false' });
});
afterAll(async () => {
  await outside.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer to a retrieve of the lobby by HTTPS, from a client that trusts this certificate. */
function retrieve(trusted: string): Promise<string> {
  const body = ccmpRequest('conf', {
    subject: { username: 'operator', password: 'operator' },
    confUserID: 'xcon-userid:operator@localhost',
    confObjID: 'xcon:lobby@localhost',
    operation: 'retrieve',
  });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/ccmp+xml', accept: 'application/ccmp+xml' };
    const ca = readFileSync(path(`${trusted}.pem`));
    const port = outside.httpsPort;
    const sent = request({ host: 'localhost', port, path: '/ccmp', method: 'POST', agent: false, ca, headers });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => (text += piece))
        .on('end', () => resolve(text));
    });
    sent.end(body);
  });
}

it('CCMP-002 CCMP goes over TLS; a client that does not trust the certificate sends nothing', async () => {
  expect(await retrieve('server')).toContain('<response-code>200<');
  await expect(retrieve('stranger')).rejects.toThrow(/certificate/);
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
