import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributes, offer } from '../raw/messages.js';
import { headerOf } from '../raw/sip-socket.js';
import { roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';
import { folderOfFile, joinSecurely, makeRsaPair, ownPath, secureOffer } from '../raw/tls.js';

const folder = folderOfFile();
const own = makeRsaPair(folder, 'edge');
const system = useSystem({
  settings: {
    'msrp-edge': { MSRP_EDGE_TLS_CERTIFICATE: own.certFile, MSRP_EDGE_TLS_KEY: own.keyFile, MSRP_EDGE_TLS_PORT: '0' },
  },
});
const tls = { ca: own.cert, servername: 'localhost' };

async function asked(sdp: string, policy: Readonly<Record<string, unknown>> = {}) {
  const room = await system.room({ policy });
  const caller = await system.caller('alice');
  const answer = await caller.invite(room, sdp);
  if (answer.status === 200) {
    await caller.ack(room);
    await caller.bye(room);
  }
  return { status: answer.status, body: answer.body, warning: headerOf(answer, 'Warning') ?? '' };
}
const mediaLines = (body: string): string[] => body.split('\r\n').filter((line) => line.startsWith('m='));

describe('offers of TLS', () => {
  it('SDP-001 SDP-003 are answered in kind: the port of the msrps path, its host', async () => {
    const { status, body } = await asked(secureOffer());
    expect(status).toBe(200);
    const [path = ''] = attributes(body, 'path');
    const [, host = '', port = ''] = /^msrps:\/\/(.+):(\d+)\//.exec(path) ?? [];
    expect(mediaLines(body)).toEqual([`m=message ${port} TCP/TLS/MSRP *`]);
    expect(body).toContain(`c=IN IP4 ${host}\r\n`);
    expect(Number(port)).not.toBe(Number(system.edgeAddress().split(':')[1]));
  });

  it.each([
    ['msrp with TCP/TLS/MSRP', secureOffer({ path: ownPath().replace('msrps', 'msrp') })],
    ['msrps with TCP/MSRP', offer({ path: ownPath() })],
  ])('SDP-003 %s contradicts itself: 488', async (_what, sdp) => {
    expect(await asked(sdp)).toMatchObject({ status: 488, warning: expect.stringContaining('399') as string });
  });

  it('SDP-017 the printed offer with a fingerprint is answered with ours', async () => {
    const printed = readFileSync(new URL('../../vectors/sdp/rfc4975-fig19-fingerprint.sdp', import.meta.url), 'utf8');
    const [fingerprint = ''] = attributes(printed.replaceAll(/\r?\n/g, '\r\n'), 'fingerprint');
    expect(fingerprint).toMatch(/^SHA-1 4A:AD/i);
    const { status, body } = await asked(secureOffer({ attributes: [`fingerprint:${fingerprint}`] }));
    expect(status).toBe(200);
    expect(attributes(body, 'fingerprint')).toEqual([own.sha256]);
  });

  it('SDP-017 plain TCP has no fingerprint', async () => {
    const { body } = await asked(offer());
    expect(attributes(body, 'fingerprint')).toEqual([]);
  });
});

describe('a room that demands TLS', () => {
  const policy = { requireTls: true };

  it('SDP-018 refuses TCP/MSRP with 488 and Warning 302, and takes TCP/TLS/MSRP', async () => {
    expect(await asked(offer(), policy)).toMatchObject({
      status: 488,
      warning: expect.stringContaining('302 ') as string,
    });
    expect((await asked(secureOffer(), policy)).status).toBe(200);
  });

  it('SDP-018 answers the TCP stream of an offer of both with port 0', async () => {
    const plain = offer().split(/(?=m=message)/)[1] ?? '';
    const { status, body } = await asked(secureOffer({ before: plain.trimEnd().split('\r\n') }), policy);
    expect(status).toBe(200);
    expect(mediaLines(body)).toEqual([
      expect.stringMatching(/^m=message 0 TCP\/MSRP/) as string,
      expect.stringMatching(/^m=message [1-9]\d* TCP\/TLS\/MSRP/) as string,
    ]);
  });

  it('SDP-018 gives the seat of who is refused back', async () => {
    const room = await system.room({ policy: { ...policy, maximumUserCount: 1 } });
    const alice = await system.caller('alice');
    expect((await alice.invite(room, offer())).status).toBe(488);
    const { seat } = await joinSecurely(system, room, 'bob', { tls });
    await seat.ping();
    seat.msrp.destroy();
  });

  it('SDP-018 an offer of ours to such a room is one of TLS', async () => {
    const room = await system.room({ policy });
    const caller = await system.caller('alice');
    const { body, status } = await caller.invite(room, '');
    expect(status).toBe(200);
    expect(mediaLines(body)[0]).toContain('TCP/TLS/MSRP');
    expect(attributes(body, 'path')[0]).toMatch(/^msrps:/);
    expect(attributes(body, 'fingerprint')).toEqual([own.sha256]);
  });

  it('SDP-018 when a room begins to demand it, sessions on plain TCP are told and end, those over TLS stay', async () => {
    const boss = userOf(system, 'boss');
    const room = await boss.room('default');
    const bob = await system.join(room.uri, 'bob');
    const { seat } = await joinSecurely(system, room.uri, 'alice', { tls });
    await seat.ping();
    await boss.update(room, roomPolicy('require-tls="true"'));
    const notice = await bob.msrp.next(({ body }) => String(body).includes('TLS alone'));
    expect(String(notice.body)).toContain(`From: <${room.uri}>`);
    await bob.msrp.closed();
    expect((await bob.caller.sip.next(({ method }) => method === 'BYE')).method).toBe('BYE');
    await seat.say('still here');
    expect((await (await system.caller('bob')).invite(room.uri, offer())).status).toBe(488);
    await boss.update(room, roomPolicy('require-tls="false"'));
    await (await system.join(room.uri, 'bob')).ping();
    seat.msrp.destroy();
  });
});
