import { afterEach, describe, expect, it } from 'vitest';
import { CcmpConnection, type CcmpClientOptions } from './connection.js';
import type { CcmpFailure } from './failure.js';
import { type Handler, startServer, type TestServer } from './testing.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const alice = 'xcon-userid:alice@localhost';

async function start(handle: Handler, options: Partial<CcmpClientOptions> = {}): Promise<[CcmpConnection, TestServer]> {
  const server = await startServer(handle);
  const connection = new CcmpConnection({ url: server.url, userId: alice, ...options });
  opened.push(connection, server);
  return [connection, server];
}

async function failure(asked: ReturnType<CcmpConnection['ask']>): Promise<CcmpFailure> {
  const result = await asked;
  if (result.ok) throw new Error('did not fail');
  return result.error;
}

describe('a request', () => {
  it('CCMP-003 has the type with charset, Accept, Content-Length and Host, and no header RFC 6503 forbids', async () => {
    const [connection, { seen }] = await start(({ answer }) => {
      answer();
    });
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/ccmp+xml;charset=UTF-8',
      accept: 'application/ccmp+xml',
      host: expect.stringMatching(/^127\.0\.0\.1:\d+$/u),
      'content-length': expect.stringMatching(/^\d+$/u),
    });
    expect(
      Object.keys(seen[0]?.headers ?? {}).filter((name) => /^(?:if-|expect|range|authorization)/u.test(name)),
    ).toEqual([]);
  });

  it('has our id, our subject and the token, and those of the request before them', async () => {
    let tokens = 0;
    const [connection, { seen }] = await start(
      ({ answer }) => {
        answer();
      },
      { subject: { username: 'alice', password: ' p ' }, bearerToken: () => `token${String((tokens += 1))}` },
    );
    await connection.ask({ kind: 'confs' });
    await connection.ask({ kind: 'confs', confUserId: 'xcon-userid:other@localhost' });
    expect(seen.map(({ request }) => [request.confUserId, request.subject])).toEqual([
      [alice, { username: 'alice', password: ' p ' }],
      ['xcon-userid:other@localhost', { username: 'alice', password: ' p ' }],
    ]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token1', 'Bearer token2']);
    const [fixed, server] = await start(
      ({ answer }) => {
        answer();
      },
      { bearerToken: 'abc' },
    );
    await fixed.ask({ kind: 'confs' });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer abc');
  });

  it('CCMP-009 requests one after the other share a connection; several at once have several', async () => {
    const [connection, { seen }] = await start(({ answer }) => {
      answer();
    });
    for (let count = 0; count < 3; count += 1) await connection.ask({ kind: 'confs' });
    expect(seen.map((one) => one.connection)).toEqual([0, 0, 0]);
    await Promise.all(Array.from({ length: 10 }, () => connection.ask({ kind: 'confs' })));
    expect(new Set(seen.map((one) => one.connection)).size).toBeLessThanOrEqual(4);
    expect(seen).toHaveLength(13);
  });

  it('what cannot be an address or a time is refused at once', () => {
    expect(() => new CcmpConnection({ url: 'sip:x' })).toThrow(RangeError);
    expect(() => new CcmpConnection({ url: 'no url' })).toThrow(RangeError);
    expect(() => new CcmpConnection({ url: 'http://localhost/', timeoutMs: 0 })).toThrow(RangeError);
  });
});

