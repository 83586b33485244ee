import { randomUUID } from 'node:crypto';
import { LeaveCause } from '@plenary/proto/chat';
import { CallFailure } from '@plenary/proto/roomstate';
import { isFocus, readContacts, type ServerTransaction } from '@plenary/sip';
import { HeaderFields } from '@plenary/wire';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { offer, type Client } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
let other: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start({ FOCUS_RING_MS: '400' });
  other = await installation.start({ FOCUS_RING_MS: '400' });
});
afterEach(() => {
  installation.edges.full = false;
  installation.edges.away.clear();
});
afterAll(() => installation.close());

/** A device that nobody has heard of before, and what it does with the INVITE. */
async function device(onInvite: (invite: ServerTransaction) => void, transport: 'UDP' | 'TCP' = 'UDP') {
  const client = await installation.client(replica, { user: `callee-${randomUUID().slice(0, 8)}`, transport });
  client.onRequest = (transaction) => {
    if (transaction.request.method === 'INVITE') onInvite(transaction);
    else transaction.respond(200);
  };
  const parameter = transport === 'TCP' ? ';transport=tcp' : '';
  return { client, uri: `sip:bob@127.0.0.1:${String(client.port)}${parameter}` };
}

async function call(uri: string): Promise<string> {
  const callId = randomUUID();
  await installation.publish({
    $case: 'callWanted',
    value: { callId, uri, userId: 'xcon-userid:bob@localhost' },
  });
  return callId;
}

function accept(invite: ServerTransaction, client: Client, body: string): void {
  invite.respond(200, {
    headers: [['Contact', `<sip:bob@127.0.0.1:${String(client.port)}>`]],
    contentType: 'application/sdp',
    body: Buffer.from(body),
  });
}

const reports = (callId: string): unknown[] =>
  installation.roomState.calls
    .filter(({ call: name, detail }) => name === 'reportCall' && (detail as { callId: string }).callId === callId)
    .map(({ detail }) => (detail as { failure: CallFailure }).failure);

const reported = (callId: string): Promise<unknown> =>
  vi.waitFor(
    () => {
      const [failure] = reports(callId);
      if (failure === undefined) throw new Error('nothing was reported');
      return failure;
    },
    { timeout: 5_000, interval: 10 },
  );

const joinedSeat = (before: ReadonlySet<string>): Promise<string> =>
  vi.waitFor(
    () => {
      const found = [...installation.roomState.seats].find(([chatId, { joined }]) => joined && !before.has(chatId));
      if (found === undefined) throw new Error('nobody has joined');
      return found[0];
    },
    { timeout: 5_000, interval: 10 },
  );

describe.each(['UDP', 'TCP'] as const)('calling somebody over %s', (transport) => {
  it('CONF-019 CHAT-X-005 one focus rings with an offer of the room; who answers has joined', async () => {
    const { roomState, edges } = installation;
    const before = new Set(roomState.seats.keys());
    const invites: ServerTransaction[] = [];
    const { client, uri } = await device((invite) => {
      invites.push(invite);
      accept(invite, client, offer({ path: 'msrp://127.0.0.1:7777/callee;tcp' }));
    }, transport);
    const callId = await call(uri);
    const chatId = await joinedSeat(before);
    const [invite] = invites;
    expect(invites).toHaveLength(1);
    expect(invite?.request.requestUri).toBe(uri);
    expect(invite?.request.headers.get('From')).toContain('<sip:lobby@localhost>;tag=');
    const contacts = readContacts(invite?.request.headers ?? new HeaderFields());
    expect(contacts.ok && contacts.value !== '*' && contacts.value.some(isFocus)).toBe(true);
    const sdp = Buffer.from(invite?.request.body ?? []).toString('utf8');
    expect(sdp).toContain(`a=path:${edges.sessions.get(chatId)?.path ?? '?'}`);
    expect(sdp).toContain('a=setup:passive');
    expect(edges.updates.get(chatId)?.peerPath).toEqual(['msrp://127.0.0.1:7777/callee;tcp']);
    await client.nextRequest('ACK');
    expect(roomState.count('admit')).toBeGreaterThan(0);
    expect(reports(callId)).toEqual([]);

    // Removed by somebody with the right to: BYE, on the way the answer came.
    await installation.publishLeft(chatId, LeaveCause.BOOTED);
    expect((await client.nextRequest('BYE')).headers.get('Reason')).toContain('cause=403');
  });
});

