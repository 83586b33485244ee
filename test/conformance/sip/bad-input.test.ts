import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { heldBytes } from '../raw/held-bytes.js';
import { ident, offer } from '../raw/messages.js';
import { headerOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

interface Torture {
  readonly file: string;
  readonly code?: string;
  readonly answerable?: boolean;
  readonly header?: string;
}

const folder = new URL('../../vectors/sip/', import.meta.url);
const read = (file: string): Buffer => readFileSync(new URL(file, folder));
const manifest = (name: string): Torture[] => JSON.parse(read(`torture/${name}/manifest.json`).toString()) as Torture[];

describe('RFC 4475, messages that are refused', () => {
  const invalid = manifest('invalid');
  // One whose body never ends is no message yet on a stream; those whose fault is in a header nobody asks for are served.
  const refused = invalid.filter(({ file, answerable }) => answerable === true && file !== 'clerr.sip');
  it.each(refused.map(({ file, code }) => [file, code === 'unsupported-version' ? 505 : 400] as const))(
    'SIP-003 %s over TCP is %d',
    async (file, status) => {
      const socket = await system.tcp();
      await socket.write(read(`torture/invalid/${file}`));
      expect((await socket.next(({ status: answered }) => answered >= 200)).status).toBe(status);
      socket.destroy();
    },
  );

  it('SIP-003 those without a way back, and responses, are dropped', async () => {
    const socket = await system.tcp();
    for (const { file } of invalid.filter(({ answerable }) => answerable === false))
      await socket.write(read(`torture/invalid/${file}`));
    expect(await system.alive()).toBe(true);
    expect(socket.messages).toEqual([]);
  });

  it('SIP-003 all of them over UDP leave the focus alive', async () => {
    const socket = await system.udp();
    for (const { file } of invalid) await socket.write(read(`torture/invalid/${file}`));
    const caller = await system.caller('anybody', { sip: socket });
    expect((await caller.request('OPTIONS', await system.room())).status).toBe(200);
  });
});

describe('RFC 4475, messages that are valid', () => {
  // dblreq.sip is one datagram with octets behind its end, which on a stream are a second, broken message.
  const requests = manifest('valid')
    .filter(({ file }) => file !== 'dblreq.sip')
    .filter(({ file }) => !/^(SIP\/2\.0|ACK )/.test(read(`torture/valid/${file}`).toString('latin1')));
  it.each(requests.map(({ file }) => [file]))('SIP-003 %s gets a final answer', async (file) => {
    const socket = await system.tcp();
    await socket.write(read(`torture/valid/${file}`));
    const answer = await socket.next(({ status }) => status >= 200);
    // Strangers all; what counts is that it was read.
    expect([401, 404, 416, 400, 481]).toContain(answer.status);
    if (!['inv2543.sip', 'mpart01.sip'].includes(file)) expect(answer.status, 'read without fault').not.toBe(400);
    socket.destroy();
  });
});

describe('published messages', () => {
  const files = (
    JSON.parse(read('manifest.json').toString()) as { messages: { file: string; startLine?: string }[] }
  ).messages
    .map(({ file }) => file)
    .filter((file) => file.endsWith('.sip'));
  const hasCorrection = (file: string): boolean => files.includes(file.replace('.sip', '.corrected.sip'));
  it.each(files.map((file) => [file]))('SIP-003 %s harms nobody', async (file) => {
    const octets = read(file);
    const text = octets.toString('latin1');
    const socket = await system.tcp();
    await socket.write(octets);
    if (!/^(SIP\/2\.0|ACK )/.test(text)) {
      const answer = await socket.next(({ status }) => status >= 200);
      // Strangers: challenged, or in a dialog we do not know. On a stream it takes a Content-Length, which WebSocket clients leave out.
      const isWhole = /^(Content-Length|l)\s*:/im.test(text) && !hasCorrection(file);
      expect([401, 404, 405, 416, 481, ...(isWhole ? [] : [400])]).toContain(answer.status);
    }
    socket.destroy();
    expect(await system.health('focus', '/livez')).toBe(200);
  });
});

// A stranger's request that was read is challenged; one that was not is 400.
describe('framing', () => {
  it('SIP-002 a stream message without Content-Length is 400 and the connection is closed', async () => {
    const caller = await system.caller('anybody');
    const text = caller.text('OPTIONS', await system.room()).replace(/Content-Length: 0\r\n/, '');
    await caller.sip.write(text);
    expect((await caller.sip.next()).status).toBe(400);
    await caller.sip.closed();
  });

  it('SIP-002 the compact form counts, glued messages are two', async () => {
    const caller = await system.caller('anybody');
    const room = await system.room();
    const [one, two] = [caller.text('OPTIONS', room), caller.text('OPTIONS', room)];
    await caller.sip.write(`${one.replace('Content-Length:', 'l:')}${two}`);
    expect((await caller.sip.answer(caller.callId, '1 OPTIONS')).status).toBe(401);
    expect((await caller.sip.answer(caller.callId, '2 OPTIONS')).status).toBe(401);
  });

  it('SIP-002 a datagram shorter than its Content-Length is 400, a longer one is cut', async () => {
    const caller = await system.caller('alice', { transport: 'UDP' });
    const room = await system.room();
    await caller.sip.write(caller.text('OPTIONS', room).replace('Content-Length: 0', 'Content-Length: 10'));
    expect((await caller.sip.answer(caller.callId, '1 OPTIONS')).status).toBe(400);
    await caller.sip.write(`${caller.text('OPTIONS', room)}left over`);
    expect((await caller.sip.answer(caller.callId, '2 OPTIONS')).status).toBe(401);
  });

  it('SIP-010 CRLF CRLF is answered with CRLF, and a lone CRLF before a message is skipped', async () => {
    const caller = await system.caller('anybody');
    await caller.sip.write('\r\n\r\n');
    await expect.poll(() => caller.sip.keepAlives).toBe(1);
    await caller.sip.write(`\r\n${caller.text('OPTIONS', await system.room())}`);
    expect((await caller.sip.next()).status).toBe(401);
  });

  it('SIP-003 folding, compact names, odd case and spaces round separators', async () => {
    const room = await system.room();
    const sip = await system.tcp();
    await sip.write(
      `OPTIONS ${room} SIP/2.0\r\nv : SIP / 2.0 / TCP 127.0.0.1:9;branch=z9hG4bK${ident()}\r\nMAX-forwards:70\r\n` +
        `f: "A, B"\r\n <sip:a@localhost> ; tag = x1\r\nt:\r\n\t<${room}>\r\ni: ${ident()}\r\nCSeq: 7\r\n  OPTIONS\r\nX-Unknown: ~\r\nDate: nonsense\r\nl:0\r\n\r\n`,
    );
    expect((await sip.next()).status).toBe(401);
  });
});

describe('INVITE in pieces', () => {
  it('SIP-002 every cut in two gives the answer of the whole', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    caller.challenged(await caller.request('INVITE', room, { authenticate: false, body: 'x' }));
    const body = offer({ acceptTypes: 'text/plain' });
    const make = (): Buffer =>
      Buffer.from(
        caller.text('INVITE', room, {
          callId: ident(),
          body,
          headers: [`Authorization: ${caller.credentials('INVITE', room)}`],
        }),
      );
    const length = make().length;
    for (let cut = 1; cut < length; cut++) {
      const octets = make();
      await caller.sip.pieces([octets.subarray(0, cut), octets.subarray(cut)]);
      const answer = await caller.sip.next(({ status }) => status >= 200);
      expect(answer.status, `cut after octet ${String(cut)}`).toBe(488);
      const cseq = headerOf(answer, 'CSeq')?.split(' ')[0] ?? '';
      await caller.sip.write(
        caller.text('ACK', room, {
          cseq: Number(cseq),
          callId: headerOf(answer, 'Call-ID') ?? '',
          branch: /branch=([^;,]+)/.exec(headerOf(answer, 'Via') ?? '')?.[1] ?? '',
          headers: [`To: ${headerOf(answer, 'To') ?? ''}`],
        }),
      );
    }
  }, 120_000);

  it('SIP-002 one octet at a time gives the answer of the whole', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    caller.challenged(await caller.request('INVITE', room, { authenticate: false, body: 'x' }));
    const text = caller.text('INVITE', room, {
      body: offer({ acceptTypes: 'text/plain' }),
      headers: [`Authorization: ${caller.credentials('INVITE', room)}`],
    });
    const octets = Buffer.from(text);
    await caller.sip.pieces(Array.from(octets, (_, i) => octets.subarray(i, i + 1)));
    expect((await caller.sip.answer(caller.callId, `${String(caller.cseq)} INVITE`)).status).toBe(488);
  });
});