describe('an answer', () => {
  it('of code 200 tells version, ids and itself', async () => {
    const [connection] = await start(({ answer }) => {
      answer({ version: 7, confObjId: 'xcon:new@localhost' });
    });
    const result = await connection.ask({ kind: 'conf', operation: 'create' });
    expect(result).toMatchObject({
      ok: true,
      value: { version: 7, confObjId: 'xcon:new@localhost', confUserId: alice, response: { code: 200, kind: 'conf' } },
    });
  });

  it.each([
    [401, 'never'],
    [404, 'corrected'],
    [409, 'corrected'],
    [500, 'never'],
    [599, 'never'],
  ] as const)('CCMP-057 of code %i is a refusal with its class, asked once', async (code, retry) => {
    const [connection, { seen }] = await start(({ answer }) => {
      answer({ code, text: 'why', version: 3 });
    });
    expect(await failure(connection.ask({ kind: 'conf', operation: 'delete', confObjId: 'xcon:a@b' }))).toMatchObject({
      origin: 'refused',
      code,
      retry,
      message: 'why',
      response: { version: 3 },
    });
    expect(seen).toHaveLength(1);
  });

  it('CCMP-057 of code 510 is asked again, after a while that grows, and not without end', async () => {
    const waits: number[] = [];
    const [connection, { seen }] = await start(
      ({ answer }, number) => {
        answer(number < 3 ? { code: 510 } : {});
      },
      { wait: (ms) => Promise.resolve(void waits.push(ms)) },
    );
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    expect([seen.length, waits]).toEqual([3, [1000, 2000]]);
    const [stubborn, server] = await start(
      ({ answer }) => {
        answer({ code: 510 });
      },
      { attempts: 2, wait: () => Promise.resolve() },
    );
    expect(await failure(stubborn.ask({ kind: 'confs' }))).toMatchObject({ code: 510, retry: 'later' });
    expect(server.seen).toHaveLength(2);
  });

  it('CCMP-011 503 with Retry-After is asked again then, one without is not, nor one that asks too much', async () => {
    const waits: number[] = [];
    const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const [connection, { seen }] = await start(
      ({ answer, response }, number) => {
        if (number === 1) response.writeHead(503, { 'Retry-After': '2' }).end();
        else answer();
      },
      { wait },
    );
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    expect([seen.length, waits]).toEqual([2, [2000]]);
    const [silent] = await start(({ response }) => void response.writeHead(503).end(), { wait });
    expect(await failure(silent.ask({ kind: 'confs' }))).toMatchObject({ origin: 'http', status: 503, retry: 'later' });
    const [late] = await start(({ response }) => void response.writeHead(503, { 'Retry-After': '600' }).end(), {
      wait,
    });
    expect(await failure(late.ask({ kind: 'confs' }))).toMatchObject({ status: 503, retryAfterMs: 600_000 });
    expect(waits).toEqual([2000]);
  });

  it.each([
    ['another status', 406, 'text/plain', 'no', { origin: 'http', status: 406, retry: 'never' }],
    ['another type', 200, 'text/html', '<html/>', { origin: 'protocol', message: 'the answer is no CCMP' }],
    ['another encoding', 200, 'application/ccmp+xml', Buffer.from([0xff, 0xfe]), { origin: 'protocol' }],
    ['no message', 200, 'application/ccmp+xml', '<a/>', { origin: 'protocol', message: 'not a ccmpResponse' }],
    [
      'too much',
      200,
      'application/ccmp+xml',
      'x'.repeat(2000),
      { origin: 'protocol', message: 'the answer is larger than it may be' },
    ],
  ])('of %s is a failure', async (_title, status, type, body, expected) => {
    const [connection] = await start(
      ({ response }) => void response.writeHead(status, { 'Content-Type': type }).end(body),
      {
        maximumBytes: 1000,
      },
    );
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject(expected);
  });

  it('to another request is a failure', async () => {
    const [connection] = await start(({ answer }) => {
      answer({ kind: 'blueprints' });
    });
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'protocol' });
  });

  it('of a bare frame is a refusal', async () => {
    const [connection] = await start(({ response }) => {
      const body =
        '<c:ccmpResponse xmlns:c="urn:ietf:params:xml:ns:xcon-ccmp"><ccmpResponse><confUserID/><response-code>400</response-code></ccmpResponse></c:ccmpResponse>';
      response.writeHead(200, { 'Content-Type': 'application/ccmp+xml' }).end(body);
    });
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({
      origin: 'refused',
      code: 400,
      message: 'Bad Request',
    });
  });
});

describe('no answer', () => {
  it('CCMP-012 in time: the connection is closed', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const [connection] = await start(({ response }) => void response.on('close', () => closed?.()), {
      timeoutMs: 1_000,
    });
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'timeout', retry: 'later' });
    await isClosed;
  });

  it('CCMP-012 the timer is 60 s at most', () => {
    expect(() => new CcmpConnection({ url: 'http://localhost/', timeoutMs: 60_001 })).toThrow(/60 s/u);
    expect(() => new CcmpConnection({ url: 'http://localhost/', timeoutMs: 60_000 })).not.toThrow();
  });

  it('CCMP-012 the timer runs until the whole answer is there', async () => {
    const [connection] = await start(
      ({ response }) => void response.writeHead(200, { 'Content-Type': 'application/ccmp+xml' }).write('<a>'),
      { timeoutMs: 50 },
    );
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'timeout' });
  });

  it('at all: nobody is there, or the answer breaks off', async () => {
    const [connection, server] = await start(({ response }) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('<a>');
      response.destroy();
    });
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'network', retry: 'later' });
    await server.close();
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'network' });
  });

  it('because a token could not be had', async () => {
    const [connection] = await start(() => undefined, {
      bearerToken: () => {
        throw new Error('no token');
      },
    });
    expect(await failure(connection.ask({ kind: 'confs' }))).toMatchObject({ origin: 'network', message: 'no token' });
  });

  it('VER-005 a kept connection that was closed is made anew, but not under a create', async () => {
    const [connection, { seen }] = await start(({ answer, response }, number) => {
      if (number % 2 === 0) response.destroy();
      else answer();
    });
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    // The second request finds the connection closed and goes out again as the third.
    expect((await connection.ask({ kind: 'confs' })).ok).toBe(true);
    expect(seen).toHaveLength(3);
    expect(await failure(connection.ask({ kind: 'conf', operation: 'create' }))).toMatchObject({ origin: 'network' });
    expect(seen).toHaveLength(4);
  });
});
