import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerText, ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';
import { RawHttp, rawPost } from './raw-http.js';

let installation: Installation;
let untouched: Installation['script'];

beforeAll(async () => {
  installation = await startInstallation({ CCMP_BODY_BYTES_MAX: '64KiB', CCMP_RECEIVE_MS: '400ms' });
  untouched = installation.script;
});
beforeEach(() => {
  installation.script = { ...untouched };
  installation.asked.perform.splice(0);
});
afterAll(() => installation.stop());

const room = 'xcon:8977794@localhost';
const retrieve = ccmpRequest('conf', {
  subject: alicesSubject,
  confUserID: alice,
  confObjID: room,
  operation: 'retrieve',
});

async function statusWith(headers: Readonly<Record<string, string>>, body = retrieve): Promise<number | undefined> {
  const http = new RawHttp(installation.url);
  try {
    http.send(rawPost(installation.url, body, headers));
    return (await http.next())?.status;
  } finally {
    http.close();
  }
}

describe('the head of a request', () => {
  it('CCMP-001 a CCMP error travels with HTTP status 200', async () => {
    installation.script.perform = () => ({ code: 404 });
    const answer = await postCcmp(installation.url, retrieve);
    expect(answer.status).toBe(200);
    expect(answer.code).toBe(404);
  });

  it.each([
    ['application/ccmp+xml', 'application/ccmp+xml', 200],
    ['application/ccmp+xml;charset=UTF-8', 'application/ccmp+xml', 200],
    ['Application/CCMP+XML; Charset="utf-8"', '*/*', 200],
    ['application/ccmp+xml', 'application/*;q=0.5, text/html', 200],
    ['application/ccmp+xml', 'application/ccmp+xml;charset=UTF-8', 200],
    ['application/ccmp+xml', '', 200],
    ['application/ccmp+xml;charset=ISO-8859-1', 'application/ccmp+xml', 406],
    ['text/xml', 'application/ccmp+xml', 406],
    ['text/xml', '', 406],
    ['', 'application/ccmp+xml', 406],
    ['application/ccmp+xml', 'text/xml', 406],
    ['application/ccmp+xml', 'application/ccmp+xml;q=0, */*', 406],
    ['application/ccmp+xml', 'application/ccmp+xml;charset=ISO-8859-1', 406],
  ])('CCMP-003 Content-Type %o with Accept %o is answered %i', async (contentType, accept, status) => {
    expect(await statusWith({ 'Content-Type': contentType, Accept: accept })).toBe(status);
  });

  it('CCMP-003 a request without Host is answered 400', async () => {
    expect(await statusWith({ Host: '' })).toBe(400);
    const http = new RawHttp(installation.url);
    http.send(rawPost(installation.url, retrieve, { Host: '' }).replace('HTTP/1.1', 'HTTP/1.0'));
    expect((await http.next())?.status).toBe(400);
    http.close();
  });

  it('CCMP-003 what is not ASCII comes through both ways, as UTF-8', async () => {
    const name = 'Žofie “Zoë” 日本 😀';
    installation.script.perform = ({ document }) => ({ code: 200, object: room, version: 2n, document });
    const body = ccmpRequest('user', {
      subject: alicesSubject,
      confUserID: alice,
      confObjID: room,
      operation: 'update',
      inner: `<userInfo entity="${alice}"><info:display-text>${name}</info:display-text></userInfo>`,
    });
    const answer = await postCcmp(installation.url, body);
    expect(answer.headers.get('content-type')).toBe('application/ccmp+xml;charset=UTF-8');
    expect(answer.text).toContain(name);
    expect(installation.asked.perform[0]?.document).toContain(name);
  });

  it.each(['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since', 'If-Range'])(
    'CCMP-006 %s is answered 412',
    async (name) => {
      expect(await statusWith({ [name]: '"x"' })).toBe(412);
    },
  );

  it.each([
    ['Expect', '100-continue'],
    ['Expect', 'something-else'],
    ['Range', 'bytes=0-1'],
  ])('CCMP-006 %s: %s is answered 501', async (name, value) => {
    expect(await statusWith({ [name]: value })).toBe(501);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])(
    'CCMP-008 %s gets a bare 405 that tells nothing',
    async (method) => {
      const http = new RawHttp(installation.url);
      const { host } = new URL(installation.url);
      http.send(`${method} /ccmp HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      const answer = await http.next();
      http.close();
      expect(answer?.status).toBe(405);
      expect(answer?.body).toBe('');
      expect(answer?.headers.get('allow')).toBe('POST');
      expect([...(answer?.headers.keys() ?? [])]).not.toContain('server');
    },
  );

  it('another path is not here, whatever the method', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(new URL('/', installation.url), { method });
      expect(answer.status).toBe(404);
      expect(await answer.text()).toBe('');
    }
  });

  it('an encoded body is answered 415', async () => {
    expect(await statusWith({ 'Content-Encoding': 'gzip' })).toBe(415);
  });

  it('nothing of what is refused reaches room-state', async () => {
    await statusWith({ 'Content-Type': 'text/xml' });
    await statusWith({ 'If-Match': '*' });
    expect(installation.asked.perform).toHaveLength(0);
  });
});

describe('the body of a request', () => {
  it('SEC-013 one that announces 100 MB is refused before it is sent', async () => {
    expect(await statusWith({ 'Content-Length': '100000000' }, '')).toBe(413);
  });

  it('SEC-013 one that grows beyond the limit in chunks is cut off there', async () => {
    const http = new RawHttp(installation.url);
    http.send(rawPost(installation.url, '', { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    for (let sent = 0; sent < 8; sent++) http.send(chunk);
    expect((await http.next())?.status).toBe(413);
    expect(await http.next()).toBeUndefined();
  });

  it('a chunked body within the limit is read', async () => {
    const http = new RawHttp(installation.url);
    const head = rawPost(installation.url, '', { 'Content-Length': '', 'Transfer-Encoding': 'chunked' });
    http.send(head);
    for (const piece of [retrieve.slice(0, 100), retrieve.slice(100)])
      http.send(`${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`);
    http.send('0\r\n\r\n');
    const answer = await http.next();
    http.close();
    expect(answer?.status).toBe(200);
    expect(answer?.body).toContain('<response-code>200</response-code>');
  });

  it('SEC-013 one that comes too slowly is given up with 408', async () => {
    const http = new RawHttp(installation.url);
    http.send(rawPost(installation.url, retrieve).slice(0, -50));
    expect((await http.next())?.status).toBe(408);
    expect(await http.next()).toBeUndefined();
  });

  it('SEC-013 a head beyond the limit is answered 431', async () => {
    expect(await statusWith({ 'X-Long': 'x'.repeat(20_000) })).toBe(431);
  });

  it.each(['GARBAGE\r\n\r\n', 'POST /ccmp HTTP/9.9\r\n\r\n', '\u0000\u0001\u0002\r\n\r\n'])(
    'what is no HTTP is answered 400 and cut: %j',
    async (text) => {
      const http = new RawHttp(installation.url);
      http.send(text);
      expect((await http.next())?.status).toBe(400);
      expect(await http.next()).toBeUndefined();
    },
  );
});

describe('the connection', () => {
  it('CCMP-009 answers forbid caching and carry their length, and the connection stays', async () => {
    const http = new RawHttp(installation.url);
    for (let turn = 0; turn < 3; turn++) {
      http.send(rawPost(installation.url, retrieve));
      const answer = await http.next();
      expect(answer?.headers.get('cache-control')).toBe('no-store');
      expect(Number(answer?.headers.get('content-length'))).toBe(Buffer.byteLength(answer?.body ?? ''));
    }
    http.close();
  });

  it('CCMP-009 20 pipelined requests are answered in their order, though the sending half is closed half-way', async () => {
    let begun = 0;
    let most = 0;
    installation.script.perform = async ({ object }) => {
      begun++;
      most = Math.max(most, begun);
      await new Promise((resolve) => setImmediate(resolve));
      begun--;
      return { code: 200, object, version: 1n };
    };
    const objects = Array.from({ length: 20 }, (_, number) => `xcon:room${String(number)}@localhost`);
    const http = new RawHttp(installation.url);
    http.send(objects.map((object) => rawPost(installation.url, retrieve.replace(room, object))).join(''));
    http.endSending();
    const answered: (string | undefined)[] = [];
    for (;;) {
      const answer = await http.next();
      if (answer === undefined) break;
      answered.push(/<confObjID>([^<]*)</.exec(answer.body)?.[1]);
    }
    expect(answered).toEqual(objects);
    expect(most).toBe(1);
  });

  it('SEC-013 a connection that pipelines without end is cut', async () => {
    const own = await startInstallation({ CCMP_PIPELINED_MAX: '2' });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    own.script = {
      ...own.script,
      async perform() {
        await held;
        return { code: 200 };
      },
    };
    const http = new RawHttp(own.url);
    http.send(rawPost(own.url, retrieve).repeat(8));
    expect(await http.next()).toBeUndefined();
    release();
    await own.stop();
  });

  it('SEC-013 a flood from one address gets HTTP 429, and others are told nothing of it', async () => {
    const own = await startInstallation({ CCMP_RATE_PER_SECOND: '1', CCMP_RATE_BURST: '3' });
    const statuses: number[] = [];
    for (let sent = 0; sent < 5; sent++) statuses.push((await postCcmp(own.url, retrieve)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await own.stop();
  });

  it('from a trusted proxy, each client is counted by itself', async () => {
    const own = await startInstallation({
      CCMP_RATE_PER_SECOND: '1',
      CCMP_RATE_BURST: '1',
      CCMP_FORWARDED_FROM: '127.0.0.1',
    });
    const from = async (client: string): Promise<number> =>
      (await postCcmp(own.url, retrieve, { 'x-forwarded-for': `198.51.100.9, ${client}` })).status;
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('192.0.2.2')).toBe(200);
    expect(await from('192.0.2.1')).toBe(429);
    expect(own.asked.perform.map(({ source }) => source)).toEqual(['192.0.2.1', '192.0.2.2']);
    await own.stop();
  });

  it('CCMP-012 what becomes of an answer nobody waits for harms nobody else', async () => {
    const http = new RawHttp(installation.url);
    http.send(rawPost(installation.url, retrieve));
    http.close();
    expect(answerText(await postCcmp(installation.url, retrieve), 'confObjID')).toBe(room);
  });
});
