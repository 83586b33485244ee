import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CcmpConnection, type CcmpClientOptions } from './connection.js';
import type { CcmpFailure } from './failure.js';
import { retryAfterOf } from './follow.js';
import { type Handler, startServer, type TestServer } from './testing.js';

let folder = '';
const opened: { close(): unknown }[] = [];

/** Makes `name.key` and `name.pem`, a certificate that signs itself. */
function certificate(name: string): { key: Buffer; cert: Buffer } {
  const path = (suffix: string): string => join(folder, `${name}.${suffix}`);
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'.split(' ');
  const files = ['-keyout', path('key'), '-out', path('pem'), '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...words, ...files], { stdio: 'ignore' });
  return { key: readFileSync(path('key')), cert: readFileSync(path('pem')) };
}

let ours: ReturnType<typeof certificate>;
let strangers: ReturnType<typeof certificate>;
let clients: ReturnType<typeof certificate>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-client-'));
  ours = certificate('server');
  strangers = certificate('stranger');
  clients = certificate('client');
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function serve(handle: Handler, tls?: Parameters<typeof startServer>[1]): Promise<TestServer> {
  const server = await startServer(handle, tls);
  opened.push(server);
  return server;
}
function connect(url: string, options: Partial<CcmpClientOptions> = {}): CcmpConnection {
  const connection = new CcmpConnection({ url, userId: 'xcon-userid:a@b', tls: { ca: ours.cert }, ...options });
  opened.push(connection);
  return connection;
}
async function failure(asked: ReturnType<CcmpConnection['ask']>): Promise<CcmpFailure> {
  const result = await asked;
  if (result.ok) throw new Error('did not fail');
  return result.error;
}
const good: Handler = ({ answer }) => {
  answer();
};
const to =
  (url: string, headers: Record<string, string> = {}): Handler =>
  ({ response }) =>
    void response.writeHead(302, { Location: url, ...headers }).end();

describe('redirects', () => {
  it('CCMP-011 are followed from a server that proved itself, with the delay it asks for; the token stays', async () => {
    const target = await serve(good, ours);
    const first = await serve(to(target.url, { 'Retry-After': '3' }), ours);
    const waits: number[] = [];
    const connection = connect(first.url, {
      bearerToken: 'secret',
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    expect(waits).toEqual([3000]);
    expect(first.seen[0]?.headers.authorization).toBe('Bearer secret');
    expect(target.seen.map(({ request, headers }) => [request.kind, headers.authorization])).toEqual([
      ['confs', undefined],
    ]);
  });

  it('CCMP-011 to a path of the same server keep the token', async () => {
    const server = await serve(({ answer, response }, number) => {
      if (number === 1) response.writeHead(307, { Location: '/elsewhere' }).end();
      else answer();
    }, ours);
    expect((await connect(server.url, { bearerToken: 't' }).ask({ kind: 'confs' })).ok).toBe(true);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t', 'Bearer t']);
  });

  it('CCMP-011 are not followed from a server without TLS', async () => {
    const target = await serve(good);
    const first = await serve(to(target.url));
    expect(await failure(connect(first.url).ask({ kind: 'confs' }))).toMatchObject({
      origin: 'http',
      status: 302,
      message: 'redirected by a server that did not prove itself',
    });
    expect(target.seen).toEqual([]);
  });

  it('CCMP-011 SEC-012 are not followed to a server without TLS, nor is one trusted that cannot prove itself', async () => {
    const plain = await serve(good);
    const first = await serve(to(plain.url), ours);
    expect(await failure(connect(first.url).ask({ kind: 'confs' }))).toMatchObject({ origin: 'http', status: 302 });
    const stranger = await serve(good, strangers);
    const second = await serve(to(stranger.url), ours);
    expect(await failure(connect(second.url).ask({ kind: 'confs' }))).toMatchObject({ origin: 'network' });
    expect(await failure(connect(stranger.url).ask({ kind: 'confs' }))).toMatchObject({ origin: 'network' });
    expect([plain.seen, stranger.seen]).toEqual([[], []]);
  });

  it('CCMP-011 come to an end: in a circle, without a place, after too long a wait', async () => {
    const circle = await serve(to('/ccmp'), ours);
    expect(await failure(connect(circle.url, { redirects: 2 }).ask({ kind: 'confs' }))).toMatchObject({
      message: 'redirected too often',
    });
    expect(circle.seen).toHaveLength(3);
    const nowhere = await serve(({ response }) => void response.writeHead(302).end(), ours);
    expect(await failure(connect(nowhere.url).ask({ kind: 'confs' }))).toMatchObject({ status: 302, retry: 'never' });
    const patient = await serve(to('/ccmp', { 'Retry-After': '31' }), ours);
    expect(await failure(connect(patient.url).ask({ kind: 'confs' }))).toMatchObject({ retryAfterMs: 31_000 });
    expect(patient.seen).toHaveLength(1);
  });

  it('CCMP-011 Retry-After is seconds or a date', () => {
    const nowMs = Date.parse('2026-11-29T10:00:00Z');
    expect(retryAfterOf({ retryAfter: '120' }, nowMs)).toBe(120_000);
    expect(retryAfterOf({ retryAfter: 'Sun, 29 Nov 2026 10:00:30 GMT' }, nowMs)).toBe(30_000);
    expect(retryAfterOf({ retryAfter: 'Sun, 29 Nov 2026 09:00:00 GMT' }, nowMs)).toBe(0);
    expect(retryAfterOf({ retryAfter: 'soon' }, nowMs)).toBeUndefined();
    expect(retryAfterOf({ retryAfter: undefined }, nowMs)).toBeUndefined();
  });
});

it('a client certificate proves who we are', async () => {
  const names: unknown[] = [];
  const server = await serve(
    ({ answer, response }) => {
      names.push((response.socket as TLSSocket).getPeerCertificate().subject.CN);
      answer();
    },
    { ...ours, ca: clients.cert, requestCert: true },
  );
  const tls = { ca: ours.cert, cert: clients.cert, key: clients.key, serverName: 'localhost' };
  expect((await connect(server.url, { tls }).ask({ kind: 'confs' })).ok).toBe(true);
  expect(names).toEqual(['localhost']);
});
