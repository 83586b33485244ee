import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { CcmpConnection } from '@plenary/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../raw/certificate.js';
import { startCcmp, type CcmpPod } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const folder = mkdtempSync(join(tmpdir(), 'plenary-security-'));
const server = await makeCertificate(folder, 'server');
const stranger = await makeCertificate(folder, 'stranger');
let pod: CcmpPod;

beforeAll(async () => {
  pod = await startCcmp(system, {
    CCMP_TLS_CERTIFICATE: server.path,
    CCMP_TLS_KEY: server.keyPath,
    CCMP_HTTP: 'false',
  });
});
afterAll(async () => {
  await pod.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks for the list of conferences as our client does; 'ok', or why it did not. */
async function ask(url: string, trusted: string): Promise<string> {
  const subject = { username: 'alice', password: 'alice' };
  const connection = new CcmpConnection({
    url,
    userId: 'xcon-userid:alice@localhost',
    subject,
    tls: { ca: readFileSync(trusted) },
    attempts: 1,
  });
  try {
    const answer = await connection.ask({ kind: 'confs' });
    return answer.ok ? 'ok' : answer.error.origin;
  } finally {
    connection.close();
  }
}

it('SEC-012 a client that does not know the server by its certificate, or by its name in it, sends nothing', async () => {
  const port = String(pod.httpsPort);
  expect(await ask(`https://localhost:${port}/ccmp`, server.path)).toBe('ok');
  expect(await ask(`https://localhost:${port}/ccmp`, stranger.path)).toBe('network');
  expect(await ask(`https://127.0.0.1:${port}/ccmp`, server.path)).toBe('network');
});

it('SEC-012 where TLS is served, what comes without it gets no answer, and old versions of it neither', async () => {
  const answer = await new Promise<string>((resolve) => {
    let got = '';
    const socket = connect({ host: '127.0.0.1', port: pod.httpsPort ?? 0 });
    socket
      .on('data', (octets) => (got += octets.toString('latin1')))
      .on('error', () => undefined)
      .on('close', () => resolve(got));
    socket.write('POST /ccmp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
  });
  expect(answer).not.toMatch(/HTTP\/1\.1 200|ccmpResponse/);
  const old = await new Promise<string>((resolve) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: pod.httpsPort ?? 0,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      rejectUnauthorized: false,
    });
    socket.on('secureConnect', () => resolve('connected')).on('error', () => resolve('refused'));
  });
  expect(old).toBe('refused');
});