describe('what never ends', () => {
  it.each([
    ['an endless start line', 'INVITE sip:', 'x'],
    ['an endless header', 'INVITE sip:a@localhost SIP/2.0\r\nX-Foo: ', 'x'],
    ['a hundred thousand header fields', 'INVITE sip:a@localhost SIP/2.0\r\n', 'X: 1\r\n'],
    ['no SIP at all', 'GET / HTTP/1.1\r\n', 'Host: x\r\n'],
  ])('SIP-003 %s closes the connection', async (_what, start, more) => {
    const socket = await system.tcp();
    await socket.write(start);
    for (let i = 0; i < 600 && !socket.isClosed; i++) {
      await socket.write(more.repeat(1000));
      await turn();
    }
    await socket.closed();
    expect(await system.alive()).toBe(true);
  });

  it('SIP-003 a body beyond what is taken is 413 or 400 and the connection is closed', async () => {
    const caller = await system.caller('anybody');
    await caller.sip.write(
      caller.text('OPTIONS', 'sip:x@localhost').replace('Content-Length: 0', 'Content-Length: 999999999'),
    );
    expect([400, 413]).toContain((await caller.sip.next()).status);
    await caller.sip.closed();
  });

  it('SIP-003 memory does not grow with bad messages', async () => {
    const files = manifest('invalid').map(({ file }) => read(`torture/invalid/${file}`));
    const storm = async (rounds: number): Promise<void> => {
      const socket = await system.udp();
      for (let round = 0; round < rounds; round++) for (const octets of files) await socket.write(octets);
      socket.destroy();
      const caller = await system.caller('anybody');
      expect((await caller.request('OPTIONS', 'sip:no-such@localhost')).status).toBe(404);
    };
    await storm(20);
    const before = heldBytes();
    await storm(200);
    expect(heldBytes() - before).toBeLessThan(8 * 1024 * 1024);
    expect(await system.alive()).toBe(true);
  });
});
