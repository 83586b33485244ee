import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CcmpClient, locateCcmpServer, type CcmpClientOptions } from '@plenary/client';
import { responseCode } from '@plenary/xcon';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ccmpNamespace } from '../raw/ccmp.js';
import { makeCertificate } from '../raw/certificate.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const folder = mkdtempSync(join(tmpdir(), 'plenary-client-'));
const certificate = await makeCertificate(folder, 'server');
const stranger = await makeCertificate(folder, 'stranger');
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server that answers as the test says; returns its URL. */
async function serve(listener: RequestListener, tls = false): Promise<string> {
  const files = { key: readFileSync(certificate.keyPath), cert: readFileSync(certificate.path) };
  const server: Server = tls ? createTlsServer(files, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
  const { port } = server.address() as AddressInfo;
  return tls ? `https://localhost:${String(port)}/ccmp` : `http://127.0.0.1:${String(port)}/ccmp`;
}

function clientOf(url: string, options: Partial<CcmpClientOptions> = {}): CcmpClient {
  const userId = 'xcon-userid:alice@localhost';
  const subject = { username: 'alice', password: 'alice' };
  const client = new CcmpClient({ url, userId, subject, wait: () => Promise.resolve(), ...options });
  open.push({ close: () => client.close() });
  return client;
}

/** An answer to confsRequest with this code. */
function answerOf(code: number): RequestListener {
  return (request, response) => {
    request.resume();
    response
      .writeHead(200, { 'content-type': 'application/ccmp+xml;charset=UTF-8' })
      .end(
        `<ccmp:ccmpResponse xmlns:ccmp="${ccmpNamespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><ccmpResponse xsi:type="ccmp:ccmp-confs-response-message-type"><confUserID>xcon-userid:alice@localhost</confUserID><response-code>${String(code)}</response-code><ccmp:confsResponse><confsInfo/></ccmp:confsResponse></ccmpResponse></ccmp:ccmpResponse>`,
      );
  };
}

it('the client speaks with the running server', async () => {
  const client = clientOf(`http://${system.stack.address('ccmp', 'CCMP')}/ccmp`);
  const listed = await client.blueprints();
  expect(listed.ok && listed.value.value.map(({ uri }) => uri)).toContain('xcon:default@localhost');
});

describe('redirects', () => {
  const trusting = { tls: { ca: readFileSync(certificate.path) } };

  it('CCMP-011 a server that proved itself is followed, after the time it asks for', async () => {
    const target = await serve(answerOf(200), true);
    const from = await serve((request, response) => {
      request.resume();
      response.writeHead(307, { location: target, 'retry-after': '0' }).end();
    }, true);
    expect((await clientOf(from, trusting).conferences()).ok).toBe(true);
  });

  it('CCMP-011 one that did not is not, and gets nothing', async () => {
    let reached = 0;
    const target = await serve((request, response) => {
      reached++;
      answerOf(200)(request, response);
    }, true);
    const redirect: RequestListener = (request, response) => {
      request.resume();
      response.writeHead(307, { location: target }).end();
    };
    const plain = await clientOf(await serve(redirect), trusting).conferences();
    const unknown = await clientOf(await serve(redirect, true), {
      tls: { ca: readFileSync(stranger.path) },
    }).conferences();
    expect([plain.ok, unknown.ok, reached]).toEqual([false, false, 0]);
  });
});

describe('answers', () => {
  it('CCMP-012 a server that never answers: the connection is closed when the timer runs out, which may be 60 s at most', async () => {
    let closed = (): void => undefined;
    const whenClosed = new Promise<void>((resolve) => (closed = resolve));
    const silent = await serve((request) => {
      request.socket.on('close', () => closed());
    });
    const answer = await clientOf(silent, { timeoutMs: 150 }).conferences();
    expect(!answer.ok && answer.error.origin).toBe('timeout');
    await whenClosed;
    expect(() => clientOf(silent, { timeoutMs: 60_001 })).toThrow(RangeError);
  });

  it.each([400, 401, 403, 599])('CCMP-057 %i is not asked again', async (code) => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      answerOf(code)(request, response);
    });
    const answer = await clientOf(url).conferences();
    expect([answer.ok, asked]).toEqual([false, 1]);
    // A code nobody knows is a fault of the server.
    if (code === 599) expect(!answer.ok && answer.error.retry).toBe(responseCode(500).retry);
  });

  it('CCMP-057 510 may be asked again', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      answerOf(++asked === 1 ? 510 : 200)(request, response);
    });
    expect((await clientOf(url).conferences()).ok).toBe(true);
    expect(asked).toBe(2);
  });
});

it('CCMP-015 a conference server is found by U-NAPTR, through the delegation of one zone to another', async () => {
  const record = { order: 1, preference: 1, flags: '', service: 'XCON:CCMP', regexp: '', replacement: '' };
  const zones: Readonly<Record<string, readonly (typeof record)[]>> = {
    'one.example': [{ ...record, replacement: 'outsourced.example' }],
    'outsourced.example': [{ ...record, flags: 'u', regexp: '!.*!https://ccmp.outsourced.example/ccmp!' }],
  };
  const resolve = (name: string): Promise<readonly (typeof record)[]> => Promise.resolve(zones[name] ?? []);
  expect(await locateCcmpServer('one.example', resolve)).toBe('https://ccmp.outsourced.example/ccmp');
  expect(await locateCcmpServer('two.example', resolve)).toBeUndefined();
});
