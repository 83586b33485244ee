import { describe, expect, it } from 'vitest';
import { attributes, ident, offer } from '../raw/messages.js';
import { headerOf, headersOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

const allowed = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'UPDATE', 'SUBSCRIBE'];

async function endpointsOf(room: string): Promise<number> {
  const rows = await system.query(
    'select count(*)::int as n from room_state.endpoints e join room_state.rooms r on r.id = e.room_id where r.conference_uri = $1',
    [room],
  );
  return Number(rows[0]?.['n']);
}

describe('checks in order', () => {
  it('SIP-017 AUTH-001 authentication comes first', async () => {
    const alice = await system.caller('alice');
    const answer = await alice.request('FOO', 'tel:+15550100', { authenticate: false, headers: ['Require: x'] });
    expect(answer.status).toBe(401);
  });

  it('SIP-017 an unknown method is 405 with Allow, before anything about its target', async () => {
    const alice = await system.caller('alice');
    const answer = await alice.request('FOO', 'tel:+15550100', { headers: ['Require: x'] });
    expect(answer.status).toBe(405);
    expect(headerOf(answer, 'Allow')?.split(/\s*,\s*/)).toEqual(allowed);
  });

  it('SIP-017 another scheme is 416, another host 404, before Require', async () => {
    const alice = await system.caller('alice');
    const headers = ['Require: x'];
    expect((await alice.invite('tel:+15550100', offer(), { headers, to: 'sip:x@localhost' })).status).toBe(416);
    expect((await alice.invite('sip:room@elsewhere.example', offer(), { headers })).status).toBe(404);
    expect((await alice.invite('sip:localhost', offer(), { headers })).status).toBe(404);
  });

  it('SIP-017 a merged request is 482, before Require', async () => {
    const room = await system.room();
    const alice = await system.caller('alice');
    alice.challenged(await alice.request('INVITE', room, { authenticate: false, body: offer() }));
    const cseq = ++alice.cseq;
    const twin = (nc: number): string =>
      alice.text('INVITE', room, {
        cseq,
        body: offer(),
        headers: [`Authorization: ${alice.credentials('INVITE', room, { nc })}`, ...(nc === 2 ? ['Require: x'] : [])],
      });
    await alice.sip.write(twin(1) + twin(2));
    const statuses = [
      (await alice.sip.answer(alice.callId, `${String(cseq)} INVITE`)).status,
      (await alice.sip.answer(alice.callId, `${String(cseq)} INVITE`)).status,
    ];
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 482]);
  });

  it('SIP-017 what is required and not known is 420 with Unsupported, before the body', async () => {
    const room = await system.room();
    const alice = await system.caller('alice');
    const answer = await alice.invite(room, 'x', {
      contentType: 'text/plain',
      headers: ['Require: timer, x-one, x-two'],
    });
    expect(answer.status).toBe(420);
    expect(headerOf(answer, 'Unsupported')?.split(/\s*,\s*/)).toEqual(['x-one', 'x-two']);
  });

  it('SIP-017 a body that is no SDP is 415 with Accept', async () => {
    const room = await system.room();
    const alice = await system.caller('alice');
    const answer = await alice.invite(room, 'x', { contentType: 'text/plain' });
    expect(answer.status).toBe(415);
    expect(headerOf(answer, 'Accept')).toBe('application/sdp');
    expect((await alice.invite(room, offer(), { headers: ['Content-Encoding: gzip'] })).status).toBe(415);
    expect(await endpointsOf(room)).toBe(0);
  });

  it('ROOM-007 recipient-list-invite is 420 at a room', async () => {
    const alice = await system.caller('alice');
    const answer = await alice.invite(await system.room(), offer(), { headers: ['Require: recipient-list-invite'] });
    expect(answer.status).toBe(420);
    expect(headerOf(answer, 'Unsupported')).toBe('recipient-list-invite');
  });
});

