import { describe, expect, it } from 'vitest';
import { RawHttp, rawPost } from '../../integration/ccmp/raw-http.js';
import { answerText, ccmpRequest, postCcmp } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const url = (): string => `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`;
const alice = (): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), 'alice');
const subject = { username: 'operator', password: 'operator' };
const confUserID = 'xcon-userid:operator@localhost';
const lobby = { subject, confUserID, confObjID: 'xcon:lobby@localhost', operation: 'retrieve' };

async function statusOf(octets: string): Promise<number | undefined> {
  const http = new RawHttp(url());
  try {
    http.send(octets);
    return (await http.next())?.status;
  } finally {
    http.close();
  }
}
const statusWith = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  statusOf(rawPost(url(), ccmpRequest('conf', lobby), headers));

describe('requests and answers', () => {
  it('CCMP-001 a POST is answered with status 200, and so is one whose answer is a CCMP error', async () => {
    const good = await postCcmp(url(), ccmpRequest('conf', lobby));
    expect([good.status, good.code]).toEqual([200, 200]);
    const none = await postCcmp(url(), ccmpRequest('conf', { ...lobby, confObjID: 'xcon:nobody-knows@localhost' }));
    expect([none.status, none.code]).toEqual([200, 404]);
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
  });

  it('CCMP-003 a display-text beyond ASCII is kept and comes back, in UTF-8 with its charset named', async () => {
    const name = 'Žofie “Zoë” 日本 😀';
    const room = await alice().room('default');
    await alice().update(
      room,
      `<info:conference-description><info:display-text>${name}</info:display-text></info:conference-description>`,
    );
    const answer = done(await alice().ask('conf', { confObjID: room.id, operation: 'retrieve' }));
    expect(answer.headers.get('content-type')).toBe('application/ccmp+xml;charset=UTF-8');
    expect(answer.text).toContain(`>${name}<`);
  });

  it.each([
    ['If-Match', '"x"', 412],
    ['If-None-Match', '"x"', 412],
    ['If-Modified-Since', 'Sun, 29 Nov 2026 00:00:00 GMT', 412],
    ['If-Unmodified-Since', 'Sun, 29 Nov 2026 00:00:00 GMT', 412],
    ['If-Range', '"x"', 412],
    ['Expect', '100-continue', 501],
    ['Range', 'bytes=0-1', 501],
  ])('CCMP-006 a request with %s: %s is answered %i', async (name, value, status) => {
    expect(await statusWith({ [name]: value })).toBe(status);
  });

  it.each(['GET', 'HEAD'])('CCMP-008 %s gets a bare 405 that tells nothing', async (method) => {
    const http = new RawHttp(url());
    http.send(`${method} /ccmp HTTP/1.1\r\nHost: ${new URL(url()).host}\r\n\r\n`);
    const answer = await http.next();
    http.close();
    expect([answer?.status, answer?.body]).toEqual([405, '']);
    const usual = ['allow', 'cache-control', 'connection', 'content-length', 'date', 'keep-alive'];
    expect(usual).toEqual(expect.arrayContaining([...(answer?.headers.keys() ?? [])]));
  });
});

describe('connections', () => {
  it('CCMP-009 an answer may not be cached and says how long it is, also a refusal', async () => {
    const http = new RawHttp(url());
    http.send(rawPost(url(), ccmpRequest('conf', lobby)));
    const good = await http.next();
    http.send(rawPost(url(), ccmpRequest('conf', lobby), { 'Content-Type': 'text/xml' }));
    const refused = await http.next();
    http.close();
    expect([good?.status, refused?.status]).toEqual([200, 406]);
    for (const answer of [good, refused]) {
      expect(answer?.headers.get('cache-control')).toBe('no-store');
      expect(answer?.headers.get('content-length')).toBe(String(Buffer.byteLength(answer?.body ?? '')));
    }
  });

  it('CCMP-009 twenty requests sent without waiting over one connection are answered in their order', async () => {
    const http = new RawHttp(url());
    const objects = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? `xcon:nobody-${String(index)}@localhost` : 'xcon:lobby@localhost',
    );
    http.send(objects.map((confObjID) => rawPost(url(), ccmpRequest('conf', { ...lobby, confObjID }))).join(''));
    // The client has said all it has to say: its half is closed, the answers come all the same.
    http.endSending();
    const answered: string[] = [];
    for (let count = 0; count < objects.length; count++) {
      const answer = await http.next();
      expect(answer?.status).toBe(200);
      answered.push(/<confObjID>([^<]*)</.exec(answer?.body ?? '')?.[1] ?? '');
    }
    http.close();
    expect(answered).toEqual(objects);
  });

  it('CCMP-009 one connection serves requests one after another', async () => {
    const http = new RawHttp(url());
    for (let count = 0; count < 3; count++) {
      http.send(rawPost(url(), ccmpRequest('confs', { subject, confUserID })));
      const answer = await http.next();
      expect(answer?.headers.get('connection')).not.toBe('close');
      expect(answer?.body).toContain('<response-code>200<');
    }
    http.close();
  });

  it('CCMP-021 CCMP-022 the answer repeats the requestor', async () => {
    const answer = await postCcmp(url(), ccmpRequest('confs', { subject, confUserID }));
    expect(answerText(answer, 'confUserID')).toBe(confUserID);
  });
});
