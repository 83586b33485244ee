import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributes, ident, offer } from '../raw/messages.js';
import { headerOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

/** The answer to an INVITE with this offer: its status, its SDP, its Warning. */
async function asked(
  sdp: string,
  policy: Readonly<Record<string, unknown>> = {},
): Promise<{ status: number; body: string; warning: string }> {
  const room = await system.room({ policy });
  const caller = await system.caller('alice');
  const answer = await caller.invite(room, sdp);
  if (answer.status === 200) {
    await caller.ack(room);
    await caller.bye(room);
  }
  return { status: answer.status, body: answer.body, warning: headerOf(answer, 'Warning') ?? '' };
}

describe('golden answers', () => {
  it('SDP-001 SDP-006 SDP-010 SDP-013 SDP-022 line by line', async () => {
    const { status, body } = await asked(offer());
    expect(status).toBe(200);
    const [path = ''] = attributes(body, 'path');
    const port = /:(\d+)\//.exec(path)?.[1];
    const lines = body.split('\r\n');
    expect(lines[1]).toMatch(/^o=- \d+ 1 IN IP4 127\.0\.0\.1$/);
    expect(lines.filter((_, index) => index !== 1)).toEqual([
      'v=0',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=message ${port ?? ''} TCP/MSRP *`,
      'a=accept-types:message/cpim',
      'a=accept-wrapped-types:*',
      'a=max-size:16777216',
      `a=path:${path}`,
      'a=setup:passive',
      'a=chatroom:nickname private-messages',
      '',
    ]);
  });

  it("SDP-007 SDP-009 wrapped types and max-size are the room's", async () => {
    const { body } = await asked(offer(), { wrappedTypes: ['text/plain', 'text/html'], maxSizeBytes: '10000' });
    expect(attributes(body, 'accept-wrapped-types')).toEqual(['text/plain text/html']);
    expect(attributes(body, 'max-size')).toEqual(['10000']);
    expect(attributes(body, 'accept-types')).toEqual(['message/cpim']);
  });

  it.each([
    [{}, 'nickname private-messages'],
    [{ nicknames: false }, 'private-messages'],
    [{ privateMessages: false }, 'nickname'],
    [{ nicknames: false, privateMessages: false }, ''],
  ])('SDP-010 tokens by policy %j', async (policy, tokens) => {
    expect(attributes((await asked(offer(), policy)).body, 'chatroom')).toEqual([tokens]);
  });

  it.each([
    undefined,
    '',
    'nickname',
    'nicknames private-messages',
    'com.example.x other private-messages private-messages',
    'unheard-of',
  ])("SDP-010 SDP-011 the answer does not depend on the offer's tokens: %s", async (chatroom) => {
    const { status, body } = await asked(offer({ chatroom }));
    expect(status).toBe(200);
    expect(attributes(body, 'chatroom')).toEqual(['nickname private-messages']);
  });

  it('SDP-011 nicknames and nickname both mean that private messages and nicknames work', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice', { chatroom: 'nicknames private-messages org.example.x' });
    const bob = await system.join(room, 'bob');
    expect((await alice.nickname('"Al"')).status).toBe(200);
    expect((await bob.ask({ body: bob.cpim({ to: alice.aor, text: 'psst' }) })).status).toBe(200);
    await alice.copy('psst');
  });
});

describe('a=setup', () => {
  it.each([
    ['active', 200],
    ['actpass', 200],
    [undefined, 200],
    ['holdconn', 200],
    // We open no connections (TRN-020).
    ['passive', 488],
  ])('SDP-013 SDP-014 offered %s: %d', async (setup, status) => {
    const answer = await asked(offer({ setup, attributes: ['connection:existing'] }));
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    expect(attributes(answer.body, 'setup')).toEqual(['passive']);
    expect(attributes(answer.body, 'connection')).toEqual([]);
  });
});

describe('offers that are refused', () => {
  it.each<[string, string, number]>([
    ['SDP-003 no path', offer({ path: '' }), 399],
    ['SDP-003 a path without a port', offer({ path: 'msrp://127.0.0.1/x;tcp' }), 399],
    ['SDP-003 msrps over TCP', offer({ path: 'msrps://127.0.0.1:1/x;tcp' }), 399],
    ['SDP-003 no MSRP URI', offer({ path: 'http://127.0.0.1:1/x' }), 399],
    ['SDP-005 text/plain only', offer({ acceptTypes: 'text/plain' }), 305],
    ['SDP-005 no accept-types', offer({ acceptTypes: '' }), 305],
    ['SDP-019 no message stream', offer().replace('m=message', 'm=audio').replace('TCP/MSRP *', 'RTP/AVP 0'), 304],
    ['SDP-019 a message stream with port 0', offer({ port: 0 }), 304],
    ['SDP-001 another transport', offer({ protocol: 'UDP/MSRP' }), 302],
    [
      'SDP-001 TLS, which this edge has not',
      offer({ protocol: 'TCP/TLS/MSRP', path: 'msrps://127.0.0.1:1/x;tcp' }),
      302,
    ],
    [
      'FILE-002 a file and nothing else',
      offer({ attributes: ['file-selector:name:"a" size:1', 'file-transfer-id:x'] }),
      305,
    ],
  ])('ERR-005 %s is 488 with Warning', async (_what, sdp, warning) => {
    const answer = await asked(sdp);
    expect(answer.status).toBe(488);
    expect(answer.warning).toMatch(new RegExp(`^${String(warning)} \\S+ ".+"$`));
  });

  it.each([
    ['no SDP at all', 'hello'],
    ['no version', offer().replace('v=0\r\n', '')],
    ['another version', offer().replace('v=0', 'v=1')],
    ['no origin', offer().replace(/o=.*\r\n/, '')],
    ['a port that is none', offer().replace('m=message 7654', 'm=message seven')],
    ['a port too large', offer().replace('m=message 7654', 'm=message 70000')],
    ['a line without =', offer().replace('s=-', 's')],
  ])('SDP-022 malformed: %s is 400', async (_what, sdp) => {
    expect((await asked(sdp)).status).toBe(400);
  });
});

describe('offers that are taken', () => {
  it.each([
    'message/cpim',
    'Message/CPIM',
    'message/*',
    '*',
    'text/plain *',
    'message/cpim;x=y text/plain',
    ' message/cpim  text/plain',
  ])('SDP-005 SDP-008 accept-types %s', async (acceptTypes) => {
    expect((await asked(offer({ acceptTypes }))).status).toBe(200);
  });

  it('SDP-004 TRN-027 paths of several URIs, with a transport we do not know, .invalid and port 9', async () => {
    expect(
      (await asked(offer({ path: 'msrp://relay.example.com:2855/a;tcp msrp://c.example.com:7654/b;tcp' }))).status,
    ).toBe(200);
    expect((await asked(offer({ port: 9, path: 'msrp://df7jal23ls0d.invalid:2855/98cjs;ws' }))).status).toBe(200);
  });

  it('SDP-002 SDP-016 c= and m= that contradict the path do not matter', async () => {
    const sdp = offer({ port: 9 }).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 10.1.2.3');
    expect((await asked(sdp)).status).toBe(200);
  });

  it.each([
    ['without t=', (sdp: string) => sdp.replace('t=0 0\r\n', '')],
    ['with s= and a blank', (sdp: string) => sdp.replace('s=-', 's= ')],
    ['with s= - ', (sdp: string) => sdp.replace('s=-', 's= -')],
    ['with LF only', (sdp: string) => sdp.replaceAll('\r\n', '\n')],
    ['without its last CRLF', (sdp: string) => sdp.slice(0, -2)],
    [
      'with IPv6 (SDP-001)',
      (sdp: string) => sdp.replace('c=IN IP4 127.0.0.1', 'c=IN IP6 ::1').replace('127.0.0.1:7654', '[::1]:7654'),
    ],
  ])('SDP-022 %s', async (_what, change) => {
    const { status, body } = await asked(change(offer()));
    expect(status).toBe(200);
    expect(body).toContain('\r\nt=0 0\r\n');
    expect(body).toContain('\r\ns=-\r\n');
    expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('SDP-019 other streams keep their place with port 0', async () => {
    const sdp = offer({
      before: ['m=audio 49170 RTP/AVP 0 8', 'a=sendonly'],
      after: ['m=video 0 RTP/AVP 31', 'm=message 1 TCP/MSRP *'],
    });
    const { body } = await asked(sdp);
    const media = body.split('\r\n').filter((line) => line.startsWith('m='));
    expect(media.map((line) => line.replace(/(message) [1-9]\d*/, '$1 PORT'))).toEqual([
      'm=audio 0 RTP/AVP 0 8',
      'm=message PORT TCP/MSRP *',
      'm=video 0 RTP/AVP 31',
      'm=message 0 TCP/MSRP *',
    ]);
  });

  it.each([
    ['recvonly', 'sendonly'],
    ['sendonly', 'recvonly'],
    ['inactive', 'inactive'],
  ])('SDP-019 direction %s is answered %s', async (offered, answered) => {
    expect((await asked(offer({ attributes: [offered] }))).body).toContain(`a=${answered}\r\n`);
  });

  it.each([
    ['rfc7701-s9.1-f1-invite.sdp', 200],
    ['rfc7701-s9.1-f1-invite.corrected.sdp', 200],
    ['rfc4975-fig9-offer.sdp', 200],
    // TLS, which is not served here.
    ['rfc4976-s11-answer-relay.sdp', 488],
    ['rfc7977-s8.2.1-offer-ws.sdp', 488],
    ['rfc4975-fig7-offer.sdp', 488],
    ['rfc4975-fig19-fingerprint.sdp', 488],
    ['rfc5547-fig2-file.sdp', 488],
    ['rfc5547-fig15-invite-pull.sdp', 488],
    ['rfc5547-fig24-options.sdp', 488],
  ])('SDP-022 the published %s is %d', async (file, status) => {
    const sdp = readFileSync(new URL(`../../vectors/sdp/${file}`, import.meta.url), 'utf8');
    expect((await asked(sdp)).status).toBe(status);
  });
});

describe('later offers and answers', () => {
  it('SDP-021 an unchanged o= changes nothing: same URI, same connection', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const answer = await alice.caller.invite(room, offer({ path: alice.fromPath }));
    expect(answer.status).toBe(200);
    await alice.caller.ack(room);
    expect(answer.body).toBe(alice.answer.body);
    expect((await alice.say('still the same')).status).toBe(200);
  });

  it('SDP-019 SDP-021 a new path: o= goes up by one, the URI is a new one', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const answer = await alice.caller.invite(room, offer({ path: `msrp://127.0.0.1:7654/${ident()};tcp`, version: 2 }));
    await alice.caller.ack(room);
    const origin = (body: string): string[] => (/^o=(.*)$/m.exec(body)?.[1] ?? '').split(' ');
    const [before, after] = [origin(alice.answer.body), origin(answer.body)];
    expect(after[1]).toBe(before[1]);
    expect(Number(after[2])).toBe(Number(before[2]) + 1);
    expect(attributes(answer.body, 'path')).not.toEqual([alice.toPath]);
  });

  it('SIP-028 a refused re-INVITE leaves the session as it was', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    const answer = await alice.caller.request('INVITE', room, {
      body: offer({ acceptTypes: 'text/plain', version: 2 }),
    });
    expect(answer.status).toBe(488);
    await alice.say('as before');
    await bob.copy('as before');
  });

  it('SDP-020 SDP-013 an INVITE without SDP gets our offer, and the ACK answers it', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    const answer = await caller.invite(room, undefined);
    expect(answer.status).toBe(200);
    expect(attributes(answer.body, 'setup')).toEqual(['actpass']);
    expect(attributes(answer.body, 'accept-types')).toEqual(['message/cpim']);
    const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
    await caller.ack(room, { body: offer({ path }) });
    const alice = await system.seated(room, caller, answer, path);
    const bob = await system.join(room, 'bob');
    await bob.say('to the late one');
    await alice.copy('to the late one');
  });

  it('SDP-020 no usable answer in the ACK: BYE', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    await caller.invite(room, undefined);
    await caller.ack(room, { body: offer({ acceptTypes: 'text/plain' }) });
    const bye = await caller.sip.next(({ method }) => method === 'BYE');
    await caller.accept(bye);
  });
});