describe('OPTIONS', () => {
  it('SIP-030 at a room: 200 with isfocus and a description with port 0', async () => {
    const room = await system.room();
    const answer = await (await system.caller('anybody')).request('OPTIONS', room);
    expect(answer.status).toBe(200);
    expect(headerOf(answer, 'Contact')).toContain(';isfocus');
    expect(headerOf(answer, 'Accept')).toContain('application/sdp');
    expect(headerOf(answer, 'Allow')?.split(/\s*,\s*/)).toEqual(allowed);
    expect(answer.body).toContain('m=message 0 TCP/MSRP *');
    expect(attributes(answer.body, 'accept-types')).toEqual(['message/cpim']);
  });

  it('SIP-030 at an unknown room: 404; SIP-017 at another scheme: 416', async () => {
    const caller = await system.caller('anybody');
    expect((await caller.request('OPTIONS', 'sip:no-such-room@localhost')).status).toBe(404);
    expect((await caller.request('OPTIONS', 'sip:x@elsewhere.example')).status).toBe(404);
    expect((await caller.request('OPTIONS', 'tel:+15550100', { to: 'sip:x@localhost' })).status).toBe(416);
  });

  it('SIP-001 SIP-016 on UDP as on TCP, and without a provisional answer', async () => {
    const room = await system.room();
    for (const transport of ['TCP', 'UDP'] as const) {
      const caller = await system.caller('anybody', { transport });
      expect((await caller.request('OPTIONS', room)).status).toBe(200);
      expect(caller.sip.messages.every(({ status }) => status >= 200)).toBe(true);
    }
  });
});

describe('answers', () => {
  it('SIP-018 copy From, Call-ID, CSeq and every Via in order, and add a To tag', async () => {
    const caller = await system.caller('anybody');
    const vias = [
      `Via: SIP/2.0/TCP 127.0.0.1:${String(caller.sip.localPort)};branch=z9hG4bK${ident()}`,
      'Via: SIP/2.0/UDP first.example.com;branch=z9hG4bKa, SIP/2.0/UDP second.example.com;branch=z9hG4bKb',
      'Via: SIP/2.0/UDP third.example.com;branch=z9hG4bKc',
    ];
    const [own, ...others] = vias;
    const answer = await caller.request('OPTIONS', await system.room(), { headers: [own!, ...others] });
    const came = headersOf(answer, 'Via')
      .flatMap((value) => value.split(/\s*,\s*/))
      .map((value) => /branch=([^;]+)/.exec(value)?.[1]);
    expect(came.slice(1)).toEqual(['z9hG4bKa', 'z9hG4bKb', 'z9hG4bKc']);
    expect(headerOf(answer, 'From')).toBe(`<${caller.aor}>;tag=${caller.fromTag}`);
    expect(headerOf(answer, 'To')).toMatch(/;tag=\S+$/);
  });

  it('SIP-007 SIP-008 rport without a value gets received and the source port; the answer comes to that port', async () => {
    const caller = await system.caller('anybody', { transport: 'UDP' });
    const headers = [`Via: SIP/2.0/UDP client.example.com:1;rport;branch=z9hG4bK${ident()}`];
    const answer = await caller.request('OPTIONS', await system.room(), { headers });
    expect(answer.status).toBe(200);
    expect(headerOf(answer, 'Via')).toContain(`rport=${String(caller.sip.localPort)}`);
    expect(headerOf(answer, 'Via')).toContain('received=127.0.0.1');
  });

  it('SIP-025 ROOM-002 SIP-035 TRN-003 a 200 to INVITE', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    const answer = await caller.invite(room, offer(), { headers: ['Supported: timer'] });
    expect(answer.status).toBe(200);
    await caller.ack(room);
    const port = system.sipAddress.split(':')[1] ?? '';
    expect(headerOf(answer, 'Contact')).toMatch(
      new RegExp(`^<${room}:${port};transport=tcp>;isfocus;automata;message;methods="${allowed.join(',')}"$`),
    );
    expect(headerOf(answer, 'Allow')?.split(/\s*,\s*/)).toEqual(allowed);
    expect(headerOf(answer, 'Allow-Events')).toBe('conference');
    expect(headerOf(answer, 'Supported')).toBe('timer');
    expect(headerOf(answer, 'Accept')).toBe('application/sdp');
    expect(headerOf(answer, 'Content-Type')).toBe('application/sdp');
  });

  it('SIP-019 Record-Route is copied in order, and requests of ours follow it', async () => {
    const room = await system.room({ access: { sessions: 'replace' } });
    const caller = await system.caller('alice');
    const route = `sip:127.0.0.1:${String(caller.sip.localPort)};transport=tcp;lr`;
    const headers = [`Record-Route: <${route};n=1>`, `Record-Route: <${route};n=2>`];
    const answer = await caller.invite(room, offer(), { headers });
    expect(headersOf(answer, 'Record-Route')).toEqual([`<${route};n=1>`, `<${route};n=2>`]);
    await caller.ack(room);
    await (await system.join(room, 'alice')).ping();
    const bye = await caller.sip.next(({ method }) => method === 'BYE');
    expect(
      headersOf(bye, 'Route')
        .join(',')
        .split(/\s*,\s*/),
    ).toEqual([`<${route};n=1>`, `<${route};n=2>`]);
    await caller.accept(bye);
  });
});