function withVia(headers: ReturnType<Client['build']>['headers'], port: number): typeof headers {
  const copy = headers.clone();
  copy.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${String(port)};branch=z9hG4bK${randomUUID()};rport`);
  return copy;
}

it('CHAT-X-010 who was called hangs up by a BYE without credentials, from the address it was reached at', async () => {
  const { roomState } = installation;
  const before = new Set(roomState.seats.keys());
  const { client, uri } = await device((invite) => accept(invite, client, offer()));
  await call(uri);
  const chatId = await joinedSeat(before);
  const { headers } = await client.nextRequest('ACK');
  const bye = client.build('BYE', {
    headers: {
      From: headers.get('To') ?? '',
      To: headers.get('From') ?? '',
      'Call-ID': headers.get('Call-ID') ?? '',
    },
  });
  const port = Number(/127\.0\.0\.1:(\d+)/u.exec(headers.get('Via') ?? '')?.[1]);
  expect([replica.port, other.port]).toContain(port);
  await client.raw({ ...bye, headers: withVia(bye.headers, client.port) }, port);
  await vi.waitFor(() => expect(roomState.seats.has(chatId)).toBe(false), { timeout: 5_000 });
});

describe('a call that comes to nothing', () => {
  it.each([
    [486, CallFailure.BUSY],
    [600, CallFailure.BUSY],
    [603, CallFailure.DECLINED],
    [404, CallFailure.FAILED],
  ])('EVT-019 %i is reported, and seat and path are given back', async (status, failure) => {
    const seats = installation.roomState.seats.size;
    const sessions = installation.edges.sessions.size;
    const { uri } = await device((invite) => invite.respond(status));
    expect(await reported(await call(uri))).toBe(failure);
    expect(installation.roomState.seats.size).toBe(seats);
    expect(installation.edges.sessions.size).toBe(sessions);
  });

  it('rings no longer than it may, then CANCELs', async () => {
    const { client, uri } = await device((invite) => invite.respond(180));
    expect(await reported(await call(uri))).toBe(CallFailure.FAILED);
    await client.nextRequest('CANCEL');
  });

  it('rings no longer than it is wanted: a kick of who has not answered is a CANCEL', async () => {
    const ringing: string[] = [];
    const { client, uri } = await device((invite) => {
      invite.respond(180);
      ringing.push(invite.request.headers.get('Call-ID') ?? '');
    });
    const before = new Set(installation.roomState.seats.keys());
    await call(uri);
    await vi.waitFor(() => expect(ringing).toHaveLength(1));
    const [chatId = ''] = [...installation.roomState.seats.keys()].filter((known) => !before.has(known));
    await installation.publishLeft(chatId, LeaveCause.BOOTED);
    await client.nextRequest('CANCEL');
  });

  it('an answer without a session is acknowledged and ended by BYE', async () => {
    const { client, uri } = await device((invite) =>
      accept(invite, client, offer({ media: 'm=audio 4000 RTP/AVP 0' })),
    );
    expect(await reported(await call(uri))).toBe(CallFailure.FAILED);
    await client.nextRequest('ACK');
    await client.nextRequest('BYE');
  });

  it('an edge that cannot be told of the answer ends it by BYE', async () => {
    installation.edges.away.add('update');
    const { client, uri } = await device((invite) => accept(invite, client, offer()));
    expect(await reported(await call(uri))).toBe(CallFailure.FAILED);
    await client.nextRequest('BYE');
  });

  it('no edge, no way there, no SIP URI: reported without ringing', async () => {
    installation.edges.full = true;
    const { client, uri } = await device((invite) => invite.respond(200));
    expect(await reported(await call(uri))).toBe(CallFailure.FAILED);
    installation.edges.full = false;
    // An address of record of ours: we are no registrar, and without a proxy nobody is found there.
    expect(await reported(await call('sip:bob@localhost'))).toBe(CallFailure.FAILED);
    expect(await reported(await call('sips:bob@127.0.0.1'))).toBe(CallFailure.FAILED);
    expect(await reported(await call('mailto:bob@example.com'))).toBe(CallFailure.FAILED);
    expect(client.received).toEqual([]);
  });
});

describe('a call that is no longer wanted', () => {
  it.each([
    ['its call is given up', (callId: string) => ({ $case: 'callGone', value: { callId } }) as const],
    ['its room is closed', () => ({ $case: 'roomClosed', value: { reason: 'over', successorUri: '' } }) as const],
  ])('CCMP-080 is ended by CANCEL when %s, whichever replica rings, and not reported', async (_what, change) => {
    const patient = await install();
    try {
      const first = await patient.start({ FOCUS_RING_MS: '60000' });
      await patient.start({ FOCUS_RING_MS: '60000' });
      // So many that a replica which reads of the end is not the one that rings.
      const calls = await Promise.all(
        Array.from({ length: 5 }, async (_, index) => {
          const rung: ServerTransaction[] = [];
          const client = await patient.client(first, { user: `callee-${String(index)}`, transport: 'UDP' });
          client.onRequest = (transaction) => {
            if (transaction.request.method !== 'INVITE') return void transaction.respond(200);
            transaction.respond(180);
            rung.push(transaction);
          };
          const callId = randomUUID();
          const uri = `sip:bob@127.0.0.1:${String(client.port)}`;
          await patient.publish({ $case: 'callWanted', value: { callId, uri, userId: 'xcon-userid:bob@localhost' } });
          await vi.waitFor(() => expect(rung).toHaveLength(1), { timeout: 5_000 });
          return { client, callId };
        }),
      );
      for (const { callId } of calls) await patient.publish(change(callId));
      for (const { client } of calls) await client.nextRequest('CANCEL');
      await vi.waitFor(() => expect(patient.roomState.seats.size).toBe(0), { timeout: 5_000 });
      expect(patient.roomState.count('reportCall')).toBe(0);
    } finally {
      await patient.close();
    }
  });
});

describe('a call through a proxy', () => {
  it('goes there, with the URI that was asked for as Request-URI', async () => {
    const invites: string[] = [];
    const { client } = await device((invite) => {
      invites.push(invite.request.requestUri);
      invite.respond(603);
    });
    const far = await install();
    try {
      await far.start({ FOCUS_OUTBOUND_PROXY: `sip:127.0.0.1:${String(client.port)};transport=udp` });
      await far.publish({
        $case: 'callWanted',
        value: { callId: 'one', uri: 'sip:bob@localhost;method=BYE?Replaces=x', userId: '' },
      });
      await vi.waitFor(() => expect(invites).toEqual(['sip:bob@localhost']), { timeout: 5_000 });
    } finally {
      await far.close();
    }
  });
});