describe('transactions and dialogs', () => {
  it('SIP-015 an INVITE that comes again after its 200 makes no second dialog', async () => {
    const room = await system.room();
    const caller = await system.caller('alice', { transport: 'UDP' });
    caller.challenged(await caller.request('INVITE', room, { authenticate: false, body: offer() }));
    const text = caller.text('INVITE', room, {
      body: offer(),
      headers: [`Authorization: ${caller.credentials('INVITE', room)}`],
    });
    const cseq = `${String(caller.cseq)} INVITE`;
    await caller.sip.write(text);
    const first = await caller.sip.answer(caller.callId, cseq);
    await caller.sip.write(text);
    const second = await caller.sip.answer(caller.callId, cseq);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(headerOf(second, 'To')).toBe(headerOf(first, 'To'));
    expect(second.body).toBe(first.body);
    expect(await endpointsOf(room)).toBe(1);
  });

  it('SIP-013 the same branch of another sender is another transaction', async () => {
    const room = await system.room();
    const [one, other] = [await system.caller('one'), await system.caller('other')];
    const branch = `z9hG4bK${ident()}`;
    expect((await one.request('OPTIONS', room, { branch })).status).toBe(200);
    expect((await other.request('OPTIONS', 'sip:no-such@localhost', { branch })).status).toBe(404);
  });

  it('SIP-023 a 200 is sent again until its ACK, also over TCP', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    const first = await caller.invite(room, offer());
    const again = await caller.sip.answer(caller.callId, headerOf(first, 'CSeq') ?? '');
    expect(headerOf(again, 'To')).toBe(headerOf(first, 'To'));
    await caller.ack(room);
    const path = attributes(first.body, 'path')[0];
    expect(path).toBeDefined();
    const bye = await caller.bye(room);
    expect(bye.status).toBe(200);
  });

  it('SIP-023 no ACK in 64*T1: BYE, and the seat is free', async () => {
    const room = await system.room({ policy: { maximumUserCount: 1 } });
    const caller = await system.caller('alice');
    await caller.invite(room, offer());
    expect((await (await system.caller('bob')).invite(room, offer())).status).toBe(486);
    const bye = await caller.sip.next(({ method }) => method === 'BYE', 45_000);
    await caller.accept(bye);
    await expect.poll(() => endpointsOf(room)).toBe(0);
  }, 60_000);

  it('SIP-024 who speaks MSRP before the ACK is in', async () => {
    const room = await system.room();
    const bob = await system.join(room, 'bob');
    const caller = await system.caller('alice');
    const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
    const answer = await caller.invite(room, offer({ path }));
    const alice = await system.seated(room, caller, answer, path);
    await bob.say('before the ACK');
    await alice.copy('before the ACK');
    await caller.ack(room);
    expect((await alice.say('after it')).status).toBe(200);
  });

  it('SIP-021 a lower CSeq is 500, a higher one is fine, an unknown dialog 481', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const { caller, room } = alice;
    expect((await caller.request('UPDATE', room, { cseq: 1 })).status).toBe(500);
    expect((await caller.request('UPDATE', room, { cseq: caller.cseq + 50 })).status).toBe(200);
    expect((await caller.request('UPDATE', room, { toTag: 'unheard-of', cseq: 500 })).status).toBe(481);
  });

  it('SIP-029 ROOM-011 BYE is 200 and the session over at once; a BYE of no dialog is 481', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    expect((await alice.caller.bye(room)).status).toBe(200);
    await alice.msrp.closed();
    await expect.poll(() => endpointsOf(room)).toBe(1);
    expect((await bob.say('gone?')).status).toBe(200);
    expect((await alice.caller.bye(room)).status).toBe(481);
    const stranger = await system.caller('stranger');
    expect((await stranger.bye(room, { toTag: 'nobody' })).status).toBe(481);
    expect((await stranger.bye(room)).status).toBe(481);
  });

  it('SIP-026 a CANCEL of nothing is 481, one after the final answer 200 and without effect; neither is challenged', async () => {
    const room = await system.room();
    const caller = await system.caller('alice');
    expect((await caller.request('CANCEL', room, { authenticate: false })).status).toBe(481);
    const branch = `z9hG4bK${ident()}`;
    caller.challenged(await caller.request('INVITE', room, { authenticate: false, body: offer() }));
    const headers = [`Authorization: ${caller.credentials('INVITE', room)}`];
    const answer = await caller.invite(room, offer(), { branch, headers, authenticate: false });
    expect(answer.status).toBe(200);
    const cancel = caller.text('CANCEL', room, { uri: room, branch, cseq: caller.cseq, headers: [`To: <${room}>`] });
    await caller.sip.write(cancel);
    expect((await caller.sip.answer(caller.callId, `${String(caller.cseq)} CANCEL`)).status).toBe(200);
    await caller.ack(room);
    expect((await caller.bye(room)).status).toBe(200);
  });
});

describe('session timer (RFC 4028 section 9, table 2)', () => {
  async function timed(
    headers: readonly string[],
  ): Promise<{ status: number; expires: string; require: string; minSe: string }> {
    const room = await system.room();
    const caller = await system.caller('alice');
    const answer = await caller.invite(room, offer(), { headers });
    if (answer.status === 200) await caller.ack(room);
    return {
      status: answer.status,
      expires: headerOf(answer, 'Session-Expires') ?? '',
      require: headerOf(answer, 'Require') ?? '',
      minSe: headerOf(answer, 'Min-SE') ?? '',
    };
  }

  it.each([
    ['below our minimum', ['Supported: timer', 'Session-Expires: 89'], 422],
    ['not a number', ['Supported: timer', 'Session-Expires: soon'], 400],
  ])('SIP-031 %s', async (_what, headers, status) => {
    const answer = await timed(headers);
    expect(answer.status).toBe(status);
    if (status === 422) expect(answer.minSe).toBe('90');
  });

  it.each([
    ['UAC with timer, no refresher', ['Supported: timer', 'Session-Expires: 600'], /^600;refresher=ua[cs]$/],
    [
      'UAC with timer, refresher=uac',
      ['Supported: timer', 'Session-Expires: 600;refresher=uac'],
      /^600;refresher=uac$/,
    ],
    [
      'UAC with timer, refresher=uas',
      ['Supported: timer', 'Session-Expires: 600;refresher=uas'],
      /^600;refresher=uas$/,
    ],
    ['compact names', ['k: timer', 'x: 600;refresher=uac'], /^600;refresher=uac$/],
    ['UAC without timer', ['Session-Expires: 600'], /^600;refresher=uas$/],
    [
      'a Min-SE of the request is kept',
      ['Supported: timer', 'Session-Expires: 600', 'Min-SE: 600'],
      /^600;refresher=ua[cs]$/,
    ],
    ['the smallest taken', ['Supported: timer', 'Session-Expires: 90'], /^90;refresher=ua[cs]$/],
  ])('SIP-031 %s', async (_what, headers, expires) => {
    const answer = await timed(headers);
    expect(answer.status).toBe(200);
    expect(answer.expires).toMatch(expires);
    // Section 9: a MUST where the UAC refreshes, free where we do and the UAC knows timers.
    if (answer.expires.includes('uac')) expect(answer.require).toBe('timer');
    else if (!headers.some((line) => line.endsWith('timer'))) expect(answer.require).toBe('');
  });

  it('SIP-031 SIP-028 a refresh by UPDATE keeps the session', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const answer = await alice.caller.request('UPDATE', alice.room, {
      headers: ['Supported: timer', 'Session-Expires: 300;refresher=uac'],
    });
    expect(answer.status).toBe(200);
    expect(headerOf(answer, 'Session-Expires')).toBe('300;refresher=uac');
    expect((await alice.say('refreshed')).status).toBe(200);
  });
});
